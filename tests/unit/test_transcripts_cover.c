/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transcripts show everything: each command and each of its forms, each
 * type of argument, each key of the editor, each error code. What none of them
 * shows is named. What a line runs is read from it by the parser.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transcript.h"

#define FORMS_MAX 12
#define COMMANDS_MAX 128

/* Codes that no session can be brought to show, and why. */
static const struct {
	enum shell_err err;
	const char *why;
} never[] = {
	{E_NOMEM, "no command's reply outgrows its buffer with the ports that "
		  "there are"},
};

static const char *const key_names[KEY_COUNT] = {
	[KEY_UNKNOWN] = "a sequence that means nothing",
	[KEY_TEXT] = "a character",
	[KEY_ENTER] = "Enter",
	[KEY_TAB] = "Tab",
	[KEY_BACKSPACE] = "Backspace",
	[KEY_DELETE] = "Delete, ^D",
	[KEY_LEFT] = "Left, ^B",
	[KEY_RIGHT] = "Right, ^F",
	[KEY_UP] = "Up, ^P",
	[KEY_DOWN] = "Down, ^N",
	[KEY_HOME] = "Home, ^A",
	[KEY_END] = "End, ^E",
	[KEY_KILL_END] = "^K",
	[KEY_KILL_LINE] = "^U",
	[KEY_KILL_WORD] = "^W",
	[KEY_CLEAR] = "^L",
	[KEY_CANCEL] = "^C",
	[KEY_WORD_LEFT] = "Alt-b, Ctrl-Left",
	[KEY_WORD_RIGHT] = "Alt-f, Ctrl-Right",
	[KEY_KILL_WORD_LEFT] = "Alt-Backspace",
	[KEY_KILL_WORD_RIGHT] = "Alt-d",
	[KEY_YANK] = "^Y",
	[KEY_TRANSPOSE] = "^T",
	[KEY_UNDO] = "^_",
	[KEY_SEARCH] = "^R",
	[KEY_REPORT] = "a terminal's answer about its width",
};

static const char *const type_names[ARG_TYPES] = {
	[ARG_PORTS] = "ARG_PORTS", [ARG_INT] = "ARG_INT",
	[ARG_RATE] = "ARG_RATE",   [ARG_TIME] = "ARG_TIME",
	[ARG_ENUM] = "ARG_ENUM",   [ARG_KEYWORD] = "ARG_KEYWORD",
	[ARG_NAME] = "ARG_NAME",   [ARG_HEX32] = "ARG_HEX32",
	[ARG_TEXT] = "ARG_TEXT",   [ARG_FLAG] = "ARG_FLAG",
	[ARG_SPEED] = "ARG_SPEED", [ARG_MAC] = "ARG_MAC",
	[ARG_IPV4] = "ARG_IPV4",   [ARG_IPV6] = "ARG_IPV6",
	[ARG_SIZES] = "ARG_SIZES", [ARG_REST] = "ARG_REST",
	[ARG_LABEL] = "ARG_LABEL", [ARG_SHARE] = "ARG_SHARE",
	[ARG_SPAN] = "ARG_SPAN",
};

static struct {
	bool form[COMMANDS_MAX][FORMS_MAX];
	bool type[ARG_TYPES];
	bool key[KEY_COUNT];
	bool err[SHELL_ERR_COUNT];
	bool help;
	unsigned too_wide;
} seen;

static unsigned command_index(const struct cmd *cmd)
{
	unsigned i = 0;

	while (cmd_table[i] != cmd)
		i++;
	assert_true(i < COMMANDS_MAX);
	return i;
}

static void note_call(const struct call *c)
{
	const size_t form = (size_t)(c->form - c->cmd->forms);

	assert_true(form < FORMS_MAX);
	seen.form[command_index(c->cmd)][form] = true;
	for (unsigned i = 0; c->form->args[i].type != ARG_NONE; i++)
		if (c->v[i].set)
			seen.type[c->form->args[i].type] = true;
}

/* The commands of a line, up to the first that cannot be read. */
/* Whatever a transcript names is there. */
static unsigned next_stream(const void *app, unsigned port, unsigned from)
{
	(void)app;
	(void)port;
	return from;
}

static const char *no_name(const void *app, unsigned port, unsigned stream)
{
	(void)app;
	(void)port;
	(void)stream;
	return "";
}

static unsigned any_stream(const void *app, unsigned port, const char *name)
{
	(void)app;
	(void)port;
	(void)name;
	return 1;
}

static const struct parse_streams any_streams = {next_stream, no_name,
						 any_stream};

static void note_line(const char *line, size_t len, unsigned ports)
{
	const struct parse_ports all = {.count = ports,
					.selected = (1ull << ports) - 1,
					.streams = &any_streams};
	static struct words words;
	struct call c = {.err = E_OK};
	unsigned next = 0;

	while (len <= EDIT_LINE_MAX &&
	       parse_split(line, (unsigned)len, &next, &words, &c) && !c.err) {
		parse_call(cmd_table, &words, &all, &c);
		if (c.err)
			return;
		note_call(&c);
		memset(&c, 0, sizeof(c));
	}
}

/* What a program sends: requests, a line each. */
static void note_requests(const char *bytes, size_t len, unsigned ports)
{
	while (len) {
		const char *end = memchr(bytes, '\n', len);
		size_t n = end ? (size_t)(end - bytes) : len;
		const char *blank = memchr(bytes, ' ', n);

		if (*bytes == '@' && blank)
			note_line(blank + 1, n - (size_t)(blank + 1 - bytes),
				  ports);
		n += end != NULL;
		bytes += n;
		len -= n;
	}
}

static void note_keys(const char *bytes, size_t len)
{
	struct keys k = {0};

	for (size_t i = 0; i < len; i++) {
		seen.key[keys_push(&k, (unsigned char)bytes[i])] = true;
		seen.help |= bytes[i] == '?';
	}
}

/* Codes stand there as words of their own. */
static void note_errors(const char *line, size_t len)
{
	for (unsigned i = 1; i < SHELL_ERR_COUNT; i++) {
		const char *name = shell_err_name((enum shell_err)i);
		const char *at = memmem(line, len, name, strlen(name));

		if (at && !isalpha((unsigned char)at[strlen(name)]))
			seen.err[i] = true;
	}
}

/* A row of a table or of help: no message, JSON, CSV, nothing to a program. */
static bool is_row(const char *line)
{
	return !strchr("@{[%", *line) && strncmp(line, "E_", 2) != 0 &&
	       strncmp(line, "column ", 7) != 0 &&
	       strncmp(line, "time,", 5) != 0;
}

/* Of a line in UTF-8. */
static size_t columns_of(const char *line)
{
	size_t n = 0;

	for (; *line && *line != '\n'; line++)
		n += (*line & 0xc0) != 0x80;
	return n;
}

static void note_width(const char *name, const char *line, unsigned *width)
{
	const char *answer = strstr(line, "<Columns-");
	const size_t len = strcspn(line, "\n");

	if (answer && answer < line + len && atoi(answer + 9) >= EDIT_WIDTH_MIN)
		*width = (unsigned)atoi(answer + 9);
	if (transcript_kind(line) != LINE_SCREEN || !is_row(line) ||
	    columns_of(line) <= *width)
		return;
	seen.too_wide++;
	print_error("%s: %zu columns of %u: %.*s\n", name, len, *width,
		    (int)len, line);
}

static void note_transcript(const char *name, const char *text)
{
	const char *ports = strstr(text, "%ports ");
	const unsigned count = ports ? (unsigned)atoi(ports + 7) : 2;
	unsigned width = EDIT_WIDTH;
	char bytes[TRANSCRIPT_LINE_MAX];

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		const size_t n = transcript_bytes(line, bytes);

		note_width(name, line, &width);
		switch (transcript_kind(line)) {
		case LINE_TYPED:
			note_line(bytes, n - 1, count);
			note_keys(bytes, n);
			break;
		case LINE_KEYS:
			note_keys(bytes, n);
			break;
		case LINE_SEND:
			note_requests(bytes, n, count);
			break;
		case LINE_SCREEN:
			note_errors(line, strcspn(line, "\n"));
			break;
		default:
			break;
		}
	}
}

static int setup(void **state)
{
	char **names;
	int n = transcript_list(&names);

	(void)state;
	for (int i = 0; i < n; i++) {
		char *text = transcript_read(names[i]);

		note_transcript(names[i], text);
		free(text);
		free(names[i]);
	}
	free(names);
	return n ? 0 : -1;
}

static void every_command_and_form_is_shown(void **state)
{
	unsigned missing = 0;

	(void)state;
	for (unsigned i = 0; cmd_table[i]; i++)
		for (unsigned f = 0; cmd_table[i]->forms[f].run; f++) {
			if (seen.form[i][f])
				continue;
			missing++;
			print_error("no transcript in " TRANSCRIPT_DIR
				    " runs '%s', form %u: %s\n",
				    cmd_table[i]->name, f + 1,
				    cmd_table[i]->forms[f].help);
		}
	assert_int_equal(missing, 0);
}

static void every_type_of_argument_is_shown(void **state)
{
	bool used[ARG_TYPES] = {false};
	unsigned missing = 0;

	(void)state;
	for (unsigned i = 0; cmd_table[i]; i++)
		for (const struct cmd_form *f = cmd_table[i]->forms; f->run;
		     f++)
			for (unsigned a = 0; f->args[a].type != ARG_NONE; a++)
				used[f->args[a].type] = true;
	for (unsigned i = ARG_NONE + 1; i < ARG_TYPES; i++) {
		if (!type_names[i])
			fail_msg("name type %u of shell/cmd.h here", i);
		if (seen.type[i] || !used[i])
			continue;
		missing++;
		print_error("no transcript gives an argument of %s\n",
			    type_names[i]);
	}
	assert_int_equal(missing, 0);
}

static void every_key_is_shown(void **state)
{
	unsigned missing = 0;

	(void)state;
	for (unsigned i = KEY_NONE + 1; i < KEY_COUNT; i++) {
		if (!key_names[i])
			fail_msg("name key %u of shell/keys.h here", i);
		if (seen.key[i])
			continue;
		missing++;
		print_error("no transcript presses %s\n", key_names[i]);
	}
	if (!seen.help)
		print_error("no transcript presses ?\n");
	assert_true(seen.help);
	assert_int_equal(missing, 0);
}

static const char *why_never(unsigned err)
{
	for (unsigned i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (never[i].err == err)
			return never[i].why;
	return NULL;
}

static void every_error_is_shown(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (unsigned i = 1; i < SHELL_ERR_COUNT; i++) {
		const char *why = why_never(i);

		if (seen.err[i] == !why)
			continue;
		wrong++;
		if (why)
			print_error("%s is shown, yet is said never to be: "
				    "%s\n",
				    shell_err_name(i), why);
		else
			print_error("no transcript shows %s: %s\n",
				    shell_err_name(i), shell_err_text(i));
	}
	assert_int_equal(wrong, 0);
}

/* What the terminal would wrap is no table any more. */
static void no_row_is_wider_than_its_screen(void **state)
{
	(void)state;
	assert_int_equal(seen.too_wide, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_command_and_form_is_shown),
		cmocka_unit_test(every_type_of_argument_is_shown),
		cmocka_unit_test(every_key_is_shown),
		cmocka_unit_test(every_error_is_shown),
		cmocka_unit_test(no_row_is_wider_than_its_screen),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
