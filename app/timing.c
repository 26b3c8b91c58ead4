/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/timing.h"

#include <stdio.h>
#include <string.h>

#include "app/traffic.h"

static const struct {
	const char *cmd, *key;
} names[TIMINGS] = {
	[TIMING_SHAPE] = {"shape", "shape"},
	[TIMING_EVERY] = {"gap", "burst_every"},
	[TIMING_LIMIT] = {"limit", "run_limit"},
	[TIMING_AFTER] = {"after", "after"},
	[TIMING_LOOP] = {"loop", "loop"},
};

/* ---- As text ------------------------------------------------------------- */

static void print_shape(const struct stream_shape *s, char *rest)
{
	static const char *const kinds[] = {
		[SHAPE_RAMP] = "ramp",         [SHAPE_SAW] = "saw",
		[SHAPE_TRIANGLE] = "triangle", [SHAPE_SINE] = "sine",
		[SHAPE_SQUARE] = "square",
	};
	char from[48], to[48], time[32], duty[48] = "";
	struct rate share = {RATE_PERCENT, s->duty};

	value_rate_print(&s->from, from, sizeof(from));
	value_rate_print(&s->to, to, sizeof(to));
	value_time_print(s->ns, time, sizeof(time));
	if (s->kind == SHAPE_SQUARE)
		value_rate_print(&share, duty, sizeof(duty));
	snprintf(rest, TIMING_REST_MAX, "%s %.24s-%.24s %s %s%s%.24s",
		 kinds[s->kind], from, to,
		 s->kind == SHAPE_RAMP ? "over" : "every", time,
		 *duty ? " duty " : "", duty);
}

static void print_limit(const struct stream_plan *p, char *rest)
{
	char time[32];

	value_time_print(p->time_ns, time, sizeof(time));
	if (p->frames)
		snprintf(rest, TIMING_REST_MAX, "count %llu",
			 (unsigned long long)p->frames);
	else
		snprintf(rest, TIMING_REST_MAX, "for %s", time);
}

static void print_after(const struct stream_plan *p, unsigned port, char *rest)
{
	char time[32], stream[24] = "";

	value_time_print(p->delay_ns, time, sizeof(time));
	if (p->follows)
		snprintf(stream, sizeof(stream), "%u.%u%s", port, p->after,
			 p->delay_ns ? " " : "");
	snprintf(rest, TIMING_REST_MAX, "%s%s", stream,
		 p->delay_ns ? time : "");
}

bool timing_text(const struct config *c, struct subject of, enum timing which,
		 char rest[TIMING_REST_MAX])
{
	const struct stream_plan *plan = &c->use.plan;
	const struct pace *pace = &c->stream.pace;
	const bool set[TIMINGS] = {
		[TIMING_SHAPE] = c->stream.shape.kind,
		[TIMING_EVERY] = pace->every_ns,
		[TIMING_LIMIT] = plan->frames || plan->time_ns,
		[TIMING_AFTER] = plan->follows || plan->delay_ns,
		[TIMING_LOOP] = plan->turns,
	};
	char time[32];

	snprintf(rest, TIMING_REST_MAX, "off");
	if (!set[which])
		return false;
	switch (which) {
	case TIMING_SHAPE:
		print_shape(&c->stream.shape, rest);
		break;
	case TIMING_EVERY:
		value_time_print(pace->every_ns, time, sizeof(time));
		snprintf(rest, TIMING_REST_MAX, "burst %u every %s",
			 pace->group, time);
		break;
	case TIMING_LIMIT:
		print_limit(plan, rest);
		break;
	case TIMING_AFTER:
		print_after(plan, of.port, rest);
		break;
	default:
		if (plan->turns == FLOW_FOR_EVER)
			snprintf(rest, TIMING_REST_MAX, "forever");
		else
			snprintf(rest, TIMING_REST_MAX, "%u", plan->turns + 1);
	}
	return true;
}

bool timing_line(const struct config *c, struct subject of, unsigned i,
		 const char **cmd, char rest[TIMING_REST_MAX])
{
	for (unsigned which = 0; which < TIMINGS; which++) {
		*cmd = names[which].cmd;
		if (timing_text(c, of, (enum timing)which, rest) && !i--)
			return true;
	}
	return false;
}

void timing_rate(const struct stream *s, char *buf, size_t size)
{
	char rate[48];

	value_rate_print(&s->rate, rate, sizeof(rate));
	if (s->shape.kind)
		snprintf(buf, size, "as 'shape' says");
	else if (s->rate.unit != RATE_MAX)
		snprintf(buf, size, "at %s", rate);
	else
		snprintf(buf, size,
			 s->pace.every_ns ? "in bursts" : "at full speed");
}

/* ---- Shown --------------------------------------------------------------- */

void timing_lines(const struct app *app, const char *cmd,
		  const struct subjects *on, bool all, struct reply *r)
{
	char rest[TIMING_REST_MAX], subject[TRAFFIC_SUBJECT_MAX];
	struct subject s = {0, 0};
	struct config c;

	for (; config_next(app, on, &s); s.stream++) {
		config_get(app, s, &c);
		for (unsigned i = 0; i < TIMINGS; i++)
			if (!strcmp(names[i].cmd, cmd) &&
			    (timing_text(&c, s, (enum timing)i, rest) || all))
				reply_textf(r, NULL, "%s %s %s", cmd,
					    traffic_subject(app, s, subject),
					    rest);
	}
}

enum call_result timing_show(struct call *c, const struct subjects *on)
{
	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "lines", REPLY_TABLE);
	timing_lines(call_app(c), c->cmd->name, on, true, c->reply);
	reply_end(c->reply);
	return CALL_DONE;
}

enum call_result timing_change(struct call *c,
			       int (*change)(struct config *c, void *arg),
			       void *arg)
{
	const struct subjects *on = &c->v[0].subjects;
	struct pktgen_fault fault;
	int rc;

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	rc = config_change(call_app(c), on, change, arg, c->now_ns, &fault);
	return rc < 0 ? app_refuse(c, rc, &fault, -1) : CALL_DONE;
}

void timing_keys(const struct config *c, struct subject of, struct reply *r)
{
	char rest[TIMING_REST_MAX];

	for (unsigned i = 0; i < TIMINGS; i++) {
		timing_text(c, of, (enum timing)i, rest);
		reply_text(r, names[i].key, rest);
	}
}
