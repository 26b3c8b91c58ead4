/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/preview.h"
#include "app/traffic.h"
#include "shell/arg.h"

enum { PORTS, CONFIG, JSON };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to show"},
	[CONFIG] = {ARG_KEYWORD, .name = "config", .help = "show all settings"},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg all_args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to show"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static void show_value(struct reply *r, const char *key, const struct config *c,
		       const struct setting *s)
{
	char word[ARG_PRINT_MAX];
	struct value v;

	memset(&v, 0, sizeof(v));
	s->arg->setting->get(c, &v);
	arg_print(s->arg, &v, word, sizeof(word));
	if (s->arg->type == ARG_INT)
		reply_id(r, key, v.u);
	else if (s->arg->type == ARG_SIZES && v.sizes.count == 1)
		reply_u64(r, key, v.sizes.entry[0].size, "bytes");
	else if (s->arg->type == ARG_SIZES)
		reply_text(r, "mix", word); /* as `port` calls it */
	else
		reply_text(r, key, word);
}

/* The row's first key; what a command of that name sets stands in the row. */
#define ROW "port"

/* Settings of one command that has several are a map of their own. */
static void show_settings(struct reply *r, const struct app *app, unsigned port)
{
	const struct cmd *open = NULL;
	struct setting s;
	struct config c;

	config_get(app, (struct subject){port, 0}, &c);
	for (unsigned i = 0; setting_at(app->session.env.commands, i, &s);
	     i++) {
		const char *keyword = setting_keyword(&s);

		if (open && open != s.cmd)
			reply_end(r);
		if (open != s.cmd)
			open = NULL;
		if (s.scope == SCOPE_GLOBAL)
			continue;
		if (keyword && !open && strcmp(s.cmd->name, ROW) != 0) {
			reply_map(r, s.cmd->name, REPLY_TABLE);
			open = s.cmd;
		}
		show_value(r, keyword ? keyword : s.cmd->name, &c, &s);
	}
	if (open)
		reply_end(r);
	traffic_show(pktgen_stream(&app->pktgen, port, 0), r);
}

static enum call_result run(struct call *c)
{
	const struct app *app = call_app(c);
	enum call_result up = app_check_up(c, c->v[PORTS].mask);

	if (up != CALL_DONE)
		return up;
	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(c->v[PORTS].mask >> i & 1))
			continue;
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, ROW, i);
		show_settings(c->reply, app, i);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

/* One frame, of one stream. */
enum { FRAME, NUMBER, OF };

static const struct arg frame_args[] = {
	[FRAME] = {ARG_KEYWORD, .name = "frame", .help = "show a frame"},
	[NUMBER] = {ARG_INT, .name = "N", .help = "number of the frame, from 0",
		    .max = UINT64_MAX >> 1},
	[OF] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		.name = "PORTS", .help = "port, or stream, that sends it"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static enum call_result run_frame(struct call *c)
{
	const struct app *app = call_app(c);
	const struct subjects *on = &c->v[OF].subjects;
	struct subject s = {0, 0}, next;

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	/* The first of those that are meant; more are named by mistake. */
	if (!config_next(app, on, &s))
		return CALL_DONE;
	next = (struct subject){s.port, s.stream + 1};
	if (c->v[OF].set && config_next(app, on, &next))
		return call_fail(c, E_RANGE, OF,
				 "'show frame' takes one port, or one stream");
	preview_show(app, s, c->v[NUMBER].u, c->reply);
	return CALL_DONE;
}

const struct cmd cmd_show = {
	.name = "show",
	.group = GROUP_WATCHING,
	.summary = "Show all settings of ports",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{all_args, run, "show them without the keyword"},
			{frame_args, run_frame,
			 "show a frame as it would be sent: fields and bytes"},
			{0},
		},
	.notes = "'show files', 'show jobs', 'show ports', 'show stats' and "
		 "'show version' are the commands 'ls', 'jobs', 'port', "
		 "'stats' and 'version'; 'show run' is 'save'. A setting "
		 "without its value, such as 'rate' or 'size 0', shows it.",
	.examples =
		(const char *const[]){"show config", "show 0 config --json",
				      "show frame 0", "show frame 7 0", NULL},
	.see = (const char *const[]){"save", "port", NULL},
	.leads =
		(const struct cmd_lead[]){
			{"files", "ls"},
			{"jobs", "jobs"},
			{"ports", "port"},
			{"run", "save"},
			{"stats", "stats"},
			{"version", "version"},
			{NULL, NULL},
		},
};
