/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/flow.h"

#include <errno.h>
#include <string.h>

void flow_open(struct flow *f, struct frames_room *room, uint64_t seed)
{
	memset(f, 0, sizeof(*f));
	f->pacing.seed = seed;
	f->weight = 1;
	f->frames_left = f->until_ns = FLOW_NO_LIMIT;
	frames_open(&f->frames, room);
}

void flow_close(struct flow *f)
{
	struct uk_alloc *heap = f->frames.room->heap;

	frames_close(&f->frames);
	program_free(f->program, heap);
	program_free(f->next, heap);
	uk_free(heap, f->pacing.random);
	uk_free(heap, f->pacing.shape);
}

void flow_drop(struct flow *f)
{
	program_free(f->next, f->frames.room->heap);
	f->next = NULL;
}

static int compile_played(struct flow *f, const struct stream *s,
			  struct played *p)
{
	const int rc = play_new(&f->next, s, p, f->frames.room->heap);

	if (rc < 0)
		played_put(p);
	return rc;
}

int flow_compile(struct flow *f, const struct stream *s, struct played *p)
{
	struct uk_alloc *heap = f->frames.room->heap;

	flow_drop(f);
	if (STREAM_PLAYS && p)
		return compile_played(f, s, p);
	if (s->pace.shape == PACE_POISSON && !f->pacing.random) {
		f->pacing.random = uk_malloc(heap, sizeof(*f->pacing.random));
		if (!f->pacing.random)
			return -ENOMEM;
	}
	if (s->shape.kind && !f->pacing.shape) {
		f->pacing.shape = uk_calloc(heap, 1, sizeof(*f->pacing.shape));
		if (!f->pacing.shape)
			return -ENOMEM;
	}
	return program_new(&f->next, s, heap);
}

static struct pacing pacing(const struct flow *f, const struct worker_how *how)
{
	struct pacing p = f->pacing;

	p.burst = how->burst;
	p.phase = f->plan.phase;
	return p;
}

void flow_forgive(struct flow *f, const struct worker_how *how, uint64_t now_ns)
{
	const struct pacing p = pacing(f, how);

	pacer_start(&f->pacer, &p, now_ns);
	if (f->plan.parts > 1)
		pacer_pass(&f->pacer, f->at.frame % (f->plan.parts *
						     (uint64_t)FLOW_BLOCK));
}

COLD void flow_switch(struct flow *f, const struct pacing *pacing)
{
	f->pacing.gap = pacing->gap;
	f->pacing.unpaced = pacing->unpaced;
	f->pacing.pace = pacing->pace;
	f->pacing.times = PLAYS(f->next) ? play_times(f->next) : NULL;
	f->pacing.curve = NULL;
	if (pacing->curve) {
		f->pacing.shape->next = *pacing->curve;
		f->pacing.curve = &f->pacing.shape->next;
	}
	if (f->program)
		program_switch(f->program, f->next, &f->at);
	program_free(f->program, f->frames.room->heap);
	f->program = f->next;
	f->next = NULL;
}

void flow_set(struct flow *f, struct outbox *out, const struct worker_how *how,
	      bool alone, bool runs, uint64_t now_ns)
{
	const struct pacing p = pacing(f, how);

	frames_set(&f->frames, out, f->program, how->strategy, how->drops,
		   alone);
	if (runs)
		pacer_change(&f->pacer, &p, now_ns);
}

void flow_start(struct flow *f, const struct flow_plan *plan, uint64_t now_ns)
{
	const struct flow_limit *limit = &f->plan.limit;

	f->plan = *plan;
	f->start_ns = now_ns;
	f->chain.turns = plan->turns;
	f->chain.delay_ns = plan->delay_ns;
	/* It ends by itself where its capture does. */
	if (PLAYS(f->program))
		f->plan.limit.frames =
			MIN(f->plan.limit.frames, play_frames(f->program));
	f->sent.built += flow_made(f);
	f->at = (struct program_at){0};
	f->passed = 0;
	if (f->frames.each)
		f->frames.each->sum_last = 0;
	f->stamp = signature_stamp(f->number, ++f->run);
	f->sent.first_ns = f->sent.last_ns = 0;
	f->limited = plan->turns != FLOW_FOR_EVER &&
		     (limit->frames != FLOW_NO_LIMIT ||
		      limit->time_ns != FLOW_NO_LIMIT);
}

/* ---- Blocks -------------------------------------------------------------- */

/* Up to `n` frames are sent by others. */
static void pass(struct flow *f, uint64_t n)
{
	n = MIN(n, f->left_behind);
	if (f->left_behind != FLOW_NO_LIMIT)
		f->left_behind -= n;
	f->passed += n;
	frames_pass(&f->frames, &f->at, n);
	program_pass(f->program, &f->at, n);
	pacer_pass(&f->pacer, n);
}

static bool take_block(struct flow *f)
{
	f->frames_left = MIN(f->left_behind, (uint64_t)FLOW_BLOCK);
	if (f->left_behind != FLOW_NO_LIMIT)
		f->left_behind -= f->frames_left;
	return f->frames_left;
}

bool flow_next_block(struct flow *f)
{
	if (f->plan.parts <= 1)
		return false;
	pass(f, (f->plan.parts - 1) * (uint64_t)FLOW_BLOCK);
	return take_block(f);
}

COLD void flow_align(struct flow *f, const struct flow *to)
{
	const uint64_t own_ns = pacer_next_ns(&f->pacer);
	const uint64_t n = f->at.frame - to->at.frame;
	const unsigned round = f->plan.parts * FLOW_BLOCK;

	/* What it sent at full speed before that is no reason to wait. */
	pacer_follow(&f->pacer, &to->pacer, n % round);
	for (uint64_t k = n / round; k && f->pacer.next_ns < own_ns; k--)
		pacer_pass(&f->pacer, round);
}

/* Its first; where it has none it is over at once. */
static void first_block(struct flow *f, uint64_t now_ns)
{
	f->left_behind = f->frames_left;
	pass(f, f->plan.part * (uint64_t)FLOW_BLOCK);
	if (!take_block(f))
		f->until_ns = now_ns;
}

/* ---- Runs ---------------------------------------------------------------- */

void flow_run(struct flow *f, const struct worker_how *how, uint64_t now_ns)
{
	const struct flow_limit *limit = &f->plan.limit;

	if (PLAYS(f->program))
		play_begin(f->program);
	flow_forgive(f, how, now_ns);
	f->frames_left = limit->frames;
	f->until_ns = limit->time_ns == FLOW_NO_LIMIT ? FLOW_NO_LIMIT
						      : now_ns + limit->time_ns;
	f->begins =
		f->frames_left != FLOW_NO_LIMIT || f->until_ns != FLOW_NO_LIMIT;
	if (f->plan.parts > 1)
		first_block(f, now_ns);
}

void flow_begin(struct flow *f, const struct worker_how *how, uint64_t now_ns)
{
	if (f->until_ns != FLOW_NO_LIMIT)
		f->until_ns += now_ns - f->start_ns;
	f->begins = false;
	if (f->state == FLOW_RUNS)
		flow_forgive(f, how, now_ns);
}

void flow_delay(struct flow *f, uint64_t ns)
{
	pacer_delay(&f->pacer, ns);
	if (f->until_ns != FLOW_NO_LIMIT)
		f->until_ns += ns;
}

void flow_resume(struct flow *f, uint64_t now_ns)
{
	uint64_t ns = pacer_resume(&f->pacer, now_ns);

	if (f->pacer.unpaced)
		ns = now_ns - f->pause_ns;
	if (f->until_ns != FLOW_NO_LIMIT)
		f->until_ns += ns;
}
