/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/frames.h"

#include <string.h>

#include "pktgen/frames_impl.h"
#include "pktgen/play.h"
#include "pktgen/program_edit.h"

enum strategy frames_strategy(enum strategy asked, const struct program *prog)
{
#ifndef PORT_SHARED
	(void)prog;
	return MIN(asked, STRATEGY_COPY);
#else
	return asked == STRATEGY_SHARED && (PLAYS(prog) || program_edits(prog))
		       ? STRATEGY_POOL
		       : asked;
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
	frames_leave_pool(r);
	for (struct uk_netbuf *nb = r->retired, *next; nb; nb = next) {
		next = nb->priv;
		nb->refcount = 1;
		port_frame_free(nb);
	}
	r->retired = NULL;
	frames_free_blocks(r);
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
}

void frames_close(struct frames *f)
{
	if (f->out && f->out->from == f)
		outbox_keep(f->out);
#ifdef PORT_SHARED
	frames_leave_shared(f);
	frames_leave_each(f);
#endif
}

/* ---- Allocated one by one ----------------------------------------------- */

static struct uk_netbuf *one_alone(struct frames *f, const struct program *prog,
				   struct program_at *at, uint64_t stamp)
{
	struct uk_netbuf *nb = frames_alloc(f);

	if (likely(nb))
		nb->len = PLAYS(prog) ? play_next(prog, at, nb->data)
			  : f->strategy == STRATEGY_CREATE
				  ? program_create(prog, at, stamp, nb->data)
				  : program_next(prog, at, stamp, nb->data);
	return nb;
}

static unsigned make_alone(struct frames *f, const struct program *prog,
			   struct program_at *at, unsigned n, uint64_t stamp)
{
	struct uk_netbuf **const made = f->out->kept;
	unsigned i;

	for (i = 0; i < n; i++) {
		made[i] = one_alone(f, prog, at, stamp);
		if (unlikely(!made[i]))
			break;
	}
	outbox_hold(f->out, made, i);
	f->starved = i < n;
	if (unlikely(!i))
		port_tx_reap(f->queue);
	return i;
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
	[STRATEGY_CREATE] = make_alone,
	[STRATEGY_COPY] = make_alone,
#ifdef PORT_SHARED
	[STRATEGY_POOL] = frames_make_pool,
	[STRATEGY_SHARED] = frames_make_shared,
#endif
};

struct uk_netbuf *frames_one_own(struct frames *f, const struct program *prog,
				 struct program_at *at, uint64_t stamp)
{
	struct uk_netbuf *nb;

#ifdef PORT_SHARED
	if (f->strategy == STRATEGY_SHARED) {
		nb = f->shared[program_step(prog, at)];
		nb->refcount++;
		return nb;
	}
	if (likely(f->each))
		return frames_one_each(f, prog, at, stamp);
	if (likely(f->strategy == STRATEGY_POOL))
		return frames_one_slot(f, prog, at, stamp);
#endif
	nb = one_alone(f, prog, at, stamp);
	if (unlikely(!nb))
		port_tx_reap(f->queue);
	return nb;
}

#ifdef PORT_SHARED
/* What all of a queue have is as they are asked to make frames. */
static void set_room(struct frames_room *r, enum strategy strategy, bool spare,
		     bool alone)
{
	const struct port *p = r->queue->port;

	r->max_slots = spare ? p->nb_tx_bufs : p->nb_tx_desc;
	frames_sweep(r);
	if (strategy < STRATEGY_POOL || (alone && strategy != STRATEGY_POOL) ||
	    r->nb_slots > r->max_slots)
		frames_leave_pool(r);
	r->nb_fresh = 0;
}
#endif

void frames_set(struct frames *f, struct outbox *out,
		const struct program *prog, enum strategy asked, bool spare,
		bool alone)
{
	enum strategy strategy = frames_strategy(asked, prog);

	if (f->out && f->out->from == f)
		outbox_keep(f->out);
	f->out = out;
	f->starved = false;
#ifdef PORT_SHARED
	out->room = f->room;
	set_room(f->room, strategy, spare, alone);
	frames_leave_shared(f);
	frames_leave_each(f);
	f->generation = ++f->room->generation;
	f->nb_lanes = PLAYS(prog) ? PROGRAM_LANES_MAX + 1 : program_lanes(prog);
	f->columns = program_has_columns(prog);
	f->run.last = 0;
	f->run_of = NULL;
	if (strategy == STRATEGY_SHARED && !frames_enter_shared(f, prog, alone))
		strategy = STRATEGY_POOL;
	if (strategy == STRATEGY_POOL && !alone)
		frames_enter_each(f, prog);
#else
	(void)spare;
	(void)alone;
#endif
	f->strategy = strategy;
	f->make = make_by[strategy];
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

void frames_unmake(struct frames_room *r, struct uk_netbuf *const *pkts,
		   unsigned n)
{
#ifdef PORT_SHARED
	/* Without spare ones there is no need. */
	if (r->max_slots <= r->queue->port->nb_tx_desc)
		return;
	while (n-- && r->next_slot) {
		if (r->slot[r->next_slot - 1] != pkts[n])
			continue;
		r->next_slot--;
		if (r->nb_fresh < r->nb_slots)
			r->nb_fresh -= MIN(r->nb_fresh, 1);
	}
#else
	(void)r;
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
	for (unsigned i = 0; i < r->nb_slots; i++)
		more += frames_more_than_buffer(r, r->slot[i]);
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
#else
	(void)f;
#endif
	return more;
}

COLD void frames_pass(struct frames *f, const struct program_at *at, uint64_t n)
{
	if (!f->run_of || f->run_at != at->frame || f->run.last <= n)
		return;
	program_run_pass(&f->run, (unsigned)n);
	f->run_at += n;
}
