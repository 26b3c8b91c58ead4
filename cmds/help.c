/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/app.h"
#include "shell/nearest.h"
#include "shell/usage.h"

enum { COMMAND };

/* What `help --json` remembers: how many commands are out. */
enum { NEXT };

static bool names(void *app, unsigned i, struct arg_name *name)
{
	const struct cmd *const *cmd =
		((struct app *)app)->session.env.commands;

	for (; *cmd; cmd++) {
		if ((*cmd)->hidden || i--)
			continue;
		snprintf(name->text, sizeof(name->text), "%s", (*cmd)->name);
		name->help = (*cmd)->summary;
		return true;
	}
	return false;
}

static const struct arg list_args[] = {ARG_JSON("reply as JSON"), {ARG_NONE}};

static const struct arg one_args[] = {
	[COMMAND] = {ARG_NAME, .name = "COMMAND",
		     .help = "the command to explain", .names = names},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static void show_args(struct reply *r, const struct cmd *cmd)
{
	reply_list(r, "arguments", REPLY_TABLE);
	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			char text[64], range[64];

			/* Once each, where several forms share one. */
			if (a->type == ARG_KEYWORD || cmd_arg_seen(cmd, f, a))
				continue;
			cmd_arg_usage(a, text, sizeof(text));
			cmd_arg_range(a, range, sizeof(range));
			reply_map(r, NULL, REPLY_TABLE);
			reply_text(r, "argument", text);
			reply_textf(r, "help", "%s%s%s", a->help,
				    range[0] ? ", " : "", range);
			reply_end(r);
		}
	}
	reply_end(r);
}

static void show_words(struct reply *r, const char *key,
		       const char *const *words)
{
	if (!words || !*words)
		return;
	reply_list(r, key, REPLY_TABLE);
	for (; *words; words++)
		reply_text(r, NULL, *words);
	reply_end(r);
}

static bool has_command(const struct call *c, const char *name)
{
	const struct cmd *const *cmd = c->session->env.commands;

	while (*cmd && strcmp((*cmd)->name, name) != 0)
		cmd++;
	return *cmd != NULL;
}

/* Examples and other commands, as far as the image has what they name. */
static void show_more(struct call *c, const struct cmd *cmd)
{
	reply_list(c->reply, "examples", REPLY_TABLE);
	for (const char *const *w = cmd->examples; *w; w++)
		if (OPTION(JSON) || !strstr(*w, "--json"))
			reply_text(c->reply, NULL, *w);
	reply_end(c->reply);
	if (!cmd->see)
		return;
	reply_list(c->reply, "see_also", REPLY_TABLE);
	for (const char *const *w = cmd->see; *w; w++)
		if (has_command(c, *w))
			reply_text(c->reply, NULL, *w);
	reply_end(c->reply);
}

/* Range and words of an argument, as numbers and a list. */
static void json_values(struct reply *r, const struct arg *a)
{
	if (a->max) {
		reply_u64(r, "min", a->min, NULL);
		reply_u64(r, "max", a->max, NULL);
	}
	if (a->unit || a->type == ARG_TIME)
		reply_text(r, "unit", a->unit ? a->unit : "ns");
	if (a->words)
		show_words(r, "words", a->words);
}

static void json_form(struct reply *r, const struct cmd *cmd,
		      const struct cmd_form *f)
{
	char usage[160];

	cmd_usage(cmd, f, usage, sizeof(usage));
	reply_map(r, NULL, REPLY_TABLE);
	reply_text(r, "usage", usage);
	reply_text(r, "does", f->help);
	reply_list(r, "arguments", REPLY_TABLE);
	for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
		reply_map(r, NULL, REPLY_TABLE);
		reply_text(r, "name", a->name);
		reply_text(r, "type", cmd_arg_type(a));
		reply_bool(r, "optional", a->optional);
		if (a->page)
			reply_bool(r, "page", true);
		json_values(r, a);
		reply_text(r, "help", a->help);
		reply_end(r);
	}
	reply_end(r);
	reply_end(r);
}

static void show_json(struct call *c, const struct cmd *cmd)
{
	struct reply *r = c->reply;

	reply_text(r, "command", cmd->name);
	reply_text(r, "summary", cmd->summary);
	reply_list(r, "forms", REPLY_TABLE);
	for (const struct cmd_form *f = cmd->forms; f->run; f++)
		json_form(r, cmd, f);
	reply_end(r);
	show_more(c, cmd);
}

/* All of them are more than a reply holds: a line each. */
static enum call_result next_json(struct call *c)
{
	const struct cmd *const *cmd = c->session->env.commands;

	cmd += c->state[NEXT];
	if (c->cancelled)
		return CALL_DONE;
	while (*cmd && (*cmd)->hidden)
		cmd++;
	if (*cmd)
		show_json(c, *cmd++);
	while (*cmd && (*cmd)->hidden)
		cmd++;
	c->state[NEXT] = (uint64_t)(cmd - c->session->env.commands);
	c->wake_ns = c->now_ns;
	return *cmd ? CALL_AGAIN : CALL_DONE;
}

static enum call_result run_list(struct call *c)
{
	const struct cmd *const *cmd = c->session->env.commands;

	if (OPTION(JSON) && c->json)
		return next_json(c);
	reply_list(c->reply, "commands", REPLY_TABLE);
	for (; *cmd; cmd++) {
		if ((*cmd)->hidden)
			continue;
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_text(c->reply, "command", (*cmd)->name);
		reply_text(c->reply, "summary", (*cmd)->summary);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

static void show_text(struct call *c, const struct cmd *cmd)
{
	struct reply *r = c->reply;

	reply_text(r, "command", cmd->name);
	reply_text(r, "summary", cmd->summary);
	reply_list(r, "usage", REPLY_TABLE);
	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		char usage[160];

		cmd_usage(cmd, f, usage, sizeof(usage));
		reply_map(r, NULL, REPLY_TABLE);
		reply_text(r, "usage", usage);
		reply_text(r, "does", f->help);
		reply_end(r);
	}
	reply_end(r);
	show_args(r, cmd);
	show_more(c, cmd);
}

static enum call_result unknown(struct call *c, const char *name)
{
	const char *near = nearest_command(c->session->env.commands, name);
	const struct cmd_hint *h = c->session->env.hints;

	for (; h && h->word; h++)
		if (!strcasecmp(h->word, name))
			return call_fail(c, E_UNKNOWN, COMMAND,
					 "no command '%s'; %s", name, h->hint);
	if (near)
		return call_fail(c, E_UNKNOWN, COMMAND,
				 "no command '%s'; did you mean '%s'?", name,
				 near);
	return call_fail(c, E_UNKNOWN, COMMAND,
			 "no command '%s'; 'help' lists them", name);
}

static enum call_result run_one(struct call *c)
{
	const struct cmd *const *cmd = c->session->env.commands;
	const char *name = c->v[COMMAND].text;

	while (*cmd && ((*cmd)->hidden || strcasecmp((*cmd)->name, name) != 0))
		cmd++;
	if (!*cmd)
		return unknown(c, name);
	if (OPTION(JSON) && c->json)
		show_json(c, *cmd);
	else
		show_text(c, *cmd);
	return CALL_DONE;
}

const struct cmd cmd_help = {
	.name = "help",
	.summary = "List the commands, or explain one",
	.forms =
		(const struct cmd_form[]){
			{list_args, run_list,
			 OPTION(JSON)
				 ? "list all commands; as JSON, one object "
				   "and line for each, with all that is "
				   "known of it"
				 : "list all commands"},
			{one_args, run_one,
			 "usage, arguments and examples of one"},
			{0},
		},
	.examples = (const char *const[]){"help", "help rate",
					  "help rate --json", NULL},
};
