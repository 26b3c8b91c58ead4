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

/*
 * Each number of stream 0 by itself, where that is asked for: those of several
 * queues rise only in each of them.
 */
#define SEQ_ALL (1ull << 24)
#define SEQ_QUEUES 16

struct seq_all {
	uint8_t *came;      /* a bit each; NULL: it is not asked for */
	uint64_t different; /* that came... */
	uint64_t again;     /* ...and how often one of them did once more */
	uint64_t beyond;    /* not below SEQ_ALL */
	uint64_t behind;    /* one as high, or higher, came by its queue */
	uint64_t next[SEQ_QUEUES];
};

/* False when there is no memory. */
bool seq_all_open(struct seq_all *all);
void seq_all_clear(struct seq_all *all);
void seq_all_see(struct seq_all *all, unsigned int queue, uint64_t seq);

#endif /* VHOST_SEQUENCE_H */
