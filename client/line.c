/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/line.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "client/batch.h"
#include "client/capture.h"
#include "client/download.h"
#include "client/feed.h"
#include "client/run.h"
#include "client/upload.h"
#include "client/wait.h"

#define WORDS_MAX (CAPTURE_WORDS_MAX + 1)
#define RECONNECT_MS 5000

struct local {
	const char *name, *usage, *help;
	unsigned min, max; /* words after it */
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
	static const char force[] = "--force";
	const char *file[2] = {NULL, NULL};
	bool forced = false;
	unsigned n = 0;

	for (unsigned i = 0; i < 3 && words[i]; i++) {
		if (!strcmp(words[i], force))
			forced = true;
		else if (n < 2)
			file[n++] = words[i];
		else
			n = 3;
	}
	if (n < 1 || n > 2) {
		ui_error(&c->ui, "the form is .download NAME [FILE] [--force]");
		return STATUS_FAILED;
	}
	return download_file(c, file[0], file[1], forced);
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

static void tell_recorded(struct ui *ui)
{
	ui_note(ui, "recording ended: %ld bytes in '%s'", ftell(ui->record),
		ui->record_name);
}

static enum status run_record(struct client *c, char **words)
{
	if (!words[0] && !c->ui.record) {
		ui_note(&c->ui, "nothing is being recorded");
		return STATUS_OK;
	}
	if (c->ui.record)
		tell_recorded(&c->ui);
	if (!ui_record_to(&c->ui, words[0])) {
		ui_note(&c->ui, "cannot write '%s': %s", words[0],
			strerror(errno));
		return STATUS_FAILED;
	}
	if (words[0])
		ui_note(&c->ui, "recording to '%s'; '.record' ends it",
			words[0]);
	return STATUS_OK;
}

static enum status run_keep(struct client *c, char **words)
{
	if (!strcmp(words[0], "on") || !strcmp(words[0], "off")) {
		c->keep.off = !strcmp(words[0], "off");
		c->keep.runs &= !c->keep.off;
		return STATUS_OK;
	}
	ui_note(&c->ui, "'.keep' takes on or off, not '%s'", words[0]);
	return STATUS_FAILED;
}

static enum status run_reconnect(struct client *c, char **words)
{
	(void)words;
	c->conn.again = true;
	if (c->conn.state != CONN_DOWN)
		conn_lost(&c->conn);
	c->conn.again = false;
	c->conn.was_up = true;
	conn_start(&c->conn);
	if (wait_up(c, RECONNECT_MS))
		return STATUS_OK;
	ui_note(&c->ui, "cannot connect to '%s'%s%s", c->conn.name,
		*c->link.why ? ": " : "", c->link.why);
	return STATUS_UNREACHABLE;
}

static enum status run_leave(struct client *c, char **words)
{
	(void)words;
	c->done = true;
	return STATUS_OK;
}

/* All, or the one that `words` name, with its dot or without. */
static enum status run_help(struct client *c, char **words)
{
	const char *word = words[0] ? words[0] + (*words[0] == '.') : NULL;
	bool any = false;

	for (const struct local *l = locals; l->name; l++) {
		if (word && strcmp(l->name + 1, word) != 0)
			continue;
		ui_item(&c->ui, l->usage, 33, l->help);
		any = true;
	}
	if (!any) {
		ui_note(&c->ui,
			"no command '.%.40s'; '.help' lists those of this "
			"console, 'help' those of the appliance",
			word);
		return STATUS_FAILED;
	}
	if (!word)
		ui_item(&c->ui, "exit, logout, bye, Ctrl-D", 33,
			"the same as .quit");
	return STATUS_OK;
}

/* By name: a person may type the unique beginning of one. */
static const struct local locals[] = {
	{".capture", ".capture [PORTS] ... FILE",
	 "capture frames as 'capture' does, with 'filter EXPRESSION' in "
	 "tcpdump's language; FILE '-' is a pipe",
	 1, CAPTURE_WORDS_MAX, false, capture_words},
	{".download", ".download NAME [FILE] [--force]",
	 "fetch a file of the appliance; resumes after a break; --force "
	 "replaces a FILE that is there",
	 1, 3, false, run_download},
	{".help", ".help [WORD]",
	 "list these words; 'help' lists the appliance's", 0, 1, false,
	 run_help},
	{".keep", ".keep on|off",
	 "keep the trials of an experiment on this host, for 'resume', or do "
	 "not",
	 1, 1, false, run_keep},
	{".play", ".play [PORTS] FILE ...",
	 "play a capture of this host, however large; it is sent while 'start' "
	 "plays it",
	 0, FEED_WORDS_MAX, true, feed_words},
	{".quit", ".quit", "leave this console; the appliance keeps running", 0,
	 0, false, run_leave},
	{".reconnect", ".reconnect", "close the connection and open it again",
	 0, 0, false, run_reconnect},
	{".record", ".record [FILE]",
	 "append all that is shown to FILE; without FILE, end that", 0, 1, true,
	 run_record},
	{".source", ".source FILE",
	 "run the lines of a file of this host until one fails", 1, 1, true,
	 run_source},
	{".upload", ".upload FILE [NAME]",
	 "send a file to the appliance; resumes after a break", 1, 2, true,
	 run_upload},
	{0},
};

/* What others call them. */
static const struct {
	const char *word, *name;
} synonyms[] = {
	{".exit", ".quit"},     {".logout", ".quit"},
	{".bye", ".quit"},      {".leave", ".quit"},
	{".put", ".upload"},    {".send", ".upload"},
	{".get", ".download"},  {".run", ".source"},
	{".read", ".source"},   {".log", ".record"},
	{".script", ".record"}, {".connect", ".reconnect"},
	{".?", ".help"},        {NULL, NULL},
};

/* True when one letter more, less, another or two exchanged make `b` of `a`. */
static bool is_near(const char *a, const char *b)
{
	size_t same = 0, m, n;

	while (a[same] && a[same] == b[same])
		same++;
	a += same;
	b += same;
	m = strlen(a);
	n = strlen(b);
	if (m == n)
		return !m || !strcmp(a + 1, b + 1) ||
		       (m > 1 && a[0] == b[1] && a[1] == b[0] &&
			!strcmp(a + 2, b + 2));
	return m + 1 == n ? !strcmp(a, b + 1) : m == n + 1 && !strcmp(a + 1, b);
}

/* The one that was meant by a word that is none, or NULL. */
static const char *meant(const char *word)
{
	for (size_t i = 0; synonyms[i].word; i++)
		if (!strcmp(synonyms[i].word, word))
			return synonyms[i].name;
	for (const struct local *l = locals; l->name; l++)
		if (is_near(word, l->name))
			return l->name;
	return NULL;
}

/* By its name or, `typed` by a person, by a beginning that only it has. */
static const struct local *find(const char *word, bool typed)
{
	const struct local *found = NULL;
	size_t len = strlen(word);

	for (const struct local *l = locals; l->name; l++) {
		if (!strcmp(l->name, word))
			return l;
		if (!typed || len < 2 || strncmp(l->name, word, len) != 0)
			continue;
		if (found)
			return NULL;
		found = l;
	}
	return found;
}

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

/* Of a beginning that several have: " .reconnect or .record". */
static bool is_ambiguous(const char *word, char *buf, size_t size)
{
	const size_t len = strlen(word);
	unsigned n = 0;
	size_t used = 0;

	for (const struct local *l = locals; l->name && len > 1; l++) {
		if (strncmp(l->name, word, len) != 0 || used >= size)
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s'%s'",
					 n++ ? " or " : "", l->name);
	}
	return n > 1;
}

static enum status unknown(struct client *c, const char *word, const char *file,
			   unsigned row)
{
	const char *name = meant(word);
	char fmt[100], several[60];

	if (is_ambiguous(word, several, sizeof(several))) {
		snprintf(fmt, sizeof(fmt), "%%s'%%.40s' may be %s", several);
		return misused(c, file, row, fmt, word);
	}
	if (!name)
		return misused(c, file, row,
			       "%sno command '%.40s'; '.help' lists those of "
			       "this console",
			       word);
	snprintf(fmt, sizeof(fmt), "%%sno command '%%.40s'; did you mean '%s'?",
		 name);
	return misused(c, file, row, fmt, word);
}

/* A ';' at the end is none; what is quoted belongs to a word. */
static bool stands_alone(char *text)
{
	char *at = text;

	for (bool quoted = false; *at && (quoted || *at != ';'); at++)
		quoted ^= *at == '"';
	if (at[strspn(at, "; \t")])
		return false;
	*at = '\0';
	return true;
}

static enum status run_local(struct client *c, const char *text,
			     const char *file, unsigned row)
{
	char *copy = strdup(text), *words[WORDS_MAX + 1] = {0};
	const struct local *l;
	enum status status;
	unsigned n;

	if (!copy)
		abort();
	if (!stands_alone(copy)) {
		status =
			misused(c, file, row,
				"%sE_SYNTAX: '%.20s' stands alone on its line: "
				"nothing may follow it behind a ';'",
				strtok(copy, " \t;"));
		free(copy);
		return status;
	}
	n = split(copy, words);
	l = find(words[0], !file && !c->ui.batch);
	if (!l)
		status = unknown(c, words[0], file, row);
	else if (n - 1 < l->min || n - 1 > l->max)
		status = misused(c, file, row, "%sthe form is %s", l->usage);
	else
		status = l->run(c, words + 1);
	free(copy);
	return status;
}

/* What people type to leave: alone on a line. */
static bool leaves(const char *word)
{
	static const char *const words[] = {"exit", "logout", "bye", NULL};
	size_t len = strcspn(word, " \t;");

	if (word[len + strspn(word + len, " \t;")])
		return false;
	for (size_t i = 0; words[i]; i++)
		if (strlen(words[i]) == len && !strncmp(words[i], word, len))
			return true;
	return false;
}

enum status line_run(struct client *c, const char *text, const char *file,
		     unsigned row)
{
	const char *word = text + strspn(text, " \t");

	if (*word == '.')
		return run_local(c, word, file, row);
	if (!strncmp(word, "help .", 6)) {
		char help[60];

		snprintf(help, sizeof(help), ".%s", word);
		return run_local(c, help, file, row);
	}
	if (!file && !c->ui.batch && leaves(word))
		return run_leave(c, NULL);
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
	const size_t dot = strspn(line, " \t");

	if (line[dot] != '.')
		return complete_ask(c, line, next, list);
	/* What may follow is what may follow the appliance's. */
	if (!strncmp(line + dot, ".capture ", strlen(".capture "))) {
		const bool asked = complete_ask(c, line + dot + 1, next, list);

		list->start += dot + 1;
		return asked;
	}
	memset(list, 0, sizeof(*list));
	complete_local(line, list);
	return true;
}
