/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/app.h"
#include "app/experiment.h"

#define NS_PER_S 1000000000ull

/* What is known by now of the first goal. */
static void print_bounds(const struct experiment *e, char *buf, size_t size)
{
	struct search_result f = {0};
	struct rate lower = {RATE_PPS, 0}, upper = {RATE_PPS, 0};
	char from[48] = "?", to[48] = "?";

	buf[0] = '\0';
	if (e->st.phase || !e->plan.nb_goals)
		return;
	f = search_result(&e->st.search, 0);
	lower.micro = f.lower * 1000;
	upper.micro = f.upper * 1000;
	if (f.lower)
		value_rate_print(&lower, from, sizeof(from));
	if (f.upper)
		value_rate_print(&upper, to, sizeof(to));
	if (f.lower || f.upper)
		snprintf(buf, size, ", %s to %s", from, to);
}

/* What it sends: words of the course's own, or a size and a rate. */
static void print_trial(const struct experiment *e, char *buf, size_t size)
{
	const struct rate load = {RATE_PPS, e->trial.ask.load * 1000};
	char rate[48] = "rates as set", bounds[104], bytes[32] = "";

	if (e->plan.course->tell) {
		e->plan.course->tell(e, buf, size);
		return;
	}
	if (load.micro)
		value_rate_print(&load, rate, sizeof(rate));
	if (e->plan.nb_sizes > 1)
		snprintf(bytes, sizeof(bytes), "size %u of %u, ", e->size + 1,
			 e->plan.nb_sizes);
	print_bounds(e, bounds, sizeof(bounds));
	snprintf(buf, size, "%s%s%s", bytes, rate, bounds);
}

void experiment_progress(const struct experiment *e, uint64_t now_ns, char *buf,
			 size_t size)
{
	const uint64_t left_ns = experiment_left_ns(e, now_ns);
	uint64_t now = e->nb_trials + 1;
	char trial[184], left[40] = "longer than foreseen", of[24] = "";

	if (!e->begun) {
		snprintf(buf, size, "begins");
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
	/* The last one is told until the result is written. */
	if (*of)
		now = MIN(now, e->cost.trials);
	snprintf(buf, size, "trial %llu%s: %s; %s", (unsigned long long)now, of,
		 trial, left);
}
