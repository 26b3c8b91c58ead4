/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/explain.h"
#include "app/preview.h"
#include "app/timing.h"
#include "app/traffic.h"
#include "shell/arg.h"

enum { PORTS, CONFIG, JSON };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		   .name = "PORTS", .help = "ports to show"},
	[CONFIG] = {ARG_KEYWORD, .name = "config", .help = "show all settings"},
	[JSON] = ARG_JSON("reply as JSON"),
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

/* The row's first keys; commands of these names set what is in the row. */
#define ROW "port"
#define STREAM "stream"

/* Rows of a call where there are streams: there is room for no more. */
#define ROWS 4

enum { NEXT };

/* Whether a command sets several things, and none of them is set. */
static bool is_unset(const struct app *app, const struct cmd *cmd,
		     struct subject of, const struct config *c)
{
	struct setting s = {0};

	while (setting_next(app->session.env.commands, &s)) {
		struct value v, first;

		if (s.cmd != cmd)
			continue;
		memset(&v, 0, sizeof(v));
		s.arg->setting->get(c, &v);
		if (!setting_keyword(&s) || !s.arg->setting->initial_unsaved ||
		    !config_initial(app, &s, of, &first) ||
		    !arg_equal(s.arg, &v, &first))
			return false;
	}
	return true;
}

/* Settings of one command that has several are a map of their own. */
static void show_settings(struct reply *r, const struct app *app,
			  struct subject of)
{
	const struct cmd *open = NULL;
	char relay[APP_RELAY_MAX];
	struct setting s = {0};
	struct config c;

	config_get(app, of, &c);
	while (setting_next(app->session.env.commands, &s)) {
		const char *keyword = setting_keyword(&s);

		if (open && open != s.cmd)
			reply_end(r);
		if (open != s.cmd)
			open = NULL;
		if (s.scope == SCOPE_GLOBAL || is_unset(app, s.cmd, of, &c))
			continue;
		if (keyword && !open && strcmp(s.cmd->name, ROW) != 0 &&
		    strcmp(s.cmd->name, STREAM) != 0) {
			reply_map(r, s.cmd->name, REPLY_TABLE);
			open = s.cmd;
		}
		show_value(r, keyword ? keyword : s.cmd->name, &c, &s);
	}
	if (open)
		reply_end(r);
	timing_keys(&c, of, r);
	if (app_relay_print(c.mode, relay, sizeof(relay)))
		reply_text(r, "relay", relay);
	traffic_show(pktgen_stream(&app->pktgen, of.port, of.stream), r);
}

static enum call_result run(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	const struct app *app = call_app(c);
	struct subject s = {(unsigned)(c->state[NEXT] >> 32),
			    (unsigned)c->state[NEXT]};
	unsigned left = ROWS;
	bool more;

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls && app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "ports", REPLY_TABLE);
	while ((more = config_next(app, on, &s)) && left) {
		const bool several = app->pktgen.set[s.port].nb_streams > 1;

		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, ROW, s.port);
		if (several)
			reply_id(c->reply, STREAM, s.stream);
		show_settings(c->reply, app, s);
		reply_end(c->reply);
		left -= several;
		s.stream++;
	}
	reply_end(c->reply);
	c->state[NEXT] = (uint64_t)s.port << 32 | s.stream;
	c->wake_ns = c->now_ns;
	return more ? CALL_AGAIN : CALL_DONE;
}

/* One frame, of one stream; or several, as a file. */
enum { FRAME, NUMBER, OF, PCAP, FILE_NAME, COUNT_WORD, COUNT };

static const struct arg frame_args[] = {
	[FRAME] = {ARG_KEYWORD, .name = "frame", .help = "show a frame"},
	[NUMBER] = {ARG_INT, .name = "N", .help = "number of the frame, from 0",
		    .max = UINT64_MAX >> 1},
	[OF] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		.name = "PORTS", .help = "port, or stream, that sends it"},
	[PCAP] = {ARG_KEYWORD, .optional = true, .name = "--pcap",
		  .help = "store a capture instead"},
	[FILE_NAME] = {ARG_NAME, .optional = true, .name = "FILE",
		       .help = "file to write", .names = app_file_names},
	[COUNT_WORD] = {ARG_KEYWORD, .optional = true, .name = "count",
			.help = "store several frames"},
	[COUNT] = {ARG_INT, .optional = true, .name = "COUNT",
		   .help = "frames to store, from N on", .unset = "1", .min = 1,
		   .max = 1000000000},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* The first of those that are meant; more are named by mistake. */
static enum call_result take_one(struct call *c, int arg, struct subject *s)
{
	const struct app *app = call_app(c);
	const struct subjects *on = &c->v[arg].subjects;
	struct subject next;

	*s = (struct subject){0, 0};
	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	if (!config_next(app, on, s))
		return call_fail(c, E_RANGE, arg, "there is no such stream");
	next = (struct subject){s->port, s->stream + 1};
	if (c->v[arg].set && config_next(app, on, &next))
		return call_fail(c, E_RANGE, arg,
				 "'show %s' takes one port, or one stream",
				 c->form->args->name);
	return CALL_DONE;
}

static enum call_result run_frame(struct call *c)
{
	const bool stored = c->v[PCAP].set;
	struct subject s;

	if (c->v[COUNT_WORD].set && !stored)
		return call_fail(c, E_SYNTAX, COUNT_WORD,
				 "'count' needs '--pcap FILE'; type 'show "
				 "frame 0 --pcap f.pcap count 5'");
	if (!preview_goes_on(c, &s) && take_one(c, OF, &s) != CALL_DONE)
		return CALL_FAIL;
	if (stored)
		return preview_store(c, s, c->v[NUMBER].u, c->v[COUNT].u,
				     FILE_NAME);
	if (stream_is_fed(
		    pktgen_stream(&call_app(c)->pktgen, s.port, s.stream)))
		return call_fail(c, E_STATE, NUMBER,
				 "a frame that is fed is not known before it "
				 "is sent");
	preview_show(call_app(c), s, c->v[NUMBER].u, c->reply);
	return CALL_DONE;
}

/* What a stream is. */
enum { STREAM_WORD, STREAM_OF };

static const struct arg stream_args[] = {
	[STREAM_WORD] = {ARG_KEYWORD, .name = "stream",
			 .help = "explain a stream"},
	[STREAM_OF] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		       .name = "STREAM", .help = "port, or stream, to explain"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static enum call_result run_stream(struct call *c)
{
	struct subject s;

	if (take_one(c, STREAM_OF, &s) != CALL_DONE)
		return CALL_FAIL;
	explain_show(call_app(c), s, c->reply);
	return CALL_DONE;
}

const struct cmd cmd_show = {
	.name = "show",
	.brief = "sh",
	.group = GROUP_WATCHING,
	.summary = "Show all settings of ports",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{app_show_streams_args, run, "show the same"},
			{frame_args, run_frame,
			 "show a frame as it would be sent, or store several"},
			{stream_args, run_stream,
			 "explain a stream, with the commands that make it"},
			{0},
		},
	.notes = "'show files', 'show jobs', 'show ports', 'show stats' and "
		 "'show version' are the commands 'ls', 'jobs', 'port', "
		 "'stats' and 'version'; 'show run' is 'save'. A setting "
		 "without its value, such as 'rate' or 'size 0', shows it.",
	.examples =
		(const char *const[]){
			"show config", "show 0 config --json",
			"show 0.3 config", "show frame 0", "show frame 7 0",
			"show frame 0 0.3 --pcap out.pcap count 100",
			"show stream 0.3", NULL},
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
