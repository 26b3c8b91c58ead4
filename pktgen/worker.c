/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/worker.h"

#include <string.h>

#include "pktgen/engine.h"

const struct worker_how worker_how_default = {
	.strategy = STRATEGY_SHARED,
	.burst = WORKER_BURST,
	.pace = {PACE_EVEN, PACE_CATCHUP, WORKER_BURST},
	.wait = WAIT_AUTO,
};

int worker_open(struct worker *w, struct port *port, unsigned mode,
		struct uk_alloc *a)
{
	memset(w, 0, sizeof(*w));
	w->port = port;
	w->mode = mode;
	w->how = worker_how_default;
	wait_start(&w->wait, w->how.wait);
	w->stalled_ns = UINT64_MAX;
	return frames_open(&w->frames, port, a);
}

void worker_close(struct worker *w, struct uk_alloc *a)
{
	frames_close(&w->frames, a);
}

struct program *worker_spare_program(struct worker *w)
{
	return &w->prog[!w->active];
}

static struct pacing pacing(const struct worker *w)
{
	const struct program *prog = &w->prog[w->active];

	return (struct pacing){
		.gap = prog->gap,
		.unpaced = prog->unpaced,
		.pace = w->how.pace,
		.burst = w->how.burst,
		.seed = w->port->id,
	};
}

static void start_pacer(struct worker *w, uint64_t now_ns)
{
	const struct pacing p = pacing(w);

	pacer_start(&w->pacer, &p, now_ns);
}

/* What was set anew counts from the next frame on. */
static void change_pacer(struct worker *w, uint64_t now_ns)
{
	const struct pacing p = pacing(w);

	if (worker_runs(w))
		pacer_change(&w->pacer, &p, now_ns);
}

void worker_set_program(struct worker *w, uint64_t now_ns)
{
	const struct program *prog = worker_spare_program(w);

	program_switch(&w->prog[w->active], prog, &w->at);
	w->active = !w->active;
	frames_set(&w->frames, prog, w->how.strategy, w->how.drops);
	change_pacer(w, now_ns);
}

void worker_set_how(struct worker *w, const struct worker_how *how,
		    uint64_t now_ns)
{
	if (how->wait != w->how.wait)
		wait_start(&w->wait, how->wait);
	w->how = *how;
	change_pacer(w, now_ns);
	frames_set(&w->frames, &w->prog[w->active], how->strategy, how->drops);
}

void worker_set_mode(struct worker *w, unsigned mode, uint64_t now_ns)
{
	/* The time in which it was not to send is no debt. */
	if (!(w->mode & MODE_TX) && mode & MODE_TX) {
		start_pacer(w, now_ns);
		w->moved_ns = now_ns;
	}
	if (!(w->mode & MODE_NULL) && mode & MODE_NULL)
		w->null_from = w->stats.tx_packets;
	if (w->mode & MODE_NULL && !(mode & MODE_NULL))
		w->nb_null += w->stats.tx_packets - w->null_from;
	w->mode = mode;
}

void worker_start(struct worker *w, uint64_t now_ns)
{
	if (worker_runs(w))
		return;
	/* The run before is over, though not all of it has arrived. */
	if (!w->frames.nb_held)
		worker_rest(w);
	w->done.in_flight = 0;
	start_pacer(w, now_ns);
	w->begins = false;
	wait_start(&w->wait, w->how.wait);
	w->at = (struct program_at){0};
	w->frames_left = WORKER_NO_LIMIT;
	w->until_ns = WORKER_NO_LIMIT;
	w->at_limit = false;
	w->run_packets = w->stats.tx_packets;
	w->moved_ns = now_ns;
	w->err = 0;
	w->state = WORKER_RUNNING;
}

void worker_start_limited(struct worker *w, const struct worker_limit *limit,
			  uint64_t now_ns)
{
	worker_start(w, now_ns);
	w->begins = true;
	w->frames_left = limit->frames;
	if (limit->time_ns != WORKER_NO_LIMIT)
		w->until_ns = now_ns + limit->time_ns;
}

void worker_stop(struct worker *w)
{
	if (!worker_runs(w))
		return;
	w->state = WORKER_DRAINING;
	w->sent_ns = w->still_ns = 0;
}

void worker_pause(struct worker *w, uint64_t now_ns)
{
	if (w->state != WORKER_RUNNING)
		return;
	w->state = WORKER_PAUSED;
	w->pause_ns = now_ns;
	w->sent_ns = w->still_ns = 0;
}

void worker_resume(struct worker *w, uint64_t now_ns)
{
	const uint64_t ns = now_ns - w->pause_ns;

	if (w->state != WORKER_PAUSED)
		return;
	w->state = WORKER_RUNNING;
	pacer_delay(&w->pacer, ns);
	if (w->until_ns != WORKER_NO_LIMIT)
		w->until_ns += ns;
}

void worker_end_lease(struct worker *w)
{
	if (!worker_runs(w))
		return;
	w->stats.tx_lease_ends += w->mode & MODE_TX ? 1 : 0;
	worker_stop(w);
}

void worker_abandon(struct worker *w)
{
	w->stats.tx_skipped += w->frames.nb_held;
	frames_drop(&w->frames, w->frames.nb_held);
	w->at_limit = false;
	w->state = WORKER_IDLE;
}

/* True when the run will build no more frames. */
static bool limit_reached(const struct worker *w, uint64_t now_ns)
{
	if (likely(w->frames_left && now_ns < w->until_ns))
		return false;
	/* Late frames are still built, but not of a mode that does not send. */
	return !w->frames_left || !(w->mode & MODE_TX) ||
	       pacer_next_ns(&w->pacer) >= w->until_ns || w->pacer.unpaced;
}

/* What was done between start and first step makes no frame of a run late that
 * ends by itself: it only ends later. */
static void begin(struct worker *w, uint64_t now_ns)
{
	if (w->state != WORKER_RUNNING)
		return;
	w->begins = false;
	if (w->until_ns != WORKER_NO_LIMIT)
		w->until_ns += now_ns - w->pacer.next_ns;
	start_pacer(w, now_ns);
}

void worker_rest(struct worker *w)
{
	if (w->state != WORKER_DRAINING)
		return;
	w->state = WORKER_IDLE;
	if (!w->at_limit)
		return;
	w->at_limit = false;
	w->done.runs++;
	w->done.packets = w->stats.tx_packets - w->run_packets;
	w->done.at_ns = w->sent_ns;
	w->done.in_flight = port_can_reap() ? worker_in_flight(w) : 0;
}

unsigned worker_step(struct worker *w, uint64_t now_ns)
{
	unsigned moved = 0;

	if (w->state != WORKER_IDLE) {
		if (unlikely(w->begins))
			begin(w, now_ns);
		if (w->mode & MODE_TX || w->frames.nb_held)
			moved = engine_tx_step(w, now_ns);
		if (w->state == WORKER_RUNNING && limit_reached(w, now_ns)) {
			worker_stop(w);
			w->at_limit = true;
		}
		if (w->state != WORKER_RUNNING && !w->frames.nb_held &&
		    !w->sent_ns)
			w->sent_ns = w->still_ns = now_ns;
	}
	return moved + engine_rx_step(w, now_ns);
}

enum wait_kind worker_wait(struct worker *w, uint64_t now_ns)
{
	const bool sends = w->state == WORKER_RUNNING && w->mode & MODE_TX;

	if (w->state == WORKER_IDLE)
		return WAIT_AUTO;
	/* All buffers being out is a full ring, too. */
	if (w->frames.nb_held || (sends && w->frames.starved) ||
	    (sends && w->pacer.unpaced && !w->how.drops))
		return wait_full(&w->wait, w->stats.tx_packets, now_ns);
	/* A frame falls due soon, or what comes is sent back at once. */
	return sends || w->mode & MODE_REFLECT ? WAIT_PAUSE : WAIT_AUTO;
}
