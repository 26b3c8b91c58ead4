/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { WHEN };

/* By the values of enum session_color. */
static const struct arg_word when[] = {
	{"auto", "show colours once the terminal has answered"},
	{"on", "show colours always"},
	{"off", "show no colours"},
	{NULL},
};

static const struct arg set_args[] = {
	[WHEN] = {ARG_ENUM, .name = "WHEN", .words = when,
		  .help = "when to show colours"},
	{ARG_NONE},
};

static enum call_result run_show(struct call *c)
{
	const struct session *s = c->session;
	bool shown = s->out.color;

	if (c->runner->typed)
		shown = s->color == COLOR_ON ||
			(s->color == COLOR_AUTO && c->runner->typed_color);
	reply_text(c->reply, "color", when[s->color].name);
	reply_bool(c->reply, "shown", shown);
	return CALL_DONE;
}

static enum call_result run_set(struct call *c)
{
	session_set_color(c->session, (enum session_color)c->v[WHEN].u);
	/* A client has a terminal of its own. */
	if (c->runner != c->session->person)
		session_event(c->session, c->now_ns, "color %s",
			      when[c->v[WHEN].u].name);
	return CALL_DONE;
}

const struct cmd cmd_color = {
	.name = "color",
	.group = GROUP_CONSOLE,
	.summary = "Turn colours on or off",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run_show, "show the setting"},
			{set_args, run_set,
			 "set it for this console; programs never get colours"},
			{0},
		},
	.examples = (const char *const[]){"color", "color off", NULL},
};
