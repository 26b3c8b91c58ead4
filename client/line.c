/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/line.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "client/batch.h"
#include "client/download.h"
#include "client/run.h"
#include "client/upload.h"
#include "client/wait.h"

#define WORDS_MAX 4
#define RECONNECT_MS 5000

struct local {
	const char *name, *usage, *help;
	unsigned min, max; /* words behind it */
	bool file;         /* the first of them is one of ours */
	enum status (*run)(struct client *c, char **words);
};

static const struct local locals[];

static enum status run_upload(struct client *c, char **words)
{
	return upload_file(c, words[0], words[1]);
}

static enum status run_download(struct client *c, char **words)
{
	return download_file(c, words[0], words[1]);
}

static enum status run_source(struct client *c, char **words)
{
	enum status status;

	if (c->sourcing) {
		ui_note(&c->ui, "a sourced file cannot source another");
		return STATUS_FAILED;
	}
	c->sourcing = true;
	status = batch_file(c, words[0], line_run);
	c->sourcing = false;
	return status;
}

static enum status run_record(struct client *c, char **words)
{
	if (!words[0] && !c->ui.record) {
		ui_note(&c->ui, "nothing is being recorded");
		return STATUS_OK;
	}
	if (c->ui.record)
		ui_note(&c->ui, "recording to '%s' has ended",
			c->ui.record_name);
	if (!ui_record_to(&c->ui, words[0])) {
		ui_note(&c->ui, "cannot write '%s': %s", words[0],
			strerror(errno));
		return STATUS_FAILED;
	}
	if (words[0])
		ui_note(&c->ui, "recording to '%s'", words[0]);
	return STATUS_OK;
}

static enum status run_reconnect(struct client *c, char **words)
{
	(void)words;
	if (c->conn.state != CONN_DOWN)
		conn_lost(&c->conn);
	c->conn.was_up = true;
	conn_start(&c->conn);
	if (wait_up(c, RECONNECT_MS))
		return STATUS_OK;
	ui_note(&c->ui, "no connection%s%s", *c->link.why ? ": " : "",
		c->link.why);
	return STATUS_UNREACHABLE;
}

static enum status run_quit(struct client *c, char **words)
{
	(void)words;
	c->done = true;
	return STATUS_OK;
}

static enum status run_help(struct client *c, char **words)
{
	char text[160];

	(void)words;
	for (const struct local *l = locals; l->name; l++) {
		int n = snprintf(text, sizeof(text), "%-24s %s", l->usage,
				 l->help);

		ui_reply(&c->ui, text, (size_t)n);
	}
	return STATUS_OK;
}

static const struct local locals[] = {
	{".upload", ".upload FILE [NAME]",
	 "send a file; after a break it goes on where it stopped", 1, 2, true,
	 run_upload},
	{".download", ".download NAME [FILE]",
	 "fetch a file; after a break it goes on where it stopped", 1, 2, false,
	 run_download},
	{".source", ".source FILE",
	 "run the lines of a file here until one fails", 1, 1, true,
	 run_source},
	{".record", ".record [FILE]",
	 "write what is shown to FILE, too; without FILE, stop", 0, 1, true,
	 run_record},
	{".reconnect", ".reconnect", "connect anew", 0, 0, false,
	 run_reconnect},
	{".help", ".help", "this list; 'help' is the appliance's", 0, 0, false,
	 run_help},
	{".quit", ".quit", "leave; the appliance goes on", 0, 0, false,
	 run_quit},
	{0},
};

/* Cuts `text` into words, with quotes where blanks belong to one. */
static unsigned split(char *text, char **words)
{
	unsigned n = 0;

	for (;;) {
		char stop = ' ';

		text += strspn(text, " \t");
		if (!*text || n > WORDS_MAX)
			return n;
		if (*text == '"')
			stop = *text++;
		if (n < WORDS_MAX)
			words[n] = text;
		n++;
		text += strcspn(text, stop == '"' ? "\"" : " \t");
		if (*text)
			*text++ = '\0';
	}
}

static enum status misused(struct client *c, const char *file, unsigned row,
			   const char *fmt, const char *arg)
{
	char text[300], place[100] = "";

	if (file)
		snprintf(place, sizeof(place), "%.80s:%u:1: ", file, row);
	snprintf(text, sizeof(text), fmt, place, arg);
	ui_error(&c->ui, text);
	return STATUS_FAILED;
}

static enum status run_local(struct client *c, const char *text,
			     const char *file, unsigned row)
{
	char *copy = strdup(text), *words[WORDS_MAX + 1] = {0};
	enum status status;
	unsigned n;

	if (!copy)
		abort();
	n = split(copy, words);
	for (const struct local *l = locals; l->name; l++) {
		if (strcmp(l->name, words[0]) != 0)
			continue;
		if (n - 1 < l->min || n - 1 > l->max)
			status = misused(c, file, row, "%sthe form is %s",
					 l->usage);
		else
			status = l->run(c, words + 1);
		free(copy);
		return status;
	}
	status = misused(c, file, row,
			 "%sno local word '%.40s'; '.help' lists them",
			 words[0]);
	free(copy);
	return status;
}

enum status line_run(struct client *c, const char *text, const char *file,
		     unsigned row)
{
	const char *word = text + strspn(text, " \t");

	if (*word == '.')
		return run_local(c, word, file, row);
	return run_commands(c, text, file, row);
}

static void complete_file(const char *word, struct candidates *list)
{
	char pattern[CANDIDATE_TEXT * 2], *out = pattern;
	glob_t found;

	for (; *word && out < pattern + sizeof(pattern) - 4; word++) {
		if (strchr("*?[\\", *word))
			*out++ = '\\';
		*out++ = *word;
	}
	strcpy(out, "*");
	if (glob(pattern, GLOB_MARK | GLOB_TILDE_CHECK, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			candidates_add(list, found.gl_pathv[i], "");
	globfree(&found);
}

static void complete_local(const char *line, struct candidates *list)
{
	const char *word = line + strspn(line, " \t");
	size_t len = strcspn(word, " \t");
	const char *rest = word + len + strspn(word + len, " \t");

	list->start = (size_t)(word - line);
	for (const struct local *l = locals; l->name; l++) {
		if (!word[len] && !strncmp(l->name, word, len))
			candidates_add(list, l->name, l->help);
		if (word[len] && l->file && strlen(l->name) == len &&
		    !strncmp(l->name, word, len) &&
		    !rest[strcspn(rest, " \t")]) {
			list->start = (size_t)(rest - line);
			complete_file(rest, list);
		}
	}
}

bool line_complete(struct client *c, const char *line, bool next,
		   struct candidates *list)
{
	if (line[strspn(line, " \t")] != '.')
		return complete_ask(c, line, next, list);
	memset(list, 0, sizeof(*list));
	complete_local(line, list);
	return true;
}
