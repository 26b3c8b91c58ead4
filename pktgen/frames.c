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

int frames_open(struct frames *f, struct port *port, struct uk_alloc *a)
{
	memset(f, 0, sizeof(*f));
	f->port = port;
	f->held = f->kept;
#ifdef PORT_SHARED
	f->slot = uk_malloc(a, port->nb_tx_bufs * sizeof(f->slot[0]));
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

/* ---- Those that are held ------------------------------------------------ */

uint64_t frames_sent_some(struct frames *f, unsigned n)
{
	const uint64_t all = f->held_bytes;
	uint64_t left;

	f->held += n;
	f->nb_held -= n;
	left = (uint64_t)f->nb_held * (f->held_len + ETH_FCS_LEN);
	for (unsigned i = 0; !f->held_len && i < f->nb_held; i++)
		left += f->held[i]->len;
	f->held_bytes = left;
	return all - left;
}

uint64_t frames_drop(struct frames *f, unsigned n)
{
	struct uk_netbuf **const held = f->held;
	const uint64_t bytes = frames_sent(f, n);

#ifdef PORT_SHARED
	if (f->strategy == STRATEGY_POOL && !f->nb_held)
		frames_unmake_pool(f, held, n);
#endif

	for (unsigned i = 0; i < n; i++) {
#ifdef PORT_SHARED
		if (likely(held[i]->refcount > 1)) {
			held[i]->refcount--;
			continue;
		}
#endif
		port_frame_free(held[i]);
	}
	return bytes;
}

/* Lets go of where they came from. */
static void keep_held(struct frames *f)
{
	memmove(f->kept, f->held, f->nb_held * sizeof(f->held[0]));
	f->held = f->kept;
}

void frames_hold(struct frames *f, struct uk_netbuf *const pkts[], unsigned n)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		f->kept[i] = pkts[i];
		bytes += pkts[i]->len;
	}
	f->held = f->kept;
	f->nb_held = n;
	f->held_len = 0;
	f->held_bytes = bytes + (uint64_t)n * ETH_FCS_LEN;
}

/* ---- Allocated one by one ----------------------------------------------- */

static unsigned make_alone(struct frames *f, const struct program *prog,
			   struct program_at *at, unsigned n, uint64_t now_ns)
{
	const bool create = f->strategy == STRATEGY_CREATE;

	unsigned i;

	for (i = 0; i < n; i++) {
		struct uk_netbuf *nb = frames_alloc(f);

		if (unlikely(!nb))
			break;
		nb->len = create ? program_create(prog, at, now_ns, nb->data)
				 : program_next(prog, at, now_ns, nb->data);
		f->kept[i] = nb;
	}
	frames_hold(f, f->kept, i);
	f->starved = i < n;
	if (unlikely(!i))
		port_tx_reap(f->port);
	return i;
}

struct uk_netbuf *frames_alloc(struct frames *f)
{
	struct uk_netbuf *nb = port_frame_alloc(f->port);

#ifdef PORT_SHARED
	if (unlikely(!nb && f->retired)) {
		frames_sweep(f);
		nb = port_frame_alloc(f->port);
	}
#endif
	return nb;
}

/* ---- All of them -------------------------------------------------------- */

void frames_set(struct frames *f, const struct program *prog,
		enum strategy asked, bool spare)
{
	enum strategy strategy = frames_strategy(asked, prog);

	keep_held(f);
	f->starved = false;
#ifdef PORT_SHARED
	f->max_slots = spare ? f->port->nb_tx_bufs : f->port->nb_tx_desc;
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
#endif
	f->strategy = strategy;
}

unsigned frames_make(struct frames *f, const struct program *prog,
		     struct program_at *at, unsigned n, uint64_t now_ns)
{
#ifdef PORT_SHARED
	if (likely(f->strategy == STRATEGY_SHARED))
		return frames_make_shared(f, prog, at, n);
	if (likely(f->strategy == STRATEGY_POOL))
		return frames_make_pool(f, prog, at, n, now_ns);
#endif
	return make_alone(f, prog, at, n, now_ns);
}

unsigned frames_in_flight(struct frames *f)
{
	unsigned n;

	port_tx_reap(f->port);
#ifdef PORT_SHARED
	frames_sweep(f);
	/* Some buffers are out more than once. */
	n = port_tx_out(f->port) + frames_more_than_buffers(f);
#else
	n = port_tx_out(f->port);
#endif
	return n - f->nb_held;
}
