/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sequence numbers of signed frames, for each stream: what is missing,
 * what came twice, what came late. A stream starts with the first number seen
 * of it. What is older than the last 64 numbers cannot be told apart any more
 * and counts as `old`.
 */
#ifndef VHOST_SEQUENCE_H
#define VHOST_SEQUENCE_H

#include "measure/signature.h"

#define SEQ_STREAMS SIGNATURE_STREAMS

struct seq_stream {
	uint64_t frames;
	uint64_t first;     /* sequence number that came first */
	uint64_t next;      /* one above the highest */
	uint64_t seen;      /* bit i: `next` - 1 - i has come */
	uint64_t gaps;      /* how often numbers were passed over */
	uint64_t missing;   /* numbers passed over that have not come since */
	uint64_t duplicate; /* numbers that came again */
	uint64_t reordered; /* numbers that came after a higher one */
	uint64_t old;       /* duplicate or reordered */
};

/* What is not the next number; `st` is the stream's. */
void seq_odd(struct seq_stream *st, uint64_t seq);

static inline void seq_see(struct seq_stream *streams,
			   const struct signature *s)
{
	struct seq_stream *st = &streams[s->stream];

	if (__builtin_expect(s->seq == st->next && st->frames, 1)) {
		st->next++;
		st->seen = st->seen << 1 | 1;
	} else {
		seq_odd(st, s->seq);
	}
	st->frames++;
}

#endif /* VHOST_SEQUENCE_H */
