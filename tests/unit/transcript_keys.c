/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of keys and what a terminal sends for them. */
#include <stdlib.h>
#include <string.h>

#include "transcript.h"

static const struct {
	const char *name, *bytes;
} keys[] = {
	{"Enter", "\r"},
	{"Space", " "},
	{"Tab", "\t"},
	{"Esc", "\x1b"},
	{"Backspace", "\x7f"},
	{"Delete", "\x1b[3~"},
	{"Insert", "\x1b[2~"},
	{"Up", "\x1b[A"},
	{"Down", "\x1b[B"},
	{"Right", "\x1b[C"},
	{"Left", "\x1b[D"},
	{"Home", "\x1b[H"},
	{"End", "\x1b[F"},
	{"PageUp", "\x1b[5~"},
	{"F1", "\x1bOP"},
	{"Ctrl-Right", "\x1b[1;5C"},
	{"Ctrl-Left", "\x1b[1;5D"},
	{"Ctrl-_", "\x1f"},
	{"Alt-Right", "\x1b[1;3C"},
	{"Alt-Left", "\x1b[1;3D"},
	{"Alt-Backspace", "\x1b\x7f"},
	/* What a terminal puts around a paste. */
	{"Paste", "\x1b[200~"},
	{"PasteEnd", "\x1b[201~"},
};

static bool is(const char *name, size_t len, const char *what)
{
	return strlen(what) == len && !memcmp(name, what, len);
}

static bool begins(const char *name, size_t len, const char *what)
{
	return len > strlen(what) && !memcmp(name, what, strlen(what));
}

size_t transcript_key(const char *name, size_t len, char *out)
{
	size_t n;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is(name, len, keys[i].name)) {
			strcpy(out, keys[i].bytes);
			return strlen(keys[i].bytes);
		}
	if (len == 6 && begins(name, len, "Ctrl-")) {
		out[0] = (char)(name[5] & 0x1f);
		return 1;
	}
	if (len == 5 && begins(name, len, "Alt-")) {
		out[0] = '\x1b';
		out[1] = name[4];
		return 2;
	}
	if (len == 4 && begins(name, len, "0x")) {
		out[0] = (char)strtol((char[]){name[2], name[3], 0}, NULL, 16);
		return 1;
	}
	/* A character many times: x*1000. */
	if (len > 2 && name[1] == '*') {
		n = (size_t)atoi(name + 2);
		assert_in_range(n, 1, 2000);
		memset(out, name[0], n);
		return n;
	}
	/* The terminal's answer to the question for its width. */
	if (begins(name, len, "Columns-")) {
		strcpy(out, "\x1b[1;");
		strncat(out, name + 8, len - 8);
		strcat(out, "R");
		return strlen(out);
	}
	return 0;
}
