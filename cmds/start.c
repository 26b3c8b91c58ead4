/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/dryrun.h"
#include "app/gateways.h"
#include "app/started.h"
#include "app/together.h"
#include "pktgen/pktgen_runs.h"
#include "shell/arg.h"

/* Each form starts with the ports; the limit stands behind its keyword. */
enum { PORTS, KEYWORD, LIMIT };
enum { TOGETHER = 1, DRY, TOGETHER_LIMITED = 3, DRY_LIMITED };
/* Of a call: gateways_await() has the first. */
enum { AWAITS, BEGINS_NS };

#define TOGETHER_ARG                                            \
	{                                                       \
		ARG_FLAG, .optional = true, .name = "together", \
			  .help = "begin at the same moment"    \
	}
#define DRY_ARG                                                            \
	{                                                                  \
		OPTION(STREAMS) ? ARG_FLAG : ARG_NONE,                     \
			.optional = true, .name = "dry-run",               \
			.help = "say what would be sent, and send nothing" \
	}
#define JSON_ARG ARG_JSON("reply as JSON")

#define PORTS_ARG                                                    \
	{                                                            \
		ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,  \
			   .name = "PORTS", .help = "ports to start" \
	}

static const struct arg args[] = {
	[PORTS] = PORTS_ARG, [TOGETHER] = TOGETHER_ARG,
	[DRY] = DRY_ARG,     JSON_ARG,
	{ARG_NONE},
};

static const struct arg count_args[] = {
	[PORTS] = PORTS_ARG,
	[KEYWORD] = {ARG_KEYWORD, .name = "count",
		     .help = "stop after COUNT frames"},
	[LIMIT] = {ARG_INT, .name = "COUNT", .unit = "frames",
		   .help = "frames that each stream sends", .min = 1,
		   .max = 1000000000000000},
	[TOGETHER_LIMITED] = TOGETHER_ARG,
	[DRY_LIMITED] = DRY_ARG,
	JSON_ARG,
	{ARG_NONE},
};

static const struct arg for_args[] = {
	[PORTS] = PORTS_ARG,
	[KEYWORD] = {ARG_KEYWORD, .name = "for", .help = "stop after TIME"},
	[LIMIT] = {ARG_TIME, .name = "TIME", .help = "duration of the run",
		   .min = 1000, .max = 720 * 3600000000000ull},
	[TOGETHER_LIMITED] = TOGETHER_ARG,
	[DRY_LIMITED] = DRY_ARG,
	JSON_ARG,
	{ARG_NONE},
};

/*
 * What is to start: of the ports those whose mode has one of these, into *on.
 * None: the call failed.
 */
static uint64_t with_mode(struct call *c, unsigned mode, struct subjects *on)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	uint64_t mask = c->v[PORTS].mask;

	*on = c->v[PORTS].subjects;
	if (app_check_up(c, mask) != CALL_DONE)
		return 0;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && !(pg->set[i].mode & mode))
			mask &= ~(1ull << i);
	if (!mask)
		call_fail(c, E_STATE, PORTS,
			  "none of these ports sends; see 'mode'");
	on->ports &= mask;
	on->whole &= mask;
	return mask;
}

/* What is fed is played once. */
static enum call_result check_played(struct call *c, struct subject s)
{
	const struct pktgen_port *port = &call_app(c)->pktgen.set[s.port];
	const struct pktgen_stream *of = port->stream[s.stream];

	if (!OPTION(PLAY) || !stream_is_fed(&of->stream) ||
	    !(port->mode & MODE_TX) || play_frames(of->flow->program))
		return CALL_DONE;
	return call_fail(c, E_STATE, PORTS,
			 "stream %u.%u: all that was fed has been played; "
			 "feed it again",
			 s.port, s.stream);
}

/*
 * Fails where one of the streams, or of the ports, runs: up to a limit, or at
 * all if `any`. Those that do are in *running, by port. Also where there is
 * nothing left to play.
 */
static enum call_result check_runs(struct call *c, const struct subjects *on,
				   bool any, uint64_t *running)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	struct pktgen_stream_view v;
	char name[32];

	*running = 0;
	for (struct subject s = {0, 0}; pktgen_next_of(pg, on, &s);
	     s.stream++) {
		pktgen_look_stream(pg, s.port, s.stream, &v);
		if (!pktgen_is_meant(pg, on, s))
			continue;
		if (v.state == FLOW_IDLE) {
			if (check_played(c, s) == CALL_FAIL)
				return CALL_FAIL;
			continue;
		}
		*running |= 1ull << s.port;
		if (on->dotted && any)
			return call_fail(c, E_STATE, PORTS,
					 "stream %u.%u is %s; 'stop' it first",
					 s.port, s.stream,
					 app_stream_state(call_app(c), s));
		if (!v.limited)
			continue;
		app_subject_print(call_app(c), s, name, sizeof(name));
		return call_fail(c, E_STATE, PORTS,
				 "%s sends up to a limit; 'stop' it first",
				 name);
	}
	return CALL_DONE;
}

/* The plan, of ports that send. */
static enum call_result show_plan(struct call *c,
				  const struct flow_limit *limit)
{
	struct subjects on;

	if (c->cancelled)
		return CALL_DONE;
	if (!with_mode(c, MODE_TX, &on))
		return CALL_FAIL;
	return dryrun_show(c, &on, limit);
}

/* Nothing starts before all know where to. */
static enum call_result await_gateways(struct call *c,
				       const struct subjects *on)
{
	return OPTION(ADDRESSES) ? gateways_await(c, on, &c->state[AWAITS])
				 : CALL_DONE;
}

static enum call_result begin_together(struct call *c,
				       const struct subjects *on, uint64_t mask,
				       const struct flow_limit *limit)
{
	c->state[BEGINS_NS] = together_start(c, on, mask, limit);
	return CALL_AGAIN;
}

static enum call_result end_together(struct call *c, const struct subjects *on,
				     uint64_t mask, const char *until)
{
	const uint64_t at_ns = c->state[BEGINS_NS];

	if (together_await(c, at_ns, mask) == CALL_AGAIN)
		return CALL_AGAIN;
	started_tell(c, on, mask, until, at_ns);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	const bool together = c->v[TOGETHER].set;
	static const struct flow_limit none = {FLOW_NO_LIMIT, FLOW_NO_LIMIT};
	struct pktgen *pg = &call_app(c)->pktgen;
	struct subjects on;
	enum call_result result;
	uint64_t mask, running;

	if (c->cancelled)
		return CALL_DONE;
	if (OPTION(STREAMS) && c->v[DRY].set)
		return show_plan(c, &none);
	mask = with_mode(c, together ? MODE_TX : MODE_TX | MODE_RELAYS, &on);
	if (!mask)
		return CALL_FAIL;
	if (c->state[BEGINS_NS])
		return end_together(c, &on, mask, NULL);
	if (app_check_unmeasured(c, PORTS, mask) != CALL_DONE ||
	    (together && together_check(c, PORTS, mask) != CALL_DONE) ||
	    check_runs(c, &on, false, &running) != CALL_DONE)
		return CALL_FAIL;
	result = await_gateways(c, &on);
	if (result != CALL_DONE)
		return result;
	if (together)
		return begin_together(c, &on, mask, NULL);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && worker_runs(pktgen_look(pg, i)->state) &&
		    !on.dotted)
			running |= 1ull << i;
	run_begin(call_app(c), mask, c->now_ns);
	pktgen_start_streams(pg, &on, c->now_ns);
	/* Those that run go on as they are; a program gets one list. */
	if (c->json)
		running = 0;
	if (running)
		started_tell(c, &on, running, "already, until 'stop'", 0);
	if (mask & ~running)
		started_tell(c, &on, mask & ~running, NULL, 0);
	return CALL_DONE;
}

static bool any_has_several(const struct pktgen *pg, const struct subjects *on)
{
	unsigned first;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (started_count(pg, on, i, &first) > 1)
			return true;
	return false;
}

static enum call_result run_limited(struct call *c,
				    const struct flow_limit *limit)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const bool together = c->v[TOGETHER_LIMITED].set;
	struct subjects on;
	enum call_result result;
	uint64_t mask, running;
	char until[64];

	if (c->cancelled)
		return CALL_DONE;
	if (OPTION(STREAMS) && c->v[DRY_LIMITED].set)
		return show_plan(c, limit);
	mask = with_mode(c, MODE_TX, &on);
	if (!mask)
		return CALL_FAIL;
	started_limit(limit, any_has_several(pg, &on) ? "of each " : "", until,
		      sizeof(until));
	if (c->state[BEGINS_NS])
		return end_together(c, &on, mask, until);
	if (app_check_unmeasured(c, PORTS, mask) != CALL_DONE ||
	    (together && together_check(c, PORTS, mask) != CALL_DONE))
		return CALL_FAIL;
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct worker_view *v = pktgen_look(pg, i);
		const bool runs = worker_runs(v ? v->state : WORKER_IDLE);

		if (mask >> i & 1 && (runs ? !on.dotted : v->nb_held))
			return app_fail_active(c, PORTS, i);
	}
	if (check_runs(c, &on, true, &running) != CALL_DONE)
		return CALL_FAIL;
	result = await_gateways(c, &on);
	if (result != CALL_DONE)
		return result;
	if (together)
		return begin_together(c, &on, mask, limit);
	run_begin(call_app(c), mask, c->now_ns);
	pktgen_start_streams_limited(pg, &on, limit, c->now_ns);
	started_tell(c, &on, mask, until, 0);
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

#define NOTES                                                                 \
	"'mode' chooses which ports send; start leaves others alone. A port " \
	"reports once none of its streams sends any more, or waits to. With " \
	"--together ports that are idle begin at one moment, 10 ms later: "   \
	"each has its first frame ready by then. The reply comes once they "  \
	"have, and says how far apart these frames left."
#define PLANS                                                               \
	" A limit here takes the place of 'limit' and 'loop'. With "        \
	"--dry-run frames, time and rate are what the settings come to, "   \
	"0 where there is no limit; of 'rate max' the rate is the link's. " \
	"The sum of a port is of streams that follow no other."

const struct cmd cmd_start = {
	.name = "start",
	.group = GROUP_TRAFFIC,
	.summary = "Start traffic",
	.forms =
		(const struct cmd_form[]){
			{args, run, "send, or reflect, until 'stop'"},
			{count_args, run_count,
			 "send exactly COUNT frames of each stream, then stop "
			 "and report"},
			{for_args, run_for,
			 "send the frames due within TIME, then stop and "
			 "report"},
			{0},
		},
	.notes = OPTION(STREAMS) ? NOTES PLANS : NOTES,
	.examples =
		(const char *const[]){"start", "start 0", "start 0 count 1m",
				      "start 0.3 count 100", "start for 10s",
				      "start 0,1 --together", "start --dry-run",
				      "start 0.3 --dry-run", NULL},
	.see = (const char *const[]){"stop", "rate", "limit", "after", "mode",
				     NULL},
};
