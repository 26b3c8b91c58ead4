/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a time in a frame's signature leaves unknown: how the clock is read, how
 * often queues are looked at, and how old the time in a burst is when a device
 * has it. Measured while the appliance does what it does.
 */
#include <string.h>

#include "app/app.h"
#include "app/loss.h"

enum { TIME, JSON };

#define READS 1000

static const struct arg args[] = {
	[TIME] = {ARG_TIME, .optional = true, .name = "TIME",
		  .help = "time to measure for", .unset = "500ms",
		  .min = 1000000, .max = 60ull * 1000000000},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* What the command remembers between its calls. */
struct calibrate_call {
	struct core_times *times;
	uint64_t until_ns;
};

_Static_assert(sizeof(struct calibrate_call) <=
		       sizeof(((struct call *)0)->state),
	       "a call has no room for it");

static enum call_result begin(struct call *c, struct calibrate_call *cc)
{
	struct app *app = call_app(c);
	struct core *core = &app->pktgen.core;

	if (core->times)
		return call_fail(c, E_STATE, -1,
				 "another 'calibrate' runs; wait for its end");
	cc->times = uk_calloc(app->pktgen.heap, 1, sizeof(*cc->times));
	if (!cc->times)
		return app_no_memory(c, -1);
	core->times = cc->times;
	cc->until_ns = c->now_ns + c->v[TIME].u;
	return CALL_AGAIN;
}

static void end(struct call *c, struct calibrate_call *cc)
{
	struct pktgen *pg = &call_app(c)->pktgen;

	pg->core.times = NULL;
	uk_free(pg->heap, cc->times);
}

/* ---- Shown -------------------------------------------------------------- */

/* What it costs to read the clock, and the least it goes on by. */
static uint64_t show_clock(struct reply *r, uint64_t (*clock_ns)(void))
{
	uint64_t first_ns, last_ns, least_ns = UINT64_MAX;

	if (!clock_ns)
		return 0;
	first_ns = last_ns = clock_ns();
	for (unsigned i = 0; i < READS; i++) {
		const uint64_t ns = clock_ns();

		if (ns != last_ns)
			least_ns = MIN(least_ns, ns - last_ns);
		last_ns = ns;
	}
	reply_map(r, "clock", REPLY_TABLE);
	reply_u64(r, "read", (last_ns - first_ns) / READS, "ns");
	reply_u64(r, "step", least_ns == UINT64_MAX ? 0 : least_ns, "ns");
	reply_end(r);
	return (last_ns - first_ns) / READS;
}

/* Returns what 99 of 100 were not above; 0 where there was none. */
static uint64_t show_times(struct reply *r, const char *name,
			   const struct histogram *h)
{
	const uint64_t n = histogram_total(h, NULL);
	const uint64_t p99_ns = histogram_quantile_ns(h, NULL, 990000);

	if (!n)
		return 0;
	reply_map(r, NULL, REPLY_TABLE);
	reply_text(r, "what", name);
	reply_u64(r, "samples", n, NULL);
	reply_u64(r, "mean", histogram_mean_ns(h, NULL), "ns");
	loss_show_one(r, "p50", histogram_tells(n, 500000),
		      histogram_quantile_ns(h, NULL, 500000), "ns");
	loss_show_one(r, "p99", histogram_tells(n, 990000), p99_ns, "ns");
	reply_u64(r, "max", histogram_quantile_ns(h, NULL, 1000000), "ns");
	reply_end(r);
	return p99_ns;
}

static void report(struct call *c, const struct core_times *t)
{
	struct app *app = call_app(c);
	struct reply *r = c->reply;
	uint64_t floor_ns = show_clock(r, app->pktgen.core.clock_ns);

	reply_list(r, "times", REPLY_TABLE);
	floor_ns += show_times(r, "poll", &t->poll);
	floor_ns += show_times(r, "hand-over", &t->hand_over);
	reply_end(r);
	reply_u64(r, "floor", floor_ns, "ns");
	app->floor_ns = floor_ns;
}

static enum call_result run(struct call *c)
{
	struct calibrate_call *cc = (void *)c->state;

	if (c->cancelled) {
		end(c, cc);
		return CALL_DONE;
	}
	if (!c->calls && begin(c, cc) == CALL_FAIL)
		return CALL_FAIL;
	if (c->now_ns < cc->until_ns) {
		c->wake_ns = cc->until_ns;
		return CALL_AGAIN;
	}
	report(c, cc->times);
	end(c, cc);
	return CALL_DONE;
}

const struct cmd cmd_calibrate = {
	.name = "calibrate",
	.group = GROUP_WATCHING,
	.summary = "Measure the error of latencies",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Measures the appliance as it is: run it with the traffic "
		 "whose latency is to be known. 'clock' is the time that a "
		 "reading of the clock takes, and the least that it goes on "
		 "by. 'poll' is the time from one look at the queues to the "
		 "next: a frame that came may wait for it. 'hand-over' is the "
		 "time from the stamp of a burst's frames to their hand-over "
		 "to the device, where a port sends. 'floor' is the sum of the "
		 "99th percentiles of both and a reading of the clock: a "
		 "latency is too long by at most this, and never too short. "
		 "'latency' shows it from then on.",
	.examples =
		(const char *const[]){"calibrate", "calibrate 2s --json", NULL},
	.see = (const char *const[]){"latency", "signature", "stats", NULL},
};
