/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/allowed.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/*
 * Commands, and which words each may have besides ports and --json: those that
 * change nothing, in full, as a beginning might stand for another word. With
 * PORTS, `port` selects them for all who watch.
 */
static const struct {
	const char *command, *words;
	bool ports;
} commands[] = {
	{"", "", false},
	{"color", "", false},
	{"complete", "*", false},
	{"df", "", false},
	{"help", "*", false},
	{"jobs", "", false},
	{"latency", "", true},
	{"lease", "", false},
	{"ls", "", false},
	{"order", "", true},
	{"port", "", false},
	{"show", "config stats version", true},
	{"show", "ports", false},
	{"stats", "balance kinds pacing history hour minute --csv", true},
	{"track", "", true},
	{"version", "", false},
};

/* One of `words`, which have blanks between. */
static bool has_word(const char *words, const char *word, size_t len)
{
	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == len && !memcmp(words, word, len))
			return true;
		words += n + (words[n] == ' ');
	}
	return false;
}

/* "all", "0-1,3", "0.all" */
static bool is_ports(const char *word, size_t len)
{
	return strspn(word, "0123456789-,.al") >= len;
}

static bool may_stand(const char *words, bool ports, const char *word,
		      size_t len)
{
	return *words == '*' || (ports && is_ports(word, len)) ||
	       has_word("--json", word, len) || has_word(words, word, len);
}

/* Behind the mark of a request that a person typed. */
static const char *unmarked(const char *text)
{
	if (*text != '>')
		return text;
	text += strcspn(text, " ");
	return text + (*text == ' ');
}

/* A CR ends the request, and what is behind it would be a person's keys. */
static bool has_control(const char *text)
{
	for (const char *c = text; *c; c++)
		if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
			return true;
	return false;
}

/* A second command; in quotes a backslash takes the byte behind it along. */
static bool has_next(const char *text)
{
	bool quoted = false;

	for (const char *c = text; *c; c++) {
		if (quoted && *c == '\\' && c[1])
			c++;
		else if (*c == '"')
			quoted = !quoted;
		else if (*c == ';' && !quoted)
			return true;
	}
	return false;
}

/* The first word behind a command that may not stand there, or NULL. */
static const char *find_fault(const char *words, bool ports, const char *at)
{
	while (*(at += strspn(at, " \t"))) {
		size_t len = strcspn(at, " \t");

		if (!may_stand(words, ports, at, len))
			return at;
		at += len;
	}
	return NULL;
}

#define COMMANDS (sizeof(commands) / sizeof(*commands))

/* The next row of the command that `word` names, or COMMANDS: it has none. */
static unsigned find_command(const char *word, unsigned from)
{
	const size_t n = strcspn(word, " \t;");

	while (from < COMMANDS &&
	       (strlen(commands[from].command) != n ||
		memcmp(commands[from].command, word, n) != 0))
		from++;
	return from;
}

/* How much is shown of a word that somebody typed. */
static int shown(const char *word)
{
	const size_t n = strcspn(word, " \t;");

	return n < 24 ? (int)n : 24;
}

#define WATCHES "this console watches"

static void say_words(unsigned i, const char *word, char *why, size_t size)
{
	snprintf(why, size,
		 WATCHES ": of '%s' it takes no '%.*s', but %s%s%s--json",
		 commands[i].command, shown(word), word,
		 commands[i].ports ? "PORTS " : "", commands[i].words,
		 *commands[i].words ? " " : "");
}

/* Those that programs need are not told. */
static void say_commands(const char *word, char *why, size_t size)
{
	snprintf(why, size,
		 WATCHES " and takes no '%.*s', but stats, latency, order, "
			 "track, port, show, jobs, lease, ls, df, help and "
			 "version",
		 shown(word), word);
}

bool allowed(const char *text, struct refusal *why)
{
	const char *const line = unmarked(text);
	const char *word = line + strspn(line, " \t"), *fault = NULL, *at;
	unsigned first = find_command(word, 0);

	why->column = 0;
	if (has_control(text) || has_next(word)) {
		snprintf(why->text, sizeof(why->text),
			 WATCHES ": it takes one command a line");
		return false;
	}
	for (unsigned i = first; i < COMMANDS; i = find_command(word, i + 1)) {
		at = find_fault(commands[i].words, commands[i].ports,
				word + strlen(commands[i].command));
		if (!at)
			return true;
		fault = fault ? fault : at;
	}
	if (fault)
		say_words(first, fault, why->text, sizeof(why->text));
	else
		say_commands(word, why->text, sizeof(why->text));
	why->column = (unsigned)((fault ? fault : word) - line) + 1;
	return false;
}
