/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/schedule.h"

#include <errno.h>

#include "pktgen/chain.h"
#include "pktgen/replay.h"

/* Turns of a list, for each flow that there is room for. */
#define LIST_TURNS 2
#define LIST_LEAST 512

int schedule_reserve(struct worker *w, unsigned n)
{
	struct uk_alloc *heap = w->room.heap;
	const unsigned max = MAX(LIST_TURNS * n, (unsigned)LIST_LEAST);
	uint16_t *list = uk_malloc(heap, max * sizeof(list[0]));
	struct program_each **each = NULL;
	struct uk_netbuf **pkt = NULL;

	/* One that is alone has no rounds; without memory none is played. */
	if (n > 1)
		pkt = uk_malloc(heap, (max + OUTBOX_MAX) * sizeof(pkt[0]));
	if (pkt)
		each = uk_malloc(heap, (max + OUTBOX_MAX) * sizeof(each[0]));
	if (!list || turns_reserve(&w->due, n, heap) < 0 ||
	    turns_reserve(&w->share, n, heap) < 0) {
		uk_free(heap, list);
		uk_free(heap, pkt);
		uk_free(heap, each);
		return -ENOMEM;
	}
	replay_end(w);
	uk_free(heap, w->replay.pkt);
	w->replay.pkt = pkt;
	uk_free(heap, w->replay.each);
	w->replay.each = each;
	uk_free(heap, w->round.list);
	w->round.list = list;
	w->round.max = max;
	w->round.listed = false;
	w->round.nb = 0;
	return 0;
}

void schedule_close(struct worker *w)
{
	turns_free(&w->due, w->room.heap);
	turns_free(&w->share, w->room.heap);
	uk_free(w->room.heap, w->round.list);
	uk_free(w->room.heap, w->replay.pkt);
	uk_free(w->room.heap, w->replay.each);
}

/* ---- Rounds ------------------------------------------------------------- */

/* The list is no more what a round is: another is noted, from the next on. */
static void unlist(struct worker *w)
{
	struct worker_round *r = &w->round;

	replay_end(w);
	r->listed = false;
	r->nb = r->gone = 0;
	r->list_from = (r->at / SCHEDULE_ROUND + 1) * SCHEDULE_ROUND;
}

static void note(struct worker *w, const struct flow *f)
{
	struct worker_round *r = &w->round;

	r->list[r->nb++] = (uint16_t)f->index;
	if (r->nb < r->weight)
		return;
	r->listed = true;
	r->next = 0;
	w->replay.knows = false;
}

void schedule_turn_unlisted(struct worker *w, struct flow *f)
{
	struct worker_round *r = &w->round;
	struct flow_share *s = &f->share;

	r->at = s->key;
	if (r->weight <= r->max && (r->nb || s->key >= r->list_from))
		note(w, f);
	if (--s->left) {
		s->key += s->step;
	} else {
		s->left = f->weight;
		s->round += SCHEDULE_ROUND;
		s->key = s->round + s->step / 2;
	}
	turns_set(&w->share, f->index, s->key);
}

static void join(struct worker *w, struct flow *f)
{
	struct worker_round *r = &w->round;
	struct flow_share *s = &f->share;

	s->on = true;
	r->nb_flows++;
	r->weight += s->weight = f->weight;
	unlist(w);
	s->left = s->weight;
	s->step = SCHEDULE_ROUND / s->weight;
	s->round = r->list_from;
	s->key = s->round + s->step / 2;
	turns_set(&w->share, f->index, s->key);
}

/*
 * Its turns of a list are passed over, until they are the most of it; so that
 * many may end one after another.
 */
static void leave(struct worker *w, struct flow *f)
{
	struct worker_round *r = &w->round;

	f->share.on = false;
	r->nb_flows--;
	r->weight -= f->share.weight;
	r->gone += f->share.weight;
	replay_end(w);
	turns_set(&w->share, f->index, TURNS_NEVER);
	if (!r->listed || !r->nb_flows || r->gone > r->nb / 2)
		unlist(w);
	else
		schedule_pass(w);
}

void schedule_pass(struct worker *w)
{
	struct worker_round *r = &w->round;

	while (!w->flow[r->list[r->next]]->share.on)
		if (++r->next == r->nb)
			r->next = 0;
}

void schedule_remove(struct worker *w, struct flow *f)
{
	struct flow *const last = w->flow[--w->nb_flows];

	turns_set(&w->due, last->index, TURNS_NEVER);
	turns_set(&w->share, last->index, TURNS_NEVER);
	w->flow[f->index] = last;
	last->index = f->index;
	unlist(w);
	if (last == f)
		return;
	if (last->share.on)
		turns_set(&w->share, last->index, last->share.key);
	schedule_set(w, last);
}

void schedule_weight(struct worker *w, struct flow *f, uint16_t weight)
{
	f->weight = weight;
	if (!f->share.on)
		return;
	leave(w, f);
	join(w, f);
}

/* ---- What flows are at -------------------------------------------------- */

void schedule_rebase(struct worker *w, uint64_t now_ns)
{
	struct worker_round *r = &w->round;
	const uint64_t base = r->at / SCHEDULE_ROUND * SCHEDULE_ROUND;

	w->epoch_ns = now_ns;
	r->at -= base;
	r->list_from -= MIN(r->list_from, base);
	for (unsigned i = 0; i < w->nb_flows; i++) {
		struct flow *f = w->flow[i];

		if (f->share.on) {
			f->share.round -= base;
			f->share.key -= base;
			turns_set(&w->share, i, f->share.key);
		}
		schedule_set(w, f);
	}
}

void schedule_set(struct worker *w, struct flow *f)
{
	const bool runs = f->state == FLOW_RUNS;
	const bool waits = f->state == FLOW_WAITS;
	const bool paced = w->mode & MODE_TX && !f->pacer.unpaced;
	const bool shares = runs && f->pacer.unpaced;

	turns_set(&w->due, f->index,
		  !runs && !waits ? TURNS_NEVER
		  : runs && paced ? schedule_key(w, schedule_due(f))
				  : schedule_key(w, f->until_ns));
	if (shares && !f->share.on)
		join(w, f);
	else if (!shares && f->share.on)
		leave(w, f);
}

void schedule_set_all(struct worker *w)
{
	for (unsigned i = 0; i < w->nb_flows; i++)
		schedule_set(w, w->flow[i]);
}

void schedule_state(struct worker *w, struct flow *f, enum flow_state state)
{
	const enum flow_state was = f->state;
	const int on = (state != FLOW_IDLE) - (was != FLOW_IDLE);
	const int paused = (state == FLOW_PAUSED) - (was == FLOW_PAUSED);

	replay_end(w);
	w->nb_on += (unsigned)on;
	w->nb_paused += (unsigned)paused;
	w->nb_limited += f->limited ? (unsigned)on : 0;
	f->state = state;
	schedule_set(w, f);
}

void schedule_end(struct worker *w, struct flow *f, uint64_t now_ns)
{
	schedule_state(w, f, FLOW_IDLE);
	chain_end(w, f, now_ns);
	w->all_over = !w->nb_on;
}

void schedule_begin(struct worker *w, struct flow *f)
{
	flow_run(f, &w->how, f->until_ns);
	f->begins = false;
	schedule_state(w, f, FLOW_RUNS);
}

void schedule_expire(struct worker *w, uint64_t now_ns)
{
	while (turns_key(&w->due) <= schedule_key(w, now_ns)) {
		struct flow *f = w->flow[turns_who(&w->due)];

		if (f->state == FLOW_WAITS)
			schedule_begin(w, f);
		else
			schedule_end(w, f, now_ns);
	}
}
