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

void experiment_progress(const struct experiment *e, uint64_t now_ns, char *buf,
			 size_t size)
{
	const struct rate load = {RATE_PPS, e->trial.ask.load * 1000};
	const uint64_t left_ns = experiment_left_ns(e, now_ns);
	char rate[48] = "rates as set", bounds[104], bytes[32] = "";

	if (load.micro)
		value_rate_print(&load, rate, sizeof(rate));
	if (e->plan.nb_sizes > 1)
		snprintf(bytes, sizeof(bytes), "size %u of %u, ", e->size + 1,
			 e->plan.nb_sizes);
	print_bounds(e, bounds, sizeof(bounds));
	snprintf(buf, size, "trial %u: %s%s%s; about %llu s left",
		 e->nb_trials + 1, bytes, rate, bounds,
		 (unsigned long long)((left_ns + NS_PER_S - 1) / NS_PER_S));
}
