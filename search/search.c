/* SPDX-License-Identifier: BSD-3-Clause */
#include "search/search.h"

#include <string.h>

#include "stats/wide.h"

#define NOWHERE SEARCH_NOWHERE

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* ---- The grid ----------------------------------------------------------- */

static uint64_t times(uint64_t a, uint64_t ratio)
{
	return (uint64_t)((wide)a * ratio >> 64);
}

static uint64_t load_at(const struct search *s, uint32_t place)
{
	uint64_t power = s->ratio, all = 0, load;

	if (place >= s->last)
		return s->min;
	if (!place)
		return s->max;
	/* Rounded once, so that the load of a later place is not larger. */
	for (; place; place >>= 1, power = times(power, power))
		if (place & 1)
			all = all ? times(all, power) : power;
	load = times(s->max, all);
	return load > s->min ? load : s->min;
}

/* The first place whose load is `load` or less, but s->last at most. */
static uint32_t place_of(const struct search *s, uint64_t load)
{
	uint32_t above = 0, below = s->last;

	while (above < below) {
		const uint32_t middle = above + (below - above) / 2;

		if (load_at(s, middle) <= load)
			below = middle;
		else
			above = middle + 1;
	}
	return below;
}

static void make_grid(struct search *s, uint32_t width_ppb)
{
	/* Neighbours differ by a unit or more. */
	if (s->min < 2 * (uint64_t)SEARCH_ONE / width_ppb)
		width_ppb =
			least(SEARCH_ONE / 2,
			      (uint32_t)(2 * (uint64_t)SEARCH_ONE / s->min));
	s->ratio = ~(uint64_t)0 / SEARCH_ONE * (SEARCH_ONE - width_ppb);
	/* Places beyond `last` would be min; doubled until that is so. */
	s->last = 1;
	for (uint64_t power = s->ratio; times(s->max, power) > s->min;
	     power = times(power, power))
		s->last *= 2;
	s->last = most(s->last, 1);
	s->last = place_of(s, s->min);
}

/* How many places of the grid a width is, at least 1. */
static uint32_t steps_of(const struct search *s, uint32_t width_ppb)
{
	const uint64_t rest =
		~(uint64_t)0 / SEARCH_ONE * (SEARCH_ONE - width_ppb);
	uint64_t power = times(s->ratio, s->ratio);
	uint32_t n = 1;

	for (; power >= rest && n < s->last; n++)
		power = times(power, s->ratio);
	return n;
}

/* ---- Targets ------------------------------------------------------------ */

static uint64_t root(wide n)
{
	uint64_t r = 0;

	for (uint64_t bit = (uint64_t)1 << 63; bit; bit >>= 1)
		if ((wide)(r | bit) * (r | bit) <= n)
			r |= bit;
	return r;
}

/*
 * Each target before a goal is twice as wide and takes less time, down to one
 * first trial; a goal that one trial decides about has no need of them.
 */
static void make_targets(struct search *s, struct search_aim *a,
			 const struct search_goal *g)
{
	uint64_t first_ns = g->first_ns ? g->first_ns : g->trial_ns;
	uint64_t sum_ns[SEARCH_TARGETS];

	if (first_ns > g->trial_ns)
		first_ns = g->trial_ns;
	memset(a, 0, sizeof(*a));
	sum_ns[0] = first_ns;
	sum_ns[1] = root((wide)first_ns * g->sum_ns);
	sum_ns[2] = g->sum_ns;
	for (unsigned i = 0; i < SEARCH_TARGETS; i++) {
		struct search_goal *t = &a->target[i];

		*t = *g;
		t->sum_ns = sum_ns[i];
		if (t->trial_ns > t->sum_ns)
			t->trial_ns = t->sum_ns;
		a->steps[i] = steps_of(s, g->width_ppb)
			      << (SEARCH_TARGETS - 1 - i);
	}
	a->at = s->bisect || first_ns == g->sum_ns ? SEARCH_TARGETS - 1 : 0;
	a->guess = (struct search_bounds){NOWHERE, NOWHERE};
	a->stride = a->steps[a->at];
	a->strode = NOWHERE;
}

void search_init(struct search *s, const struct search_goal *goal,
		 unsigned nb_goals, uint64_t min, uint64_t max, bool bisect,
		 struct search_trial *trial, size_t room)
{
	uint32_t width_ppb = UINT32_MAX;

	memset(s, 0, sizeof(*s));
	s->min = min;
	s->max = max;
	s->bisect = bisect;
	s->trial = trial;
	s->room = room;
	s->nb_goals = nb_goals;
	for (unsigned i = 0; i < nb_goals; i++)
		width_ppb = least(width_ppb, goal[i].width_ppb);
	make_grid(s, width_ppb);
	for (unsigned i = 0; i < nb_goals; i++)
		make_targets(s, &s->aim[i], &goal[i]);
}

/* ---- What trials say ---------------------------------------------------- */

/* The trials of the load at *i, of which there are as many as it returns. */
static size_t of_load(const struct search *s, size_t i)
{
	size_t n = 1;

	while (i + n < s->nb_trials && s->trial[i + n].load == s->trial[i].load)
		n++;
	return n;
}

/* RFC 9971, 4.8: the smallest upper bound, the largest lower one below it. */
static struct search_bounds bounds(const struct search *s,
				   const struct search_goal *g)
{
	struct search_bounds b = {NOWHERE, NOWHERE};

	for (size_t i = 0, n; i < s->nb_trials; i += n) {
		n = of_load(s, i);
		switch (search_classify(g, &s->trial[i], n)) {
		case SEARCH_UPPER:
			b.upper = place_of(s, s->trial[i].load);
			b.lower = NOWHERE;
			break;
		case SEARCH_LOWER:
			if (b.lower == NOWHERE)
				b.lower = place_of(s, s->trial[i].load);
			break;
		default:
			break;
		}
	}
	return b;
}

static bool reached(const struct search *s, struct search_bounds b,
		    uint32_t steps)
{
	if (b.upper == NOWHERE)
		return b.lower == 0;
	if (b.lower == NOWHERE)
		return b.upper == s->last;
	return b.lower - b.upper <= steps;
}

/* ---- Which load is next ------------------------------------------------- */

/* Only what lies between the bounds can better them. */
static bool is_worth(struct search_bounds b, uint32_t place)
{
	return place != NOWHERE && (b.upper == NOWHERE || place > b.upper) &&
	       (b.lower == NOWHERE || place < b.lower);
}

/*
 * Splits what lies between two places so that the lower part is a power of two
 * times `steps`, if it can be, and so that neither part takes more halvings
 * than the other.
 */
static uint32_t between(uint32_t upper, uint32_t lower, uint32_t steps)
{
	uint32_t part = steps;

	while (part * 2 < lower - upper)
		part *= 2;
	if (part >= lower - upper)
		part = (lower - upper) / 2;
	return lower - part;
}

/* The next step up or down from a bound that has none beyond it. */
static uint32_t stride(struct search_aim *a, uint32_t from)
{
	if (a->strode != NOWHERE && a->strode != from)
		a->stride *= 2;
	a->strode = from;
	return a->stride;
}

static uint32_t above(struct search_aim *a, uint32_t place, uint32_t steps)
{
	const uint32_t far = stride(a, place);

	return place <= far + steps / 2 ? 0 : place - far;
}

static uint32_t below(const struct search *s, struct search_aim *a,
		      uint32_t place, uint32_t steps)
{
	const uint32_t far = stride(a, place);

	return s->last - place <= far + steps / 2 ? s->last : place + far;
}

/* For the target of an aim that has not been reached. */
static uint32_t choose(const struct search *s, struct search_aim *a,
		       struct search_bounds b)
{
	const uint32_t steps = a->steps[a->at];
	const struct search_bounds g = a->guess;
	uint32_t place;

	if (g.lower != NOWHERE && g.upper != NOWHERE &&
	    g.lower - g.upper > steps && g.lower - g.upper <= 2 * steps) {
		place = between(g.upper, g.lower, steps);
		if (is_worth(b, place))
			return place;
	}
	if (is_worth(b, g.lower))
		return g.lower;
	if (is_worth(b, g.upper))
		return g.upper;
	if (b.lower == NOWHERE && b.upper == NOWHERE)
		return 0;
	if (b.lower == NOWHERE)
		return s->bisect ? between(b.upper, s->last, steps)
				 : below(s, a, b.upper, steps);
	if (b.upper == NOWHERE)
		return above(a, b.lower, steps);
	place = between(b.upper, b.lower, steps);
	/* Near a guess that was wrong by a little, rather than far from it. */
	if (g.upper != NOWHERE && place < g.upper && b.lower <= g.upper)
		return most(place, above(a, b.lower, steps));
	if (g.lower != NOWHERE && place > g.lower && b.upper >= g.lower)
		return least(place, below(s, a, b.upper, steps));
	return place;
}

/* False: the goal is reached. */
static bool nominate(const struct search *s, struct search_aim *a,
		     uint32_t *place)
{
	for (;;) {
		const struct search_bounds b = bounds(s, &a->target[a->at]);

		if (!reached(s, b, a->steps[a->at])) {
			*place = choose(s, a, b);
			return true;
		}
		if (a->at + 1 == SEARCH_TARGETS)
			return false;
		a->at++;
		a->guess = b;
		a->stride = a->steps[a->at];
		a->strode = NOWHERE;
	}
}

/*
 * Two trials begin a search: at the largest load, then at the rate that was
 * forwarded there; both are the guess for every goal.
 */
static bool first_trials(struct search *s, struct search_trial *next)
{
	const struct search_trial *t = s->trial;
	uint64_t ns = 0;
	uint32_t place;

	for (unsigned i = 0; i < s->nb_goals; i++)
		if (ns < s->aim[i].target[s->aim[i].at].trial_ns)
			ns = s->aim[i].target[s->aim[i].at].trial_ns;
	*next = (struct search_trial){.load = s->max, .ns = ns};
	if (s->first_trial++ == 0)
		return true;
	if (s->first_trial > 2 || !t->lost || t->lost >= t->offered)
		return false;
	next->load = (uint64_t)wide_div((wide)t->load * (t->offered - t->lost),
					t->offered);
	place = place_of(s, next->load);
	next->load = load_at(s, place);
	for (unsigned i = 0; i < s->nb_goals; i++)
		s->aim[i].guess = (struct search_bounds){place, place};
	return place != 0;
}

bool search_next(struct search *s, struct search_trial *next)
{
	uint32_t place, lowest = NOWHERE;

	if (s->nb_trials == s->room)
		return false;
	if (!s->bisect && s->first_trial < 2 && first_trials(s, next))
		return true;
	*next = (struct search_trial){0};
	for (unsigned i = 0; i < s->nb_goals; i++) {
		struct search_aim *a = &s->aim[i];

		if (!nominate(s, a, &place))
			continue;
		/* The smallest load first, of it the longest trial. */
		if (lowest != NOWHERE &&
		    (place < lowest || (place == lowest &&
					a->target[a->at].trial_ns <= next->ns)))
			continue;
		lowest = place;
		next->ns = a->target[a->at].trial_ns;
	}
	if (lowest == NOWHERE)
		return false;
	next->load = load_at(s, lowest);
	return true;
}

void search_add(struct search *s, const struct search_trial *t)
{
	size_t i = s->nb_trials++;

	for (; i && s->trial[i - 1].load < t->load; i--)
		s->trial[i] = s->trial[i - 1];
	s->trial[i] = *t;
}

/* ---- What was found ----------------------------------------------------- */

struct search_result search_result(const struct search *s, unsigned goal)
{
	const struct search_aim *a = &s->aim[goal];
	const struct search_goal *g = &a->target[SEARCH_TARGETS - 1];
	const struct search_bounds b = bounds(s, g);
	struct search_result r = {0};
	size_t i = 0;

	if (b.upper != NOWHERE)
		r.upper = load_at(s, b.upper);
	if (b.lower == NOWHERE)
		return r;
	r.lower = load_at(s, b.lower);
	while (i < s->nb_trials && s->trial[i].load != r.lower)
		i++;
	/* Of loads of few units two places may have one. */
	if (i == s->nb_trials)
		return r;
	r.throughput = search_throughput(g, &s->trial[i], of_load(s, i));
	r.regular = r.upper && reached(s, b, a->steps[SEARCH_TARGETS - 1]);
	return r;
}
