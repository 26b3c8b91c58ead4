/* SPDX-License-Identifier: BSD-3-Clause */
/* The pacer over any rates, shapes, delays and stalls. */
#include <math.h>

#include "pktgen/pacer.h"
#include "unit_pacer.h"

#define FRAMES 200000

struct any_run {
	struct pacing pacing;
	uint64_t delay_ns; /* between two looks at most, but for stalls */
	uint64_t stall_ns; /* at most, 0: none */
	uint64_t end_ns;
	unsigned frames;
	uint64_t sent_ns[FRAMES];
	struct pacer pacer;
};

static void any_run_begin(struct any_run *r, uint64_t *seed)
{
	const double pps = exp((double)below(seed, 150) / 10) / 2;

	r->pacing = pacing_of(pps);
	r->pacing.pace.shape = (enum pace_shape)below(seed, 3);
	r->pacing.pace.group = 1 + (unsigned)below(seed, 300);
	r->pacing.burst = 1 + (unsigned)below(seed, 256);
	r->pacing.seed = below(seed, 8);
	r->delay_ns = 1 + below(seed, 1 << (4 + below(seed, 14)));
	r->stall_ns = below(seed, 2) ? 1 + below(seed, 3 * S) : 0;
	r->frames = 0;
	pacer_start(&r->pacer, &r->pacing, 0);
}

/*
 * Looks at odd times, holds frames for a while before they go, and has no
 * buffers for some. In long gaps it looks when there is something to see.
 */
static void any_run_go(struct any_run *r, uint64_t *seed)
{
	const unsigned burst = r->pacing.burst;
	uint64_t now = 0;

	while (r->frames + burst < FRAMES && now < 20 * S) {
		unsigned n = pacer_take(&r->pacer, now, burst);

		if (n && !below(seed, 16)) {
			unsigned back = (unsigned)below(seed, n + 1);

			pacer_give_back(&r->pacer, back);
			n -= back;
		}
		if (n) {
			now += below(seed, 4) ? 0 : below(seed, r->delay_ns);
			pacer_sent(&r->pacer, now);
			while (n--)
				r->sent_ns[r->frames++] = now;
		}
		now += 1 + below(seed, r->delay_ns);
		if (r->stall_ns && !below(seed, 2000))
			now += below(seed, r->stall_ns);
		if (pacer_next_ns(&r->pacer) > now + r->delay_ns)
			now = pacer_next_ns(&r->pacer) +
			      below(seed, r->delay_ns);
	}
	r->end_ns = now;
}

/* Each frame that was due by the end was sent, given up, or lags still. */
static void all_frames_are_accounted_for(void **state)
{
	static struct any_run r;
	uint64_t seed = 5;
	(void)state;

	for (unsigned i = 0; i < 300; i++) {
		uint64_t all, due, group = 1;
		double step_ns;

		any_run_begin(&r, &seed);
		r.pacing.pace.debt = (enum pace_debt)below(&seed, 3);
		pacer_start(&r.pacer, &r.pacing, 0);
		any_run_go(&r, &seed);
		all = r.frames + r.pacer.skipped + r.pacer.again;
		if (r.pacing.pace.shape == PACE_BURST)
			group = r.pacing.pace.group;
		step_ns = ((double)r.pacing.gap.ns +
			   r.pacing.gap.frac / 4294967296.0) *
			  (double)group;
		/* By when the next one is due all before it were. */
		due = (uint64_t)((double)r.pacer.next_ns / step_ns) * group;
		if (r.pacing.pace.shape == PACE_POISSON)
			assert_in_range(all + 200, due, due + 400);
		else
			assert_in_range(all + 2 * group, due, due + 4 * group);
	}
}

/* From this frame on at most `m` more may go within a second. */
static uint64_t frames_of_a_second(const struct pacing *p)
{
	const uint64_t group = p->pace.shape == PACE_BURST ? p->pace.group : 1;
	unsigned __int128 step =
		((unsigned __int128)p->gap.ns << 32 | p->gap.frac) * group;

	return (uint64_t)((((unsigned __int128)S << 32) + step - 1) / step) *
	       group;
}

static void strict_is_never_above_the_rate(void **state)
{
	static struct any_run r;
	uint64_t seed = 7, windows = 0, full = 0;
	(void)state;

	for (unsigned i = 0; i < 300; i++) {
		uint64_t m;

		any_run_begin(&r, &seed);
		if (r.pacing.pace.shape == PACE_POISSON)
			r.pacing.pace.shape = PACE_EVEN;
		r.pacing.pace.debt = PACE_STRICT;
		pacer_start(&r.pacer, &r.pacing, 0);
		any_run_go(&r, &seed);
		m = frames_of_a_second(&r.pacing);
		for (unsigned k = 0; k + m < r.frames; k++) {
			const uint64_t ns = r.sent_ns[k + m] - r.sent_ns[k];

			if (ns < S)
				fail_msg("run %u: %u frames in %u ns", i,
					 (unsigned)m + 1, (unsigned)ns);
			windows++;
			full += ns < S + S / 1000;
		}
	}
	/* And it is not so because there was next to nothing. */
	assert_true(windows > 500000 && full > windows / 4);
}

/* The same of random gaps: those that are due a second apart stay so. */
static void strict_never_shortens_a_second(void **state)
{
	static struct any_run r, due;
	uint64_t seed = 9, pairs = 0;
	(void)state;

	for (unsigned i = 0; i < 200; i++) {
		unsigned b = 0;

		any_run_begin(&r, &seed);
		r.stall_ns = 0;
		r.delay_ns = 1 + below(&seed, 20000);
		r.pacing.pace.shape = PACE_POISSON;
		r.pacing.pace.debt = PACE_CATCHUP;
		pacer_start(&due.pacer, &r.pacing, 0);
		for (unsigned k = 0; k < FRAMES; k++)
			due.sent_ns[k] = take_one(&due.pacer);
		r.pacing.pace.debt = PACE_STRICT;
		pacer_start(&r.pacer, &r.pacing, 0);
		any_run_go(&r, &seed);
		if (r.pacing.gap.ns < 1000) /* more looks than frames */
			continue;
		for (unsigned a = 0; a < r.frames; a++) {
			while (b < r.frames &&
			       due.sent_ns[b] < due.sent_ns[a] + S)
				b++;
			if (b == r.frames)
				break;
			assert_true(r.sent_ns[b] >= r.sent_ns[a] + S);
			pairs++;
		}
	}
	assert_true(pairs > 50000);
}

/* Where nothing stalls, a second costs the worst lag in it: three delays. */
static void strict_holds_the_rate(void **state)
{
	static struct any_run r;
	uint64_t seed = 11;
	(void)state;

	for (unsigned i = 0; i < 100; i++) {
		double pps, ns, error_ns;

		any_run_begin(&r, &seed);
		r.stall_ns = 0;
		r.delay_ns = 1 + below(&seed, 10000);
		pps = (double)(1 + below(&seed, 100000));
		r.pacing = pacing_of(pps);
		r.pacing.pace.debt = PACE_STRICT;
		pacer_start(&r.pacer, &r.pacing, 0);
		any_run_go(&r, &seed);
		ns = (double)(r.sent_ns[r.frames - 1] - r.sent_ns[0]);
		error_ns = ns - (double)(r.frames - 1) / pps * 1e9 -
			   (double)r.pacer.skipped / pps * 1e9;
		assert_true(error_ns < (ns / 1e9 + 1) * 3 * (double)r.delay_ns);
		assert_true(error_ns > -3 * (double)r.delay_ns - 1e9 / pps);
		assert_true((double)r.pacer.skipped / pps * 1e9 <
			    (ns / 1e9 + 1) * 3 * (double)r.delay_ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_frames_are_accounted_for),
		cmocka_unit_test(strict_is_never_above_the_rate),
		cmocka_unit_test(strict_never_shortens_a_second),
		cmocka_unit_test(strict_holds_the_rate),
	};

	return cmocka_run_group_tests_name("pacer, any run", tests, NULL, NULL);
}
