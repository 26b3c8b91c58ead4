// SPDX-License-Identifier: BSD-3-Clause
/*
 * The clock of another appliance, over wires whose delays, both ways, are
 * anything: it is always within the bound that is told.
 */
#include <stdlib.h>
#include <string.h>

#include "measure/far_clock.h"
#include "unit.h"

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull

static struct far_clock c;
static uint64_t seed;

static uint64_t any(uint64_t below)
{
	return unit_random(&seed) % below;
}

/* Theirs is `ahead` of ours at time 0, and goes faster by `ppb`. */
static struct {
	uint64_t ahead;
	int64_t ppb;
	uint64_t there_ns, back_ns; /* the least that each way takes... */
	uint64_t more_ns;           /* ...mostly less more than that... */
	uint64_t stall_ns;          /* ...and now and then up to that */
} wire;

static uint64_t theirs(uint64_t ns)
{
	return ns + wire.ahead +
	       (uint64_t)((int64_t)ns / 1000 * wire.ppb / 1000000);
}

static uint64_t delay(uint64_t least_ns)
{
	uint64_t ns = least_ns;

	if (wire.more_ns)
		ns += any(wire.more_ns) * any(wire.more_ns) / wire.more_ns;
	if (wire.stall_ns && !any(20))
		ns += any(wire.stall_ns);
	return ns;
}

/* Returns the round trip without the time there. */
static uint64_t probe(uint64_t now_ns)
{
	const uint64_t there_ns = delay(wire.there_ns);
	const uint64_t wait_ns = any(10) ? any(5 * US) : any(3 * MS);
	const uint64_t back_ns = delay(wire.back_ns);
	const struct far_clock_probe p = {
		.sent_ns = now_ns,
		.heard_ns = theirs(now_ns + there_ns),
		.answered_ns = theirs(now_ns + there_ns + wait_ns),
		.came_ns = now_ns + there_ns + wait_ns + back_ns,
	};

	assert_true(far_clock_add(&c, &p));
	return there_ns + back_ns;
}

/* By how much it is wrong; never by more than it says. */
static uint64_t check(uint64_t at_ns)
{
	const int64_t off =
		(int64_t)(far_clock_ahead(&c, at_ns) - (theirs(at_ns) - at_ns));
	const uint64_t wrong = (uint64_t)(off < 0 ? -off : off);

	assert_true(far_clock_known(&c, at_ns));
	if (wrong > far_clock_bound(&c, at_ns))
		fail_msg("wrong by %llu ns, told %llu ns",
			 (unsigned long long)wrong,
			 (unsigned long long)far_clock_bound(&c, at_ns));
	return wrong;
}

/* Probes each 20 ms, some of which are lost; returns the last time. */
static uint64_t run(uint64_t from_ns, uint64_t ns)
{
	uint64_t now_ns = from_ns;

	for (; now_ns < from_ns + ns; now_ns += 20 * MS) {
		if (any(10))
			probe(now_ns);
		else if (!c.nb)
			continue;
		check(now_ns);
		check(now_ns + any(500 * MS));
		check(now_ns - any(100 * MS));
	}
	return now_ns;
}

static int begin(void **state)
{
	(void)state;
	memset(&c, 0, sizeof(c));
	memset(&wire, 0, sizeof(wire));
	seed = 1;
	return 0;
}

static unsigned trials = 200;

static void it_is_always_within_its_bound(void **state)
{
	uint64_t worst = 0;

	for (unsigned trial = 1; trial <= trials; trial++) {
		uint64_t now_ns, half_ns;

		begin(state);
		seed = trial;
		wire.ahead = unit_random(&seed);
		wire.ppb = (int64_t)any(900000) - 450000;
		wire.there_ns = any(3) ? any(200 * US) : any(5 * MS);
		wire.back_ns = any(3) ? wire.there_ns : any(200 * US);
		wire.more_ns = any(4) ? 1 + any(300 * US) : 0;
		wire.stall_ns = any(2) ? any(30 * MS) : 0;
		now_ns = run(10 * S + any(100 * S), 20 * S);
		/* What it says is not much more than what nobody can know. */
		half_ns = c.trip_ns / 2;
		assert_true(c.trip_ns >= wire.there_ns + wire.back_ns);
		assert_true(far_clock_bound(&c, now_ns) <=
			    half_ns * 3 / 2 + wire.more_ns / 4 + 5 * US);
		assert_true(far_clock_bound(&c, now_ns) >= half_ns);
		half_ns = check(now_ns) * 100 / far_clock_bound(&c, now_ns);
		worst = half_ns > worst ? half_ns : worst;
		assert_int_equal(c.nb_steps, 0);
	}
	print_message("wrong by %u %% of the bound at most\n", (unsigned)worst);
}

/* Where all delays are alike, all is known. */
static void a_steady_wire_is_known_well(void **state)
{
	uint64_t now_ns;
	(void)state;

	wire.ahead = 7 * S;
	wire.ppb = 100000;
	wire.there_ns = wire.back_ns = 20 * US;
	now_ns = run(S, 20 * S);
	assert_true(check(now_ns) < 200);
	assert_in_range(c.drift_ppb, 99900, 100100);
	assert_in_range(far_clock_bound(&c, now_ns), 20 * US, 24 * US);
}

/* One way takes 5 ms longer: nobody can see which, so the bound says so. */
static void a_way_that_takes_longer_widens_the_bound(void **state)
{
	uint64_t now_ns;
	(void)state;

	wire.ahead = 3600 * S;
	wire.there_ns = 5 * MS;
	wire.back_ns = 20 * US;
	now_ns = run(S, 5 * S);
	assert_true(far_clock_bound(&c, now_ns) >= 2500 * US);
	assert_true(check(now_ns) >= 2400 * US);
	/* The same of a wire that was well known, once that is long ago. */
	begin(state);
	wire.there_ns = wire.back_ns = 20 * US;
	now_ns = run(S, 10 * S);
	assert_true(far_clock_bound(&c, now_ns) <= 30 * US);
	wire.back_ns = 5 * MS;
	now_ns = run(now_ns, S);
	assert_true(far_clock_bound(&c, now_ns) <= 200 * US);
	now_ns = run(now_ns, 30 * S);
	assert_true(far_clock_bound(&c, now_ns) >= 2500 * US);
	assert_int_equal(c.nb_steps, 0);
}

/* The other one boots again: what was known is forgotten at once. */
static void a_clock_that_steps_is_another(void **state)
{
	uint64_t now_ns;
	(void)state;

	wire.ahead = 100 * S;
	wire.there_ns = wire.back_ns = 20 * US;
	wire.more_ns = 50 * US;
	now_ns = run(S, 10 * S);
	wire.ahead = 0ull - 20 * S;
	probe(now_ns);
	check(now_ns);
	assert_int_equal(c.nb_steps, 1);
	run(now_ns, 10 * S);
	assert_int_equal(c.nb_steps, 1);
}

/* Without probes the bound grows, until nothing is known. */
static void what_is_old_is_not_known(void **state)
{
	uint64_t now_ns, ns;
	(void)state;

	wire.there_ns = wire.back_ns = 20 * US;
	wire.more_ns = 20 * US;
	now_ns = run(S, 10 * S);
	ns = far_clock_bound(&c, now_ns);
	for (unsigned i = 1; i < 70; i++) {
		check(now_ns + i * 100 * MS);
		assert_true(far_clock_bound(&c, now_ns + i * 100 * MS) >= ns);
		ns = far_clock_bound(&c, now_ns + i * 100 * MS);
	}
	assert_false(far_clock_known(&c, now_ns + 9 * S));
	probe(now_ns + 9 * S);
	check(now_ns + 9 * S);
	/* Of one probe alone nobody knows how fast it drifts. */
	assert_true(far_clock_bound(&c, now_ns + 10 * S) >= 500 * US);
	run(now_ns + 9 * S, 5 * S);
}

/* Times that no clocks have. */
static void nonsense_is_refused(void **state)
{
	struct far_clock_probe p = {.sent_ns = 10 * S,
				    .came_ns = 10 * S + 50 * US,
				    .heard_ns = S,
				    .answered_ns = S + 60 * US};
	(void)state;

	assert_false(far_clock_add(&c, &p));
	p.answered_ns = S - 1;
	assert_false(far_clock_add(&c, &p));
	p.answered_ns = S + 5;
	p.came_ns = 12 * S;
	assert_false(far_clock_add(&c, &p));
	p.came_ns = 9 * S;
	assert_false(far_clock_add(&c, &p));
	assert_false(far_clock_known(&c, 10 * S));
	for (unsigned i = 0; i < 10000; i++) {
		p = (struct far_clock_probe){
			unit_random(&seed), unit_random(&seed),
			unit_random(&seed), unit_random(&seed)};
		if (i % 2)
			p.came_ns = p.sent_ns + any(S);
		if (i % 4 == 3)
			p.answered_ns = p.heard_ns + any(2 * MS);
		if (far_clock_add(&c, &p))
			assert_true(far_clock_bound(&c, p.came_ns) >= 1);
	}
}

/* Sent a slot before the other, it comes back behind it. */
static void an_answer_that_was_overtaken_says_nothing_wrong(void **state)
{
	const uint64_t edge = 10 * S;
	struct far_clock_probe p;
	(void)state;

	wire.ahead = 0;
	wire.ppb = 400000;
	for (unsigned late = 0; late < 2; late++) {
		const uint64_t there = edge + 100 * US - late * 550 * US;

		p.sent_ns = there - (late ? 300 : 100) * US;
		p.heard_ns = p.answered_ns = theirs(there);
		p.came_ns = there + (late ? 1150 : 100) * US;
		assert_true(far_clock_add(&c, &p));
	}
	for (uint64_t at = edge + S; at <= edge + 60 * S; at += S) {
		const int64_t off =
			(int64_t)(theirs(at) - at - far_clock_ahead(&c, at));

		if (far_clock_known(&c, at))
			assert_true((uint64_t)llabs(off) <=
				    far_clock_bound(&c, at));
	}
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_is_always_within_its_bound, begin),
		cmocka_unit_test_setup(a_steady_wire_is_known_well, begin),
		cmocka_unit_test_setup(a_way_that_takes_longer_widens_the_bound,
				       begin),
		cmocka_unit_test_setup(a_clock_that_steps_is_another, begin),
		cmocka_unit_test_setup(what_is_old_is_not_known, begin),
		cmocka_unit_test_setup(nonsense_is_refused, begin),
		cmocka_unit_test_setup(
			an_answer_that_was_overtaken_says_nothing_wrong, begin),
	};

	if (argc > 1)
		trials = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
