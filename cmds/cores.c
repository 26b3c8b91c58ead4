/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "pktgen/pktgen_cores.h"
#include "shell/arg.h"

enum { PORTS, CORES };
enum { SHOW_PORTS };

static const struct arg_word words[] = {
	{"auto", "give queues that move frames to the cores with the fewest"},
	{NULL},
};

static void get(const struct config *c, struct value *v)
{
	v->u = arg_span(c->how.core, c->how.cores);
}

static void set(struct config *c, const struct value *v)
{
	c->how.core = (unsigned)v->u;
	c->how.cores = (unsigned)(v->u >> 32);
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "auto",
	.initial_unsaved = true,
};

static const struct arg set_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[CORES] = {ARG_SPAN, .name = "CORES", .words = words,
		   .help = "cores that step the queues in turn", .max = 15,
		   .setting = &setting},
	{ARG_NONE},
};

/* Why core 0 has all queues of a port. */
static const char *const needs[] = {
	[CORE_NEED_NOTHING] = "-",
	[CORE_NEED_CAPTURE] = "frames are seen",
	[CORE_NEED_NODE] = "it has addresses",
	[CORE_NEED_FORWARD] = "ports forward",
	[CORE_NEED_KV] = "it answers for keys",
	[CORE_NEED_SIGNED] = "it measures",
	[CORE_NEED_TRACK] = "it tracks a field",
	[CORE_NEED_PAYLOAD] = "it compares payload",
	[CORE_NEED_PLAY] = "it plays a capture",
};

static void show_set(struct reply *r, const struct worker_how *how)
{
	char text[ARG_PRINT_MAX];

	arg_print(&set_args[CORES],
		  &(struct value){.u = arg_span(how->core, how->cores)}, text,
		  sizeof(text));
	reply_text(r, "set", text);
}

static void show_load(struct reply *r, unsigned milli)
{
	if (milli == CORE_LOAD_UNKNOWN)
		reply_none(r, "load", "%");
	else
		reply_milli(r, "load", milli * 100, "%");
}

static void show(struct reply *r, const struct pktgen *pg, unsigned port)
{
	for (unsigned q = 0; q < pg->port[port].nb_queues; q++) {
		const unsigned core = pktgen_core_of(pg, port, q);

		reply_map(r, NULL, REPLY_TABLE);
		reply_u64(r, "port", port, NULL);
		reply_u64(r, "queue", q, NULL);
		reply_u64(r, "core", core, NULL);
		show_load(r, pktgen_core_load(pg, core));
		show_set(r, &pg->set[port].how);
		reply_text(r, "core_0_as", needs[pktgen_core_need(pg, port)]);
		reply_end(r);
	}
}

static enum call_result run_show(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = c->v[SHOW_PORTS].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "by_queue", REPLY_TABLE);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1)
			show(c->reply, pg, i);
	reply_end(c->reply);
	return CALL_DONE;
}

static enum call_result run_set(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = c->v[PORTS].subjects.ports;
	const unsigned first = (unsigned)c->v[CORES].u;
	const unsigned count = (unsigned)(c->v[CORES].u >> 32);
	const unsigned nb = pktgen_cores(pg);

	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	if (first + count > nb)
		return call_fail(c, E_RANGE, CORES,
				 "there %s; see 'ukpktgen run --cpus', or type "
				 "'cores auto'",
				 nb == 1 ? "is core 0 alone"
					 : "are fewer cores");
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && first + count > 1 &&
		    pktgen_core_need(pg, i))
			return call_fail(c, E_STATE, PORTS,
					 "port %u stays with core 0, as %s; "
					 "type 'cores %u auto'",
					 i, needs[pktgen_core_need(pg, i)], i);
	return app_set(c);
}

const struct cmd cmd_cores = {
	.name = "cores",
	.group = GROUP_TRAFFIC,
	.summary = "Set which cores step the queues of ports",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, run_show,
			 "show which core has which queue"},
			{set_args, run_set, "choose the cores of ports"},
			{0},
		},
	.notes = "Core 0 has the console, and all queues that move no frames. "
		 "Others send, and receive what is only counted. Whatever is "
		 "set, core 0 has all queues of a port whose frames are "
		 "measured, seen or sent on: 'core 0 as' says why. 'load' is "
		 "the part of the last second in which a core moved frames.",
	.examples = (const char *const[]){"cores", "cores 0 1", "cores 0 0-1",
					  "cores auto", NULL},
	.see = (const char *const[]){"queues", "version", "calibrate", NULL},
};
