/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/frames.h"

#include <string.h>

#include "pktgen/frames_impl.h"

enum strategy frames_strategy(enum strategy asked, const struct program *prog)
{
#ifndef PORT_SHARED
	(void)prog;
	return MIN(asked, STRATEGY_COPY);
#else
	return asked == STRATEGY_SHARED && program_edits(prog) ? STRATEGY_POOL
							       : asked;
#endif
}

int frames_open(struct frames *f, struct port_queue *queue, struct outbox *out,
		struct uk_alloc *a)
{
	memset(f, 0, sizeof(*f));
	f->queue = queue;
	f->out = out;
#ifdef PORT_SHARED
	f->slot = uk_malloc(a, queue->port->nb_tx_bufs * sizeof(f->slot[0]));
	if (!f->slot)
		return -ENOMEM;
#else
	(void)a;
#endif
	return 0;
}

void frames_close(struct frames *f, struct uk_alloc *a)
{
	if (f->slot)
		uk_free(a, f->slot);
	f->slot = NULL;
}

/* ---- Allocated one by one ----------------------------------------------- */

static unsigned make_alone(struct frames *f, const struct program *prog,
			   struct program_at *at, unsigned n, uint64_t now_ns)
{
	const bool create = f->strategy == STRATEGY_CREATE;
	struct uk_netbuf **const made = f->out->kept;
	unsigned i;

	for (i = 0; i < n; i++) {
		struct uk_netbuf *nb = frames_alloc(f);

		if (unlikely(!nb))
			break;
		nb->len = create ? program_create(prog, at, now_ns, nb->data)
				 : program_next(prog, at, now_ns, nb->data);
		made[i] = nb;
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
	if (unlikely(!nb && f->retired)) {
		frames_sweep(f);
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

void frames_set(struct frames *f, const struct program *prog,
		enum strategy asked, bool spare, unsigned share)
{
	enum strategy strategy = frames_strategy(asked, prog);

	if (f->out->from == f)
		outbox_keep(f->out);
	f->starved = false;
#ifdef PORT_SHARED
	f->max_slots = (spare ? f->queue->port->nb_tx_bufs
			      : f->queue->port->nb_tx_desc) /
		       share;
	frames_sweep(f);
	frames_leave_shared(f);
	if (strategy != STRATEGY_POOL || f->nb_slots > f->max_slots)
		frames_leave_pool(f);
	f->generation++;
	f->nb_lanes = program_lanes(prog);
	f->heads_last = 0;
	f->run.last = 0;
	if (strategy == STRATEGY_SHARED && !frames_enter_shared(f, prog))
		strategy = STRATEGY_COPY;
#else
	(void)spare;
	(void)share;
#endif
	f->strategy = strategy;
	f->make = make_by[strategy];
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

unsigned frames_surplus(struct frames *f)
{
#ifdef PORT_SHARED
	frames_sweep(f);
	return frames_more_than_buffers(f);
#else
	(void)f;
	return 0;
#endif
}
