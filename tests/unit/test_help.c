/* SPDX-License-Identifier: BSD-3-Clause */
/* What the real commands tell about themselves: help and completion. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "plat/host/host.h"
#include "shell/usage.h"
#include "unit.h"

static struct app app;
static char screen[1 << 18];

static int setup(void **state)
{
	(void)state;
	host_reset();
	app_init(&app, uk_alloc_get_default(), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	app_end(&app);
	uk_free(uk_alloc_get_default(), app.store.mem);
	return 0;
}

/* All that a request brings, without what stood on the screen before. */
static const char *ask(const char *request)
{
	const void *buf;
	size_t n, len = 0;

	do {
		session_poll(&app.session, 0);
		while ((n = session_output(&app.session, &buf)) > 0)
			session_sent(&app.session, n);
	} while (!session_wake_ns(&app.session));
	n = session_input(&app.session, request, strlen(request), 0);
	assert_int_equal(n, strlen(request));
	do {
		session_poll(&app.session, 0);
		while ((n = session_output(&app.session, &buf)) > 0) {
			assert_true(len + n < sizeof(screen));
			memcpy(screen + len, buf, n);
			len += n;
			session_sent(&app.session, n);
		}
	} while (!session_wake_ns(&app.session));
	screen[len] = '\0';
	return screen + strspn(screen, "\r\n");
}

static void help_as_json_is_a_line_for_each_command(void **state)
{
	const char *line = ask("@1 help --json\n");
	(void)state;

	for (unsigned i = 0; cmd_table[i]; i++) {
		char begin[64];

		if (cmd_table[i]->hidden)
			continue;
		snprintf(begin, sizeof(begin), "@1 {\"command\":\"%s\",",
			 cmd_table[i]->name);
		assert_memory_equal(line, begin, strlen(begin));
		line = strstr(line, "}\r\n");
		assert_non_null(line);
		line += 3;
	}
	assert_string_equal(line, "@1 OK\r\n");
}

static void help_of_one_as_json_is_its_line(void **state)
{
	static char all[sizeof(screen)];
	(void)state;

	strcpy(all, ask("@1 help --json\n"));
	for (unsigned i = 0; cmd_table[i]; i++) {
		char request[64], *end;

		if (cmd_table[i]->hidden)
			continue;
		snprintf(request, sizeof(request), "@1 help %s --json\n",
			 cmd_table[i]->name);
		ask(request);
		end = strstr(screen, "\r\n@1 OK\r\n");
		assert_non_null(end);
		*end = '\0';
		assert_non_null(strstr(all, screen));
	}
}

static void help_suggests_the_nearest(void **state)
{
	(void)state;
	assert_string_equal(ask("@1 help siez\n"),
			    "@1 ERR E_UNKNOWN 6 no command 'siez'; did you "
			    "mean 'size'?\r\n");
	assert_string_equal(ask("@1 help complete\n"),
			    "@1 ERR E_UNKNOWN 6 no command 'complete'; 'help' "
			    "lists them\r\n");
}

static void every_type_of_argument_has_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARG_TYPES; i++)
		assert_non_null(cmd_arg_type(&(struct arg){.type = i}));
}

/* A line that works is one that completion can read. */
static void completion_knows_every_example(void **state)
{
	(void)state;
	for (unsigned i = 0; cmd_table[i]; i++) {
		const char *const *e = cmd_table[i]->examples;

		for (; e && *e; e++) {
			char request[256];

			if (strchr(*e, '"'))
				continue;
			snprintf(request, sizeof(request),
				 "@1 complete \"%s\" --json\n", *e);
			ask(request);
			assert_non_null(strstr(screen, "\r\n@1 OK\r\n"));
			assert_non_null(strstr(screen, "\"more\":0}"));
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(help_as_json_is_a_line_for_each_command),
		TEST(help_of_one_as_json_is_its_line),
		TEST(help_suggests_the_nearest),
		TEST(every_type_of_argument_has_a_name),
		TEST(completion_knows_every_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
