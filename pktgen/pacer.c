/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/pacer.h"

#include <string.h>
#include <uk/essentials.h>

#include "pktgen/hot.h"
#include "stats/wide.h"

#define NS_PER_S 1000000000ull

/* The longest random gap, in mean ones. */
#define POISSON_LONGEST 8

/* ---- What is set ------------------------------------------------------- */

static struct gap times(const struct gap *gap, unsigned n)
{
	const uint64_t frac = (uint64_t)gap->frac * n;

	return (struct gap){gap->ns * n + (frac >> 32), (uint32_t)frac};
}

static uint64_t debt(const struct pacer *p, const struct pacing *pacing)
{
	uint64_t ns = times(&p->gap, pacing->burst).ns;

	if (pacing->pace.debt == PACE_CATCHUP || ns > PACER_CATCHUP_NS)
		ns = PACER_CATCHUP_NS;
	if (pacing->pace.debt == PACE_STRICT || ns < PACER_STRICT_NS)
		ns = PACER_STRICT_NS;
	return ns;
}

static void seed(struct pacer_random *r, uint64_t state)
{
	r->state = state;
	r->at = 0;
	for (unsigned i = 0; i < EXPONENTIAL_STEPS; i++)
		r->order[i] = (uint16_t)i;
}

static wide whole(const struct gap *gap)
{
	return (wide)gap->ns << 32 | gap->frac;
}

static struct gap gap_of(wide all)
{
	return (struct gap){(uint64_t)(all >> 32), (uint32_t)all};
}

/* From the start of a group to the start of the next, and within. */
static void set_groups(struct pacer *p, const struct pacing *pacing)
{
	const uint64_t every_ns = pacing->pace.every_ns;
	wide busy, all;

	p->inner = (struct gap){0, 0};
	if (p->group == 1 || !every_ns) {
		p->step = p->rest = times(&p->gap, p->group);
		return;
	}
	if (!pacing->unpaced)
		p->inner = pacing->gap;
	busy = whole(&p->inner) * (p->group - 1);
	all = (wide)every_ns << 32;
	all *= wide_div(busy, all) + 1;
	p->step = gap_of(all);
	p->rest = gap_of(all - busy);
	p->gap = gap_of(wide_div(all, p->group));
}

/* All but the time. */
COLD static void set(struct pacer *p, const struct pacing *pacing)
{
	const struct pace *pace = &pacing->pace;
	const bool all = p->left == p->group;
	const bool every = pace->shape == PACE_BURST && pace->every_ns;
	const bool poisson = pace->shape == PACE_POISSON && pacing->random;

	p->random = pacing->random;
	p->times = pacing->times;
	if (poisson && !p->poisson)
		seed(p->random, pacing->seed);
	p->unpaced = pacing->unpaced && !every;
	p->poisson = poisson;
	p->phase = pacing->phase;
	p->gap = pacing->gap;
	p->group = pace->shape == PACE_BURST ? pace->group : 1;
	p->shape = pacing->curve ? pacing->shape : NULL;
	if (every && p->group == 1)
		p->gap = (struct gap){pace->every_ns, 0};
	/* Of a shape, both are of a piece. */
	if (!p->shape) {
		set_groups(p, pacing);
		if (all || p->left > p->group)
			p->left = p->group;
	}
	p->debt_ns = debt(p, pacing);
	if (p->unpaced)
		p->again = 0;
	if (pace->debt != PACE_STRICT || p->times) {
		p->second_ns = UINT64_MAX;
	} else if (p->second_ns == UINT64_MAX) {
		p->second_ns = p->next_ns + NS_PER_S;
		p->worst_ns = 0;
	}
	p->plain = !p->unpaced && !p->poisson && p->group == 1 && !p->shape &&
		   !p->times && p->second_ns == UINT64_MAX;
}

static void advance(struct pacer *p, const struct gap *gap)
{
	const uint64_t frac = (uint64_t)p->next_frac + gap->frac;

	p->next_frac = (uint32_t)frac;
	p->next_ns += gap->ns + (frac >> 32);
}

/* `part` of a step, in 2^-32. */
static struct gap part_of(const struct pacer *p, uint32_t part)
{
	const wide step = (wide)p->step.ns << 32 | p->step.frac;
	const wide gap = step * part >> 32;

	return (struct gap){(uint64_t)(gap >> 32), (uint32_t)gap};
}

static void advance_phase(struct pacer *p)
{
	const struct gap gap = part_of(p, p->phase);

	advance(p, &gap);
}

void pacer_start(struct pacer *p, const struct pacing *pacing, uint64_t now_ns)
{
	memset(p, 0, sizeof(*p));
	p->next_ns = now_ns;
	p->second_ns = UINT64_MAX;
	set(p, pacing);
	if (p->shape)
		pacer_shape_start(p, pacing->curve, p->phase, now_ns);
	else if (p->phase && !p->unpaced)
		advance_phase(p);
	p->due_ns = p->next_ns;
}

/* How far apart two groups may be. */
static uint64_t longest(const struct pacer *p)
{
	return p->step.ns * (p->poisson ? POISSON_LONGEST : 1);
}

/*
 * A shape goes on where it is, with rates as if they had been the same since it
 * began; one that changes at other times begins now.
 */
static void change_shape(struct pacer *p, const struct pacing *pacing,
			 uint64_t now_ns)
{
	struct pacer_shape *was = p->shape, *s;
	const struct pace_curve *to = pacing->curve;
	const bool alike = was && pace_curve_alike(&was->curve, to, false);

	set(p, pacing);
	s = p->shape;
	if (was && pace_curve_alike(&was->curve, to, true))
		return;
	pacer_shape_start(p, to, p->phase, alike ? s->origin_ns : now_ns);
	pacer_shape_seek(p, now_ns);
}

COLD void pacer_change(struct pacer *p, const struct pacing *pacing,
		       uint64_t now_ns)
{
	const uint64_t old_ns = p->shape ? UINT64_MAX : longest(p);
	const bool unpaced = p->unpaced;
	uint64_t soonest_ns;

	if (unpaced)
		p->next_ns = now_ns;
	if (pacing->curve && pacing->shape) {
		change_shape(p, pacing, now_ns);
		return;
	}
	if (p->shape)
		p->left = p->group;
	set(p, pacing);
	soonest_ns = now_ns + longest(p);
	if (p->phase) {
		soonest_ns -= part_of(p, p->phase).ns;
		if (unpaced)
			p->next_ns += part_of(p, p->phase).ns;
	}
	if (longest(p) < old_ns && p->next_ns > soonest_ns) {
		p->next_ns = soonest_ns;
		p->next_frac = 0;
	}
}

/* ---- Time -------------------------------------------------------------- */

/* Which step is next: any of those not taken since the order began anew. */
static unsigned shuffle(struct pacer_random *r)
{
	unsigned other, step;

	/* Knuth's generator modulo 2^64, of which the upper half is good. */
	r->state = r->state * 6364136223846793005u + 1442695040888963407u;
	other = r->at +
		(unsigned)((r->state >> 32) * (EXPONENTIAL_STEPS - r->at) >>
			   32);
	step = r->order[other];
	r->order[other] = r->order[r->at];
	r->order[r->at] = (uint16_t)step;
	if (++r->at == EXPONENTIAL_STEPS)
		r->at = 0;
	return step;
}

static void advance_randomly(struct pacer *p)
{
	const unsigned __int128 mean =
		(unsigned __int128)p->gap.ns << 32 | p->gap.frac;
	const unsigned __int128 gap =
		mean * exponential[shuffle(p->random)] >> EXPONENTIAL_BITS;

	advance(p, &(struct gap){(uint64_t)(gap >> 32), (uint32_t)gap});
}

/* ---- Lag --------------------------------------------------------------- */

/* By `n` steps; returns how long they take. */
static uint64_t advance_steps(struct pacer *p, uint64_t n)
{
	unsigned __int128 frac = (unsigned __int128)n * p->step.frac;
	uint64_t ns;

	frac += p->next_frac;
	p->next_frac = (uint32_t)frac;
	ns = n * p->step.ns + (uint64_t)(frac >> 32);
	p->next_ns += ns;
	return ns;
}

/* Gives up the frames of `n` steps. */
static void skip(struct pacer *p, uint64_t n)
{
	const uint64_t ns = advance_steps(p, n);

	p->skipped += n * p->group;
	/* What is not sent need not be put off. */
	p->worst_ns -= p->worst_ns < ns ? p->worst_ns : ns;
}

/* Takes `n` frames of a group, all that are left or all at one time. */
static void take_of_group(struct pacer *p, unsigned n)
{
	p->left -= n;
	if (!p->left)
		p->left = p->group;
	advance(p, p->left == p->group ? &p->rest : &p->inner);
}

/*
 * Gives up what is due before the edge of the debt that is kept. A step is
 * taken for its next whole ns, so the edge is never passed but closed in on.
 */
static void give_up(struct pacer *p, uint64_t now_ns)
{
	const uint64_t edge_ns = now_ns - p->debt_ns;
	uint64_t n;

	if (p->times)
		p->next_ns = edge_ns;
	if (p->shape) {
		p->skipped += pacer_shape_seek(p, edge_ns);
		return;
	}
	while (p->next_ns < edge_ns &&
	       (n = (edge_ns - p->next_ns) / (p->step.ns + 1)) > 0)
		skip(p, n);
	/* What a group has in time is given up frame by frame. */
	while (p->next_ns < edge_ns && (p->inner.ns || p->inner.frac)) {
		take_of_group(p, 1);
		p->skipped++;
	}
}

/* Puts off all that follows, and counts the frames that this costs. */
static void put_off(struct pacer *p)
{
	/* In 2^-16 ns, which an hour fits. */
	const uint64_t gap = p->gap.ns << 16 | p->gap.frac >> 16;
	uint64_t n;

	pacer_delay(p, p->worst_ns);
	p->second_ns = p->next_ns + NS_PER_S;
	p->lost_ns += p->worst_ns;
	p->worst_ns = 0;
	n = (p->lost_ns << 16) / gap;
	p->lost_ns -= n * gap >> 16;
	p->skipped += n;
}

/* ---- What is due ------------------------------------------------------- */

static unsigned take_even(struct pacer *p, uint64_t last_ns, unsigned max)
{
	unsigned n = 0;

	for (; n < max && p->next_ns <= last_ns; n++)
		advance(p, &p->step);
	return n;
}

static unsigned take_groups(struct pacer *p, uint64_t last_ns, unsigned max)
{
	unsigned n = 0, some;

	while (n < max && p->next_ns <= last_ns) {
		some = p->left < max - n ? p->left : max - n;
		if (p->inner.ns || p->inner.frac)
			some = 1;
		n += some;
		take_of_group(p, some);
	}
	return n;
}

static unsigned take_randomly(struct pacer *p, uint64_t last_ns, unsigned max)
{
	unsigned n = 0;

	for (; n < max && p->next_ns <= last_ns; n++)
		advance_randomly(p);
	return n;
}

static unsigned take_times(struct pacer *p, uint64_t last_ns, unsigned max)
{
	unsigned n = 0;

	for (; n < max && p->next_ns <= last_ns; n++) {
		if (p->times->ready && !p->times->ready(p->times, last_ns)) {
			p->next_ns = last_ns + PACER_AGAIN_NS;
			break;
		}
		p->next_ns += p->times->next_ns(p->times);
	}
	return n;
}

static unsigned take_shaped(struct pacer *p, uint64_t last_ns, unsigned max)
{
	unsigned n = 0;

	for (; n < max && p->next_ns <= last_ns; n++)
		pacer_shape_step(p);
	return n;
}

static unsigned take_again(struct pacer *p, unsigned max)
{
	const unsigned n = p->again < max ? p->again : max;

	p->again -= n;
	return n;
}

unsigned pacer_take_paced(struct pacer *p, uint64_t now_ns, unsigned max)
{
	uint64_t last_ns = now_ns;

	if (__builtin_expect(p->again, 0))
		return take_again(p, max);
	if (p->next_ns > now_ns)
		return 0;
	if (__builtin_expect(p->next_ns >= p->second_ns, 0)) {
		put_off(p);
		if (p->next_ns > now_ns)
			return 0;
	}
	if (__builtin_expect(now_ns - p->next_ns > p->debt_ns, 0))
		give_up(p, now_ns);
	/*
	 * The next second's frames wait until the worst of this one is known.
	 */
	if (last_ns >= p->second_ns)
		last_ns = p->second_ns - 1;
	p->due_ns = p->next_ns;
	if (__builtin_expect(p->times != NULL, 0))
		return take_times(p, last_ns, max);
	if (p->poisson)
		return take_randomly(p, last_ns, max);
	if (p->shape)
		return take_shaped(p, last_ns, max);
	return p->group == 1 ? take_even(p, last_ns, max)
			     : take_groups(p, last_ns, max);
}

void pacer_give_back(struct pacer *p, unsigned n)
{
	if (!p->unpaced)
		p->again += n;
}

static void pass_one(struct pacer *p)
{
	if (p->poisson)
		advance_randomly(p);
	else if (p->shape)
		pacer_shape_step(p);
	else
		take_of_group(p, 1);
}

/* A group's frames that are all due at once are one step. */
static uint64_t pass_groups(struct pacer *p, uint64_t n)
{
	const uint64_t groups = n / p->group;

	advance_steps(p, groups);
	return n - groups * p->group;
}

void pacer_pass(struct pacer *p, uint64_t n)
{
	if (p->unpaced || p->times)
		return;
	if (!p->poisson && !p->shape)
		n = pass_groups(p, n);
	while (n--)
		pass_one(p);
}

COLD void pacer_follow(struct pacer *p, const struct pacer *to, uint64_t n)
{
	struct pacer_random *const random = p->random;
	struct pacer_shape *const shape = p->shape;

	if (random && to->random)
		*random = *to->random;
	if (shape && to->shape)
		*shape = *to->shape;
	*p = *to;
	p->random = random;
	p->shape = shape;
	p->again = 0;
	p->skipped = 0;
	pacer_pass(p, n - MIN(n, (uint64_t)to->again));
}

void pacer_delay(struct pacer *p, uint64_t ns)
{
	p->next_ns += ns;
	p->due_ns += ns;
	if (p->second_ns != UINT64_MAX)
		p->second_ns += ns;
	if (p->shape) {
		p->shape->origin_ns += ns;
		p->shape->start_ns += ns;
	}
}

/* The rest of a group that was begun is not sent. */
static void resume_groups(struct pacer *p, uint64_t now_ns)
{
	const wide step = whole(&p->step);
	const wide inner = whole(&p->inner);
	wide next = (wide)p->next_ns << 32 | p->next_frac;
	wide late;

	if (inner && p->left != p->group)
		next += inner * (p->left - 1) + whole(&p->rest);
	p->left = p->group;
	late = ((wide)now_ns << 32) - MIN((wide)now_ns << 32, next);
	next += wide_div(late + step - 1, step) * step;
	p->next_ns = (uint64_t)(next >> 32);
	p->next_frac = (uint32_t)next;
}

COLD uint64_t pacer_resume(struct pacer *p, uint64_t now_ns)
{
	const uint64_t was_ns = p->next_ns;

	p->again = 0;
	if (p->unpaced || p->next_ns >= now_ns)
		return 0;
	if (p->times)
		p->next_ns = now_ns;
	else if (p->shape)
		pacer_shape_seek(p, now_ns);
	else
		resume_groups(p, now_ns);
	if (p->second_ns != UINT64_MAX)
		p->second_ns += p->next_ns - was_ns;
	return p->next_ns - was_ns;
}
