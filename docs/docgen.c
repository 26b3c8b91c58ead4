/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Prints docs made from the compiled tables: `docgen commands` is the page of
 * all commands, `docgen table` the README's table, `docgen stats` the counters,
 * `docgen errors` the error codes.
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

static void put_usage(const struct cmd *cmd, const struct cmd_form *f)
{
	char usage[160];

	cmd_usage(cmd, f, usage, sizeof(usage));
	printf("`");
	put_cell(usage);
	printf("`");
}

static void put_arguments(const struct cmd *cmd)
{
	bool head = false;

	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			char usage[64], range[64];

			if (a->type == ARG_KEYWORD || cmd_arg_seen(cmd, f, a))
				continue;
			if (!head)
				printf("\n| argument | takes |\n| --- | --- "
				       "|\n");
			head = true;
			cmd_arg_usage(a, usage, sizeof(usage));
			cmd_arg_range(a, range, sizeof(range));
			printf("| `");
			put_cell(usage);
			printf("` | ");
			put_cell(a->help);
			printf("%s%s |\n", range[0] ? ", " : "", range);
		}
	}
}

static void put_command(const struct cmd *cmd)
{
	printf("\n## %s\n\n%s.\n\n| form | does |\n| --- | --- |\n", cmd->name,
	       cmd->summary);
	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		printf("| ");
		put_usage(cmd, f);
		printf(" | ");
		put_cell(f->help);
		printf(" |\n");
	}
	put_arguments(cmd);
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

static void put_commands(void)
{
	printf("# Commands\n\nGenerated from the command table by `make docs`; "
	       "CI fails when it differs.\n\nPORTS is `0`, `0,2-3` or `all`; "
	       "left out, it is the selection that `port PORTS`\nmakes, at "
	       "first all. What is set of a stream also takes `0.0`, stream 0 "
	       "of port 0, the\nonly one that a port has, and `0.all`: see "
	       "[protocol.md](protocol.md).\n\nNumbers take units: `10mpps`, "
	       "`2.5kpps`, `500mbps` (layer 2), `1gbpsl1` (layer 1),\n`25%%`, "
	       "`max`; `10s`, `250us`, `5m`; `64`, `1k`. The case of words "
	       "and units does not\nmatter.\n");
	for (unsigned i = 0; cmd_table[i]; i++)
		if (!cmd_table[i]->hidden)
			put_command(cmd_table[i]);
}

static void put_table(void)
{
	printf("| command | does |\n| --- | --- |\n");
	for (unsigned i = 0; cmd_table[i]; i++) {
		const struct cmd *cmd = cmd_table[i];

		for (const struct cmd_form *f = cmd->forms;
		     f->run && !cmd->hidden; f++) {
			printf("| ");
			put_usage(cmd, f);
			printf(" | ");
			put_cell(f->help);
			printf(" |\n");
		}
	}
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
	       "- That all has arrived is told by the counts: since the last "
	       "rest a port has received\n  as many frames as another has "
	       "sent. Where that does not come to be so, for loss or\n  "
	       "frames from elsewhere, the wait ends 100 ms after the device "
	       "has given back the\n  last frame: after 900 ms for a port "
	       "whose frames came back the last time, after\n  10 ms for one "
	       "whose did not. A device gets a second to give them back.\n"
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
	else
		return 2;
	return 0;
}
