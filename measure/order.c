/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/order.h"

#include <string.h>

void order_begin(struct order *o, uint64_t base, uint32_t *missing,
		 uint32_t window)
{
	memset(o, 0, sizeof(*o));
	memset(missing, 0, window * sizeof(missing[0]));
	o->next = o->base = base;
	o->missing = missing;
	o->mask = window - 1;
}

/* An episode that has come to its end, of `run` numbers. */
static void add_episode(struct order_counts *c, uint64_t run)
{
	if (!run)
		return;
	c->episodes++;
	c->longest = MAX(c->longest, run);
}

void order_lose(struct order *o, bool lost)
{
	if (lost) {
		o->run++;
		return;
	}
	add_episode(&o->counts, o->run);
	o->run = 0;
}

/* Numbers from o->next up to `number` are passed over by the next frame. */
static void pass_over(struct order *o, uint64_t number)
{
	const uint64_t window = (uint64_t)o->mask + 1;
	const uint64_t left = number - o->next;
	const uint64_t n = MIN(left, window);

	for (uint64_t i = 0; i < n; i++) {
		uint32_t *m = &o->missing[(o->next + i) & o->mask];

		order_lose(o, *m);
		*m = ORDER_MISSING | (uint32_t)o->unique;
	}
	/* These were missing from the beginning, and leave at once. */
	o->run += left - n;
	o->next = number;
}

/* How many of those that came right before it have higher numbers. */
static unsigned count_n(const struct order *o, uint64_t number)
{
	unsigned n = 0;

	while (n < ORDER_N_MAX && n < o->unique &&
	       o->last[(o->unique - n - 1) % (ORDER_N_MAX + 1)] > number)
		n++;
	return n;
}

static void add_reordered(struct order *o, uint64_t number, uint32_t missing)
{
	struct order_counts *c = &o->counts;
	const uint32_t extent =
		((uint32_t)o->unique - missing) & (ORDER_MISSING - 1);
	const unsigned n = count_n(o, number);

	c->reordered++;
	c->extent_sum += extent;
	c->extent_max = MAX(c->extent_max, (uint64_t)extent);
	if (n)
		c->n_reordered[n - 1]++;
	o->last[o->unique++ % (ORDER_N_MAX + 1)] = number;
}

void order_see_odd(struct order *o, uint64_t number)
{
	uint32_t *m = &o->missing[number & o->mask];

	if (number > o->next) {
		pass_over(o, number);
		order_see(o, number);
	} else if (number < o->base || o->next - number > o->mask + 1ull) {
		o->counts.late++;
	} else if (!*m) {
		o->counts.duplicate++;
	} else {
		add_reordered(o, number, *m);
		*m = 0;
	}
}

void order_look(const struct order *o, struct order_counts *c)
{
	const uint64_t window = (uint64_t)o->mask + 1;
	uint64_t run = o->run;

	*c = o->counts;
	c->frames = o->unique + c->duplicate + c->late;
	c->lost = o->next - o->base - o->unique;
	for (uint64_t n = MIN(window, o->next - o->base); n; n--) {
		if (o->missing[(o->next - n) & o->mask]) {
			run++;
			continue;
		}
		add_episode(c, run);
		run = 0;
	}
}
