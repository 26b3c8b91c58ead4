/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

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

static enum call_result run(struct call *c)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = with_mode(c, MODE_TX | MODE_REFLECT);

	if (!mask)
		return CALL_FAIL;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && pktgen_look(pg, i)->limited)
			return call_fail(c, E_STATE, PORTS,
					 "port %u sends up to a limit; 'stop' "
					 "it first",
					 i);
	pktgen_start(pg, mask, c->now_ns);
	return CALL_DONE;
}

static enum call_result run_limited(struct call *c,
				    const struct flow_limit *limit)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = with_mode(c, MODE_TX);

	if (!mask)
		return CALL_FAIL;
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct worker_view *v = pktgen_look(pg, i);

		if (mask >> i & 1 && (worker_runs(v->state) || v->nb_held))
			return app_fail_active(c, PORTS, i);
	}
	pktgen_start_limited(pg, mask, limit, c->now_ns);
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
