/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/pacing.h"

#include "app/app.h"
#include "app/loss.h"

static void show_times(struct reply *r, const struct histogram *h,
		       const struct histogram *base)
{
	const uint64_t n = histogram_total(h, base);
	static const struct {
		const char *name;
		unsigned millionths;
	} quantiles[] = {
		{"p50", 500000},  {"p90", 900000},  {"p99", 990000},
		{"p999", 999000}, {"max", 1000000},
	};

	loss_show_one(r, "mean", n, histogram_mean_ns(h, base), "ns");
	for (size_t i = 0; i < ARRAY_SIZE(quantiles); i++)
		loss_show_one(
			r, quantiles[i].name,
			histogram_tells(n, quantiles[i].millionths),
			histogram_quantile_ns(h, base, quantiles[i].millionths),
			"ns");
}

void pacing_show(struct call *c, unsigned port)
{
	const struct app *app = call_app(c);
	const struct histogram *base = &app->port[port].lag_base;
	struct histogram h;

	pktgen_lag(&app->pktgen, port, &h);
	reply_u64(c->reply, "frames", histogram_total(&h, base), NULL);
	show_times(c->reply, &h, base);
	if (!pktgen_gaps(&app->pktgen, port, &h))
		return;
	reply_map(c->reply, "rx", REPLY_TABLE);
	reply_u64(c->reply, "gaps", histogram_total(&h, NULL), NULL);
	show_times(c->reply, &h, NULL);
	reply_end(c->reply);
}

/* A row for each doubling that has any. */
static void show_histogram(struct reply *r, const char *list, const char *what,
			   const struct histogram *h,
			   const struct histogram *base)
{
	uint64_t n = 0;

	reply_list(r, list, REPLY_TABLE);
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		const uint64_t last_ns = histogram_last_ns(i);

		n += h->count[i] - (base ? base->count[i] : 0);
		if (!n || last_ns & (last_ns + 1))
			continue;
		reply_map(r, NULL, REPLY_TABLE);
		reply_u64(r, "up_to", last_ns, "ns");
		reply_u64(r, what, n, NULL);
		reply_end(r);
		n = 0;
	}
	reply_end(r);
}

void pacing_show_histograms(struct call *c, unsigned port)
{
	const struct app *app = call_app(c);
	struct histogram h;

	pktgen_lag(&app->pktgen, port, &h);
	show_histogram(c->reply, "histogram", "frames", &h,
		       &app->port[port].lag_base);
	if (pktgen_gaps(&app->pktgen, port, &h))
		show_histogram(c->reply, "rx_histogram", "gaps", &h, NULL);
}
