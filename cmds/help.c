/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/app.h"
#include "shell/manual.h"
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
		     .help = "a command, or a group of them such as 'traffic'",
		     .names = names},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static void show_words(struct reply *r, const struct arg_word *w)
{
	reply_list(r, "words", REPLY_TABLE);
	for (; w->name; w++) {
		reply_map(r, NULL, REPLY_TABLE);
		reply_text(r, "word", w->name);
		reply_text(r, "help", w->help);
		reply_end(r);
	}
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
		if ((OPTION(JSON) || !strstr(*w, "--json")) &&
		    (OPTION(STREAMS) || !strstr(*w, "--dry-run")))
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

/* Range, default and words of an argument, as numbers and a list. */
static void json_values(struct reply *r, const struct arg *a)
{
	if (a->max) {
		reply_u64(r, "min", a->min, NULL);
		reply_u64(r, "max", a->max, NULL);
	}
	if (arg_unit(a) || a->type == ARG_TIME)
		reply_text(r, "unit", arg_unit(a) ? arg_unit(a) : "ns");
	if (cmd_arg_default(a))
		reply_text(r, "default", cmd_arg_default(a));
	if (arg_words(a))
		show_words(r, a->words);
}

static void json_form(struct reply *r, const struct cmd *cmd,
		      const struct cmd_form *f)
{
	char usage[CMD_USAGE_MAX];

	cmd_usage(cmd, f, usage, sizeof(usage));
	reply_map(r, NULL, REPLY_TABLE);
	reply_text(r, "usage", usage);
	reply_text(r, "does", cmd_form_help(cmd, f));
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
	reply_text(r, "group", cmd_group_name(cmd->group));
	reply_text(r, "summary", cmd->summary);
	if (cmd->notes)
		reply_text(r, "notes", cmd->notes);
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

/* ---- To people ----------------------------------------------------------- */

static void add_line(void *arg, const char *text)
{
	reply_text(arg, NULL, text);
}

/* Opens a list of lines; ended by reply_end(). */
static struct manual begin_lines(const struct call *c)
{
	reply_list(c->reply, "lines", REPLY_TABLE);
	return (struct manual){.line = add_line,
			       .arg = c->reply,
			       .width = runner_width(c->runner)};
}

static enum call_result run_list(struct call *c)
{
	struct manual m;

	if (OPTION(JSON) && c->json)
		return next_json(c);
	m = begin_lines(c);
	manual_list(&m, c->session->env.commands, GROUP_NONE);
	add_line(c->reply, "");
	add_line(c->reply, "To begin: 'rate 10kpps', 'start', 'stats', 'stop'; "
			   "'help traffic' lists a group.");
	add_line(c->reply, "'help COMMAND' explains one; '?' and Tab show what "
			   "may come next.");
	reply_end(c->reply);
	return CALL_DONE;
}

static enum cmd_group find_group(const char *name)
{
	enum cmd_group g = GROUP_NONE + 1;

	while (g < CMD_GROUPS && strcasecmp(cmd_group_name(g), name) != 0)
		g++;
	return g < CMD_GROUPS ? g : GROUP_NONE;
}

static enum call_result run_group(struct call *c, enum cmd_group group)
{
	struct manual m = begin_lines(c);

	manual_list(&m, c->session->env.commands, group);
	reply_end(c->reply);
	return CALL_DONE;
}

static void show_text(struct call *c, const struct cmd *cmd)
{
	struct manual m = begin_lines(c);

	manual_command(&m, c->session->env.commands, cmd);
	reply_end(c->reply);
}

static enum call_result unknown(struct call *c, const char *name)
{
	const char *near = nearest_command(c->session->env.commands, name);
	const char *hint = nearest_hint(c->session->env.hints, NULL, name);

	if (hint)
		return call_fail(c, E_UNKNOWN, COMMAND, "no command '%s'; %s",
				 name, hint);
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
	const enum cmd_group group = find_group(name);

	while (*cmd && ((*cmd)->hidden || strcasecmp((*cmd)->name, name) != 0))
		cmd++;
	if (!*cmd && group && !c->json)
		return run_group(c, group);
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
	.group = GROUP_CONSOLE,
	.summary = "List the commands, or explain one",
	.forms =
		(const struct cmd_form[]){
			{list_args, run_list, "list all commands by group"},
			{one_args, run_one,
			 "explain a command, or list a group of commands"},
			{0},
		},
	.notes = OPTION(JSON) ? "As JSON, 'help' is one object a line for "
				"each command, with its forms, arguments, "
				"ranges, defaults and words."
			      : NULL,
	.examples = (const char *const[]){"help", "help rate", "help traffic",
					  "help rate --json", NULL},
};
