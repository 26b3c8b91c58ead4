/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/frames.h"

#include <string.h>

#include "pktgen/frames_impl.h"
#include "pktgen/play.h"
#include "pktgen/program_edit.h"

enum strategy frames_strategy(enum strategy asked, const struct program *prog,
			      bool alone)
{
#ifndef PORT_SHARED
	(void)prog;
	(void)alone;
	return MIN(asked, STRATEGY_COPY);
#else
	if (PLAYS(prog) || (asked == STRATEGY_SHARED && program_edits(prog)))
		asked = STRATEGY_POOL;
	return asked == STRATEGY_POOL && !alone ? STRATEGY_COPY : asked;
#endif
}

int frames_room_open(struct frames_room *r, struct port_queue *queue,
		     struct uk_alloc *a)
{
	memset(r, 0, sizeof(*r));
	r->queue = queue;
	r->heap = a;
#ifdef PORT_SHARED
	r->slot = uk_malloc(a, queue->port->nb_tx_bufs * sizeof(r->slot[0]));
	if (!r->slot)
		return -ENOMEM;
#endif
	return 0;
}

void frames_room_close(struct frames_room *r)
{
#ifdef PORT_SHARED
	for (struct uk_netbuf *nb = r->retired, *next; nb; nb = next) {
		next = nb->priv;
		nb->refcount = 1;
		port_frame_free(nb);
	}
	r->retired = NULL;
#endif
	if (r->slot)
		uk_free(r->heap, r->slot);
	r->slot = NULL;
}

void frames_open(struct frames *f, struct frames_room *room)
{
	memset(f, 0, sizeof(*f));
	f->queue = room->queue;
	f->room = room;
	f->slot = room->slot;
}

void frames_close(struct frames *f)
{
	if (f->out && f->out->from == f)
		outbox_keep(f->out);
#ifdef PORT_SHARED
	frames_leave_shared(f);
	frames_leave_pool(f);
#endif
}

/* ---- Allocated one by one ----------------------------------------------- */

enum source { SOURCE_STREAM, SOURCE_TEMPLATE, SOURCE_CAPTURE };

/* Inlined where the source is known. */
EDIT_INLINE unsigned make_from(const enum source source, struct frames *f,
			       const struct program *prog,
			       struct program_at *at, unsigned n,
			       uint64_t stamp)
{
	struct uk_netbuf **const made = f->out->kept;
	unsigned i;

	for (i = 0; i < n; i++) {
		struct uk_netbuf *nb = frames_alloc(f);

		if (unlikely(!nb))
			break;
		if (source == SOURCE_CAPTURE)
			nb->len = play_next(prog, at, nb->data);
		else if (source == SOURCE_STREAM)
			nb->len = program_create(prog, at, stamp, nb->data);
		else
			nb->len = program_next(prog, at, stamp, nb->data);
		made[i] = nb;
	}
	outbox_hold(f->out, made, i);
	f->starved = i < n;
	if (unlikely(!i))
		port_tx_reap(f->queue);
	return i;
}

static unsigned make_created(struct frames *f, const struct program *prog,
			     struct program_at *at, unsigned n, uint64_t stamp)
{
	return make_from(SOURCE_STREAM, f, prog, at, n, stamp);
}

static unsigned make_copied(struct frames *f, const struct program *prog,
			    struct program_at *at, unsigned n, uint64_t stamp)
{
	return make_from(SOURCE_TEMPLATE, f, prog, at, n, stamp);
}

static unsigned make_played(struct frames *f, const struct program *prog,
			    struct program_at *at, unsigned n, uint64_t stamp)
{
	return make_from(SOURCE_CAPTURE, f, prog, at, n, stamp);
}

struct uk_netbuf *frames_alloc(struct frames *f)
{
	struct uk_netbuf *nb = port_frame_alloc(f->queue);

#ifdef PORT_SHARED
	if (unlikely(!nb && f->room->retired)) {
		frames_sweep(f->room);
		nb = port_frame_alloc(f->queue);
	}
#endif
	return nb;
}

/* ---- All of them -------------------------------------------------------- */

/* What makes them, for what frames_set() may choose. */
static const frames_make_t make_by[] = {
	[STRATEGY_CREATE] = make_created,
	[STRATEGY_COPY] = make_copied,
#ifdef PORT_SHARED
	[STRATEGY_POOL] = frames_make_pool,
	[STRATEGY_SHARED] = frames_make_shared,
#endif
};

void frames_set(struct frames *f, struct outbox *out,
		const struct program *prog, enum strategy asked, bool spare,
		bool alone)
{
	enum strategy strategy = frames_strategy(asked, prog, alone);

	if (f->out && f->out->from == f)
		outbox_keep(f->out);
	f->out = out;
	f->starved = false;
#ifdef PORT_SHARED
	f->max_slots =
		spare ? f->queue->port->nb_tx_bufs : f->queue->port->nb_tx_desc;
	frames_sweep(f->room);
	frames_leave_shared(f);
	if (strategy != STRATEGY_POOL || f->nb_slots > f->max_slots)
		frames_leave_pool(f);
	f->generation++;
	f->nb_lanes = program_lanes(prog);
	f->columns = program_has_columns(prog);
	f->heads_last = 0;
	f->run.last = 0;
	if (strategy == STRATEGY_SHARED && !frames_enter_shared(f, prog, alone))
		strategy = STRATEGY_COPY;
#else
	(void)spare;
#endif
	f->strategy = strategy;
	f->make = PLAYS(prog) && strategy != STRATEGY_POOL ? make_played
							   : make_by[strategy];
}

void frames_ready(struct frames *f)
{
#ifdef PORT_SHARED
	if (f->strategy == STRATEGY_POOL)
		frames_ready_pool(f);
#else
	(void)f;
#endif
}

void frames_unmake(struct frames *f, struct uk_netbuf *const *pkts, unsigned n)
{
#ifdef PORT_SHARED
	if (f->strategy == STRATEGY_POOL)
		frames_unmake_pool(f, pkts, n);
#else
	(void)f;
	(void)pkts;
	(void)n;
#endif
}

unsigned frames_room_surplus(struct frames_room *r)
{
	unsigned more = 0;

#ifdef PORT_SHARED
	frames_sweep(r);
	for (const struct uk_netbuf *nb = r->retired; nb; nb = nb->priv)
		more += frames_more_than_buffer(r, nb);
#else
	(void)r;
#endif
	return more;
}

unsigned frames_surplus(const struct frames *f)
{
	unsigned more = 0;

#ifdef PORT_SHARED
	for (unsigned i = 0; i < f->nb_shared; i++)
		more += frames_more_than_buffer(f->room, f->shared[i]);
	for (unsigned i = 0; i < f->nb_slots; i++)
		more += frames_more_than_buffer(f->room, f->slot[i]);
#else
	(void)f;
#endif
	return more;
}
