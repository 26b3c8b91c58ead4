/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/manual.h"

#include <stdio.h>
#include <string.h>

#include "shell/edit.h"
#include "shell/usage.h"

#define INDENT 4
#define GAP 2
/* Columns that text needs beside what it explains; else it goes below. */
#define TEXT_MIN 24
/* The widest word that has its text beside it. */
#define LEFT_MAX 20
#define TEXT_MAX CMD_USAGE_MAX

/* ---- Lines --------------------------------------------------------------- */

static unsigned width_of(const struct manual *m)
{
	if (!m->width)
		return EDIT_WIDTH;
	return m->width < MANUAL_WIDTH_MAX ? m->width : MANUAL_WIDTH_MAX;
}

static void end_line(struct manual *m)
{
	m->text[m->used] = '\0';
	m->line(m->arg, m->text);
	m->used = 0;
}

static void put(struct manual *m, const char *text, size_t len)
{
	const size_t room = sizeof(m->text) - 1 - m->used;

	len = len < room ? len : room;
	memcpy(m->text + m->used, text, len);
	m->used += (unsigned)len;
}

static void pad(struct manual *m, unsigned column)
{
	while (m->used < column)
		put(m, " ", 1);
}

/* Words from column `first` on; what goes on below starts in `column`. */
static void flow(struct manual *m, unsigned first, unsigned column,
		 const char *text)
{
	bool begun = false;

	pad(m, first);
	while (*text) {
		const size_t len = strcspn(text, " ");

		if (begun && m->used + 1 + len > width_of(m)) {
			end_line(m);
			pad(m, column);
		} else if (begun) {
			put(m, " ", 1);
		}
		put(m, text, len);
		begun = true;
		text += len;
		text += strspn(text, " ");
	}
}

static void paragraph(struct manual *m, unsigned column, const char *text)
{
	flow(m, column, column, text);
	end_line(m);
}

/* A word, and beside or below it what it means. */
static void row(struct manual *m, unsigned indent, unsigned left,
		const char *word, const char *text)
{
	unsigned column = indent + left + GAP;

	if (column + TEXT_MIN > width_of(m))
		column = indent + GAP;
	pad(m, indent);
	put(m, word, strlen(word));
	if (m->used + GAP > column)
		end_line(m);
	paragraph(m, column, text);
}

/* ---- A command ----------------------------------------------------------- */

static void put_forms(struct manual *m, const struct cmd *cmd)
{
	const bool several = cmd->forms[0].run && cmd->forms[1].run;
	char text[TEXT_MAX];

	if (several) {
		snprintf(text, sizeof(text), "%s.", cmd->summary);
		paragraph(m, 0, text);
		end_line(m);
	}
	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		cmd_usage(cmd, f, text, sizeof(text));
		flow(m, 0, 2 * INDENT, text);
		end_line(m);
		if (!several)
			continue;
		snprintf(text, sizeof(text), "%s", cmd_form_help(cmd, f));
		if (text[0] >= 'A' && text[0] <= 'Z')
			text[0] += 'a' - 'A';
		paragraph(m, INDENT, text);
	}
	if (several)
		return;
	snprintf(text, sizeof(text), "%s.", cmd->summary);
	paragraph(m, INDENT, text);
	if (cmd->forms[0].help)
		paragraph(m, INDENT, cmd->forms[0].help);
}

/* Calls `fn` for each argument and each word of one, once each. */
static void each_argument(struct manual *m, const struct cmd *cmd, void *arg,
			  void (*fn)(struct manual *m, void *arg,
				     const char *word, const char *help))
{
	for (const struct cmd_form *f = cmd->forms; f->run; f++)
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			char word[64], help[TEXT_MAX];
			struct arg bare = *a;
			const char *unset = cmd_arg_default(a);

			if (a->type == ARG_KEYWORD || cmd_arg_seen(cmd, f, a))
				continue;
			bare.optional = bare.repeated = false;
			bare.words = NULL;
			if (a->type != ARG_ENUM) {
				cmd_arg_usage(&bare, word, sizeof(word));
				cmd_arg_help(a, help, sizeof(help));
				fn(m, arg, word, help);
			}
			for (const struct arg_word *w = arg_words(a);
			     w && w->name; w++) {
				snprintf(help, sizeof(help), "%s%s", w->help,
					 a->type == ARG_ENUM && unset &&
							 !strcmp(unset, w->name)
						 ? " (default)"
						 : "");
				fn(m, arg, w->name, help);
			}
		}
}

static void measure(struct manual *m, void *arg, const char *word,
		    const char *help)
{
	unsigned *left = arg;
	const unsigned len = (unsigned)strlen(word);

	(void)m;
	(void)help;
	if (len > *left && len <= LEFT_MAX)
		*left = len;
}

static void put_argument(struct manual *m, void *arg, const char *word,
			 const char *help)
{
	unsigned *left = arg;

	row(m, INDENT, *left, word, help);
}

static void put_arguments(struct manual *m, const struct cmd *cmd)
{
	unsigned left = 0;

	each_argument(m, cmd, &left, measure);
	if (!left)
		return;
	end_line(m);
	each_argument(m, cmd, &left, put_argument);
}

static bool is_there(const struct cmd *const *commands, const char *name)
{
	while (*commands && strcmp((*commands)->name, name) != 0)
		commands++;
	return *commands != NULL;
}

/* One below the other, as each may be typed as it stands. */
static void put_examples(struct manual *m, const struct cmd *cmd)
{
	static const char head[] = "Examples: ";
	const char *before = head;

	for (const char *const *e = cmd->examples; *e; e++) {
		if (!OPTION(JSON) && strstr(*e, "--json"))
			continue;
		put(m, before, strlen(before));
		paragraph(m, sizeof(head) - 1, *e);
		before = "";
	}
}

static void put_see(struct manual *m, const struct cmd *const *commands,
		    const struct cmd *cmd)
{
	char text[TEXT_MAX] = "See also: ";
	size_t n = strlen(text);
	const char *between = "";

	for (const char *const *s = cmd->see; s && *s && n < sizeof(text);
	     s++) {
		if (!is_there(commands, *s))
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
				      between, *s);
		between = ", ";
	}
	if (*between)
		paragraph(m, 0, text);
}

void manual_command(struct manual *m, const struct cmd *const *commands,
		    const struct cmd *cmd)
{
	m->used = 0;
	put_forms(m, cmd);
	put_arguments(m, cmd);
	if (cmd->notes) {
		end_line(m);
		paragraph(m, INDENT, cmd->notes);
	}
	end_line(m);
	put_examples(m, cmd);
	put_see(m, commands, cmd);
}

/* ---- All of them --------------------------------------------------------- */

static void put_group(struct manual *m, const struct cmd *const *commands,
		      enum cmd_group group, unsigned left)
{
	bool head = false;

	for (const struct cmd *const *c = commands; *c; c++) {
		char name[32];

		if ((*c)->group != group || (*c)->hidden)
			continue;
		if (!head) {
			snprintf(name, sizeof(name),
				 "%s:", cmd_group_name(group));
			name[0] -= 'a' - 'A';
			paragraph(m, 0, name);
		}
		head = true;
		row(m, INDENT, left, (*c)->name, (*c)->summary);
	}
}

void manual_list(struct manual *m, const struct cmd *const *commands,
		 enum cmd_group only)
{
	unsigned left = 0;

	m->used = 0;
	for (const struct cmd *const *c = commands; *c; c++)
		if (!(*c)->hidden)
			measure(m, &left, (*c)->name, "");
	for (enum cmd_group g = GROUP_NONE; g < CMD_GROUPS; g++)
		if (only == GROUP_NONE || g == only)
			put_group(m, commands, g, left);
}
