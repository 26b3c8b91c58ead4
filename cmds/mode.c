/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, MODE };

static void get(const void *app, unsigned port, struct value *v)
{
	v->u = app_mode_word(((const struct app *)app)->pktgen.set[port].mode);
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[MODE] = {ARG_ENUM, .name = "MODE", .words = app_modes,
		  .help = "which engines the port runs", .get = get},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	enum call_result up = app_check_up(c, c->v[PORTS].mask);

	if (up == CALL_DONE)
		pktgen_set_mode(&call_app(c)->pktgen, c->v[PORTS].mask,
				app_mode((unsigned)c->v[MODE].u), c->now_ns);
	return up;
}

const struct cmd cmd_mode = {
	.name = "mode",
	.summary = "Choose whether ports send, receive, reflect or do nothing",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "set the mode; what arrives at a port that does not "
			 "receive counts as ignored; null sends to nowhere, "
			 "which is all but the device; reflect, once started, "
			 "sends what arrives back with its addresses and "
			 "ports swapped"},
			{0},
		},
	.examples =
		(const char *const[]){"mode 0 tx", "mode 1 rx", "mode all txrx",
				      "mode 1 reflect", NULL},
	.see = (const char *const[]){"start", "port", NULL},
};
