/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static const char *initial(struct subject s)
{
	return app_modes[app_mode_word(pktgen_first_mode(s.port))].name;
}

static void get(const struct config *c, struct value *v)
{
	v->u = app_mode_word(c->mode);
}

static void set(struct config *c, const struct value *v)
{
	c->mode = app_mode((unsigned)v->u);
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial_of = initial,
};

static const struct arg args[] = {
	APP_PORTS_TO_SET,
	{ARG_ENUM, .name = "MODE", .words = app_modes,
	 .help = "what the port does", .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_mode = {
	.name = "mode",
	.group = GROUP_TRAFFIC,
	.summary = "Choose whether ports send, receive, reflect or do nothing",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "Ports send and reflect from 'start' to 'stop', and receive "
		 "at once; one that is set to do neither stops. After boot "
		 "port 0 is in mode tx, all others "
		 "in mode rx.",
	.examples =
		(const char *const[]){"mode 0 tx", "mode 1 rx", "mode all txrx",
				      "mode 1 reflect", NULL},
	.see = (const char *const[]){"start", "port", NULL},
};
