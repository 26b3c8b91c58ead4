/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/ask.h"
#include "app/bench.h"
#include "app/result_show.h"

enum { PORTS, TX, TIME, PLAN, JSON };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORT",
		   .help = "port to use", .unset = "one in mode tx"},
	[TX] = {ARG_KEYWORD, .name = "tx", .help = "measure sending"},
	[TIME] = {ARG_TIME, .optional = true, .name = "TIME",
		  .help = "time of each run", .unset = "200ms", .min = 1000000,
		  .max = 60ull * 1000000000},
	[PLAN] = ASK_PLAN,
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* One to go on with; below 0 with the call failed. */
static int choose_port(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t mask = c->v[PORTS].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return -1;
	for (unsigned i = 0; !c->v[PORTS].set && i < pg->nb_ports; i++)
		if (mask >> i & 1 && !(pg->set[i].mode & MODE_TX))
			mask &= ~(1ull << i);
	if (mask && !(mask & (mask - 1)))
		return __builtin_ctzll(mask);
	if (c->v[PORTS].set)
		call_fail(c, E_RANGE, PORTS, "'bench' takes one port");
	else
		call_fail(c, E_STATE, -1,
			  "%s in mode tx; name one: 'bench 0 tx'",
			  mask ? "several ports are" : "no port is");
	return -1;
}

static enum call_result check(struct call *c, unsigned port)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	if (pg->set[port].nb_streams > 1)
		return call_fail(c, E_STATE, PORTS,
				 "port %u has %u streams, 'bench' measures "
				 "one; type 'stream %u.all delete'",
				 port, pg->set[port].nb_streams, port);
	if (stream_plays(pktgen_stream(pg, port, 0)))
		return call_fail(c, E_STATE, PORTS,
				 "port %u plays a capture, 'bench' measures "
				 "frames that are made; type 'play %u off'",
				 port, port);
	return CALL_DONE;
}

static enum call_result plan(struct call *c, struct experiment_plan *p)
{
	const int port = choose_port(c);

	if (port < 0)
		return CALL_FAIL;
	*p = (struct experiment_plan){
		.course = &course_bench,
		.mask = 1ull << port,
		.trial_ns = c->v[TIME].u,
		.warm_ns = c->v[TIME].u / BENCH_WARM_PART,
	};
	if (ask_check_ports(c, p->mask) != CALL_DONE)
		return CALL_FAIL;
	ask_write_command(c, p->mask, p->command, sizeof(p->command));
	return check(c, (unsigned)port);
}

static enum call_result failed(struct call *c, const struct experiment *e)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const unsigned port = (unsigned)__builtin_ctzll(e->plan.mask);

	switch (e->state) {
	case EXPERIMENT_STOPPED:
	case EXPERIMENT_CHANGED:
		return call_fail(c, E_STATE, PORTS,
				 "port %u was stopped or reconfigured during "
				 "the benchmark",
				 port);
	case EXPERIMENT_STUCK:
		return call_fail(c, E_DEVICE, PORTS,
				 "port %u does not return its frames", port);
	case EXPERIMENT_FAILED:
		return call_fail(
			c, E_DEVICE, PORTS, "port %u failed: %s", port,
			port_why(&pg->port[port], pktgen_look(pg, port)->err));
	default:
		return app_no_memory(c, -1);
	}
}

static void show_run(struct call *c, const struct course_row *row)
{
	const struct course_column *column = course_bench.columns;
	struct reply *r = c->reply;

	reply_map(r, NULL, REPLY_TABLE);
	for (unsigned i = 0; column[i].key; i++)
		if (!strcmp(column[i].key, "rate"))
			app_show_rate(c, row->v[i]);
		else
			result_column(r, &column[i], row, row->v[i]);
	reply_end(r);
}

static void report(struct call *c, const struct experiment *e)
{
	struct reply *r = c->reply;

	reply_u64(r, "port", (unsigned)__builtin_ctzll(e->plan.mask), NULL);
	reply_u64(r, "sent", bench_sent(e, false), NULL);
	reply_u64(r, "null", bench_sent(e, true), NULL);
	reply_text(r, "wait", app_waits[e->bench->set.how.wait].name);
	reply_list(r, "runs", REPLY_TABLE);
	for (unsigned i = 0; i < e->nb_rows; i++)
		show_run(c, &e->row[i]);
	reply_end(r);
}

static enum call_result run(struct call *c)
{
	const struct experiment *e = ask_over(c);

	if (!e)
		return ask_run(c, plan);
	if (e->state != EXPERIMENT_DONE)
		return failed(c, e);
	report(c, e);
	return CALL_DONE;
}

const struct cmd cmd_bench = {
	.name = "bench",
	.group = GROUP_TRAFFIC,
	.summary = "Benchmark every send strategy",
	.forms =
		(const struct cmd_form[]){
			ASK_FORMS,
			{args, run, "measure, and wait for the end"},
			{0},
		},
	.notes =
		"Sends at full speed from one idle port: with each strategy, "
		"in bursts of 1, 8, "
		"32, 64 and 256 frames, to the device (mode tx) and without "
		"it (mode null). 'ratio' compares each rate with that of the "
		"first row. Settings are restored at the end. Ctrl-C leaves it "
		"running, 'bench stop' ends it; its result is kept, see "
		"'results'.",
	.examples = (const char *const[]){"bench tx", "bench 0 tx 1s", NULL},
	.see = (const char *const[]){"strategy", "burst", "mode", "onfull",
				     "results", NULL},
};
