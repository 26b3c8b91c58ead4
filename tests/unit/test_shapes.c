/* SPDX-License-Identifier: BSD-3-Clause */
/* Rates that change: what is due by any time is the integral of the rate. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "pktgen/stream.h"
#include "unit_pacer.h"

#define MS 1000000ull
#define PPS(n) ((struct rate){RATE_PPS, (uint64_t)((n)*1e6)})

static struct pacer_shape room;

/* Frames until `t` ns. */
static long double integral(const struct stream_shape *s, long double t)
{
	const long double from = s->from.micro / 1e15L;
	const long double to = s->to.micro / 1e15L;
	const long double T = (long double)s->ns, rise = to - from;
	const long double pi = acosl(-1.0L);
	const uint64_t half = s->ns / 2;
	const uint64_t on =
		(uint64_t)((long double)s->ns * s->duty / SHAPE_DUTY_ALL);
	const long double rounds = floorl(t / T), u = t - rounds * T;
	const long double all = rounds * T * (from + to) / 2;

	switch (s->kind) {
	case SHAPE_RAMP:
		return t < T ? from * t + rise * t * t / 2 / T
			     : (from + to) / 2 * T + to * (t - T);
	case SHAPE_SAW:
		return all + from * u + rise * u * u / 2 / T;
	case SHAPE_TRIANGLE:
		return u < half ? all + from * u + rise * u * u / T
				: all + T * (from + to) / 2 -
					  (from * (T - u) +
					   rise * (T - u) * (T - u) / T);
	case SHAPE_SINE:
		return all + (from + to) / 2 * u -
		       rise / 2 * T / (2 * pi) * sinl(2 * pi * u / T);
	default:
		return rounds * (from * (T - on) + to * on) +
		       (u < T - on ? from * u
				   : from * (T - on) + to * (u - T + on));
	}
}

static struct stream stream_of(const struct stream_shape *shape)
{
	static const uint8_t mac[ETH_ALEN] = {2};
	struct stream s;

	stream_init(&s, mac);
	s.shape = *shape;
	return s;
}

static struct pace_curve curve;

static struct pacing shaped(const struct stream_shape *shape)
{
	const struct stream s = stream_of(shape);
	struct pacing p = {.burst = 64, .curve = &curve, .shape = &room};

	assert_int_equal(stream_curve(&s, &curve, &p.gap), 0);
	return p;
}

/* Frames that are due until `ns`, and none at it. */
static void check(const struct stream_shape *s, uint64_t n, uint64_t ns)
{
	const long double all = integral(s, (long double)ns);

	if (fabsl((long double)n - all) > 1.15L)
		fail_msg("%u: %llu frames until %llu, not %.3Lf", s->kind,
			 (unsigned long long)n, (unsigned long long)ns, all);
}

static const struct stream_shape rows[] = {
	{SHAPE_RAMP, 0, 10 * S, PPS(1000), PPS(1e6)},
	{SHAPE_RAMP, 0, S, PPS(100e3), PPS(0)},
	{SHAPE_RAMP, 0, 24 * 3600 * S, PPS(0), PPS(15e6)},
	{SHAPE_SAW, 0, 100 * MS, PPS(0), PPS(14.88e6)},
	{SHAPE_SAW, 0, 333333333, PPS(7), PPS(1)},
	{SHAPE_TRIANGLE, 0, 3 * S, PPS(10e3), PPS(20e3)},
	{SHAPE_TRIANGLE, 0, 10001, PPS(1e6), PPS(0)},
	{SHAPE_SINE, 0, S, PPS(10e3), PPS(20e3)},
	{SHAPE_SINE, 0, 24 * 3600 * S, PPS(14e6), PPS(0.5)},
	{SHAPE_SINE, 0, 10 * MS, PPS(0), PPS(3)},
	{SHAPE_SQUARE, 20000000, 100 * MS, PPS(0), PPS(1e6)},
	{SHAPE_SQUARE, 50000000, 7 * MS, PPS(1e6), PPS(123456)},
	{SHAPE_SQUARE, 1, S, PPS(1), PPS(1e6)},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void frames_are_the_integral(void **state)
{
	(void)state;

	for (size_t i = 0; i < ROWS; i++) {
		struct pacing set = shaped(&rows[i]);
		uint64_t seed = i + 1, n = 0, now = 0;
		struct pacer p;

		pacer_start(&p, &set, 0);
		/* Looks at odd times, as a busy loop does. */
		while (n < 50000 && now < 1000 * S) {
			now += 1 +
			       below(&seed, 1ull << (10 + below(&seed, 15)));
			n += pacer_take(&p, now - 1, 100000);
			assert_true(pacer_next_ns(&p) >= now);
			check(&rows[i], n, now);
		}
		assert_int_equal(p.skipped, 0);
	}
}

/* Years, by jumps: what is given up counts as well. */
static void nothing_drifts(void **state)
{
	(void)state;

	for (size_t i = 0; i < ROWS; i++) {
		struct pacing set = shaped(&rows[i]);
		uint64_t seed = i + 1, n = 0, now = 0;
		struct pacer p;

		pacer_start(&p, &set, 0);
		for (unsigned k = 0; k < 600; k++) {
			now += below(&seed, 1ull << (20 + k / 20));
			n += pacer_shape_seek(&p, now);
			assert_true(pacer_next_ns(&p) >= now);
			/* Long doubles have 64 bits: below 2^60 these do. */
			check(&rows[i], n, now);
		}
		assert_true(n > 1000 || !rows[i].to.micro);
	}
}

static struct stream_shape any_shape(uint64_t *seed)
{
	struct stream_shape s = {0};

	s.kind = 1 + (uint32_t)below(seed, SHAPE_SQUARE);
	s.duty = 1 + (uint32_t)below(seed, SHAPE_DUTY_ALL - 1);
	s.ns = SHAPE_NS_MIN + below(seed, 1ull << (1 + below(seed, 40)));
	s.from = (struct rate){RATE_PPS, below(seed, 1ull << below(seed, 45))};
	s.to = (struct rate){RATE_PPS,
			     1 + below(seed, 1ull << below(seed, 45))};
	return s;
}

/* A jump comes to where steps come to; and both count the same. */
static void any_shape_is_exact(void **state)
{
	uint64_t seed = 7;
	(void)state;

	for (unsigned i = 0; i < 300; i++) {
		const struct stream_shape s = any_shape(&seed);
		struct pacing set = shaped(&s);
		struct pacer_shape other;
		uint64_t n = 0, m = 0, now = 0;
		struct pacer p, q;

		set.phase = i % 3 ? 0 : (uint32_t)below(&seed, UINT32_MAX);
		pacer_start(&p, &set, 0);
		set.shape = &other;
		pacer_start(&q, &set, 0);
		for (unsigned k = 0; k < 40; k++) {
			now += below(&seed, 1ull << (10 + below(&seed, 30)));
			while (p.next_ns < now && n < m + 2000) {
				pacer_shape_step(&p);
				n++;
			}
			n += pacer_shape_seek(&p, now);
			m += pacer_shape_seek(&q, now);
			assert_int_equal(n, m);
			assert_int_equal(pacer_next_ns(&p), pacer_next_ns(&q));
			check(&s, n, now);
		}
	}
}

static void a_square_is_silent(void **state)
{
	const struct stream_shape s = {SHAPE_SQUARE, 20000000, 100 * MS, PPS(0),
				       PPS(1e6)};
	struct pacing set = shaped(&s);
	struct pacer p;
	(void)state;

	pacer_start(&p, &set, 5 * S);
	for (unsigned i = 0; i < 3 * 20000; i++) {
		const uint64_t at = take_one(&p) - 5 * S;

		assert_int_equal(at / (100 * MS), i / 20000);
		assert_int_equal(at % (100 * MS), 80 * MS + i % 20000 * 1000);
	}
}

static void a_ramp_may_end_at_rest(void **state)
{
	const struct stream_shape s = {SHAPE_RAMP, 0, S, PPS(1000), PPS(0)};
	struct pacing set = shaped(&s);
	struct pacer p;
	uint64_t n = 0;
	(void)state;

	pacer_start(&p, &set, 0);
	for (; pacer_next_ns(&p) < PACER_NEVER; n++)
		take_one(&p);
	assert_int_equal(n, 500);
	assert_int_equal(pacer_take(&p, 1000 * S, 10), 0);
	assert_int_equal(p.skipped, 0);
}

/* Late: up to the debt is caught up, the rest is counted. */
static void lag_is_counted(void **state)
{
	const struct stream_shape s = {SHAPE_SINE, 0, S, PPS(1000), PPS(3000)};
	struct pacing set = shaped(&s);
	struct pacer p;
	uint64_t n;
	(void)state;

	pacer_start(&p, &set, 0);
	n = pacer_take(&p, 100 * S - 1, 100000);
	assert_in_range(n, 100, 110);
	check(&s, n + p.skipped, 100 * S);
	pacer_delay(&p, 3 * S);
	n += pacer_take(&p, 104 * S - 1, 100000);
	check(&s, n + p.skipped, 101 * S);
	/* What fell due in a pause is neither sent nor counted. */
	pacer_resume(&p, 204 * S);
	n = pacer_take(&p, 204 * S + S / 2 - 1, 100000);
	assert_in_range(n + p.skipped - 99 * 2000, 999, 101 * 2000);
}

/* Rates may change under way, as of a bit rate by another size. */
static void a_change_keeps_its_place(void **state)
{
	struct stream_shape s = {SHAPE_SAW, 0, S, PPS(1000), PPS(3000)};
	struct pacing set = shaped(&s);
	struct pacer p;
	uint64_t n;
	(void)state;

	pacer_start(&p, &set, 0);
	n = pacer_take(&p, S / 2, 100000);
	pacer_change(&p, &set, S / 2);
	n += pacer_take(&p, S - 1, 100000);
	check(&s, n + p.skipped, S);
	s.from = PPS(2000);
	s.to = PPS(6000);
	set = shaped(&s);
	pacer_change(&p, &set, S + S / 2);
	p.skipped = 0;
	n = pacer_take(&p, 2 * S - 1, 100000);
	assert_in_range(n + p.skipped, 2499, 2501);
	/* At other times it begins anew. */
	s.ns = 2 * S;
	set = shaped(&s);
	pacer_change(&p, &set, 2 * S);
	n = 0;
	for (uint64_t now = 2 * S; now < 4 * S; now += MS)
		n += pacer_take(&p, now, 1000);
	assert_in_range(n, 7990, 8001);
	set = pacing_of(1000);
	pacer_change(&p, &set, 4 * S);
	assert_true(p.plain);
	assert_true(pacer_next_ns(&p) <= 4 * S + MS);
}

static void bursts_come_at_multiples(void **state)
{
	struct pacing set = {.unpaced = true, .burst = 64};
	struct pacer p;
	(void)state;

	set.pace = (struct pace){PACE_BURST, PACE_CATCHUP, 32, 10 * MS};
	pacer_start(&p, &set, S);
	assert_int_equal(pacer_take(&p, S, 64), 32);
	assert_int_equal(pacer_next_ns(&p), S + 10 * MS);
	/* At a rate, 1 ms apart. */
	set = pacing_of(1000);
	set.pace = (struct pace){PACE_BURST, PACE_CATCHUP, 4, 10 * MS};
	pacer_start(&p, &set, 0);
	for (unsigned i = 0; i < 4000; i++)
		assert_int_equal(take_one(&p), i / 4 * 10 * MS + i % 4 * MS);
	/* It takes longer than that: the next multiple. */
	set.pace.group = 12;
	pacer_start(&p, &set, 0);
	for (unsigned i = 0; i < 4800; i++)
		assert_int_equal(take_one(&p), i / 12 * 20 * MS + i % 12 * MS);
	/* Late by much, the rest of a burst is given up as well. */
	assert_true(pacer_take(&p, 400 * 20 * MS + 10 * S, 1000) <= 61);
	assert_in_range(p.skipped, 5935, 6000);
	/* One that was paused goes on with a whole burst. */
	pacer_start(&p, &set, 0);
	take_one(&p);
	pacer_resume(&p, 7 * MS);
	assert_int_equal(pacer_next_ns(&p), 20 * MS);
	set.pace.group = 1;
	pacer_start(&p, &set, 0);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(take_one(&p), i * 10 * MS);
}

static void what_cannot_be_is_refused(void **state)
{
	struct stream_shape s = {SHAPE_SINE, 0, S, PPS(0), PPS(0)};
	struct stream of = stream_of(&s);
	struct gap gap;
	(void)state;

	assert_int_equal(stream_curve(&of, &curve, &gap), -EDOM);
	of.shape.to = (struct rate){RATE_MAX, 0};
	assert_int_equal(stream_curve(&of, &curve, &gap), -EDOM);
	of.shape.to = PPS(1e9);
	assert_int_equal(stream_curve(&of, &curve, &gap), 0);
	of.shape.to = PPS(1.001e9);
	assert_int_equal(stream_curve(&of, &curve, &gap), -ERANGE);
	/* Frames of 64 and 1518 bytes in turns: the mean counts. */
	of.sizes.count = 2;
	of.sizes.entry[1] = (struct size_weight){1518, 1};
	of.shape.kind = SHAPE_SAW;
	of.shape.from = of.shape.to = (struct rate){RATE_BPS_L2, 6328000000000};
	assert_int_equal(stream_curve(&of, &curve, &gap), 0);
	assert_in_range(gap.ns, 999999, 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_the_integral),
		cmocka_unit_test(nothing_drifts),
		cmocka_unit_test(any_shape_is_exact),
		cmocka_unit_test(a_square_is_silent),
		cmocka_unit_test(a_ramp_may_end_at_rest),
		cmocka_unit_test(lag_is_counted),
		cmocka_unit_test(a_change_keeps_its_place),
		cmocka_unit_test(bursts_come_at_multiples),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
