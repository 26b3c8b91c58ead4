/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A search on a host that stands still now and then: what was due comes at once
 * afterwards, and the queue of the device has no room for it. By the device's
 * counters this is a loss like any other. docs/search.md has the table.
 */
#include "search/search.h"

#include "unit.h"

#define S 1000000000ull
#define MS (S / 1000)
#define PPS 1000ull
#define PERCENT (SEARCH_ONE / 100)
#define DEVICES 200
#define ROOM 1500

/* Stalls of half of `longest_ns` to all of it. */
struct host {
	uint64_t seed;
	unsigned stalls; /* in 20 s */
	uint64_t longest_ns;
	uint64_t lag_ns; /* a longer one makes a trial suspect; 0: none does */
	unsigned again;  /* times a suspect trial is made again */
};

/* As measured on two processors, both of which others want. */
#define BUSY                                                  \
	{                                                     \
		.seed = 1, .stalls = 34, .longest_ns = 5 * MS \
	}

struct device {
	uint64_t pps, queue;
};

static uint64_t below(struct host *h, uint64_t n)
{
	return unit_random(&h->seed) % n;
}

/* Whether it is suspect. In each millisecond a stall may begin. */
static bool try_it(struct host *h, const struct device *d,
		   struct search_trial *t)
{
	const uint64_t through = d->pps * t->ns / S + d->queue;
	bool suspect = false;

	t->effective_ns = t->ns;
	t->offered = t->load / PPS * t->ns / S;
	t->lost = t->offered > through ? t->offered - through : 0;
	for (uint64_t at = 0; at < t->ns; at += MS) {
		const uint64_t ns = h->longest_ns - below(h, h->longest_ns / 2);
		const uint64_t late = t->load / PPS * ns / S;

		if (below(h, 20000) >= h->stalls)
			continue;
		suspect |= h->lag_ns && ns > h->lag_ns;
		if (late > d->queue)
			t->lost += late - d->queue;
	}
	if (t->lost > t->offered)
		t->lost = t->offered;
	return suspect;
}

static void search_all(struct search *s, struct host *h, const struct device *d)
{
	struct search_trial t;

	while (search_next(s, &t)) {
		for (unsigned n = 0; try_it(h, d, &t) && n < h->again;)
			n++;
		search_add(s, &t);
	}
}

/* How many percent of devices are found, within two steps of 1 %. */
static unsigned found(const struct search_goal *g, struct host h)
{
	static struct search_trial memory[ROOM];
	unsigned n = 0;
	struct search s;

	for (unsigned i = 0; i < DEVICES; i++) {
		const struct device d = {.pps = 4000 + below(&h, 8000),
					 .queue = 8 + below(&h, 33)};
		/* In thousandths; what the queue takes counts for a trial. */
		const uint64_t bears =
			d.pps * PPS + d.queue * PPS * S / g->trial_ns;
		struct search_result r;

		search_init(&s, g, 1, 3 * PPS, 30000 * PPS, false, memory,
			    ROOM);
		search_all(&s, &h, &d);
		r = search_result(&s, 0);
		n += r.lower >= bears / 1000 * 979 &&
		     r.lower <= bears / 1000 * 1005;
	}
	return n * 100 / DEVICES;
}

static struct search_goal rfc2544(uint64_t ns)
{
	return (struct search_goal){.trial_ns = ns,
				    .sum_ns = ns,
				    .first_ns = ns,
				    .width_ppb = PERCENT};
}

static struct search_goal ndr(uint64_t ns)
{
	struct search_goal g = rfc2544(ns);

	g.sum_ns = 21 * ns;
	g.exceed_ppb = SEARCH_ONE / 2;
	return g;
}

static const struct {
	bool is_ndr;
	uint64_t ms;
	unsigned least, most; /* percent found */
	unsigned least_seen;  /* where stalls are seen */
} goals[] = {
	/* One trial decides about a load: it believes the first stall. */
	{false, 300, 60, 85, 99},
	{false, 1000, 0, 60, 95},
	/* 1 s has 1.7 stalls, so more than half of its trials lose. */
	{true, 1000, 0, 50, 99},
	{true, 200, 97, 100, 99},
	{true, 100, 97, 100, 99},
};

/* Seen is what `verdict lag 1ms; verdict again 10` makes again. */
static void rates_are_found_between_stalls(void **state)
{
	const struct host busy = BUSY;
	struct host sees = BUSY;
	(void)state;

	sees.lag_ns = MS;
	sees.again = 10;
	for (size_t i = 0; i < sizeof(goals) / sizeof(goals[0]); i++) {
		const uint64_t ns = goals[i].ms * MS;
		const struct search_goal g =
			goals[i].is_ndr ? ndr(ns) : rfc2544(ns);
		const unsigned n = found(&g, busy), seen = found(&g, sees);

		print_message("%s, %d ms: %u, seen %u of 100\n",
			      goals[i].is_ndr ? "ndr" : "rfc2544",
			      (int)goals[i].ms, n, seen);
		assert_in_range(n, goals[i].least, goals[i].most);
		assert_in_range(seen, goals[i].least_seen, 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_found_between_stalls),
	};

	return cmocka_run_group_tests_name("search_still", tests, NULL, NULL);
}
