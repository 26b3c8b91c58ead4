/* SPDX-License-Identifier: BSD-3-Clause */
/* Which size each frame of a program has. */
#include <errno.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/program_edit.h"
#include "pktgen/program_impl.h"

/* ---- What there is room for ---------------------------------------------- */

static unsigned gcd(unsigned a, unsigned b)
{
	while (b) {
		const unsigned rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static bool is_range(const struct sizes *sizes)
{
	return sizes->kind == SIZES_RANGE || sizes->kind == SIZES_RANDOM;
}

/* Of lengths that are not in it yet; false: there is no room. */
static bool plan_add(struct sizes_plan *plan, unsigned len, bool twice)
{
	for (unsigned i = 0; i < plan->nb && !twice; i++)
		if (plan->len[i] == len)
			return true;
	if (plan->nb == PROGRAM_VARIANTS_MAX)
		return false;
	plan->len[plan->nb++] = (uint16_t)len;
	return true;
}

/* Variants as lengths in the headers change their ways. */
static int plan_stretches(struct sizes_plan *plan, unsigned shortest,
			  const struct stack *st)
{
	struct length_word word[HEADERS_MAX];
	struct variant v = {.word = word};

	plan->nb = 0;
	for (unsigned from = shortest; from <= plan->longest; plan->nb++) {
		if (plan->nb == PROGRAM_VARIANTS_MAX)
			return -E2BIG;
		plan->len[plan->nb] = (uint16_t)from;
		from = program_stretch(st, from, plan->longest, &v);
		plan->last[plan->nb] = (uint16_t)from++;
	}
	return 0;
}

int program_plan(struct sizes_plan *plan, const struct stream *s,
		 const struct stack *st)
{
	const struct sizes *sizes = &s->sizes;
	const unsigned z = stream_size_z(s);
	unsigned shortest = STREAM_SIZE_MAX, divide = 0, round = 0, size;
	uint64_t frames;

	*plan = (struct sizes_plan){.grows = is_range(sizes), .divide = 1};
	for (unsigned i = 0; (size = sizes_at(sizes, i, z)) != 0; i++) {
		const unsigned len = size - ETH_FCS_LEN;
		const unsigned weight =
			sizes->kind == SIZES_MIX ? sizes->entry[i].weight : 1;

		shortest = MIN(shortest, len);
		plan->longest = (uint16_t)MAX(plan->longest, len);
		divide = gcd(weight, divide);
		round += weight;
		if (!plan->grows)
			plan->grows =
				!plan_add(plan, len, sizes->kind == SIZES_MIX);
	}
	if (sizes->kind == SIZES_MIX)
		plan->divide = (uint16_t)divide;
	plan->round = is_range(sizes) ? 1 : (uint16_t)(round / plan->divide);
	plan->grows |= plan->round > PROGRAM_ORDER_MAX;
	if (!plan->grows)
		return 0;
	sizes_round(sizes, z, &frames);
	plan->nb_sizes = is_range(sizes) ? (uint16_t)frames : sizes->count;
	return plan_stretches(plan, shortest, st);
}

/* ---- By weight ------------------------------------------------------- */

static void put_mixed(struct grow *g, const struct sizes *sizes,
		      unsigned divide)
{
	g->nb_mixed = sizes->count;
	for (unsigned i = 0; i < sizes->count; i++) {
		g->mixed[i].len =
			(uint16_t)(sizes->entry[i].size - ETH_FCS_LEN);
		g->mixed[i].weight =
			(uint16_t)(sizes->entry[i].weight / divide);
	}
}

void program_put_order(struct program *prog, const struct stream *s,
		       const struct sizes_plan *plan)
{
	const unsigned z = stream_size_z(s);
	int32_t credit[SIZES_MAX] = {0};
	struct grow g = {0};

	if (s->sizes.kind == SIZES_MIX)
		put_mixed(&g, &s->sizes, plan->divide);
	for (unsigned at = 0; at < plan->round; at++) {
		unsigned v = 0;

		if (s->sizes.kind == SIZES_MIX)
			v = program_pick(&g, plan->round, credit);
		else
			while (plan->len[v] + ETH_FCS_LEN !=
			       (int)sizes_at(&s->sizes, at, z))
				v++;
		prog->order[at] = (uint8_t)v;
	}
}

/* ---- Of a program that grows ----------------------------------------- */

void program_put_grown(struct program *prog, const struct stream *s,
		       const struct sizes_plan *plan)
{
	const unsigned first = sizes_at(&s->sizes, 0, 0);
	const int step = s->sizes.range.step;
	struct grow *g = prog->grow;
	struct vary v = {
		.kind = s->sizes.kind == SIZES_RANDOM ? VARY_RANDOM
						      : VARY_RANGE,
		.step = 1,
		.count = plan->nb_sizes,
		.every = 1,
	};

	if (s->sizes.kind == SIZES_MIX) {
		put_mixed(g, &s->sizes, plan->divide);
		return;
	}
	g->first = (uint16_t)(first - ETH_FCS_LEN);
	g->step = (int16_t)(first < s->sizes.range.to ? step : -step);
	/* No field has that seed. */
	sequence_make(&g->index, &v, NULL, 16,
		      (uint64_t)s->seed << 32 | UINT32_MAX, 1, NULL);
}
