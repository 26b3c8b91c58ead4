/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/condition.h"
#include "pktgen/pktgen_runs.h"

/* `idle` has its own. */
enum { WITHIN = COND_ARGS, TIME };
enum { PORTS, IDLE, IDLE_WITHIN, IDLE_TIME };

#define POLL_NS 1000000ull

#define IDLE_ARGS                                                \
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS", \
		   .help = "ports to wait for"},                 \
	[IDLE] = {ARG_KEYWORD, .name = "idle",                   \
		  .help = "wait until nothing is sent or in flight"}
#define WITHIN_ARG                                                       \
	{                                                                \
		ARG_KEYWORD, .name = "within", .help = "fail after TIME" \
	}

static const struct arg idle_args[] = {IDLE_ARGS, {ARG_NONE}};

static const struct arg idle_within_args[] = {
	IDLE_ARGS,
	[IDLE_WITHIN] = WITHIN_ARG,
	[IDLE_TIME] = TIME_ARG,
	{ARG_NONE},
};

static const struct arg args[] = {CONDITION_ARGS, {ARG_NONE}};

static const struct arg within_args[] = {
	CONDITION_ARGS,
	[WITHIN] = WITHIN_ARG,
	[TIME] = TIME_ARG,
	{ARG_NONE},
};

/* Waits on, up to the end of the time that `time` gives, if it does. */
static enum call_result wait_on(struct call *c, const struct value *time,
				const char *why)
{
	struct condition_wait *w = (void *)c->state;
	char limit[32];

	if (!c->calls)
		w->until_ns = time ? c->now_ns + time->u : UINT64_MAX;
	if (c->now_ns >= w->until_ns) {
		value_time_print(time->u, limit, sizeof(limit));
		return call_fail(c, E_TIMEOUT, -1, "%s; waited %s", why, limit);
	}
	c->wake_ns = c->now_ns + POLL_NS;
	return CALL_AGAIN;
}

/* A stream that waits for the end of one that has none would never be idle. */
static enum call_result check_ends(struct call *c)
{
	const struct app *app = call_app(c);
	const struct pktgen *pg = &app->pktgen;
	struct pktgen_stream_view v, before;
	struct subject s = {0, 0};

	for (; config_next(app, &c->v[PORTS].subjects, &s); s.stream++) {
		const struct stream_plan *plan =
			&pktgen_stream_use(pg, s.port, s.stream)->plan;

		if (!plan->follows)
			continue;
		pktgen_look_stream(pg, s.port, s.stream, &v);
		pktgen_look_stream(pg, s.port, plan->after, &before);
		if (v.state == FLOW_WAITS && before.state == FLOW_RUNS &&
		    !before.limited)
			return call_fail(c, E_STATE, IDLE,
					 "stream %u.%u waits for %u.%u, which "
					 "has no limit; type 'stop', or 'wait "
					 "idle within TIME'",
					 s.port, s.stream, s.port, plan->after);
	}
	return CALL_DONE;
}

static enum call_result run_idle(struct call *c)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = c->v[PORTS].mask;
	uint64_t measured;
	unsigned port;
	char why[48];

	if (c->cancelled)
		return CALL_DONE;
	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	/* Between two trials a port is at rest, and not done. */
	measured = pktgen_owned(pg, OWNER_EXPERIMENT) & mask;
	if (!measured && pktgen_drained(pg, mask, c->now_ns))
		return CALL_DONE;
	if (!c->calls && c->form->args == idle_args &&
	    check_ends(c) == CALL_FAIL)
		return CALL_FAIL;
	port = (unsigned)__builtin_ctzll((pktgen_active(pg) & mask) | measured);
	snprintf(why, sizeof(why), "port %u is %s", port,
		 measured ? "measured" : app_state(pktgen_look(pg, port)));
	return wait_on(
		c, c->form->args == idle_within_args ? &c->v[IDLE_TIME] : NULL,
		why);
}

static enum call_result run_condition(struct call *c)
{
	struct condition_wait *w = (void *)c->state;
	char why[sizeof(c->err_text)];

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls && condition_take(c, &w->cond) == CALL_FAIL)
		return CALL_FAIL;
	app_watch(call_app(c), c->now_ns);
	if (condition_holds(call_app(c), &w->cond, why, sizeof(why)))
		return CALL_DONE;
	return wait_on(c, c->form->args == within_args ? &c->v[TIME] : NULL,
		       why);
}

const struct cmd cmd_wait = {
	.name = "wait",
	.group = GROUP_SCRIPTS,
	.summary = "Wait until ports are idle or a condition holds",
	.forms =
		(const struct cmd_form[]){
			{idle_args, run_idle,
			 "wait until no port sends and all frames have "
			 "arrived"},
			{idle_within_args, run_idle,
			 "wait for that, but fail after TIME"},
			{args, run_condition,
			 "wait until the condition holds on all PORTS"},
			{within_args, run_condition,
			 "wait for that, but fail after TIME"},
			{0},
		},
	.examples = (const char *const[]){"start count 1k; wait idle",
					  "wait 1 rx.packets >= 1000 within 5s",
					  NULL},
	.see = (const char *const[]){"expect", "sleep", "start", NULL},
};
