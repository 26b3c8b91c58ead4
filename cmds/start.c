/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "shell/arg.h"

/* Each form starts with the ports; the limit stands behind its keyword. */
enum { PORTS, KEYWORD, LIMIT };

#define PORTS_ARG                                             \
	{                                                     \
		ARG_PORTS, .optional = true, .name = "PORTS", \
			   .help = "ports to start"           \
	}

static const struct arg args[] = {
	[PORTS] = PORTS_ARG,
	{ARG_NONE},
};

static const struct arg count_args[] = {
	[PORTS] = PORTS_ARG,
	[KEYWORD] = {ARG_KEYWORD, .name = "count",
		     .help = "stop after COUNT frames"},
	[LIMIT] = {ARG_INT, .name = "COUNT", .unit = "frames",
		   .help = "frames that each port sends", .min = 1,
		   .max = 1000000000000000},
	{ARG_NONE},
};

static const struct arg for_args[] = {
	[PORTS] = PORTS_ARG,
	[KEYWORD] = {ARG_KEYWORD, .name = "for", .help = "stop after TIME"},
	[LIMIT] = {ARG_TIME, .name = "TIME", .help = "duration of the run",
		   .min = 1000, .max = 720 * 3600000000000ull},
	{ARG_NONE},
};

/* Of the ports those whose mode has one of these; none: the call failed. */
static uint64_t with_mode(struct call *c, unsigned mode)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t mask = c->v[PORTS].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return 0;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && !(pg->set[i].mode & mode))
			mask &= ~(1ull << i);
	if (!mask)
		call_fail(c, E_STATE, PORTS,
			  "none of these ports sends; see 'mode'");
	return mask;
}

/* What a port of ours will do, as a person is told. */
static void describe(const struct app *app, unsigned port, bool several,
		     const char *until, char *buf, size_t size)
{
	const char *s3 = several ? "" : "s"; /* of the verb */
	const struct stream *s = pktgen_stream(&app->pktgen, port, 0);
	char sizes[80], rate[48];

	if (app->pktgen.set[port].mode & MODE_REFLECT) {
		snprintf(buf, size, "reflect%s what arrives %s", s3, until);
		return;
	}
	value_sizes_print(&s->sizes, sizes, sizeof(sizes));
	value_rate_print(&s->rate, rate, sizeof(rate));
	snprintf(buf, size, "%s%s frames of %s bytes at %s %s",
		 app->pktgen.set[port].mode & MODE_NULL ? "make" : "send", s3,
		 sizes, s->rate.unit == RATE_MAX ? "full speed" : rate, until);
}

/* Frames that go to a port which does not count them are soon missed. */
static void warn(struct call *c, uint64_t mask)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const int peer = run_peer(call_app(c), i);

		if (!(mask >> i & 1) || peer < 0 ||
		    pg->set[i].mode & MODE_NULL || pg->set[peer].mode & MODE_RX)
			continue;
		reply_textf(c->reply, NULL,
			    "port %d gets these frames and ignores them: its "
			    "mode is %s",
			    peer,
			    app_modes[app_mode_word(pg->set[peer].mode)].name);
	}
}

/* A line to a person for each port, or for several that do the same. */
static void tell(struct call *c, uint64_t mask, const char *until)
{
	const struct app *app = call_app(c);
	const uint64_t all = mask;
	char line[224], other[224], ports[96];

	if (c->program)
		return;
	reply_list(c->reply, "started", REPLY_TABLE);
	while (mask) {
		const unsigned first = (unsigned)__builtin_ctzll(mask);
		uint64_t alike = 1ull << first;

		describe(app, first, true, until, line, sizeof(line));
		for (unsigned i = first + 1; i < app->pktgen.nb_ports; i++) {
			if (!(mask >> i & 1))
				continue;
			describe(app, i, true, until, other, sizeof(other));
			if (!strcmp(line, other))
				alike |= 1ull << i;
		}
		value_set_print(alike, ports, sizeof(ports));
		describe(app, first, alike & (alike - 1), until, line,
			 sizeof(line));
		reply_textf(c->reply, NULL, "port%s %s %s",
			    alike & (alike - 1) ? "s" : "", ports, line);
		mask &= ~alike;
	}
	warn(c, all);
	reply_end(c->reply);
}

static enum call_result run(struct call *c)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = with_mode(c, MODE_TX | MODE_REFLECT);

	uint64_t on = 0;

	if (!mask)
		return CALL_FAIL;
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		if (!(mask >> i & 1))
			continue;
		if (pktgen_look(pg, i)->limited)
			return call_fail(c, E_STATE, PORTS,
					 "port %u sends up to a limit; 'stop' "
					 "it first",
					 i);
		if (worker_runs(pktgen_look(pg, i)->state))
			on |= 1ull << i;
	}
	run_begin(call_app(c), mask, c->now_ns);
	pktgen_start(pg, mask, c->now_ns);
	/* Those that run go on as they are. */
	if (on)
		tell(c, on, "already, until 'stop'");
	if (mask & ~on)
		tell(c, mask & ~on, "until 'stop'");
	return CALL_DONE;
}

static void for_time(uint64_t ns, char *buf, size_t size)
{
	char time[32];

	value_time_print(ns, time, sizeof(time));
	snprintf(buf, size, "for %s", time);
}

static enum call_result run_limited(struct call *c,
				    const struct flow_limit *limit)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = with_mode(c, MODE_TX);
	char until[48];

	if (!mask)
		return CALL_FAIL;
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct worker_view *v = pktgen_look(pg, i);

		if (mask >> i & 1 && (worker_runs(v->state) || v->nb_held))
			return app_fail_active(c, PORTS, i);
	}
	run_begin(call_app(c), mask, c->now_ns);
	pktgen_start_limited(pg, mask, limit, c->now_ns);
	if (limit->frames != FLOW_NO_LIMIT)
		snprintf(until, sizeof(until), "until %llu frames are sent",
			 (unsigned long long)limit->frames);
	else
		for_time(limit->time_ns, until, sizeof(until));
	tell(c, mask, until);
	return CALL_DONE;
}

static enum call_result run_count(struct call *c)
{
	const struct flow_limit limit = {c->v[LIMIT].u, FLOW_NO_LIMIT};

	return run_limited(c, &limit);
}

static enum call_result run_for(struct call *c)
{
	const struct flow_limit limit = {FLOW_NO_LIMIT, c->v[LIMIT].u};

	return run_limited(c, &limit);
}

const struct cmd cmd_start = {
	.name = "start",
	.group = GROUP_TRAFFIC,
	.summary = "Start traffic",
	.forms =
		(const struct cmd_form[]){
			{args, run, "send, or reflect, until 'stop'"},
			{count_args, run_count,
			 "send exactly COUNT frames on each port, then stop "
			 "and report"},
			{for_args, run_for,
			 "send the frames due within TIME, then stop and "
			 "report"},
			{0},
		},
	.notes = "'mode' chooses which ports send; others are not changed.",
	.examples =
		(const char *const[]){"start", "start 0", "start 0 count 1m",
				      "start for 10s", NULL},
	.see = (const char *const[]){"stop", "rate", "mode", NULL},
};
