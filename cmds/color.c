/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { WHEN };

/* By the values of enum session_color. */
static const char *const when[] = {"auto", "on", "off", NULL};

static const struct arg show_args[] = {
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg set_args[] = {
	[WHEN] = {ARG_ENUM, .name = "WHEN", .words = when,
		  .help = "auto: once the terminal has answered"},
	{ARG_NONE},
};

static enum call_result run_show(struct call *c)
{
	const struct session *s = c->session;
	bool shown = s->out.color;

	if (c->runner->typed)
		shown = s->color == COLOR_ON ||
			(s->color == COLOR_AUTO && c->runner->typed_color);
	reply_text(c->reply, "color", when[s->color]);
	reply_bool(c->reply, "shown", shown);
	return CALL_DONE;
}

static enum call_result run_set(struct call *c)
{
	session_set_color(c->session, (enum session_color)c->v[WHEN].u);
	/* A client has a terminal of its own. */
	if (c->runner != c->session->person)
		session_event(c->session, c->now_ns, "color %s",
			      when[c->v[WHEN].u]);
	return CALL_DONE;
}

const struct cmd cmd_color = {
	.name = "color",
	.summary = "Show bold and coloured text to people, or do not",
	.forms =
		(const struct cmd_form[]){
			{show_args, run_show, "say whether it is shown"},
			{set_args, run_set,
			 "set it for this console; programs never see any"},
			{0},
		},
	.examples = (const char *const[]){"color", "color off", NULL},
};
