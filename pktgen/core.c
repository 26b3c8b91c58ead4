/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/core.h"

/* None of them had a step for that long, or since it was started. */
static COLD void note_gap(struct core *c, uint64_t now_ns)
{
	for (unsigned i = 0; i < c->nb_workers; i++) {
		struct worker *const w = c->worker[i];
		const uint64_t from_ns = MAX(c->now_ns, w->epoch_ns);

		if (w->state == WORKER_RUNNING && now_ns > from_ns)
			w->gap_ns = MAX(w->gap_ns, now_ns - from_ns);
	}
}

unsigned core_step(struct core *c, uint64_t now_ns, unsigned *states)
{
	unsigned moved = 0, all = 0;

	if (unlikely(now_ns - c->now_ns >= CORE_GAP_NS))
		note_gap(c, now_ns);
	for (unsigned i = 0; i < c->nb_workers; i++) {
		struct worker *const w = c->worker[i];

		if (moved && c->clock_ns &&
		    (w->state == WORKER_RUNNING || w->tap.rx))
			now_ns = c->clock_ns();
		moved += worker_step(w, now_ns);
		all |= w->state;
	}
	*states = all;
	c->now_ns = now_ns;
	return moved;
}

/* The time without a frame, as far as it counts; 0 while a worker is active. */
static uint64_t quiet_for(const struct core *c, uint64_t now_ns)
{
	uint64_t quiet_ns = CORE_SLEEP_NS * CORE_QUIET_PART;

	for (unsigned i = 0; i < c->nb_workers; i++) {
		const struct worker *w = c->worker[i];

		/* A frame's time is when it is looked at. */
		if (w->state != WORKER_IDLE || w->tap.rx)
			return 0;
		if (w->last_rx_ns)
			quiet_ns = MIN(quiet_ns, now_ns - w->last_rx_ns);
	}
	return quiet_ns;
}

uint64_t core_sleep_ns(const struct core *c, uint64_t now_ns)
{
	const uint64_t quiet_ns = quiet_for(c, now_ns);

	return quiet_ns < CORE_AWAKE_NS ? 0 : quiet_ns / CORE_QUIET_PART;
}

enum wait_kind core_wait(const struct core *c, uint64_t now_ns)
{
	enum wait_kind least = WAIT_AUTO, kind;

	for (unsigned i = 0; i < c->nb_workers; i++) {
		kind = worker_wait(c->worker[i], now_ns);
		least = MIN(least, kind);
	}
	if (least != WAIT_AUTO)
		return least;
	return quiet_for(c, now_ns) < CORE_PAUSE_NS ? WAIT_PAUSE : WAIT_HALT;
}
