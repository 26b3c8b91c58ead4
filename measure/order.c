/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/order.h"

#include <string.h>

/* ---- Queues -------------------------------------------------------------- */

/* Which queue sends a number. */
static unsigned part_of(const struct order *o, uint64_t number)
{
	return (unsigned)(number / ORDER_BLOCK % o->parts);
}

/* What came in order, up to o->next, is known of each queue. */
static void add_in_order(const struct order *o, uint64_t next_of[])
{
	uint64_t end = o->next;

	for (unsigned i = 0; i < o->parts && end > o->synced; i++) {
		uint64_t *const next = &next_of[part_of(o, end - 1)];

		*next = MAX(*next, end);
		end = (end - 1) / ORDER_BLOCK * ORDER_BLOCK;
	}
}

static void sync_parts(struct order *o)
{
	add_in_order(o, o->next_of);
	o->synced = o->next;
}

/* Numbers below `n` that belong to a queue. */
static uint64_t below(uint64_t n, unsigned part, unsigned parts)
{
	const uint64_t round = (uint64_t)parts * ORDER_BLOCK;
	const uint64_t from = (uint64_t)part * ORDER_BLOCK, rest = n % round;

	return n / round * ORDER_BLOCK +
	       MIN(rest - MIN(rest, from), (uint64_t)ORDER_BLOCK);
}

/* It is missing: none of its own queue that is later has come. */
static bool may_come(struct order *o, uint64_t number)
{
	if (o->parts <= 1)
		return false;
	sync_parts(o);
	return number >= o->next_of[part_of(o, number)];
}

void order_part_from(struct order *o, unsigned part, uint64_t number)
{
	o->next_of[part] = MAX(o->next_of[part], number);
}

/* ---- All together -------------------------------------------------------- */

void order_begin(struct order *o, uint64_t base, uint32_t *missing,
		 uint32_t window)
{
	memset(o, 0, sizeof(*o));
	memset(missing, 0, order_room(window));
	o->next = o->base = base;
	o->clean = base;
	o->missing = missing;
	o->mask = window - 1;
	if (order_density(o))
		density_begin(order_density(o), base);
}

static void take_window(struct order *o, uint32_t *missing, uint32_t window)
{
	const struct density *const had = order_density(o);

	o->missing = missing;
	o->mask = window - 1;
	if (had && order_density(o))
		*order_density(o) = *had;
}

void order_shrink(struct order *o, uint32_t *missing, uint32_t window)
{
	const uint64_t had = (uint64_t)o->mask + 1;
	const uint64_t end = o->next - window;

	if (order_is_clean(o, o->next)) {
		memset(missing, 0, window * sizeof(missing[0]));
		take_window(o, missing, window);
		return;
	}
	for (uint64_t number = o->next - had; number != end; number++)
		order_lose(o, number, o->missing[number & o->mask]);
	for (uint64_t number = end; number != o->next; number++)
		missing[number & (window - 1)] = o->missing[number & o->mask];
	take_window(o, missing, window);
}

/* An episode that has come to its end, of `run` numbers. */
static void add_episode(struct order_counts *c, uint64_t run)
{
	if (!run)
		return;
	c->episodes++;
	c->longest = MAX(c->longest, run);
}

void order_lose(struct order *o, uint64_t number, bool missing)
{
	if (missing && !may_come(o, number)) {
		o->run++;
		return;
	}
	add_episode(&o->counts, o->run);
	o->run = 0;
}

/* ---- Gaps ---------------------------------------------------------------- */

static bool is_past(const struct order *o, const struct order_gap *g)
{
	return o->next - g->end > o->mask;
}

/* Those that nothing fills any more need no place. */
static void settle_gaps(struct order *o)
{
	struct order_counts *c = &o->counts;

	for (struct order_gap *g = o->gap; g < o->gap + ORDER_GAPS; g++) {
		if (!g->missing || !is_past(o, g))
			continue;
		c->outage_ns = MAX(c->outage_ns, g->ns);
		g->missing = 0;
	}
}

static void add_gap(struct order *o, const struct order_gap *is)
{
	struct order_gap *to = o->gap;

	settle_gaps(o);
	for (struct order_gap *g = o->gap; g < o->gap + ORDER_GAPS; g++)
		if (to->missing && (!g->missing || g->ns < to->ns))
			to = g;
	if (!to->missing || to->ns < is->ns)
		*to = *is;
}

static void fill_gap(struct order *o, uint64_t number)
{
	for (struct order_gap *g = o->gap; g < o->gap + ORDER_GAPS; g++)
		if (g->missing && number >= g->first && number < g->end)
			g->missing--;
}

/* ---- Numbers ------------------------------------------------------------- */

/* Those that came since one was out of turn came one after the other. */
static void catch_up(const struct order *o, struct density *d)
{
	const uint64_t n = o->unique - d->seen;

	density_see(d, o->next - n, n);
}

/* Numbers from o->next up to `number` are passed over by the next frame. */
static void pass_over(struct order *o, uint64_t number, uint64_t now_ns)
{
	const uint64_t window = (uint64_t)o->mask + 1;
	const uint64_t left = number - o->next;
	const uint64_t n = MIN(left, window);
	const struct order_gap gap = {
		.first = o->next,
		.end = number,
		.missing = left,
		.ns = o->last_ns ? now_ns - o->last_ns : 0,
	};

	if (order_density(o))
		catch_up(o, order_density(o));
	for (uint64_t i = 0; i < n; i++) {
		uint32_t *m = &o->missing[(o->next + i) & o->mask];

		order_lose(o, o->next + i - window, *m);
		*m = ORDER_MISSING | (uint32_t)o->unique;
	}
	/* These were missing from the beginning, and leave at once. */
	o->run += left - n;
	o->next = number;
	o->clean = number + window + 1;
	add_gap(o, &gap);
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

/*
 * One that is late: whether it is so only by what another queue sent. What it
 * passes over of its own left the window as numbers that may come.
 */
static bool is_steered(struct order *o, uint64_t number)
{
	const uint64_t left = o->next - MIN(o->next, o->mask + 1ull);
	unsigned part;
	uint64_t *next, end;

	if (!may_come(o, number))
		return false;
	part = part_of(o, number);
	next = &o->next_of[part];
	end = MIN(number, left);
	if (end > *next)
		add_episode(&o->counts, below(end, part, o->parts) -
						below(*next, part, o->parts));
	*next = number + 1;
	return true;
}

static void count_reordered(struct order *o, uint64_t number, uint32_t missing)
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
}

static void add_reordered(struct order *o, uint64_t number, uint32_t missing)
{
	if (order_density(o)) {
		catch_up(o, order_density(o));
		density_see(order_density(o), number, 1);
	}
	if (is_steered(o, number))
		o->counts.steered++;
	else
		count_reordered(o, number, missing);
	fill_gap(o, number);
	o->last[o->unique++ % (ORDER_N_MAX + 1)] = number;
}

/* Later than the window, and yet the first of its number. */
static bool add_steered(struct order *o, uint64_t number, uint64_t now_ns)
{
	add_reordered(o, number, 0);
	o->last_ns = now_ns;
	return true;
}

bool order_see_odd(struct order *o, uint64_t number, uint64_t now_ns)
{
	uint32_t *m = &o->missing[number & o->mask];

	if (o->parts > 1)
		sync_parts(o);
	if (number > o->next) {
		pass_over(o, number, now_ns);
		o->synced = number;
		return order_see(o, number, now_ns);
	}
	if (number < o->base) {
		o->counts.old++;
	} else if (o->next - number > o->mask + 1ull) {
		if (may_come(o, number))
			return add_steered(o, number, now_ns);
		o->counts.late++;
	} else if (!*m) {
		o->counts.duplicate++;
	} else {
		add_reordered(o, number, *m);
		*m = 0;
		o->last_ns = now_ns;
		return true;
	}
	return false;
}

void order_fill(struct order *o, uint64_t number)
{
	uint32_t *m = &o->missing[number & o->mask];

	o->filled++;
	if (o->parts > 1)
		sync_parts(o);
	if (number >= o->next) {
		if (order_density(o))
			catch_up(o, order_density(o));
		if (number > o->next)
			pass_over(o, number, o->last_ns);
		order_lose(o, number - o->mask - 1, *m);
		o->next = number + 1;
		o->synced = o->next;
		o->clean = MAX(o->clean, o->next + o->mask + 1);
	} else if (o->next - number > o->mask + 1ull || !*m) {
		return;
	} else {
		fill_gap(o, number);
	}
	*m = 0;
}

void order_fill_many(struct order *o, uint64_t number, uint64_t n, bool lost)
{
	const uint64_t window = (uint64_t)o->mask + 1;

	o->filled += n;
	if (number <= o->next)
		return;
	if (o->parts > 1)
		sync_parts(o);
	if (order_density(o))
		catch_up(o, order_density(o));
	for (uint64_t i = 0; i < window; i++) {
		uint32_t *const m = &o->missing[(o->next + i) & o->mask];

		order_lose(o, o->next + i - window, *m);
		*m = 0;
	}
	if (lost)
		o->run += number - o->next - n;
	o->next = o->synced = number;
	o->clean = number + window + 1;
}

void order_see_next(struct order *o, uint64_t n, uint64_t now_ns)
{
	const uint64_t number = o->next;
	/* One more, as the last that leaves may be lost. */
	const uint64_t leave =
		order_is_clean(o, number) ? 0 : MIN(n, o->mask + 2ull);

	for (uint64_t i = 0; i < leave; i++) {
		uint32_t *m = &o->missing[(number + i) & o->mask];

		if (*m | o->run)
			order_lose(o, number + i - o->mask - 1, *m);
		*m = 0;
	}
	order_see_clean(o, number, n, now_ns);
}

/* ---- Looks --------------------------------------------------------------- */

static uint64_t window_from(const struct order *o)
{
	return o->next - MIN(o->next - o->base, o->mask + 1ull);
}

/* Of each queue what `next` is of all; of one that is the only one nothing. */
struct awaits {
	uint64_t next_of[ORDER_PARTS_MAX];
	uint64_t least;
};

static void look_at_parts(const struct order *o, struct awaits *a)
{
	a->least = o->next;
	if (o->parts <= 1)
		return;
	memcpy(a->next_of, o->next_of, sizeof(a->next_of));
	add_in_order(o, a->next_of);
	for (unsigned i = 0; i < o->parts; i++)
		a->least = MIN(a->least, a->next_of[i]);
}

/* It is missing, and may be under way. */
static bool is_awaited(const struct order *o, const struct awaits *a,
		       uint64_t number)
{
	return number >= a->least && number >= a->next_of[part_of(o, number)];
}

static uint64_t count_awaited(const struct order *o, const struct awaits *a,
			      uint64_t from, uint64_t end)
{
	uint64_t n = 0, at = MAX(MAX(from, a->least), window_from(o));

	for (; at < end; at++)
		n += o->missing[at & o->mask] && is_awaited(o, a, at);
	return n;
}

/* And those that have left the window. */
static uint64_t count_all_awaited(const struct order *o, const struct awaits *a)
{
	const uint64_t end = window_from(o);
	uint64_t n = count_awaited(o, a, o->base, o->next);

	for (unsigned i = 0; a->least < o->next && i < o->parts; i++) {
		const uint64_t from = MAX(a->next_of[i], o->base);

		if (from < end)
			n += below(end, i, o->parts) - below(from, i, o->parts);
	}
	return n;
}

uint64_t order_awaited(const struct order *o)
{
	struct awaits a;

	look_at_parts(o, &a);
	return count_all_awaited(o, &a);
}

/* Those of the window, and what they are a part of. */
static void look_at_episodes(const struct order *o, const struct awaits *a,
			     uint64_t end, struct order_counts *c)
{
	uint64_t run = o->run;

	for (uint64_t at = window_from(o); at < o->next; at++) {
		if (o->missing[at & o->mask] && !is_awaited(o, a, at)) {
			run++;
			continue;
		}
		add_episode(c, run);
		run = 0;
	}
	add_episode(c, run + (end > o->next ? end - o->next : 0));
}

void order_look(const struct order *o, uint64_t end, struct order_counts *c)
{
	struct awaits awaits = {.least = o->next};

	if (!end)
		look_at_parts(o, &awaits);
	*c = o->counts;
	c->unique = o->unique;
	c->frames = o->unique + c->duplicate + c->late;
	c->lost = order_lost(o, end) - count_all_awaited(o, &awaits);
	look_at_episodes(o, &awaits, end, c);
	for (const struct order_gap *g = o->gap; g < o->gap + ORDER_GAPS; g++)
		if (g->missing > count_awaited(o, &awaits, g->first, g->end))
			c->outage_ns = MAX(c->outage_ns, g->ns);
}

bool order_look_density(const struct order *o, struct density_counts *c)
{
	struct density d;

	memset(c, 0, sizeof(*c));
	if (!o->missing || !order_density(o))
		return false;
	/* As if none came any more: what there is goes on as it was. */
	d = *order_density(o);
	catch_up(o, &d);
	density_end(&d);
	*c = d.counts;
	return true;
}

void order_keep_density(struct order *o, const struct density_counts *c)
{
	if (order_density(o))
		order_density(o)->counts = *c;
}

void order_add(struct order_counts *sum, const struct order_counts *c)
{
	sum->frames += c->frames;
	sum->unique += c->unique;
	sum->lost += c->lost;
	sum->duplicate += c->duplicate;
	sum->reordered += c->reordered;
	sum->steered += c->steered;
	sum->late += c->late;
	sum->old += c->old;
	for (unsigned i = 0; i < ORDER_N_MAX; i++)
		sum->n_reordered[i] += c->n_reordered[i];
	sum->extent_sum += c->extent_sum;
	sum->extent_max = MAX(sum->extent_max, c->extent_max);
	sum->episodes += c->episodes;
	sum->longest = MAX(sum->longest, c->longest);
	sum->outage_ns = MAX(sum->outage_ns, c->outage_ns);
}
