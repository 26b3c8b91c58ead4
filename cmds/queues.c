/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "shell/arg.h"

enum { PORTS, QUEUES };
enum { SHOW_PORTS };

static void get(const struct config *c, struct value *v)
{
	v->u = c->how.queues;
}

static void set(struct config *c, const struct value *v)
{
	c->how.queues = (unsigned)v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = APP_WORD(PORT_QUEUES_MAX),
	.initial_unsaved = true,
};

static const struct arg set_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[QUEUES] = {ARG_INT, .name = "QUEUES",
		    .help = "queues that send a stream", .min = 1,
		    .max = PORT_QUEUES_MAX, .setting = &setting},
	{ARG_NONE},
};

static void show(struct call *c, unsigned port)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	reply_u64(c->reply, "spread_over", pktgen_queues(pg, port), NULL);
	reply_u64(c->reply, "pairs", pg->port[port].nb_queues, NULL);
	reply_text(c->reply, "rx_steering",
		   port_has_rss(&pg->port[port])  ? "rss"
		   : pg->port[port].nb_queues > 1 ? "device"
						  : "-");
	reply_u64(c->reply, "rx_descriptors", pg->port[port].nb_rx_desc, NULL);
	reply_u64(c->reply, "tx_descriptors", pg->port[port].nb_tx_desc, NULL);
}

static enum call_result run_show(struct call *c)
{
	const uint64_t mask = c->v[SHOW_PORTS].mask;

	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	app_show_ports(c, mask, show);
	return CALL_DONE;
}

/* More than a port has are not used silently. */
static enum call_result run_set(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const uint64_t mask = c->v[PORTS].subjects.ports;

	if (app_check_up(c, mask) != CALL_DONE)
		return CALL_FAIL;
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && c->v[QUEUES].u > pg->port[i].nb_queues &&
		    c->v[QUEUES].u != PORT_QUEUES_MAX)
			return call_fail(c, E_RANGE, QUEUES,
					 "port %u has %u %s; see 'ukpktgen run "
					 "--queues', or type 'queues %u %u'",
					 i, pg->port[i].nb_queues,
					 pg->port[i].nb_queues == 1 ? "queue"
								    : "queues",
					 i, pg->port[i].nb_queues);
	return app_set(c);
}

const struct cmd cmd_queues = {
	.name = "queues",
	.group = GROUP_TRAFFIC,
	.summary = "Set how many queues send a stream",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, run_show,
			 "show how many queues ports have and use"},
			{set_args, run_set, "spread streams over queues"},
			{0},
		},
	.notes = "From the next start on the queues take turns at a stream, "
		 "64 frames each. Together they send what one queue would, "
		 "each frame at the same time. A single queue sends captures, "
		 "turns, and all streams of a port on which one follows "
		 "another or whose sizes are tracked. 8 means all that a port "
		 "has.",
	.examples = (const char *const[]){"queues", "queues 0 1", NULL},
	.see = (const char *const[]){"stats", "order", "port", NULL},
};
