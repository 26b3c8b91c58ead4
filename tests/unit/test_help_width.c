/* SPDX-License-Identifier: BSD-3-Clause */
/* `help` of each command on narrow terminals: all of it, no word broken. */
#include <stdio.h>
#include <string.h>

#include "app_rig.h"
#include "shell/usage.h"

static char plain[65536];

/* What a terminal shows of rig.screen, without attributes. */
static void strip(void)
{
	const char *s = rig.screen;
	size_t n = 0;

	while (*s) {
		if (*s == '\x1b') {
			s += strcspn(s, "mKJHABCDhlnR");
			s += *s != '\0';
			continue;
		}
		if (*s != '\r')
			plain[n++] = *s;
		s++;
	}
	plain[n] = '\0';
}

static void assert_narrow(const char *command, unsigned columns)
{
	const char *s = plain;
	size_t n;

	for (; *s; s += n + (s[n] != '\0')) {
		n = strcspn(s, "\n");
		if (n > columns)
			fail_msg("help %s: over %u columns: %.*s", command,
				 columns, (int)n, s);
	}
}

/* Any white space is one blank. */
static void squeeze(char *to, size_t size, const char *from)
{
	bool blank = false;
	size_t n = 0;

	for (; *from && n < size - 2; from++) {
		if (*from == ' ' || *from == '\n') {
			blank = n > 0;
			continue;
		}
		if (blank)
			to[n++] = ' ';
		blank = false;
		to[n++] = *from;
	}
	to[n] = '\0';
}

static char text[65536];

static void assert_whole(const char *command, const char *what)
{
	static char one[2048];

	squeeze(one, sizeof(one), what);
	if (!strstr(text, one))
		fail_msg("help %s has not, or broken: %s", command, one);
}

static void check(const struct cmd *cmd, unsigned columns)
{
	char line[64], usage[CMD_USAGE_MAX];

	snprintf(line, sizeof(line), "help %s\r", cmd->name);
	rig.screen[0] = '\0';
	rig_type(line);
	rig_run(40 * MS);
	strip();
	assert_narrow(cmd->name, columns);
	squeeze(text, sizeof(text), plain);
	assert_whole(cmd->name, cmd->summary);
	if (cmd->notes)
		assert_whole(cmd->name, cmd->notes);
	for (const struct cmd_form *f = cmd->forms; f->run; f++) {
		cmd_usage(cmd, f, usage, sizeof(usage));
		assert_whole(cmd->name, usage);
		if (f->help)
			assert_whole(cmd->name, f->help);
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			if (a->type != ARG_KEYWORD || ARG_IS_PAIR(a))
				continue;
			for (const struct arg_word *w = a->words; w && w->name;
			     w++)
				assert_whole(cmd->name, w->help);
		}
	}
	for (const char *const *e = cmd->examples; e && *e; e++)
		assert_whole(cmd->name, *e);
}

static void at(unsigned columns)
{
	char answer[32];

	rig_type("\r");
	rig_run(MS);
	snprintf(answer, sizeof(answer), "\x1b[50;%uR", columns);
	rig_type(answer);
	rig_run(MS);
	for (unsigned i = 0; cmd_table[i]; i++)
		if (!cmd_table[i]->hidden)
			check(cmd_table[i], columns);
}

static void at_80_columns(void **state)
{
	(void)state;
	at(80);
}

static void at_60_columns(void **state)
{
	(void)state;
	at(60);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_80_columns),
		TEST(at_60_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
