/* SPDX-License-Identifier: BSD-3-Clause */
/* What commands say fits 80 columns, and no word of it is cut. */
#include <stdio.h>
#include <string.h>

#include "app_rig.h"

#define COLUMNS 80

/* Of each row, which begins with the request's tag. */
static void check_rows(const char *command)
{
	const char *at = rig_ask(command, NULL);

	for (; *at; at += strcspn(at, "\n") + 1) {
		const size_t len = strcspn(at, "\r\n");

		if (len > 3 + COLUMNS)
			fail_msg("'%s': %.*s", command, (int)len, at);
		if (!strchr(at, '\n'))
			return;
	}
}

static void help_of_each_command(void **state)
{
	char line[64];
	(void)state;

	check_rows("help");
	for (const struct cmd *const *c = cmd_table; *c; c++) {
		snprintf(line, sizeof(line), "help %s", (*c)->name);
		check_rows(line);
	}
}

static void what_is_shown_by_time(void **state)
{
	(void)state;
	check_rows("rate 1mpps; mode all txrx; start; stats every 10ms 3");
	check_rows("stats; stats pacing; port; show config; stop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(help_of_each_command, rig_setup,
						rig_teardown),
		cmocka_unit_test_setup_teardown(what_is_shown_by_time,
						rig_setup, rig_teardown),
	};

	return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
