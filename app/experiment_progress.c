/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/app.h"
#include "app/experiment.h"

#define NS_PER_S 1000000000ull

/* In four digits, for a line that has to fit a screen. */
static void print_rate(uint64_t pps_milli, char *buf, size_t size)
{
	struct rate rate = {RATE_PPS, 0};
	uint64_t step = 1;

	while (pps_milli / step >= 10000)
		step *= 10;
	rate.micro = pps_milli / step * step * 1000;
	value_rate_print(&rate, buf, size);
}

/* What is known by now of the first goal. */
static void print_bounds(const struct experiment *e, char *buf, size_t size)
{
	struct search_result f = {0};
	char from[48] = "?", to[48] = "?";

	buf[0] = '\0';
	if (e->st.phase || !e->plan.nb_goals)
		return;
	f = search_result(&e->st.search, 0);
	if (f.lower)
		print_rate(f.lower, from, sizeof(from));
	if (f.upper)
		print_rate(f.upper, to, sizeof(to));
	if (f.lower || f.upper)
		snprintf(buf, size, ", %s to %s", from, to);
}

/* What it sends: words of the course's own, or a size and a rate. */
static void print_trial(const struct experiment *e, char *buf, size_t size)
{
	char rate[48] = "rates as set", bounds[104], bytes[32] = "";

	if (e->plan.course->tell) {
		e->plan.course->tell(e, buf, size);
		return;
	}
	if (e->trial.ask.load)
		print_rate(e->trial.ask.load, rate, sizeof(rate));
	if (e->plan.nb_sizes > 1)
		snprintf(bytes, sizeof(bytes), "size %u of %u, ", e->size + 1,
			 e->plan.nb_sizes);
	print_bounds(e, bounds, sizeof(bounds));
	snprintf(buf, size, "%s%s%s%s",
		 e->trial.ask.learning ? "learning, "
		 : e->trial.warms      ? "warm-up, "
				       : "",
		 bytes, rate, bounds);
}

void experiment_progress(const struct experiment *e, uint64_t now_ns, char *buf,
			 size_t size)
{
	const uint64_t left_ns = experiment_left_ns(e, now_ns);
	char trial[194], left[40] = "longer than foreseen", of[24] = "";

	if (!e->begun || e->state != EXPERIMENT_RUNS) {
		snprintf(buf, size, e->begun ? "writes its result" : "begins");
		return;
	}
	print_trial(e, trial, sizeof(trial));
	if (left_ns)
		snprintf(left, sizeof(left), "about %llu s left",
			 (unsigned long long)((left_ns + NS_PER_S - 1) /
					      NS_PER_S));
	if (e->plan.course->tell)
		snprintf(of, sizeof(of), " of %llu",
			 (unsigned long long)e->cost.trials);
	snprintf(buf, size, "trial %u%s, %s: %s", e->nb_trials + 1, of, left,
		 trial);
}
