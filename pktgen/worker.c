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

#define FOR_EACH_FLOW(w, f)                             \
	for (unsigned i_ = 0; i_ < (w)->nb_flows; i_++) \
		for (struct flow *f = (w)->flow[i_]; f; f = NULL)

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

static unsigned nb_held(const struct worker *w)
{
	return w->out.nb + (FORWARDS ? forward_held(w) : 0);
}

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

/* Where it runs, and is alone, its frames are made without a look at others. */
static void set_only(struct worker *w)
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
	set_only(w);
}

static void start_worker(struct worker *w, uint64_t now_ns)
{
	/* The run before is over, though not all of it has arrived. */
	if (!nb_held(w))
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
	if (!worker_runs(w->state))
		start_worker(w, o->now_ns);
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
	set_only(w);
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
	FOR_EACH_FLOW(w, f) {
		if (!f->begins)
			continue;
		flow_begin(f, &w->how, now_ns);
		schedule_set(w, f);
	}
	if (w->nb_flows == 1)
		begin_alone(w, w->flow[0], now_ns);
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
	set_only(w);
}

static void stop(struct worker *w)
{
	if (!worker_runs(w->state))
		return;
	w->state = WORKER_DRAINING;
	end_flows(w);
	unsettle(w);
}

static void stop_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	chain_stop(w, f, now_ns);
	set_only(w);
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
	if (w->state != WORKER_PAUSED)
		return;
	w->state = WORKER_RUNNING;
	FOR_EACH_FLOW(w, f)
		if (f->state == FLOW_RUNS || f->state == FLOW_WAITS)
			flow_delay(f, now_ns - w->pause_ns);
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

/* ---- What is set -------------------------------------------------------- */

static void set_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	flow_set(f, &w->out, &w->how, w->nb_flows == 1, f->state != FLOW_IDLE,
		 now_ns);
	schedule_set(w, f);
}

/* From one to several or back: whose the frames are is known in another way. */
COLD static void set_flows(struct worker *w, uint64_t now_ns)
{
	if (w->nb_flows == 2) {
		engine_charge(w);
		if (!w->mixed)
			engine_owe(w, NULL, w->sender);
		w->sender = NULL;
	}
	for (unsigned i = 0; w->nb_flows <= 2 && i < w->nb_flows; i++)
		set_flow(w, w->flow[i], now_ns);
	set_only(w);
}

COLD static void add_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	f->index = w->nb_flows;
	w->flow[w->nb_flows++] = f;
	if (w->nb_flows > 2)
		set_flow(w, f, now_ns);
	set_flows(w, now_ns);
}

COLD static void remove_flow(struct worker *w, struct flow *f, uint64_t now_ns)
{
	chain_leave(w, f, now_ns);
	stop_flow(w, f, now_ns);
	engine_charge(w);
	if (w->mixed)
		engine_owe(w, f, NULL);
	if (w->sender == f)
		w->sender = NULL;
	schedule_remove(w, f);
	set_flows(w, now_ns);
}

COLD static void set_how(struct worker *w, const struct worker_how *how,
			 uint64_t now_ns)
{
	if (how->wait != w->how.wait)
		wait_start(&w->wait, how->wait);
	w->how = *how;
	if (FORWARDS)
		forward_how(w);
	FOR_EACH_FLOW(w, f)
		set_flow(w, f, now_ns);
}

COLD static void set_mode(struct worker *w, unsigned mode, uint64_t now_ns)
{
	const bool sends = !(w->mode & MODE_TX) && mode & MODE_TX;

	/* The time in which it was not to send is no debt. */
	if (sends) {
		FOR_EACH_FLOW(w, f)
			if (f->state == FLOW_RUNS)
				flow_forgive(f, &w->how, now_ns);
		w->moved_ns = now_ns;
	}
	if (!(w->mode & MODE_NULL) && mode & MODE_NULL)
		w->null_from = w->stats.tx_packets;
	if (w->mode & MODE_NULL && !(mode & MODE_NULL))
		w->nb_null += w->stats.tx_packets - w->null_from;
	if (FORWARDS && mode != w->mode)
		forward_drop(w);
	w->mode = mode;
	w->turn.word = UINT64_MAX; /* of no frame */
	schedule_set_all(w);
	set_only(w);
}

/* ---- Orders and views --------------------------------------------------- */

unsigned worker_in_flight(struct worker *w)
{
	unsigned surplus;

	replay_own(w);
	port_tx_reap(w->queue);
	/* Before the rest: what is back is freed by this. */
	surplus = frames_room_surplus(&w->room);
	if (FORWARDS)
		surplus -= forward_reap(w);
	FOR_EACH_FLOW(w, f)
		surplus += frames_surplus(&f->frames);
	return port_tx_out(w->queue) + surplus - w->out.nb;
}

/* Not running: when was all that it had sent with nobody any more? */
static void settle(struct worker *w, uint64_t now_ns)
{
	w->view.in_flight = 0;
	if (nb_held(w))
		return;
	engine_tx_room(w, now_ns);
	if (!w->sent_ns) {
		w->sent_ns = w->still_ns = now_ns;
		w->away_ns = 0;
	}
	if (port_can_reap() && !w->still) {
		w->view.in_flight = worker_in_flight(w);
		w->still = !w->view.in_flight ||
			   now_ns >= w->sent_ns + w->away_ns + WORKER_DEVICE_NS;
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
	       (w->mode & (MODE_TX | MODE_RELAYS) || w->out.nb);
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
	v->limited = w->nb_limited && worker_runs(w->state);
	v->paused = w->nb_on && w->nb_paused == w->nb_on;
	v->stalled = stalled(w);
	v->moved_ns = w->moved_ns;
	v->stalled_ns = w->stalled_ns;
	v->stalled_at = w->stalled_at;
	v->err = w->err;
	v->nb_held = nb_held(w);
	v->sent_ns = w->sent_ns;
	v->still_ns = w->still_ns;
	v->still = w->still;
	v->last_rx_ns = w->last_rx_ns;
	v->run_packets = w->run_packets;
	v->sent = sends - w->nb_null;
	v->received = w->stats.rx_packets + w->stats.rx_ignored +
		      w->stats.rx_oversize;
	v->full_ns = w->full_ns;
	v->lag_ns = w->lag_ns;
	v->gap_ns = w->gap_ns;
	v->stood_ns = w->stood_ns;
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
		stop_flow(w, o->flow, o->now_ns);
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
		set_mode(w, o->mode, o->now_ns);
		break;
	case ORDER_HOW:
		set_how(w, &o->how, o->now_ns);
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
		set_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_FLOW:
		flow_switch(o->flow, &o->pacing);
		add_flow(w, o->flow, o->now_ns);
		break;
	case ORDER_FLOW_REMOVE:
		remove_flow(w, o->flow, o->now_ns);
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
		write_view(w);
		break;
	case ORDER_COUNT:
		count(w, o->now_ns);
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
		set_only(w);
	} else if (!(w->mode & MODE_TX)) {
		schedule_expire(w, now_ns);
	}
	return w->all_over;
}

static unsigned send(struct worker *w, uint64_t now_ns)
{
	unsigned moved = 0;

	if (unlikely(w->begins))
		begin(w, now_ns);
	if (w->mode & MODE_TX || w->out.nb)
		moved = engine_tx_step(w, now_ns);
	if (FORWARDS && unlikely(w->forward != NULL))
		moved += forward_step(w, now_ns);
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

	worker_check_owner(w);
	if (w->state != WORKER_IDLE)
		moved = send(w, now_ns);
	return moved + engine_rx_step(w, now_ns);
}

static bool any_unpaced(const struct worker *w)
{
	return w->only ? w->only->pacer.unpaced : w->round.nb_flows;
}

enum wait_kind worker_wait(struct worker *w, uint64_t now_ns)
{
	const bool sends = w->state == WORKER_RUNNING && w->mode & MODE_TX;

	if (w->state == WORKER_IDLE)
		return WAIT_AUTO;
	/* All buffers being out is a full ring, too. */
	if (w->out.nb || (FORWARDS && forward_blocked(w)) ||
	    (sends && w->starved) || (sends && !w->how.drops && any_unpaced(w)))
		return wait_full(&w->wait, w->stats.tx_packets, now_ns);
	/* A frame falls due soon, or what comes is sent back at once. */
	return sends || w->mode & MODE_RELAYS ? WAIT_PAUSE : WAIT_AUTO;
}
