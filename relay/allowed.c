/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/allowed.h"

#include <stddef.h>
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

/* The rest of a command of ours: in quotes, of `complete`, all may stand. */
static bool may_follow(const char *words, bool ports, const char *at)
{
	if (has_next(at))
		return false;
	while (*(at += strspn(at, " \t"))) {
		size_t len = strcspn(at, " \t");

		if (!may_stand(words, ports, at, len))
			return false;
		at += len;
	}
	return true;
}

bool allowed(const char *text)
{
	size_t n;

	if (has_control(text))
		return false;
	text = unmarked(text);
	text += strspn(text, " \t");
	n = strcspn(text, " \t;");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strlen(commands[i].command) == n &&
		    !memcmp(commands[i].command, text, n) &&
		    may_follow(commands[i].words, commands[i].ports, text + n))
			return true;
	return false;
}
