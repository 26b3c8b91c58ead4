/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/core.h"

#include "pktgen/forward.h"
#include "pktgen/schedule.h"

/* None of them had a step for that long, or since it was started. */
static COLD void note_gap(struct core *c, uint64_t now_ns)
{
	c->away_ns += now_ns - c->now_ns - CORE_GAP_NS;
	for (unsigned i = 0; i < c->nb_workers; i++) {
		struct worker *const w = c->worker[i];
		const uint64_t from_ns = MAX(c->now_ns, w->epoch_ns);

		w->away_ns += now_ns - c->now_ns - CORE_GAP_NS;
		if (w->state != WORKER_RUNNING || now_ns <= from_ns)
			continue;
		w->gap_ns = MAX(w->gap_ns, now_ns - from_ns);
		w->stood_ns += now_ns - from_ns;
	}
}

/*
 * The time of a step that is not soon after the last, or before it: another
 * core has had a worker at a later time.
 */
static COLD uint64_t unlike_the_last(struct core *c, uint64_t now_ns)
{
	if (now_ns < c->now_ns)
		return c->now_ns;
	note_gap(c, now_ns);
	return now_ns;
}

static NOINLINE void time_poll(struct core_times *t, uint64_t now_ns)
{
	if (t->last_ns)
		histogram_add(&t->poll, now_ns - t->last_ns, 1);
	t->last_ns = now_ns;
}

/* The clocks of cores agree nearly: what was a time for all stays that. */
static inline uint64_t clock_from(const struct core *c, uint64_t now_ns)
{
	const uint64_t ns = c->clock_ns();

	return MAX(ns, now_ns);
}

/* After a worker's step that had this time, and moved frames. */
static NOINLINE void time_worker(const struct core *c, const struct worker *w,
				 uint64_t now_ns)
{
	if (c->clock_ns && w->state == WORKER_RUNNING && w->mode & MODE_TX)
		histogram_add(&c->times->hand_over,
			      clock_from(c, now_ns) - now_ns, 1);
}

/*
 * What others gave the devices of idle workers. Few of them have something, so
 * it is asked for when no frame moves, or seldom.
 */
#define ASK_QUIET 8 /* steps */
#define ASK_BUSY 64

static NOINLINE void ask_idle(struct core *c)
{
	c->nb_asked = 0;
	for (unsigned i = 0; i < c->nb_workers; i++)
		if (c->worker[i]->state == WORKER_IDLE)
			worker_ask(c->worker[i]);
}

unsigned core_step(struct core *c, uint64_t now_ns, unsigned *states)
{
	unsigned moved = 0, all = c->also, n;

	if (unlikely(now_ns - c->now_ns >= CORE_GAP_NS))
		now_ns = unlike_the_last(c, now_ns);
	if (unlikely(c->times != NULL))
		time_poll(c->times, now_ns);
	for (unsigned i = 0; i < c->nb_workers; i++) {
		struct worker *const w = c->worker[i];

		if (moved && c->clock_ns &&
		    (w->state == WORKER_RUNNING || w->tap.rx))
			now_ns = clock_from(c, now_ns);
		n = worker_step(w, now_ns);
		moved += n;
		all |= w->state;
		if (unlikely(c->times && n))
			time_worker(c, w, now_ns);
	}
	if (unlikely(++c->nb_asked >= (moved ? ASK_BUSY : ASK_QUIET)))
		ask_idle(c);
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
		if (w->state != WORKER_IDLE || w->tap.rx ||
		    (NODES && w->node && node_awaits(w->node, now_ns)))
			return 0;
		if (w->last_rx_ns)
			quiet_ns = MIN(quiet_ns, now_ns - w->last_rx_ns);
	}
	return quiet_ns;
}

uint64_t core_sleep_ns(const struct core *c, uint64_t now_ns)
{
	const uint64_t quiet_ns = quiet_for(c, now_ns);

	if (quiet_ns < CORE_AWAKE_NS)
		return 0;
	if (c->wakes)
		return CORE_SLEEP_NS;
	return MIN(quiet_ns / CORE_QUIET_PART,
		   c->also & CORE_NODES ? CORE_NODES_SLEEP_NS : CORE_SLEEP_NS);
}

static bool any_unpaced(const struct worker *w)
{
	return w->only ? w->only->pacer.unpaced : w->round.nb_flows;
}

/* When its next frame is due, or its run ends. */
static uint64_t next_ns(const struct worker *w)
{
	return w->only ? schedule_due(w->only)
		       : w->epoch_ns + turns_key(&w->due);
}

/* Until when it may halt, as its next frame is due later; 0: it may not. */
static uint64_t nap_until(const struct worker *w, uint64_t now_ns)
{
	uint64_t until_ns;

	if (w->wait.set != WAIT_HALT || w->state != WORKER_RUNNING ||
	    (w->mode & (MODE_TX | MODE_RELAYS)) != MODE_TX || w->begins ||
	    w->out.nb || w->starved)
		return 0;
	until_ns = next_ns(w) - WAIT_NAP_END_NS;
	return (int64_t)(until_ns - now_ns) >= (int64_t)WAIT_NAP_MIN_NS
		       ? until_ns
		       : 0;
}

/*
 * After a step that moved nothing; WAIT_AUTO where it is all the same to this
 * worker.
 */
static enum wait_kind wait_of(struct worker *w, uint64_t now_ns)
{
	const bool sends = w->state == WORKER_RUNNING && w->mode & MODE_TX;

	if (w->state == WORKER_IDLE)
		return WAIT_AUTO;
	if (w->from_ns)
		return WAIT_PAUSE;
	/* All buffers being out is a full ring, too. */
	if (w->out.nb || (FORWARDS && forward_blocked(w)) ||
	    (sends && w->starved) || (sends && !w->how.drops && any_unpaced(w)))
		return wait_full(&w->wait, w->stats.tx_packets, now_ns);
	if (unlikely(w->wait.set == WAIT_HALT) && nap_until(w, now_ns))
		return WAIT_HALT;
	/* A frame falls due soon, or what comes is sent back at once. */
	return sends || w->mode & MODE_RELAYS ? WAIT_PAUSE : WAIT_AUTO;
}

enum wait_kind core_wait(const struct core *c, uint64_t now_ns)
{
	enum wait_kind least = WAIT_AUTO, kind;

	for (unsigned i = 0; i < c->nb_workers; i++) {
		kind = wait_of(c->worker[i], now_ns);
		least = MIN(least, kind);
	}
	if (least != WAIT_AUTO)
		return least;
	return quiet_for(c, now_ns) < CORE_PAUSE_NS ? WAIT_PAUSE : WAIT_HALT;
}

uint64_t core_halt_until(const struct core *c, uint64_t now_ns)
{
	uint64_t until_ns = now_ns + WAIT_NAP_MAX_NS, nap_ns;
	bool naps = false;

	for (unsigned i = 0; i < c->nb_workers; i++) {
		const struct worker *w = c->worker[i];

		if (!(w->state != WORKER_IDLE && w->mode & MODE_TX))
			continue;
		nap_ns = nap_until(w, now_ns);
		naps = nap_ns;
		if (!naps)
			break;
		until_ns = MIN(until_ns, nap_ns);
	}
	return naps && c->wakes && !(c->also & CORE_BESIDE)
		       ? until_ns
		       : now_ns + WAIT_HALT_NS;
}
