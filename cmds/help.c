/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app.h"
#include "shell/usage.h"

enum { COMMAND };

static const struct arg list_args[] = {{ARG_NONE}};

static const struct arg one_args[] = {
	[COMMAND] = {ARG_NAME, .name = "COMMAND",
		     .help = "the command to explain"},
	{ARG_NONE},
};

static enum call_result run_list(struct call *c)
{
	const struct cmd *const *cmd = c->session->env.commands;

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

static enum call_result run_one(struct call *c)
{
	const struct cmd *const *cmd = c->session->env.commands;
	const char *name = c->v[COMMAND].text;

	while (*cmd && ((*cmd)->hidden || strcmp((*cmd)->name, name) != 0))
		cmd++;
	if (!*cmd)
		return call_fail(c, E_UNKNOWN, COMMAND,
				 "no command '%s'; 'help' lists them", name);
	reply_text(c->reply, "command", (*cmd)->name);
	reply_text(c->reply, "summary", (*cmd)->summary);
	reply_list(c->reply, "usage", REPLY_TABLE);
	for (const struct cmd_form *f = (*cmd)->forms; f->run; f++) {
		char usage[160];

		cmd_usage(*cmd, f, usage, sizeof(usage));
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_text(c->reply, "usage", usage);
		reply_text(c->reply, "does", f->help);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	show_args(c->reply, *cmd);
	show_words(c->reply, "examples", (*cmd)->examples);
	show_words(c->reply, "see_also", (*cmd)->see);
	return CALL_DONE;
}

const struct cmd cmd_help = {
	.name = "help",
	.summary = "List the commands, or explain one",
	.forms =
		(const struct cmd_form[]){
			{list_args, run_list, "list all commands"},
			{one_args, run_one,
			 "usage, arguments and examples of one"},
			{0},
		},
	.examples = (const char *const[]){"help", "help rate", NULL},
};
