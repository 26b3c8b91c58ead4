/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/far_clock.h"

#include <string.h>
#include <uk/essentials.h>

#define US 1000
#define MS 1000000
#define NS_PER_S 1000000000ll
/* Over less time than that no drift shows. */
#define SPAN_US 1000000
#define WEIGHT 16ull /* of a point, at most */
/* FAR_CLOCK_PPB_MAX, rounded up, as a slope. */
#define STEEPEST \
	((((int64_t)FAR_CLOCK_PPB_MAX << 32) + NS_PER_S - 1) / NS_PER_S)

/* A sample as the line has it: in us before the last, in ns from its middle. */
struct point {
	const struct far_clock_sample *of;
	int64_t x_us, y_ns, weight;
	uint64_t wrong_ns; /* the line, here, at most */
};

static const struct far_clock_sample *last_of(const struct far_clock *c)
{
	return &c->sample[(c->nb - 1) % FAR_CLOCK_SLOTS];
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	const int64_t d = (int64_t)(a - b);

	return (uint64_t)(d < 0 ? -d : d);
}

/*
 * Half of them count in full, those with longer round trips than these the
 * less the longer they are: one way may have been slow.
 */
static void weigh(struct point *p, unsigned n)
{
	uint64_t middle_ns = 0;

	for (unsigned i = 0; i < n && !middle_ns; i++) {
		const uint64_t ns = p[i].of->half_ns;
		unsigned below = 0, same = 0;

		for (unsigned k = 0; k < n; k++) {
			below += p[k].of->half_ns < ns;
			same += p[k].of->half_ns == ns;
		}
		if (below <= (n - 1) / 2 && below + same > (n - 1) / 2)
			middle_ns = ns;
	}
	for (unsigned i = 0; i < n; i++) {
		const uint64_t share =
			MIN(WEIGHT, WEIGHT * middle_ns / p[i].of->half_ns);

		p[i].weight = (int64_t)(share * share / WEIGHT);
	}
}

/* The shortest round trip of each block; returns how many there are. */
static unsigned find_points(const struct far_clock *c,
			    struct point p[FAR_CLOCK_BLOCKS])
{
	const struct far_clock_sample *const last = last_of(c);
	const uint64_t nb = MIN(c->nb, (uint64_t)FAR_CLOCK_SLOTS);
	unsigned n = 0;
	uint64_t block = UINT64_MAX;

	for (uint64_t i = c->nb - nb; i < c->nb; i++) {
		const struct far_clock_sample *s =
			&c->sample[i % FAR_CLOCK_SLOTS];

		if (i / FAR_CLOCK_BLOCK != block)
			p[n++].of = s;
		else if (s->half_ns < p[n - 1].of->half_ns)
			p[n - 1].of = s;
		block = i / FAR_CLOCK_BLOCK;
	}
	weigh(p, n);
	for (unsigned i = 0; i < n; i++) {
		p[i].x_us = (int64_t)(p[i].of->at_ns - last->at_ns) / US;
		p[i].y_ns = (int64_t)(p[i].of->ahead - last->ahead);
	}
	return n;
}

/* Least squares; the line goes through the mean of all. */
static void fit(struct far_clock *c, const struct point *p, unsigned n)
{
	const struct far_clock_sample *const last = last_of(c);
	int64_t w = 0, x = 0, y = 0, xx = 0, xy = 0, ppb = 0;

	for (unsigned i = 0; i < n; i++) {
		w += p[i].weight;
		x += p[i].x_us * p[i].weight;
		y += p[i].y_ns * p[i].weight;
	}
	w = MAX(w, 1);
	x /= w;
	y /= w;
	for (unsigned i = 0; i < n; i++) {
		const int64_t dx = p[i].x_us - x;

		xx += dx * dx * p[i].weight;
		xy += dx * (p[i].y_ns - y) * p[i].weight;
	}
	if (xx / SPAN_US >= SPAN_US)
		ppb = xy / (xx / 1000000);
	ppb = MAX(MIN(ppb, FAR_CLOCK_PPB_MAX), -FAR_CLOCK_PPB_MAX);
	c->drift_ppb = (int32_t)ppb;
	c->slope = ppb * (1ll << 32) / NS_PER_S;
	/* First through the mean; then it is told where it is now. */
	c->at_ns = last->at_ns + (uint64_t)(x * US);
	c->ahead = last->ahead + (uint64_t)y;
	c->ahead = far_clock_ahead(c, last->at_ns);
	c->at_ns = last->at_ns;
}

/* It grows by `slope` from point `p` on: kept if it is less when it is used. */
static void take_limit(struct far_clock *c, const struct point *p,
		       uint64_t slope)
{
	const uint64_t now_ns = c->at_ns + FAR_CLOCK_SLOT_NS;
	const uint64_t ns =
		p->wrong_ns + 1 + ((c->at_ns - p->of->at_ns) * slope >> 32);

	if (c->bound_ns != UINT64_MAX &&
	    ns + (FAR_CLOCK_SLOT_NS * slope >> 32) >=
		    far_clock_bound(c, now_ns))
		return;
	c->bound_ns = ns;
	c->bound_slope = slope;
}

/*
 * What is wrong with the line is a line: from one point by as much as two
 * clocks can differ, or through two of them.
 */
static void limit(struct far_clock *c, struct point *p, unsigned n)
{
	const uint64_t steepest =
		(uint64_t)(STEEPEST + (c->slope < 0 ? -c->slope : c->slope));

	c->bound_ns = UINT64_MAX;
	for (unsigned i = 0; i < n; i++) {
		const struct far_clock_sample *s = p[i].of;

		p[i].wrong_ns =
			s->half_ns + 2 +
			distance(s->ahead, far_clock_ahead(c, s->at_ns));
		take_limit(c, &p[i], steepest);
		for (unsigned k = 0; k < i; k++) {
			const uint64_t both = p[i].wrong_ns + p[k].wrong_ns;
			const uint64_t apart = s->at_ns - p[k].of->at_ns;

			if (apart >= MS)
				take_limit(c, &p[i],
					   MIN((both << 20) / (apart >> 12) + 1,
					       steepest));
		}
	}
}

static void learn(struct far_clock *c)
{
	struct point p[FAR_CLOCK_BLOCKS + 1];
	const unsigned n = find_points(c, p);

	c->trip_ns = UINT64_MAX;
	for (unsigned i = 0; i < n; i++)
		c->trip_ns = MIN(c->trip_ns, 2 * p[i].of->half_ns);
	fit(c, p, n);
	/* The last is the nearest, whatever its round trip. */
	p[n].of = last_of(c);
	limit(c, p, n + 1);
}

bool far_clock_add(struct far_clock *c, const struct far_clock_probe *p)
{
	const uint64_t all_ns = p->came_ns - p->sent_ns;
	const uint64_t there_ns = p->answered_ns - p->heard_ns;
	const uint64_t highest = p->heard_ns - p->sent_ns;
	const uint64_t lowest = p->answered_ns - p->came_ns;
	struct far_clock_sample s, *had;

	if (all_ns > FAR_CLOCK_TRIP_NS || there_ns > all_ns + all_ns / 1024 + 1)
		return false;
	s.at_ns = p->sent_ns + all_ns / 2;
	s.slot = s.at_ns / FAR_CLOCK_SLOT_NS;
	/* While it was under way they drifted apart by no more than that. */
	s.half_ns = (highest - lowest + 1) / 2 + all_ns / 1024 + 1;
	s.ahead = lowest + (highest - lowest) / 2;
	if ((int64_t)(highest - lowest) < 0) {
		s.half_ns = all_ns / 1024 + 1;
		s.ahead = lowest;
	}
	/* One that was overtaken says less than those before it. */
	if (c->nb && (int64_t)(s.at_ns - last_of(c)->at_ns) < 0 &&
	    s.slot != last_of(c)->slot)
		return true;
	if (far_clock_known(c, s.at_ns) &&
	    distance(s.ahead, far_clock_ahead(c, s.at_ns)) >
		    s.half_ns + far_clock_bound(c, s.at_ns)) {
		c->nb = 0;
		c->nb_steps++;
	}
	if (c->nb && !far_clock_known(c, s.at_ns))
		c->nb = 0;
	c->nb_probes++;
	had = &c->sample[(c->nb - 1) % FAR_CLOCK_SLOTS];
	if (!c->nb || had->slot != s.slot)
		had = &c->sample[c->nb++ % FAR_CLOCK_SLOTS];
	else if (had->half_ns <= s.half_ns)
		return true;
	*had = s;
	learn(c);
	return true;
}
