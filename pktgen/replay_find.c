/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether a round can be played, and what it has. */
#include "pktgen/replay_impl.h"
#include "pktgen/schedule.h"

/* A round of such flows is the next one, too. */
COLD static bool goes_on(const struct flow *f, bool edits)
{
	/*
	 * One with turns without end has a limit in each. What has none has
	 * been counted down all the same.
	 */
	return (edits ? f->frames.each != NULL : f->frames.one != NULL) &&
	       !f->limited && f->frames_left >= FLOW_NO_LIMIT / 2;
}

/* The same schedule, but for its phase. */
COLD static bool paced_alike(const struct pacer *p, const struct pacer *q)
{
	return p->plain && !p->again && p->step.ns == q->step.ns &&
	       p->step.frac == q->step.frac && p->debt_ns == q->debt_ns;
}

/*
 * Of flows that are all paced alike: each has a turn in each step, in the order
 * in which they are due. They are not among those that are due one by one then.
 */
COLD static bool find_paced(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	struct worker_round *const r = &w->round;
	uint64_t first_ns = UINT64_MAX, last_ns = 0;
	const struct pacer *like = NULL;
	unsigned n = 0;

	if (r->nb_flows)
		return false;
	for (unsigned i = 0; i < w->nb_flows; i++) {
		const struct flow *f = w->flow[i];

		if (f->state == FLOW_WAITS)
			return false;
		if (f->state != FLOW_RUNS)
			continue;
		like = like ? like : &f->pacer;
		if (!paced_alike(&f->pacer, like) ||
		    f->until_ns != FLOW_NO_LIMIT)
			return false;
		first_ns = MIN(first_ns, f->pacer.next_ns);
		last_ns = MAX(last_ns, f->pacer.next_ns);
		n++;
	}
	if (n < 2 || n > r->max || last_ns - first_ns >= like->step.ns)
		return false;
	p->step = like->step;
	p->debt_ns = like->debt_ns;
	for (unsigned i = 0; i < n; i++) {
		r->list[i] = (uint16_t)turns_who(&w->due);
		turns_set(&w->due, r->list[i], TURNS_NEVER);
	}
	p->turns = n;
	p->next = 0;
	return p->paced = true;
}

/* How many turns the flow has that has the most of them. */
COLD static unsigned often(const struct worker *w)
{
	unsigned most = 1;

	for (unsigned i = 0; i < w->replay.turns && !w->replay.paced; i++)
		most = MAX(most, replay_flow(w, i)->share.weight);
	return most;
}

#ifdef PORT_SHARED

/*
 * Frames to edit, as many as each turn has: each flow's own, where it has one
 * and that is likely to be back in time, or slots.
 */
COLD static bool find_frames(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	struct frames_room *const room = &w->room;
	const unsigned ring = w->queue->port->nb_tx_desc;
	bool own = p->turns / often(w) >= ring / 2;

	for (unsigned i = 0; i < p->turns; i++) {
		struct frames *f = &replay_flow(w, i)->frames;

		own &= f->nb_shared > 0;
		p->pkt[i] = f->shared[0];
	}
	p->frames = p->turns;
	if (own)
		return true;
	frames_more_slots(&replay_flow(w, 0)->frames);
	p->frames = MIN(room->nb_slots, w->round.max) / p->turns * p->turns;
	for (unsigned i = 0; i < p->frames; i++)
		p->pkt[i] = room->slot[i];
	return p->frames > 0;
}

#else

COLD static bool find_frames(struct worker *w)
{
	(void)w;
	return false;
}

#endif

/* What makes each, at the frame that is next. */
COLD static void find_makers(struct worker *w)
{
	struct worker_replay *const p = &w->replay;

	p->shaped = false;
	p->alike = true;
	for (unsigned i = 0; i < p->turns; i++) {
		const struct flow *f = replay_flow(w, i);
		struct program_each *e = f->frames.each;

		if (program_each_frame(e) == f->at.frame) {
			replay_shape(p, e);
			continue;
		}
		e->sum_last = 0;
		e->end = f->at.frame;
	}
	for (unsigned i = 0, turn = 0; i < p->turns + OUTBOX_MAX; i++) {
		p->each[i] = replay_flow(w, turn)->frames.each;
		if (++turn == p->turns)
			turn = 0;
	}
}

COLD static bool find(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	const struct worker_round *const r = &w->round;
	const struct flow *first;

	if (!p->pkt || !p->each)
		return false;
	if (r->listed && !r->gone) {
		p->turns = r->nb;
		p->next = r->next;
	} else if (!find_paced(w)) {
		return false;
	}
	first = replay_flow(w, 0);
	p->edits = !first->frames.one;
	for (unsigned i = 0; i < p->turns; i++)
		if (!goes_on(replay_flow(w, i), p->edits))
			return false;
	if (p->edits) {
		find_makers(w);
		return find_frames(w);
	}
	p->frames = p->turns;
	for (unsigned i = 0; i < p->turns; i++)
		p->pkt[i] = replay_flow(w, i)->frames.one;
	return true;
}

COLD void replay_find(struct worker *w)
{
	struct worker_replay *const p = &w->replay;

	p->lapped = p->paced = false;
	p->knows = true;
	p->plays = find(w);
	if (!p->plays) {
		replay_leave(w);
		return;
	}
	for (unsigned i = 0, k = 0; i < OUTBOX_MAX; i++) {
		p->pkt[p->frames + i] = p->pkt[k];
		if (++k == p->frames)
			k = 0;
	}
	p->len = replay_flow(w, 0)->program->variant[0].len;
	for (unsigned i = 1; i < p->turns; i++)
		if (replay_flow(w, i)->program->variant[0].len != p->len)
			p->len = 0;
	p->most = (uint64_t)TRAIL_SLACK / 4 * p->turns / often(w);
	p->at = p->from = p->turn = p->next;
	p->sent = p->nb = p->lap = p->given_up = 0;
	p->off = 0;
	p->out = p->unsettled = p->kept = false;
}

COLD void replay_leave(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	const bool paced = p->paced;

	p->paced = false;
	for (unsigned i = 0; paced && i < p->turns; i++)
		schedule_set(w, replay_flow(w, i));
}
