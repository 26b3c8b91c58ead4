/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of a program whose frames do not differ: one netbuf for each size. */
#include <string.h>

#include "pktgen/frames_impl.h"

#ifdef PORT_SHARED

void frames_retire(struct frames_room *r, struct uk_netbuf *nb)
{
	if (nb->refcount == 1) {
		nb->priv = NULL;
		port_frame_free(nb);
		return;
	}
	nb->priv = r->retired;
	r->retired = nb;
}

void frames_sweep(struct frames_room *r)
{
	struct uk_netbuf *nb = r->retired, *next;

	r->retired = NULL;
	for (; nb; nb = next) {
		next = nb->priv;
		frames_retire(r, nb);
	}
}

void frames_leave_shared(struct frames *f)
{
	f->one = NULL;
	while (f->nb_shared)
		frames_retire(f->room, f->shared[--f->nb_shared]);
}

/* ---- What is small ------------------------------------------------------- */

/*
 * Netbuf, headroom and frame: five lines, as with an odd number the first lines
 * of many lie all over a cache.
 */
#define SHORT_BYTES (5 * PORT_LINE)
#define BLOCK_OBJECTS 128

/* Where the next one comes from; NULL: there is no memory. */
COLD struct uk_alloc *frames_small_from(struct frames_room *r,
					enum frames_small what)
{
	static const uint16_t bytes[FRAMES_SMALL] = {
		[FRAMES_SHORT] = SHORT_BYTES,
		[FRAMES_EACH] = PORT_LINE,
	};
	struct frames_block *b;

	for (b = r->blocks[what]; b; b = b->next)
		if (uk_allocpool_availcount(b->pool))
			return uk_allocpool2ukalloc(b->pool);
	b = uk_malloc(r->heap, sizeof(*b));
	if (!b)
		return NULL;
	b->pool = uk_allocpool_alloc(r->heap, BLOCK_OBJECTS, bytes[what],
				     PORT_LINE);
	if (!b->pool) {
		uk_free(r->heap, b);
		return NULL;
	}
	b->next = r->blocks[what];
	r->blocks[what] = b;
	return uk_allocpool2ukalloc(b->pool);
}

void frames_free_blocks(struct frames_room *r)
{
	struct frames_block *next;

	for (unsigned i = 0; i < FRAMES_SMALL; i++) {
		for (struct frames_block *b = r->blocks[i]; b; b = next) {
			next = b->next;
			uk_allocpool_free(b->pool);
			uk_free(r->heap, b);
		}
	}
	memset(r->blocks, 0, sizeof(r->blocks));
}

/* Room for a frame of `len` bytes. */
COLD static struct uk_netbuf *alloc_from(const struct frames *f,
					 struct uk_alloc *from, size_t len)
{
	const struct uk_netdev_info *info = &f->queue->port->info;
	const uint16_t headroom = port_headroom(info);

	return uk_netbuf_alloc_buf(from, headroom + len,
				   MAX((size_t)info->ioalign, PORT_LINE),
				   headroom, 0, NULL);
}

COLD struct uk_netbuf *frames_alloc_short(const struct frames *f, size_t len)
{
	const struct uk_netdev_info *info = &f->queue->port->info;
	const size_t bytes = ALIGN_UP(sizeof(struct uk_netbuf), PORT_LINE) +
			     port_headroom(info) + len;

	if (bytes > SHORT_BYTES || info->ioalign > PORT_LINE)
		return NULL;
	return alloc_from(f, frames_small_from(f->room, FRAMES_SHORT), len);
}

/* ---- Shared frames ------------------------------------------------------- */

/* The round stands there as often as any burst in it may need. */
static void put_round(const struct frames *f, const struct program *prog)
{
	const unsigned n = prog->nb_order + FRAMES_BURST_MAX;
	unsigned at = 0;

	for (unsigned i = 0; i < n; i++) {
		f->room->round[i] = f->shared[prog->order[at]];
		if (++at == prog->nb_order)
			at = 0;
	}
}

bool frames_enter_shared(struct frames *f, const struct program *prog,
			 bool alone)
{
	for (unsigned v = 0; v < prog->nb_variants; v++) {
		const uint16_t len = prog->variant[v].len;
		struct uk_netbuf *nb =
			alone ? NULL : frames_alloc_short(f, len);

		if (!nb)
			nb = alloc_from(f, f->room->heap, len);
		if (!nb) {
			frames_leave_shared(f);
			return false;
		}
		program_put(prog, v, nb->data);
		nb->len = len;
		f->shared[f->nb_shared++] = nb;
	}
	if (f->nb_shared == 1)
		f->one = f->shared[0];
	if (alone)
		put_round(f, prog);
	return true;
}

unsigned frames_make_shared(struct frames *f, const struct program *prog,
			    struct program_at *at, unsigned n, uint64_t stamp)
{
	struct uk_netbuf **const held = f->room->round + at->order;
	struct outbox *const o = f->out;
	uint64_t bytes = 0;

	(void)stamp;
	o->pkt = held;
	o->nb = n;
	o->from = f;
	at->frame += n;
	if (likely(f->nb_shared == 1)) {
		held[0]->refcount += n;
		o->len = held[0]->len;
		o->bytes = (uint64_t)n * (o->len + ETH_FCS_LEN);
		return n;
	}
	for (unsigned i = 0; i < n; i++) {
		held[i]->refcount++;
		bytes += held[i]->len;
	}
	o->len = 0;
	o->bytes = bytes + (uint64_t)n * ETH_FCS_LEN;
	at->order += n;
	while (at->order >= prog->nb_order)
		at->order -= prog->nb_order;
	return n;
}

/* One reference is ours, each of the others is a frame. */
unsigned frames_more_than_buffer(const struct frames_room *r,
				 const struct uk_netbuf *nb)
{
	return nb->refcount - 1 - (nb->_a == r->queue->tx_alloc);
}

#endif /* PORT_SHARED */
