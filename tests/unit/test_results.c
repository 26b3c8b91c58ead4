/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept of an experiment, and compared. */
#include <stdio.h>

#include "course_rig.h"

static void results_are_kept(void **state)
{
	(void)state;

	rig_must("linkspeed 0 1gbps");
	rig_must("rfc2544 throughput sizes 64,imix to 200kpps trial 20ms "
		 "width 5%");
	assert_true(is_kept("rfc2544-throughput-1.json"));
	assert_true(is_kept("rfc2544-throughput-1.txt"));
	rig_must("results");
	assert_non_null(strstr(rig.screen, "rfc2544-throughput-1"));
	rig_must("results rfc2544-throughput-1");
	assert_non_null(strstr(rig.screen, "RFC 2544, 26.1"));
	rig_must("results rfc2544-throughput-1 --json");
	assert_non_null(strstr(
		rig.screen, "\"command\":\"rfc2544 0 throughput sizes 64,imix"
			    " to 200kpps trial 20ms width 5%\""));
	assert_non_null(
		strstr(rig.screen, "\"settings\":[\"linkspeed 0 1gbps"));
	assert_non_null(strstr(rig.screen, "\"trial\":6,"));
	rig_must("results delete rfc2544-throughput-1");
	assert_false(is_kept("rfc2544-throughput-1.json"));
	assert_false(is_kept("rfc2544-throughput-1.txt"));
	rig_ask("results rfc2544-throughput-1", NULL);
	assert_non_null(strstr(rig.screen, "E_NOFILE"));
}

/* All that was set, of any port and of none, so that it can be repeated. */
static void what_was_set_is_kept(void **state)
{
	static const char *const set[] = {
		"impair 1 delay 2ms", "verdict lag 1ms",
		"address 1 10.0.0.2/24", "service 0 eir 25%"};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		rig_must(set[i]);
	rig_must("soak 0 10ms");
	rig_must("results soak-1 --json");
	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		assert_non_null(strstr(rig.screen, set[i]));
	/* What nobody set is not said. */
	assert_null(strstr(rig.screen, "\"onfull"));
	assert_null(strstr(rig.screen, "\"reset"));
}

/* What the appliance shows of a result is what the file says. */
static void what_is_shown_is_what_is_kept(void **state)
{
	const struct store_file *f;
	char text[32768], *to = text;
	(void)state;

	rig_must("rfc2544 loss sizes 64,imix,128 to 246913pps trial 10ms");
	rig_must("results rfc2544-loss-1 --json");
	f = store_find(&rig.app.store, "rfc2544-loss-1.json");
	for (char *cr = rig.screen; (cr = strchr(cr, '\r'));)
		memmove(cr, cr + 1, strlen(cr));
	/* The parts of the reply, joined: lists that go on are one. */
	for (const char *line = rig.screen; (line = strstr(line, "@1 {"));) {
		const char *end = strchr(line += 3, '\n');
		size_t len = (size_t)(end - line);

		if (to > text) {
			const char *list = strchr(line, '[') + 1;

			/* "]}" of the part before, the head of this one. */
			to -= 3;
			*to++ = ',';
			len -= (size_t)(list - line);
			line = list;
		}
		memcpy(to, line, len);
		to += len;
		*to++ = '\n';
	}
	*to = '\0';
	assert_int_equal(strlen(text), f->size);
	assert_memory_equal(text, store_data(&rig.app.store, f), f->size);
}

/* Of a table that is made piece by piece all lines end in the same column. */
static void its_tables_are_even(void **state)
{
	const struct store_file *f;
	const char *line, *end;
	size_t len;
	unsigned n = 0;
	(void)state;

	/* The rates grow below the first six trials. */
	rig_must("ramp 1kpps 2mpps over 100ms steps 20");
	f = store_find(&rig.app.store, "ramp-1.txt");
	line = strstr((const char *)store_data(&rig.app.store, f), "trials:\n");
	line = strchr(line, '\n') + 1;
	len = strcspn(line, "\n");
	for (; *line && (end = strchr(line, '\n')); line = end + 1, n++)
		assert_int_equal(end - line, len);
	assert_int_equal(n, 1 + 20);
}

/* Rates of ten million frames a second have room on 80 columns. */
static void trials_of_people_are_a_table(void **state)
{
	const char *line;
	unsigned n = 0;
	(void)state;

	rig_must("linkspeed 10gbps; verdict again 0");
	rig_must("rfc2544 throughput sizes 64,imix trial 30ms width 5%");
	rig_must("rfc2544 trials");
	assert_non_null(strstr(rig.screen, "trial  size "));
	for (line = rig.screen; (line = strstr(line, "trial ")); line++)
		n++;
	assert_int_equal(n, 1);
	assert_non_null(strstr(rig.screen, "imix  "));
}

static void two_results_are_compared(void **state)
{
	(void)state;

	rig_must("rfc2544 throughput sizes 64,512 to 500kpps trial 20ms");
	dut.pps /= 2;
	rig_must("rfc2544 throughput sizes 512,64 to 500kpps trial 20ms");
	rig_must("results compare rfc2544-throughput-1 rfc2544-throughput-2 "
		 "--json");
	assert_non_null(strstr(rig.screen, "\"row\":\"512 rfc2544\",\"figure\":"
					   "\"throughput\""));
	assert_non_null(strstr(rig.screen, "\"change\":\"-49.9"));
	rig_must("results compare rfc2544-throughput-1 rfc2544-throughput-2");
	assert_non_null(strstr(rig.screen, "throughput [pps]"));
	/* Also where the first row of one is none of the other. */
	rig_must("rfc2544 throughput sizes 512 to 500kpps trial 20ms");
	rig_must("results compare rfc2544-throughput-1 rfc2544-throughput-3");
	assert_non_null(strstr(rig.screen, "row          figure"));
	rig_must("soak 0 10ms");
	rig_ask("results compare soak-1 rfc2544-throughput-3", NULL);
	assert_non_null(strstr(rig.screen, "no row in common"));
	/* Of a benchmark three words name a row. */
	rig_must("bench 0 tx 1ms");
	rig_must("results compare bench-1 bench-1 --json");
	assert_non_null(strstr(rig.screen, "\"row\":\"copy 8 tx\""));
}

/* What cannot come to anything is refused, or said. */
static void what_finds_nothing_says_why(void **state)
{
	(void)state;

	dut.dead = true;
	rig_must("rfc2544 latency sizes 64 to 10kpps trial 10ms width 20%");
	assert_non_null(strstr(rig.screen, "no rate without loss was found"));
	rig_ask("ramp 0pps 1kpps over 100ms", NULL);
	assert_non_null(strstr(rig.screen, "a ramp needs rates above 0"));
	rig_must("mode 1 off");
	rig_ask("soak 0 10ms", NULL);
	assert_non_null(
		strstr(rig.screen, "no port receives; type 'mode 1 rx'"));
}

static void one_that_is_stopped_is_kept_as_far_as_it_came(void **state)
{
	(void)state;

	rig_send("rfc2544 loss sizes 64,128 to 246913pps trial 50ms");
	rig_run(200 * MS);
	rig_type("\x03");
	rig_must("rfc2544 stop");
	rig_run(10 * MS);
	assert_true(is_kept("rfc2544-loss-1.json"));
	rig_must("results --json");
	assert_non_null(strstr(rig.screen, "\"state\":\"stopped\""));
}

static void a_store_that_is_full_keeps_none(void **state)
{
	char line[64];
	(void)state;

	snprintf(line, sizeof(line), "put big %zu 00000000",
		 rig.app.store.limit - 100);
	rig_must(line);
	rig.app.store.limit = 500;
	rig_must("rm big; rfc2544 loss sizes 64 to 246913pps trial 10ms");
	assert_false(is_kept("rfc2544-loss-1.json"));
	assert_non_null(strstr(rig.screen, "no room for its result"));
	rig_must("rfc2544");
	assert_non_null(strstr(rig.screen, "done"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, dut_setup, dut_teardown)
	const struct CMUnitTest tests[] = {
		T(results_are_kept),
		T(what_was_set_is_kept),
		T(what_is_shown_is_what_is_kept),
		T(its_tables_are_even),
		T(trials_of_people_are_a_table),
		T(two_results_are_compared),
		T(what_finds_nothing_says_why),
		T(one_that_is_stopped_is_kept_as_far_as_it_came),
		T(a_store_that_is_full_keeps_none),
	};

	return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
