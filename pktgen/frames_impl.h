/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files that make frames. Private to pktgen/frames*.c. */
#ifndef PKTGEN_FRAMES_IMPL_H
#define PKTGEN_FRAMES_IMPL_H

#include "pktgen/frames.h"

/* An empty frame, NULL when all buffers are out. */
struct uk_netbuf *frames_alloc(struct frames *f);

#ifdef PORT_SHARED

/* Gives a reference back once no other is left; until then it is retired. */
void frames_retire(struct frames_room *r, struct uk_netbuf *nb);

/* Frees those that were retired and are back. */
void frames_sweep(struct frames_room *r);

void frames_leave_shared(struct frames *f);

/* Where the next of what is small comes from; NULL: there is no memory. */
struct uk_alloc *frames_small_from(struct frames_room *r,
				   enum frames_small what);
/* NULL also of one that is not short. */
struct uk_netbuf *frames_alloc_short(const struct frames *f, size_t len);
/* Once all frames are back. */
void frames_free_blocks(struct frames_room *r);

/* Makes ready for frames_one_each(): `each` is NULL where that cannot be. */
void frames_enter_each(struct frames *f, const struct program *prog);
void frames_leave_each(struct frames *f);
struct uk_netbuf *frames_one_each(struct frames *f, const struct program *prog,
				  struct program_at *at, uint64_t stamp);

/* A slot that is free, to be taken; or NULL. */
struct uk_netbuf *frames_slot(struct frames *f);
/* False for lack of memory. */
bool frames_enter_shared(struct frames *f, const struct program *prog,
			 bool alone);
unsigned frames_make_shared(struct frames *f, const struct program *prog,
			    struct program_at *at, unsigned n, uint64_t stamp);

/* What a slot has in it, in `priv`: a program's frame of this variant. */
static inline void *frames_tag(const struct frames *f, unsigned variant)
{
	return (void *)(((uintptr_t)f->generation << 8) + variant + 1);
}

/* A slot with another size in it, or another program's frame. */
void frames_fill(const struct frames *f, const struct program *prog,
		 struct uk_netbuf *nb, unsigned variant);

/*
 * A program that grows, in the slots from `next_slot` on, up to `n` frames;
 * fewer when a slot is out.
 */
unsigned frames_make_grown(struct frames *f, const struct program *prog,
			   struct program_at *at, unsigned n, uint64_t stamp);

void frames_leave_pool(struct frames_room *r);
void frames_ready_pool(struct frames *f);
unsigned frames_make_pool(struct frames *f, const struct program *prog,
			  struct program_at *at, unsigned n, uint64_t stamp);

struct uk_netbuf *frames_one_slot(struct frames *f, const struct program *prog,
				  struct program_at *at, uint64_t now_ns);

/* By how much those of a netbuf that are out exceed its buffer; may wrap. */
unsigned frames_more_than_buffer(const struct frames_room *r,
				 const struct uk_netbuf *nb);

#endif /* PORT_SHARED */
#endif /* PKTGEN_FRAMES_IMPL_H */
