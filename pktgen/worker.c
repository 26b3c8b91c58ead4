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

#include <errno.h>
#include <string.h>

#include "pktgen/chain.h"
#include "pktgen/engine.h"
#include "pktgen/replay.h"
#include "pktgen/schedule.h"
#include "pktgen/worker_impl.h"

const struct worker_how worker_how_default = {
	.strategy = STRATEGY_SHARED,
	.burst = WORKER_BURST,
	.wait = WAIT_AUTO,
	.queues = PORT_QUEUES_MAX,
	.impair = IMPAIR_HOW_DEFAULT,
};

int worker_open(struct worker *w, struct port_queue *queue, unsigned mode,
		struct uk_alloc *a)
{
	int rc;

	memset(w, 0, sizeof(*w));
	w->queue = queue;
	w->mode = mode;
	w->how = worker_how_default;
	wait_start(&w->wait, w->how.wait);
	w->stalled_ns = UINT64_MAX;
	outbox_init(&w->out);
	rc = frames_room_open(&w->room, queue, a);
	if (!rc)
		rc = worker_reserve(w, 1);
	if (rc < 0)
		worker_close(w);
	return rc;
}

void worker_close(struct worker *w)
{
	struct uk_alloc *heap = w->room.heap;

	schedule_close(w);
	uk_free(heap, w->flow);
	frames_room_close(&w->room);
}

int worker_reserve(struct worker *w, unsigned n)
{
	struct uk_alloc *heap = w->room.heap;
	const unsigned max = MAX(n, 2 * w->max_flows);
	struct flow **flow;

	if (n <= w->max_flows)
		return 0;
	flow = uk_malloc(heap, max * sizeof(flow[0]));
	if (!flow || schedule_reserve(w, max) < 0) {
		uk_free(heap, flow);
		return -ENOMEM;
	}
	if (w->flow)
		memcpy(flow, w->flow, w->nb_flows * sizeof(flow[0]));
	uk_free(heap, w->flow);
	w->flow = flow;
	w->max_flows = max;
	return 0;
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

void worker_set_only(struct worker *w)
{
	struct flow *first = w->nb_flows == 1 ? w->flow[0] : NULL;

	w->only = first && first->state == FLOW_RUNS ? first : NULL;
	w->begins |= first && first->state == FLOW_WAITS;
	if (w->only && w->sender != w->only)
		engine_set_sender(w, w->only);
}

static void set_state(struct worker *w, struct flow *f, enum flow_state state)
{
	schedule_state(w, f, state);
	worker_set_only(w);
}

static void start_worker(struct worker *w, uint64_t now_ns)
{
	/* The run before is over, though not all of it has arrived. */
	if (!worker_held(w))
		rest(w);
	w->done.in_flight = 0;
	w->begins = false;
	wait_start(&w->wait, w->how.wait);
	w->at_limit = false;
	w->all_over = false;
	w->round.at = 0;
	w->epoch_ns = now_ns;
	w->lag_ns = w->gap_ns = 0;
	w->run_packets = w->stats.tx_packets;
	w->moved_ns = now_ns;
	w->err = 0;
	if (FORWARDS)
		forward_begin(w);
	w->state = WORKER_RUNNING;
}

COLD static void start(struct worker *w, const struct worker_order *o)
{
	struct flow *f = o->flow;

	if (!f && !(w->mode & MODE_RELAYS))
		return;
	if (!worker_runs(w->state)) {
		start_worker(w, o->now_ns);
		w->from_ns = o->together ? o->now_ns : 0;
		w->begins = o->together;
	}
	if (!f || f->state != FLOW_IDLE)
		return;
	f->chain.joined = true;
	flow_start(f, &o->plan, o->now_ns);
	if (PLAYS(f->program))
		frames_ready(&f->frames);
	if (chain_follow(f, o->after)) {
		f->until_ns = FLOW_NO_LIMIT;
		set_state(w, f, FLOW_WAITS);
		return;
	}
	f->until_ns = o->now_ns + o->plan.delay_ns;
	f->begins = true;
	if (!o->plan.delay_ns)
		flow_run(f, &w->how, o->now_ns);
	w->begins |= f->begins;
	set_state(w, f, o->plan.delay_ns ? FLOW_WAITS : FLOW_RUNS);
}

/* Where it is alone, nobody else looks whether its time has come. */
static void begin_alone(struct worker *w, struct flow *f, uint64_t now_ns)
{
	if (f->state != FLOW_WAITS)
		return;
	if (now_ns >= f->until_ns)
		schedule_begin(w, f);
	worker_set_only(w);
}

/* Stopped or paused before its moment, with nothing that is ready for it. */
COLD static void begin_early(struct worker *w, uint64_t now_ns)
{
	w->timed_ns = MIN(w->timed_ns, now_ns);
	w->moved_ns = MIN(w->moved_ns, now_ns);
	w->full_from_ns = MIN(w->full_from_ns, now_ns);
	if (w->sender)
		w->sender->pacer.due_ns = MIN(w->sender->pacer.due_ns, now_ns);
}

/*
 * What was done between start and first step makes no frame of a run late that
 * ends by itself: it only ends later. False: its moment has not come.
 */
COLD static bool begin(struct worker *w, uint64_t now_ns)
{
	const uint64_t from_ns = w->from_ns ? w->from_ns : now_ns;

	if (w->state != WORKER_RUNNING) {
		/* What is ready has the time of its moment, and goes then. */
		if (w->out.nb && now_ns < from_ns)
			return false;
		begin_early(w, now_ns);
		return true;
	}
	FOR_EACH_FLOW(w, f) {
		if (!f->begins)
			continue;
		flow_begin(f, &w->how, from_ns);
		schedule_set(w, f);
	}
	if (now_ns < from_ns && !w->out.nb)
		engine_tx_ready(w, from_ns);
	w->begins = now_ns < from_ns;
	if (w->begins)
		return false;
	/* Those that begin with it wait for no look at what came here. */
	w->rx_rest = MAX(w->rx_rest, w->from_ns ? 1u : 0u);
	w->from_ns = 0;
	if (w->nb_flows == 1)
		begin_alone(w, w->flow[0], now_ns);
	return true;
}

/* What is under way is looked for anew. */
static void unsettle(struct worker *w)
{
	w->sent_ns = w->still_ns = 0;
	w->still = false;
}

static void end_flows(struct worker *w)
{
	chain_stop_all(w);
	worker_set_only(w);
}

static void stop(struct worker *w)
{
	if (!worker_runs(w->state))
		return;
	w->state = WORKER_DRAINING;
	end_flows(w);
	unsettle(w);
}

void worker_stop_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	chain_stop(w, f, now_ns);
	worker_set_only(w);
	if (!w->nb_on && !(w->mode & MODE_RELAYS))
		stop(w);
}

static void pause_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	if (f->state != FLOW_RUNS && f->state != FLOW_WAITS)
		return;
	f->pause_ns = now_ns;
	f->chain.held = f->state == FLOW_WAITS;
	set_state(w, f, FLOW_PAUSED);
}

COLD static void resume_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	if (f->state != FLOW_PAUSED)
		return;
	if (f->chain.held)
		f->until_ns = MAX(f->until_ns, now_ns);
	else
		flow_resume(f, now_ns);
	set_state(w, f, f->chain.held ? FLOW_WAITS : FLOW_RUNS);
	f->chain.held = false;
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
	/* What is to begin later was not held up. */
	const uint64_t from_ns = MAX(w->pause_ns, w->from_ns);

	if (w->state != WORKER_PAUSED)
		return;
	w->state = WORKER_RUNNING;
	FOR_EACH_FLOW(w, f)
		if ((f->state == FLOW_RUNS || f->state == FLOW_WAITS) &&
		    now_ns > from_ns)
			flow_delay(f, now_ns - from_ns);
	schedule_set_all(w);
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
	w->full_from_ns = 0;
	outbox_drop(&w->out, w->out.nb);
	if (FORWARDS)
		forward_drop(w);
	w->mixed = false;
	w->at_limit = false;
	w->state = WORKER_IDLE;
	end_flows(w);
}

/* ---- Orders ------------------------------------------------------------- */

/* What it does, or one of its flows, and how; false: the order is another. */
static bool give_state(struct worker *w, const struct worker_order *o)
{
	switch (o->kind) {
	case ORDER_START:
		start(w, o);
		break;
	case ORDER_JOIN:
		/* Though its queue may send none of this run. */
		if (w->state == WORKER_IDLE)
			w->done.packets = w->done.in_flight = 0;
		chain_join(w, o->flow, o->now_ns);
		break;
	case ORDER_FLOW_STOP:
		worker_stop_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_FLOW_PAUSE:
		pause_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_FLOW_RESUME:
		resume_flow(w, o->flow, o->now_ns);
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
		worker_set_mode(w, o->mode, o->now_ns);
		break;
	case ORDER_HOW:
		worker_set_how(w, &o->how, o->now_ns);
		break;
	default:
		return false;
	}
	return true;
}

void worker_give(struct worker *w, const struct worker_order *o)
{
	worker_check_owner(w);
	if (o->kind != ORDER_LOOK && o->kind != ORDER_COUNT)
		replay_end(w);
	else if (o->flow)
		replay_settle(w);
	if (give_state(w, o))
		return;
	switch (o->kind) {
	case ORDER_PROGRAM:
		flow_switch(o->flow, &o->pacing);
		worker_set_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_FLOW:
		flow_switch(o->flow, &o->pacing);
		worker_add_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_FLOW_REMOVE:
		worker_remove_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_WEIGHT:
		schedule_weight(w, o->flow, o->weight);
		break;
	case ORDER_ALIGN:
		flow_align(o->flow, o->to);
		schedule_set(w, o->flow);
		break;
	case ORDER_TAP:
		w->tap = o->taps;
		w->watched = w->tap.rx || w->node;
		break;
	case ORDER_NODE:
		w->node = o->node;
		w->watched = w->tap.rx || w->node;
		break;
	case ORDER_KV:
		w->kv = o->kv;
		break;
	case ORDER_TRACK:
		w->track = o->track;
		break;
	case ORDER_SIGNS:
		w->signs = o->signs;
		break;
	case ORDER_LINK:
		w->unplugged = o->unplugged;
		break;
	case ORDER_LOOK:
		worker_write_view(w);
		break;
	case ORDER_COUNT:
		worker_write_count(w, o->now_ns);
		break;
	default:
		break;
	}
}

/* ---- A step ------------------------------------------------------------- */

/* True when the run makes no more frames. */
static inline bool at_limits(struct worker *w, uint64_t now_ns)
{
	struct flow *only = w->only;

	if (likely(only && only->frames_left && now_ns < only->until_ns))
		return false;
	if (only) {
		if (!only->frames_left)
			flow_next_block(only);
		if (!flow_over(only, w->mode & MODE_TX, now_ns))
			return false;
		schedule_end(w, w->only, now_ns);
		worker_set_only(w);
	} else if (!(w->mode & MODE_TX)) {
		schedule_expire(w, now_ns);
	}
	return w->all_over;
}

static unsigned send(struct worker *w, uint64_t now_ns)
{
	unsigned moved = 0;

	if (unlikely(w->begins) && !begin(w, now_ns))
		return 0;
	if (w->mode & MODE_TX || w->out.nb)
		moved = engine_tx_step(w, now_ns);
	if (FORWARDS && unlikely(w->forward != NULL))
		moved += forward_step(w, now_ns);
	if (w->state == WORKER_RUNNING && at_limits(w, now_ns)) {
		stop(w);
		w->at_limit = true;
	}
	if (unlikely(w->state & (WORKER_PAUSED | WORKER_DRAINING)))
		worker_settle(w, now_ns);
	return moved;
}

unsigned worker_step(struct worker *w, uint64_t now_ns)
{
	unsigned moved;

	worker_check_owner(w);
	if (unlikely(w->state == WORKER_IDLE))
		return engine_rx_step(w, now_ns);
	moved = send(w, now_ns);
	return moved + engine_rx_step(w, now_ns);
}
