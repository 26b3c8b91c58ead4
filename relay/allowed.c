/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/allowed.h"

#include <stddef.h>
#include <string.h>

/*
 * Commands, and which words each may have besides ports and --json: those that
 * change nothing, in full, as a beginning might stand for another word.
 */
static const struct {
	const char *command, *words;
	bool ports;
} commands[] = {
	{"", "", false},           {"color", "", false},
	{"complete", "*", false},  {"df", "", false},
	{"help", "*", false},      {"jobs", "", false},
	{"lease", "", false},      {"ls", "", false},
	{"port", "", true},        {"show", "config ports stats version", true},
	{"stats", "pacing", true}, {"version", "", false},
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

/* The rest of a command of ours: in quotes, of `complete`, all may stand. */
static bool may_follow(const char *words, bool ports, const char *at)
{
	bool quoted = false;

	for (const char *c = at; *c; c++) {
		quoted ^= *c == '"' && c[-1] != '\\';
		if (*c == ';' && !quoted)
			return false;
	}
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

	text = unmarked(text);
	text += strspn(text, " \t");
	n = strcspn(text, " \t;");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strlen(commands[i].command) == n &&
		    !memcmp(commands[i].command, text, n))
			return may_follow(commands[i].words, commands[i].ports,
					  text + n);
	return false;
}
