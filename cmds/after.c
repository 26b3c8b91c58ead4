/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/timing.h"
#include "pktgen/pktgen_runs.h"

enum { PORTS, WHAT, DELAY };

static const struct arg_word off[] = {
	{"off", "begin with the port"},
	{NULL},
};

static const struct arg off_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[WHAT] = {ARG_ENUM, .name = "OFF", .words = off, .asked = true,
		  .help = "no wait"},
	{ARG_NONE},
};

#define DELAY_MAX (720 * 3600000000000ull)

static const struct arg time_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[WHAT] = {ARG_TIME, .name = "TIME", .help = "time since 'start'",
		  .min = 1, .max = DELAY_MAX},
	{ARG_NONE},
};

static const struct arg stream_args[] = {
	[PORTS] = {ARG_PORTS, .sets = true, .scope = SCOPE_STREAM,
		   .name = "STREAMS", .help = "streams to set"},
	[WHAT] = {ARG_PORTS, .scope = SCOPE_STREAM, .name = "STREAM",
		  .help = "stream to wait for"},
	[DELAY] = {ARG_TIME, .optional = true, .name = "TIME",
		   .help = "time since its end", .max = DELAY_MAX},
	{ARG_NONE},
};

static int change(struct config *c, void *arg)
{
	const struct stream_plan *p = arg;

	c->use.plan.follows = p->follows;
	c->use.plan.after = p->after;
	c->use.plan.delay_ns = p->delay_ns;
	return 0;
}

/* The way round, as far as a line has room: "0.1 after 0.2 after 0.1". */
static enum call_result refuse_circle(struct call *c, struct subject s,
				      unsigned after)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	char way[160];
	int n = snprintf(way, sizeof(way), "%u.%u", s.port, s.stream);

	for (unsigned at = after;;) {
		n += snprintf(way + n, sizeof(way) - (size_t)n,
			      n > 120 ? " ..." : " after %u.%u", s.port, at);
		if (at == s.stream || n > 120)
			break;
		at = pktgen_stream_use(pg, s.port, at)->plan.after;
	}
	return call_fail(c, E_STATE, WHAT,
			 "stream %u.%u would wait for itself: %s", s.port,
			 s.stream, way);
}

static enum call_result run_stream(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	const struct subjects *what = &c->v[WHAT].subjects;
	struct app *app = call_app(c);
	struct subject after = {0, 0}, more, s = {0, 0};
	struct stream_plan plan = {.follows = true, .delay_ns = c->v[DELAY].u};

	if (app_check_up(c, on->ports | what->ports) != CALL_DONE)
		return CALL_FAIL;
	config_next(app, what, &after);
	more = (struct subject){after.port, after.stream + 1};
	if (config_next(app, what, &more))
		return call_fail(c, E_RANGE, WHAT,
				 "'after' takes one stream; type '%u.%u'",
				 after.port, after.stream);
	for (; config_next(app, on, &s); s.stream++) {
		if (s.port != after.port)
			return call_fail(c, E_RANGE, WHAT,
					 "stream %u.%u begins after a stream "
					 "of its own port",
					 s.port, s.stream);
		if (pktgen_circle(&app->pktgen, s.port, s.stream,
				  after.stream) != PKTGEN_NO_STREAM)
			return refuse_circle(c, s, after.stream);
	}
	plan.after = (uint16_t)after.stream;
	return timing_change(c, change, &plan);
}

static enum call_result run(struct call *c)
{
	struct stream_plan plan = {0};

	if (c->form->args == off_args && !c->v[WHAT].set)
		return timing_show(c, &c->v[PORTS].subjects);
	if (c->form->args == time_args)
		plan.delay_ns = c->v[WHAT].u;
	return timing_change(c, change, &plan);
}

const struct cmd cmd_after = {
	.name = "after",
	.group = GROUP_TRAFFIC,
	.summary = "Begin a stream later, or after another one",
	.forms =
		(const struct cmd_form[]){
			{off_args, run, "begin with the port"},
			{time_args, run, "begin TIME after 'start'"},
			{stream_args, run_stream,
			 "begin when a run of STREAM has ended, or TIME later"},
			{0},
		},
	.notes = "Takes effect at the next 'start'. A run ends by 'limit', or "
		 "by a limit of 'start': at the end of its time, or when its "
		 "next frame would be due. If STREAM is stopped first, this "
		 "stream is, too. If STREAM is disabled, it starts only when "
		 "it is named, and then at once. If STREAM is deleted, it "
		 "begins with its port.",
	.examples = (const char *const[]){"after 0.1 2s", "after 0.2 0.voice",
					  "after 0.2 0.1 100ms",
					  "after 0.all off", NULL},
	.see = (const char *const[]){"limit", "loop", "start", "stream", NULL},
};
