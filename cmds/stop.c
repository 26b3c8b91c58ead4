/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "app/experiment.h"
#include "pktgen/pktgen_runs.h"

enum { PORTS, JSON };

/* What the command remembers between its calls. */
enum { DEADLINE_NS, NEXT, STOPPED, SENT };

/* Whether anything ran that could be stopped. */
enum { NOTHING, SOMETHING, IS_SAID };

#define DRAIN_NS 1000000000ull
#define POLL_NS 1000000ull

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		   .name = "PORTS", .help = "ports to stop"},
	[JSON] = ARG_JSON("reply with the totals as JSON"),
	{ARG_NONE},
};

static void report_port(struct call *c, unsigned i)
{
	struct app *app = call_app(c);
	const struct worker_view *v = pktgen_count(&app->pktgen, i, c->now_ns);
	struct reply *r = c->reply;
	uint64_t left = v->in_flight;
	enum verdict_grade grade;
	struct run_sum sum;

	run_sum(app, i, c->now_ns, &sum);
	reply_map(r, NULL, REPLY_TABLE);
	reply_u64(r, "port", i, NULL);
	reply_milli(r, "time", (sum.time_ns + 500000) / 1000000, "s");
	reply_u64(r, "sent", sum.stats.tx_packets, NULL);
	/* Some in flight may be of an earlier run. */
	left = MIN(left, sum.stats.tx_packets);
	reply_u64(r, "completed", sum.stats.tx_packets - left, NULL);
	reply_u64(r, "in_flight", left, NULL);
	reply_u64(r, "skipped", sum.stats.tx_skipped, NULL);
	reply_u64(r, "dropped", sum.stats.tx_dropped, NULL);
	app_show_rate(c, sum.pps_milli);
	reply_milli(r, "l2", sum.l2_milli, "Mbit/s");
	reply_milli(r, "l1", sum.l1_milli, "Mbit/s");
	reply_u64(r, "received", sum.stats.rx_packets, NULL);
	if (sum.has_missing)
		reply_u64(r, "missing", sum.missing, NULL);
	if (sum.loss.any || sum.loss.sent)
		balance_show(c, &sum.loss);
	grade = verdict_of(app, &sum.verdict);
	if (grade)
		reply_text(r, "verdict", verdict_grades[grade]);
	reply_end(r);
}

/*
 * The sum of what was sent: every frame either came back from the device as
 * used or is still in flight there.
 */
static void report(struct call *c, uint64_t mask)
{
	struct app *app = call_app(c);

	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (mask >> i & 1 && pktgen_up(&app->pktgen, i))
			report_port(c, i);
	}
	reply_end(c->reply);
}

static unsigned in_flight(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	unsigned n = 0;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && pktgen_up(pg, i))
			n += pktgen_count(pg, i, now_ns)->in_flight;
	return n;
}

/* Stops what is named; the ports that do not send any more. */
static uint64_t stop(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t stopped = 0;

	if (on->dotted)
		pktgen_stop_streams(pg, on, c->now_ns);
	else
		pktgen_stop(pg, on->ports);
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		if (!(on->ports >> i & 1) ||
		    worker_runs(pktgen_look(pg, i)->state))
			continue;
		run_stopped(call_app(c), i, c->now_ns);
		stopped |= 1ull << i;
	}
	return stopped;
}

/* A program that did not ask hears of it when the sum is wrong. */
static enum call_result report_all(struct call *c, uint64_t mask)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct pktgen *pg = &call_app(c)->pktgen;

	if (OPTION(JSON) && c->program && !c->json &&
	    !(port_can_reap() && in_flight(pg, mask, c->now_ns)))
		return CALL_DONE;
	if (on->dotted)
		return app_list_streams(c, NEXT, on, app_show_counts);
	report(c, mask);
	return CALL_DONE;
}

static bool any_runs(const struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	const struct app *app = call_app(c);
	struct pktgen_stream_view v;

	for (struct subject s = {0, 0};
	     on->dotted && pktgen_next_of(&app->pktgen, on, &s); s.stream++) {
		pktgen_look_stream(&app->pktgen, s.port, s.stream, &v);
		if (v.state != FLOW_IDLE)
			return true;
	}
	if (on->dotted)
		return false;
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (c->v[PORTS].mask >> i & 1 &&
		    worker_runs(pktgen_look(&app->pktgen, i)->state))
			return true;
	return app->experiment && app->experiment->state == EXPERIMENT_RUNS;
}

/* To a person, who would take the totals for those of another run. */
static enum call_result say_nothing_ran(struct call *c)
{
	if (c->state[SENT] != IS_SAID) {
		c->state[SENT] = IS_SAID;
		c->wake_ns = c->now_ns;
		return CALL_AGAIN;
	}
	reply_list(c->reply, "notes", REPLY_TABLE);
	reply_text(c->reply, NULL,
		   c->v[PORTS].subjects.dotted
			   ? "none of these streams was being sent; this is "
			     "since 'stats clear'"
			   : "no port was sending; these are the totals of the "
			     "last run");
	reply_end(c->reply);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	enum call_result result;
	struct pktgen *pg = &call_app(c)->pktgen;
	enum call_result up;
	uint64_t mask;

	if (c->cancelled)
		return CALL_DONE;
	if (c->state[SENT] == IS_SAID)
		return say_nothing_ran(c);
	if (!c->calls) {
		c->state[SENT] = any_runs(c) ? SOMETHING : NOTHING;
		up = app_check_up(c, c->v[PORTS].mask);
		if (up != CALL_DONE)
			return up;
		if (OPTION(SEARCH))
			experiment_stop(call_app(c), c->v[PORTS].mask,
					c->now_ns);
		c->state[STOPPED] = stop(c);
		c->state[DEADLINE_NS] =
			core_awake_ns(&pg->core, c->now_ns) + DRAIN_NS;
	}
	mask = c->state[STOPPED];
	if (!pktgen_drained(pg, mask, c->now_ns)) {
		if (core_awake_ns(&pg->core, c->now_ns) <
		    c->state[DEADLINE_NS]) {
			c->wake_ns = c->now_ns + POLL_NS;
			return CALL_AGAIN;
		}
		pktgen_abandon(pg, mask);
	}
	result = report_all(c, mask);
	if (result != CALL_DONE || c->state[SENT] == SOMETHING || c->program ||
	    c->json)
		return result;
	return say_nothing_ran(c);
}

const struct cmd cmd_stop = {
	.name = "stop",
	.group = GROUP_TRAFFIC,
	.summary = "Stop traffic and print totals",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = OPTION(JSON)
			 ? "Waits up to a second for frames in flight. Totals "
			   "are of the run: 'missing' is what the port that "
			   "is wired to this one did not receive of it. Of "
			   "streams what each has sent since 'stats clear' is "
			   "shown. A file or a program gets them with --json, "
			   "or when "
			   "frames are still in flight."
			 : "Waits up to a second for frames in flight.",
	.examples = (const char *const[]){"stop", "stop 0", "stop 0.3", NULL},
	.see = (const char *const[]){"start", "pause", "stats", NULL},
	.grave = true,
};
