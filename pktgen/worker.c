/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a worker, in the order in which it happens.
 *
 * pktgen_open() makes it with worker_open() and gives it its flows by
 * ORDER_FLOW. From then on its core calls worker_step() over and over: orders
 * first, then what is to be sent, by engine_tx_step(), then what came, by
 * engine_rx_step().
 *
 * Every change of state is in this file. start() goes from idle to running: the
 * flows begin at frame 0, and begin() shifts their time to the first step, so
 * that what lay in between makes no frame late. A flow that comes to its limit
 * makes no more; with the last of them, at_limits() says so, and stop() has the
 * worker drain. Draining ends by ORDER_REST, when all that was sent is known to
 * have arrived: who knows that is rest.h. settle() keeps what it decides by.
 * pause() and resume() are for `stats clear`, which has to see the same moment
 * on both sides of a wire.
 */
#include "pktgen/worker.h"

#include <string.h>

#include "pktgen/engine.h"

#define FOR_EACH_FLOW(w, f)                             \
	for (unsigned i_ = 0; i_ < (w)->nb_flows; i_++) \
		for (struct flow *f = (w)->flow[i_]; f; f = NULL)

const struct worker_how worker_how_default = {
	.strategy = STRATEGY_SHARED,
	.burst = WORKER_BURST,
	.wait = WAIT_AUTO,
};

void worker_open(struct worker *w, struct port_queue *queue, unsigned mode)
{
	memset(w, 0, sizeof(*w));
	w->queue = queue;
	w->mode = mode;
	w->how = worker_how_default;
	wait_start(&w->wait, w->how.wait);
	w->stalled_ns = UINT64_MAX;
	outbox_init(&w->out);
}

/* ---- States ------------------------------------------------------------- */

/* The one way out of draining. */
static void rest(struct worker *w)
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

static void start(struct worker *w, uint64_t now_ns)
{
	if (worker_runs(w->state))
		return;
	if (!w->nb_flows && !(w->mode & MODE_REFLECT))
		return;
	/* The run before is over, though not all of it has arrived. */
	if (!w->out.nb)
		rest(w);
	w->done.in_flight = 0;
	FOR_EACH_FLOW(w, f)
		flow_start(f, &w->how, now_ns);
	w->begins = false;
	wait_start(&w->wait, w->how.wait);
	w->at_limit = false;
	w->run_packets = w->stats.tx_packets;
	w->moved_ns = now_ns;
	w->err = 0;
	w->state = WORKER_RUNNING;
}

static void start_limited(struct worker *w, const struct flow_limit *limit,
			  uint64_t now_ns)
{
	start(w, now_ns);
	w->begins = w->state == WORKER_RUNNING;
	FOR_EACH_FLOW(w, f)
		flow_limit(f, limit, now_ns);
}

/*
 * What was done between start and first step makes no frame of a run late that
 * ends by itself: it only ends later.
 */
static void begin(struct worker *w, uint64_t now_ns)
{
	if (w->state != WORKER_RUNNING)
		return;
	w->begins = false;
	FOR_EACH_FLOW(w, f)
		flow_begin(f, &w->how, now_ns);
}

/* What is under way is looked for anew. */
static void unsettle(struct worker *w)
{
	w->sent_ns = w->still_ns = 0;
	w->still = false;
}

static void stop(struct worker *w)
{
	if (!worker_runs(w->state))
		return;
	w->state = WORKER_DRAINING;
	unsettle(w);
}

static void pause(struct worker *w, uint64_t now_ns)
{
	if (w->state != WORKER_RUNNING)
		return;
	w->state = WORKER_PAUSED;
	w->pause_ns = now_ns;
	unsettle(w);
}

static void resume(struct worker *w, uint64_t now_ns)
{
	if (w->state != WORKER_PAUSED)
		return;
	w->state = WORKER_RUNNING;
	FOR_EACH_FLOW(w, f)
		flow_delay(f, now_ns - w->pause_ns);
}

static void end_lease(struct worker *w)
{
	if (!worker_runs(w->state))
		return;
	w->stats.tx_lease_ends += w->mode & MODE_TX ? 1 : 0;
	stop(w);
}

void worker_abandon(struct worker *w)
{
	w->stats.tx_skipped += w->out.nb;
	outbox_drop(&w->out, w->out.nb);
	w->at_limit = false;
	w->state = WORKER_IDLE;
}

/* ---- What is set -------------------------------------------------------- */

static void set_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	flow_set(f, &w->how, w->nb_flows, worker_runs(w->state), now_ns);
}

/* Each gets its part of the buffers; a pool that has more gives it back. */
static void add_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	w->flow[w->nb_flows++] = f;
	w->only = w->nb_flows == 1 ? f : NULL;
	engine_set_sender(w, f);
	if (worker_runs(w->state))
		flow_start(f, &w->how, now_ns);
	FOR_EACH_FLOW(w, each)
		set_flow(w, each, now_ns);
}

static void set_how(struct worker *w, const struct worker_how *how,
		    uint64_t now_ns)
{
	if (how->wait != w->how.wait)
		wait_start(&w->wait, how->wait);
	w->how = *how;
	FOR_EACH_FLOW(w, f)
		set_flow(w, f, now_ns);
}

static void set_mode(struct worker *w, unsigned mode, uint64_t now_ns)
{
	/* The time in which it was not to send is no debt. */
	if (!(w->mode & MODE_TX) && mode & MODE_TX) {
		FOR_EACH_FLOW(w, f)
			flow_forgive(f, &w->how, now_ns);
		w->moved_ns = now_ns;
	}
	if (!(w->mode & MODE_NULL) && mode & MODE_NULL)
		w->null_from = w->stats.tx_packets;
	if (w->mode & MODE_NULL && !(mode & MODE_NULL))
		w->nb_null += w->stats.tx_packets - w->null_from;
	if (mode & MODE_TX && !w->sender)
		engine_set_sender(w, w->flow[0]);
	w->mode = mode;
}

/* ---- Orders and views --------------------------------------------------- */

unsigned worker_in_flight(struct worker *w)
{
	unsigned surplus = 0;

	port_tx_reap(w->queue);
	/* Before the rest: what is back is freed by this. */
	FOR_EACH_FLOW(w, f)
		surplus += frames_surplus(&f->frames);
	return port_tx_out(w->queue) + surplus - w->out.nb;
}

/* Not running: when was all that it had sent with nobody any more? */
static void settle(struct worker *w, uint64_t now_ns)
{
	w->view.in_flight = 0;
	if (w->out.nb)
		return;
	if (!w->sent_ns)
		w->sent_ns = w->still_ns = now_ns;
	if (port_can_reap() && !w->still) {
		w->view.in_flight = worker_in_flight(w);
		w->still = !w->view.in_flight ||
			   now_ns >= w->sent_ns + WORKER_DEVICE_NS;
		if (!w->still)
			w->still_ns = now_ns;
	}
	w->still |= !port_can_reap();
}

/*
 * Whether frames have been due for WORKER_STALL_NS and the device took none.
 * In a mode that sends nothing none is due, unless it is still held.
 */
static bool stalled(const struct worker *w)
{
	return w->state != WORKER_IDLE && w->stalled_ns == w->moved_ns &&
	       (w->mode & (MODE_TX | MODE_REFLECT) || w->out.nb);
}

static bool limited(const struct worker *w)
{
	bool any = false;

	FOR_EACH_FLOW(w, f)
		any |= f->frames_left != FLOW_NO_LIMIT ||
		       f->until_ns != FLOW_NO_LIMIT;
	return any && worker_runs(w->state);
}

/* All but in_flight, which is true only where it was asked for. */
static void write_view(struct worker *w)
{
	struct worker_view *const v = &w->view;
	const uint64_t sends =
		w->mode & MODE_NULL ? w->null_from : w->stats.tx_packets;

	engine_charge(w);
	v->state = w->state;
	v->mode = w->mode;
	v->strategy =
		w->nb_flows ? w->flow[0]->frames.strategy : w->how.strategy;
	v->wait = w->wait;
	v->limited = limited(w);
	v->stalled = stalled(w);
	v->moved_ns = w->moved_ns;
	v->stalled_ns = w->stalled_ns;
	v->stalled_at = w->stalled_at;
	v->err = w->err;
	v->nb_held = w->out.nb;
	v->sent_ns = w->sent_ns;
	v->still_ns = w->still_ns;
	v->still = w->still;
	v->last_rx_ns = w->last_rx_ns;
	v->run_packets = w->run_packets;
	v->sent = sends - w->nb_null;
	v->received = w->stats.rx_packets + w->stats.rx_ignored +
		      w->stats.rx_oversize;
	v->done = w->done;
	v->stats = w->stats;
}

static void count(struct worker *w, uint64_t now_ns)
{
	if (w->state & (WORKER_PAUSED | WORKER_DRAINING))
		settle(w, now_ns);
	w->view.in_flight = worker_in_flight(w);
	write_view(w);
}

void worker_give(struct worker *w, const struct worker_order *o)
{
	switch (o->kind) {
	case ORDER_START:
		start(w, o->now_ns);
		break;
	case ORDER_START_LIMITED:
		start_limited(w, &o->limit, o->now_ns);
		break;
	case ORDER_STOP:
		stop(w);
		break;
	case ORDER_END_LEASE:
		end_lease(w);
		break;
	case ORDER_REST:
		rest(w);
		break;
	case ORDER_PAUSE:
		pause(w, o->now_ns);
		break;
	case ORDER_RESUME:
		resume(w, o->now_ns);
		break;
	case ORDER_ABANDON:
		worker_abandon(w);
		break;
	case ORDER_MODE:
		set_mode(w, o->mode, o->now_ns);
		break;
	case ORDER_HOW:
		set_how(w, &o->how, o->now_ns);
		break;
	case ORDER_PROGRAM:
		flow_switch(o->flow, &o->pacing);
		set_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_FLOW:
		flow_switch(o->flow, &o->pacing);
		add_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_TAP:
		w->tap = o->taps;
		break;
	case ORDER_LOOK:
		write_view(w);
		break;
	case ORDER_COUNT:
		count(w, o->now_ns);
		break;
	}
}

/* ---- A step ------------------------------------------------------------- */

static bool all_over(const struct worker *w, uint64_t now_ns)
{
	for (unsigned i = 0; i < w->nb_flows; i++)
		if (!flow_over(w->flow[i], w->mode & MODE_TX, now_ns))
			return false;
	return w->nb_flows;
}

/* True when the run makes no more frames. */
static inline bool at_limits(const struct worker *w, uint64_t now_ns)
{
	const struct flow *first = w->flow[0];

	if (likely(first && first->frames_left && now_ns < first->until_ns))
		return false;
	return all_over(w, now_ns);
}

static unsigned send(struct worker *w, uint64_t now_ns)
{
	unsigned moved = 0;

	if (unlikely(w->begins))
		begin(w, now_ns);
	if (w->mode & MODE_TX || w->out.nb)
		moved = engine_tx_step(w, now_ns);
	if (w->state == WORKER_RUNNING && at_limits(w, now_ns)) {
		stop(w);
		w->at_limit = true;
	}
	if (unlikely(w->state & (WORKER_PAUSED | WORKER_DRAINING)))
		settle(w, now_ns);
	return moved;
}

unsigned worker_step(struct worker *w, uint64_t now_ns)
{
	unsigned moved = 0;

	if (w->state != WORKER_IDLE)
		moved = send(w, now_ns);
	return moved + engine_rx_step(w, now_ns);
}

static bool any_unpaced(const struct worker *w)
{
	FOR_EACH_FLOW(w, f)
		if (f->pacer.unpaced)
			return true;
	return false;
}

enum wait_kind worker_wait(struct worker *w, uint64_t now_ns)
{
	const bool sends = w->state == WORKER_RUNNING && w->mode & MODE_TX;

	if (w->state == WORKER_IDLE)
		return WAIT_AUTO;
	/* All buffers being out is a full ring, too. */
	if (w->out.nb || (sends && w->starved) ||
	    (sends && !w->how.drops && any_unpaced(w)))
		return wait_full(&w->wait, w->stats.tx_packets, now_ns);
	/* A frame falls due soon, or what comes is sent back at once. */
	return sends || w->mode & MODE_REFLECT ? WAIT_PAUSE : WAIT_AUTO;
}
