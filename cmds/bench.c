/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/bench.h"
#include "app/gateways.h"
#include "shell/script.h"

enum { PORTS, TX, TIME, JSON };

/* How often a person sees how far it is, and others are found to interfere. */
#define LOOK_NS 250000000ull

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORT",
		   .help = "port to use", .unset = "one in mode tx"},
	[TX] = {ARG_KEYWORD, .name = "tx", .help = "measure sending"},
	[TIME] = {ARG_TIME, .optional = true, .name = "TIME",
		  .help = "time of each run", .unset = "200ms", .min = 1000000,
		  .max = 60ull * 1000000000},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* What the command remembers between its calls. */
struct bench_call {
	struct bench bench;
	uint64_t look_ns;  /* when the next is due */
	uint64_t since_ns; /* of gateways_await() */
	bool begun;
};

_Static_assert(sizeof(struct bench_call) <= sizeof(((struct call *)0)->state),
	       "a call has no room for it");

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

/* Nothing is sent before it is known where to. */
static enum call_result await_gateway(struct call *c, unsigned port,
				      uint64_t *since_ns)
{
	const struct subjects on = subjects_of(1ull << port);

	return OPTION(ADDRESSES) ? gateways_await(c, &on, since_ns) : CALL_DONE;
}

static enum call_result begin(struct call *c, struct bench_call *bc)
{
	struct app *app = call_app(c);
	const int port = choose_port(c);
	enum call_result result;

	if (port < 0)
		return CALL_FAIL;
	if (app_check_unmeasured(c, PORTS, 1ull << port) != CALL_DONE)
		return CALL_FAIL;
	if (pktgen_active(&app->pktgen) >> port & 1)
		return app_fail_active(c, PORTS, (unsigned)port);
	if (app->pktgen.set[port].nb_streams > 1)
		return call_fail(c, E_STATE, PORTS,
				 "port %d has %u streams, 'bench' measures "
				 "one; type 'stream %d.all delete'",
				 port, app->pktgen.set[port].nb_streams, port);
	if (stream_plays(pktgen_stream(&app->pktgen, (unsigned)port, 0)))
		return call_fail(c, E_STATE, PORTS,
				 "port %d plays a capture, 'bench' measures "
				 "frames that are made; type 'play %d off'",
				 port, port);
	result = await_gateway(c, (unsigned)port, &bc->since_ns);
	if (result != CALL_DONE)
		return result;
	app->pktgen.set[port].owner = OWNER_EXPERIMENT;
	bench_begin(&bc->bench, app, (unsigned)port, c->v[TIME].u, c->now_ns);
	bc->begun = true;
	return CALL_DONE;
}

static void end(struct call *c, struct bench *b)
{
	struct app *app = call_app(c);

	bench_end(b, app, c->now_ns);
	app->pktgen.set[b->port].owner = OWNER_NOBODY;
}

static enum call_result failed(struct call *c, const struct bench *b,
			       enum bench_result result)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	switch (result) {
	case BENCH_CHANGED:
		return call_fail(c, E_STATE, PORTS,
				 "port %u was stopped or reconfigured during "
				 "the benchmark",
				 b->port);
	case BENCH_STUCK:
		return call_fail(c, E_DEVICE, PORTS,
				 "port %u does not return its frames", b->port);
	default:
		return call_fail(c, E_DEVICE, PORTS, "port %u failed: %s",
				 b->port,
				 port_why(&pg->port[b->port],
					  pktgen_look(pg, b->port)->err));
	}
}

static void show_run(struct call *c, const struct bench *b, unsigned run,
		     uint64_t first_milli)
{
	struct reply *r = c->reply;
	const struct bench_run what = bench_run(run);
	const struct bench_count *n = &b->count[run];
	const uint64_t milli = stats_rate_milli(n->packets, n->ns);

	reply_map(r, NULL, REPLY_TABLE);
	reply_text(r, "strategy", app_strategies[what.strategy].name);
	reply_u64(r, "burst", what.burst, NULL);
	reply_text(r, "mode", app_mode_name(what.mode));
	app_show_rate(c, milli);
	reply_milli(r, "l1", stats_mbps_l1_milli(n->packets, n->bytes, n->ns),
		    "Mbit/s");
	reply_milli(r, "per_frame", n->packets ? n->ns * 1000 / n->packets : 0,
		    "ns");
	reply_milli(r, "ratio", first_milli ? milli * 1000 / first_milli : 0,
		    NULL);
	reply_end(r);
}

static void report(struct call *c, const struct bench *b)
{
	uint64_t first_milli = 0;

	reply_u64(c->reply, "port", b->port, NULL);
	reply_u64(c->reply, "sent", b->sent, NULL);
	reply_u64(c->reply, "null", b->null, NULL);
	reply_text(c->reply, "wait", app_waits[b->set.how.wait].name);
	reply_list(c->reply, "runs", REPLY_TABLE);
	for (unsigned i = 0; i < BENCH_RUNS; i++) {
		const struct bench_count *n = &b->count[i];

		if (!n->ns)
			continue;
		if (!first_milli)
			first_milli = stats_rate_milli(n->packets, n->ns);
		show_run(c, b, i, first_milli);
	}
	reply_end(c->reply);
}

static void show_progress(struct call *c, struct bench_call *bc)
{
	const struct bench *b = &bc->bench;
	const struct bench_run what = bench_run(b->run - 1);
	const uint64_t left_s =
		(bench_left_ns(b, c->now_ns) + 999999999) / 1000000000;
	char text[80];

	if (c->now_ns < bc->look_ns)
		return;
	bc->look_ns = c->now_ns + LOOK_NS;
	snprintf(text, sizeof(text),
		 "%u of %u: %s, burst %u, mode %s; %llu s left",
		 MIN(b->nb_done + 1, b->nb_runs), b->nb_runs,
		 app_strategies[what.strategy].name, what.burst,
		 app_mode_name(what.mode), (unsigned long long)left_s);
	call_progress(c, text);
}

static enum call_result run(struct call *c)
{
	struct bench_call *bc = (void *)c->state;
	struct bench *b = &bc->bench;
	enum bench_result result;

	if (c->cancelled) {
		if (bc->begun)
			end(c, b);
		return CALL_DONE;
	}
	if (!bc->begun) {
		const enum call_result begun = begin(c, bc);

		if (begun != CALL_DONE)
			return begun;
	}
	result = bench_step(b, call_app(c), c->now_ns);
	if (result == BENCH_GOES_ON) {
		show_progress(c, bc);
		c->wake_ns = MIN(b->wake_ns, bc->look_ns);
		return CALL_AGAIN;
	}
	end(c, b);
	if (result != BENCH_DONE)
		return failed(c, b, result);
	report(c, b);
	return CALL_DONE;
}

const struct cmd cmd_bench = {
	.name = "bench",
	.group = GROUP_TRAFFIC,
	.summary = "Benchmark every send strategy",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Sends at full speed from one idle port: with each strategy, "
		 "in bursts of 1, 8, "
		 "32, 64 and 256 frames, to the device (mode tx) and without "
		 "it (mode null). 'ratio' compares each rate with that of the "
		 "first row. Settings are restored at the end.",
	.examples = (const char *const[]){"bench tx", "bench 0 tx 1s", NULL},
	.see = (const char *const[]){"strategy", "burst", "mode", "onfull",
				     NULL},
};
