/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "app/labs.h"

enum { PORTS, STATE, LEVEL, LEVEL_NUMBER, MEP, MEP_ID };

static const struct arg args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[STATE] = {ARG_KEYWORD, .name = "on", .help = "answer"},
	[LEVEL] = {ARG_KEYWORD, .optional = true, .name = "level",
		   .help = "answer one level alone"},
	[LEVEL_NUMBER] = {ARG_INT, .optional = true, .name = "LEVEL",
			  .help = "maintenance level", .min = 0, .max = 7},
	[MEP] = {ARG_KEYWORD, .optional = true, .name = "mep",
		 .help = "choose its number"},
	[MEP_ID] = {ARG_INT, .optional = true, .name = "ID", .unset = "1",
		    .help = "number of the end point", .min = 1, .max = 8191},
	{ARG_NONE},
};

static const struct arg off_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	{ARG_KEYWORD, .name = "off", .help = "answer no more"},
	{ARG_NONE},
};

static enum call_result show(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	struct reply *r = c->reply;

	reply_list(r, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct node *h = pg->node[i];

		if (!(c->v[PORTS].mask >> i & 1) || !h ||
		    !(h->lab.on & LAB_CFM))
			continue;
		reply_map(r, NULL, REPLY_TABLE);
		reply_id(r, "port", i);
		if (h->lab.cfm.level == CFM_LEVEL_ANY)
			reply_none(r, "level", NULL);
		else
			reply_id(r, "level", h->lab.cfm.level);
		reply_id(r, "mep", h->lab.cfm.mep);
		reply_end(r);
	}
	reply_end(r);
	return CALL_DONE;
}

static enum call_result set_one(struct call *c, unsigned port, struct node *h)
{
	const bool has = c->v[LEVEL].set;

	(void)port;
	node_cfm(h, true, has ? (unsigned)c->v[LEVEL_NUMBER].u : CFM_LEVEL_ANY,
		 (unsigned)c->v[MEP_ID].u);
	return CALL_DONE;
}

static enum call_result unset_one(struct call *c, unsigned port, struct node *h)
{
	(void)c;
	(void)port;
	node_cfm(h, false, CFM_LEVEL_ANY, 1);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return labs_set(c, set_one);
}

static enum call_result run_off(struct call *c)
{
	return labs_set(c, unset_one);
}

const struct cmd cmd_cfm = {
	.name = "cfm",
	.group = GROUP_HEADERS,
	.summary = "Answer Ethernet's maintenance frames",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, show, "show which ports answer"},
			{args, run, "answer loopback, delay and loss"},
			{off_args, run_off, "answer none of them"},
			{0},
		},
	.notes = "Answers loopback (LBM), delay (DMM) and synthetic loss (SLM) "
		 "of IEEE 802.1Q and ITU-T Y.1731 that come to its MAC address "
		 "or to the group of their level, with their tag, at once; it "
		 "sends none by itself. The times in an answer to DMM are both "
		 "those of the step that took it. Without 'level' it answers "
		 "all of them.",
	.examples = (const char *const[]){"cfm 0 on", "cfm 0 on level 5 mep 2",
					  "cfm", "cfm off", NULL},
	.see = (const char *const[]){"lldp", "address", NULL},
};
