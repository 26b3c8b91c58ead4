/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints docs made from the compiled tables: `docgen commands` is the page of
 * all commands, `docgen table` the README's table, `docgen stats` the counters,
 * `docgen errors` the error codes, `docgen texts` what tools/prose judges.
 */
#include <stdio.h>
#include <string.h>

#include "shell/cmd.h"
#include "shell/usage.h"
#include "stats/stats.h"

/* A '|' would end a table's cell. */
static void put_cell(const char *text)
{
	for (; *text; text++)
		printf(*text == '|' ? "\\|" : "%c", *text);
}

static void put_row(const char *word, const char *text)
{
	printf("| `");
	put_cell(word);
	printf("` | ");
	put_cell(text);
	printf(" |\n");
}

/* An argument, and each word of an enumeration in its place. */
static void put_argument(const struct arg *a)
{
	const char *unset = cmd_arg_default(a);
	char text[256];
	struct arg bare = *a;

	if (a->type != ARG_ENUM) {
		char usage[64];

		bare.words = NULL;
		cmd_arg_usage(&bare, usage, sizeof(usage));
		cmd_arg_help(a, text, sizeof(text));
		put_row(usage, text);
	}
	for (const struct arg_word *w = arg_words(a); w && w->name; w++) {
		const bool is_unset = unset && !strcmp(unset, w->name);

		snprintf(text, sizeof(text), "%s%s", w->help,
			 a->type == ARG_ENUM && is_unset ? " (default)" : "");
		put_row(w->name, text);
	}
}

static void put_arguments(const struct cmd *cmd)
{
	bool head = false;

	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			if (a->type == ARG_KEYWORD || cmd_arg_seen(cmd, f, a))
				continue;
			if (!head)
				printf("\n| argument | meaning |\n"
				       "| --- | --- |\n");
			head = true;
			put_argument(a);
		}
	}
}

/* A line each, with what it does where that is not what the summary says. */
static void put_forms(const struct cmd *cmd)
{
	char usage[CMD_USAGE_MAX];

	if (!cmd->forms[1].run && !cmd->forms[0].help) {
		cmd_usage(cmd, &cmd->forms[0], usage, sizeof(usage));
		printf("\n    %s\n", usage);
		return;
	}
	printf("\n| form | does |\n| --- | --- |\n");
	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		cmd_usage(cmd, f, usage, sizeof(usage));
		put_row(usage, cmd_form_help(cmd, f));
	}
}

static void put_command(const struct cmd *cmd)
{
	printf("\n### %s\n\n%s.\n", cmd->name, cmd->summary);
	put_forms(cmd);
	put_arguments(cmd);
	if (cmd->notes)
		printf("\n%s\n", cmd->notes);
	if (cmd->examples) {
		printf("\nExamples:\n\n");
		for (const char *const *e = cmd->examples; *e; e++)
			printf("    %s\n", *e);
	}
	if (cmd->see) {
		printf("\nSee also:");
		for (const char *const *s = cmd->see; *s; s++)
			printf("%s [%s](#%s)", s == cmd->see ? "" : ",", *s,
			       *s);
		printf(".\n");
	}
}

/* Calls `fn` for each command that is shown, by group. */
static void each_command(void (*head)(const char *group),
			 void (*fn)(const struct cmd *cmd))
{
	for (enum cmd_group g = GROUP_NONE + 1; g < CMD_GROUPS; g++) {
		head(cmd_group_name(g));
		for (unsigned i = 0; cmd_table[i]; i++)
			if (!cmd_table[i]->hidden && cmd_table[i]->group == g)
				fn(cmd_table[i]);
	}
}

static void put_heading(const char *group)
{
	printf("\n## %c%s\n", group[0] - 'a' + 'A', group + 1);
}

static void put_commands(void)
{
	printf("# Commands\n\nGenerated from the command table by `make docs`; "
	       "CI fails when it differs. `help COMMAND`\nshows the same at "
	       "the prompt.\n\nPORTS is `0`, `0,2-3` or `all`; "
	       "without it, a command uses the ports that `port PORTS`\n"
	       "selected, at first all. Settings of a stream also take `0.3`, "
	       "stream 3 of port 0, and\n`0.all`, all streams of port 0: see "
	       "[streams.md](streams.md).\n\n"
	       "Numbers take units: `10mpps`, `2.5kpps`, `500mbps` (layer 2), "
	       "`1gbpsl1` (layer 1),\n`25%%`, `max`; `10s`, `250us`, `5m`; "
	       "`64`, `1k`. The case of words and units does not\nmatter.\n");
	each_command(put_heading, put_command);
}

static void put_group_row(const char *group)
{
	printf("| **%s** | |\n", group);
}

static void put_command_row(const struct cmd *cmd)
{
	printf("| [`%s`](docs/commands.md#%s) | ", cmd->name, cmd->name);
	put_cell(cmd->summary);
	printf(" |\n");
}

static void put_table(void)
{
	printf("| command | does |\n| --- | --- |\n");
	each_command(put_group_row, put_command_row);
}

/* ---- What tools/prose judges: kind, place and text, by tabs -------------- */

static void put_text(const char *kind, const char *place, const char *text)
{
	if (text)
		printf("%s\t%s\t%s\n", kind, place, text);
}

static void put_texts_of(const struct cmd *cmd)
{
	put_text("summary", cmd->name, cmd->summary);
	put_text("notes", cmd->name, cmd->notes);
	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		put_text("form", cmd->name, f->help);
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			put_text("argument", cmd->name, a->help);
			for (const struct arg_word *w = arg_words(a);
			     w && w->name; w++)
				put_text("word", cmd->name, w->help);
		}
	}
}

static void put_texts(void)
{
	for (unsigned i = 0; cmd_table[i]; i++)
		put_texts_of(cmd_table[i]);
	for (size_t i = 0; i < stats_nb_fields; i++)
		put_text("argument", stats_fields[i].name,
			 stats_fields[i].help);
	for (int e = E_OK + 1; e < SHELL_ERR_COUNT; e++)
		put_text("argument", shell_err_name(e), shell_err_text(e));
}

static void put_stats(void)
{
	printf("# Counters\n\nGenerated from the list of fields by `make "
	       "docs`. `stats --json` holds them as\n`ports[].GROUP.NAME`; "
	       "`stats clear` makes them count from zero again.\n\n"
	       "| counter | counts |\n| --- | --- |\n");
	for (size_t i = 0; i < stats_nb_fields; i++)
		printf("| `%s.%s` | %s |\n", stats_fields[i].group,
		       stats_fields[i].name, stats_fields[i].help);
	printf("\nBeside them stand `rate` (packets per second) and `l1` "
	       "(Mbit/s on layer 1) of the last\nwhole second. `stats every` "
	       "gives those of an interval: its JSON has the `time` since\n"
	       "the command began and the `span` that a line is of, both in "
	       "seconds. An interval\nthat was missed, because the host "
	       "stopped or nobody read, is not made up: one line\nhas the "
	       "longer span.\n");
	printf("\n## Counts that are compared\n\n"
	       "`expect 1 rx.packets = 0:tx.packets` compares what two ports "
	       "counted since the\nlast `stats clear`, so both must count the "
	       "same frames. Under traffic `stats clear`\ntherefore holds back "
	       "the ports that send, waits until what they sent has arrived,\n"
	       "lets all ports count from zero at that moment, and lets them "
	       "go on.\n\n"
	       "- The traffic pauses for a millisecond or so where the frames "
	       "come back to a port of\n  the appliance. The schedule goes on "
	       "after the pause: no frame is late, skipped or\n  made up for, "
	       "and a run `for TIME` takes as much longer.\n"
	       "- All has arrived once a port has received, since the last "
	       "rest, as many frames as\n  another has sent. If that does "
	       "not happen, because of loss or of\n  frames from elsewhere, "
	       "the wait ends 100 ms after the device has given back the\n  "
	       "last frame. For a port whose frames came back the last time "
	       "it ends after 900 ms,\n  for one whose frames did not after "
	       "10 ms. A device gets a second to give them back.\n"
	       "- While no port sends and nothing is under way, it takes no "
	       "time. A port that `bench`\n  is at work on is not held "
	       "back.\n\n"
	       "`stop`, `wait idle` and the notice `done` wait for the same: a "
	       "port is `draining` until\nwhat it sent has arrived, and idle "
	       "from then on. Frames that another appliance\nsends here are "
	       "not waited for: clear the receiver before the sender starts, "
	       "and let\nit `wait` for the count.\n");
}

static void put_errors(void)
{
	printf("| code | means |\n| --- | --- |\n");
	for (int e = E_OK + 1; e < SHELL_ERR_COUNT; e++)
		printf("| `%s` | %s |\n", shell_err_name(e), shell_err_text(e));
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (!strcmp(what, "commands"))
		put_commands();
	else if (!strcmp(what, "table"))
		put_table();
	else if (!strcmp(what, "stats"))
		put_stats();
	else if (!strcmp(what, "errors"))
		put_errors();
	else if (!strcmp(what, "texts"))
		put_texts();
	else
		return 2;
	return 0;
}
