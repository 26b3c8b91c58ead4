/* SPDX-License-Identifier: BSD-3-Clause */
/* Y.1564 on a device whose truth is known. */
#include "course_rig.h"

static void add_services(void)
{
	rig_must("stream 0.1 add; rate 0.0 10kpps; rate 0.1 20kpps");
	dut.pps = 22000;
}

static void services_are_policed(void **state)
{
	(void)state;

	add_services();
	rig_must("y1564 configuration time 100ms");
	/* 25, 50, 75, 100 and 125 % of each. */
	assert_int_equal(e()->nb_rows, 10);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(e()->row[i].of.stream, i / 5);
	assert_string_equal(text(3, "outcome"), "pass");
	assert_string_equal(text(4, "outcome"), "is not limited");
	assert_string_equal(text(8, "outcome"), "pass");
	assert_string_equal(text(9, "outcome"), "policed");
	assert_in_range(at(9, "loss"), 11000, 12100);
	assert_int_equal(at(9, "rate"), 25000000);
	rig_ask("rate", NULL);
	assert_non_null(strstr(rig.screen, "10kpps"));
	assert_non_null(strstr(rig.screen, "20kpps"));
}

static void an_excess_rate_is_a_step_of_its_own(void **state)
{
	(void)state;

	add_services();
	rig_must("y1564 configuration eir 5% time 50ms");
	assert_int_equal(e()->nb_rows, 12);
	assert_int_equal(at(10, "cir"), 105000);
	/* Less than a fifth of the CIR: that is what is exceeded. */
	assert_int_equal(at(11, "cir"), 130000);
}

/* What is in excess is another stream's, with thresholds of each service. */
static void colours_are_counted_by_themselves(void **state)
{
	(void)state;

	rig_must("stream 0.1 add; stream 0.2 add; rate 0.0 10kpps; "
		 "rate 0.1 20kpps; rate 0.2 1kpps; service 0.0 flr 30%; "
		 "service 0.1 eir 20%; service 0.1 yellow 2");
	dut.pps = 22000;
	rig_must("y1564 configuration time 100ms");
	/* 5 of the first, 6 of the second, none of its yellow frames. */
	assert_int_equal(e()->nb_rows, 11);
	assert_int_equal(at(3, "flr"), 30000);
	assert_int_equal(at(8, "flr"), 0);
	assert_string_equal(text(9, "phase"), "EIR");
	assert_int_equal(at(9, "cir"), 120000);
	assert_int_equal(at(9, "rate"), 20000000);
	assert_int_equal(at(9, "offered"), 2000);
	assert_int_equal(at(9, "yellow"), 400);
	assert_int_equal(at(8, "yellow"), 0);
	assert_in_range(at(9, "yellow_lost") + at(9, "lost"), 150, 200);
	assert_int_equal(at(10, "cir"), 125000);
	assert_int_equal(at(10, "yellow"), 500);
	assert_string_equal(text(10, "outcome"), "policed");
	assert_string_equal(text(10, "clause"), "ITU-T Y.1564, 8.1: policing");
	rig_must("y1564 performance time 1s");
	assert_int_equal(e()->nb_rows, 2);
	assert_int_equal(at(1, "yellow"), 1000);
	rig_must("results y1564-configuration-1 --json");
	assert_non_null(strstr(rig.screen, "\"yellow\":500"));
	assert_non_null(strstr(rig.screen, "\"flr\":30.000"));
	rig_must("save s; reset; load s; show 0.1");
	assert_non_null(strstr(rig.screen, "yellow"));
}

/* A burst finds its queue empty, and as much of it as there is room for. */
static void bursts_of_a_service(void **state)
{
	(void)state;

	dut.queue = 100;
	dut.pps = 20000;
	rig_must("rate 0 10kpps; service 0 cbs 6400; service 0 ebs 12800");
	rig_must("y1564 configuration time 100ms");
	assert_int_equal(e()->nb_rows, 7);
	assert_int_equal(at(5, "offered"), 100);
	assert_int_equal(at(5, "lost"), 0);
	assert_string_equal(text(5, "outcome"), "pass");
	assert_int_equal(at(6, "offered"), 300);
	assert_true(at(6, "lost") > 0);
	assert_string_equal(text(6, "outcome"), "loses of its excess");
	/* A burst is no share of the CIR, but has a name. */
	assert_string_equal(text(5, "phase"), "CBS");
	rig_must("results compare y1564-configuration-1 "
		 "y1564-configuration-1 --json");
	assert_non_null(strstr(rig.screen, "\"row\":\"0.0 EBS\",\"figure\":"
					   "\"offered\",\"before\":\"300\","
					   "\"now\":\"300\""));
	rig_ask("rate 0", NULL);
	assert_non_null(strstr(rig.screen, "10kpps"));
}

static void services_are_accepted_or_not(void **state)
{
	(void)state;

	add_services();
	dut.pps = 40000;
	rig_must("y1564 performance time 3s");
	assert_int_equal(e()->nb_rows, 2);
	assert_string_equal(text(0, "outcome"), "pass");
	assert_string_equal(text(1, "outcome"), "pass");
	assert_int_equal(at(0, "available"), 100000);
	assert_in_range(at(1, "offered"), 59990, 60010);
	dut.lose = 100;
	rig_must("y1564 performance time 1s flr 2%; y1564 performance time 1s");
	assert_string_equal(text(0, "outcome"), "fails by loss");
	assert_in_range(at(0, "loss"), 900, 1100);
	rig_must("results y1564-performance-2 --json");
	assert_non_null(strstr(rig.screen, "\"service\":\"0.1\""));
	assert_non_null(strstr(rig.screen, "\"outcome\":\"pass\""));
	rig_ask("rate 0.0 max; y1564 performance", NULL);
	assert_non_null(strstr(rig.screen, "E_STATE"));
}

/* Ten seconds in a row that lose half are not available, from the first on. */
static void a_service_that_is_gone_is_not_available(void **state)
{
	(void)state;

	rig_must("rate 0 1kpps");
	rig_send("y1564 performance time 40s settle 1s");
	rig_run(5 * S);
	dut.dead = true;
	rig_run(15 * S);
	dut.dead = false;
	rig_run(22 * S);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	/* 15 of 40 seconds, by whole ones. */
	assert_in_range(at(0, "available"), 60000, 65000);
	assert_string_equal(text(0, "outcome"), "fails by loss");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, dut_setup, dut_teardown)
	const struct CMUnitTest tests[] = {
		T(services_are_policed),
		T(an_excess_rate_is_a_step_of_its_own),
		T(colours_are_counted_by_themselves),
		T(bursts_of_a_service),
		T(services_are_accepted_or_not),
		T(a_service_that_is_gone_is_not_available),
	};

	return cmocka_run_group_tests_name("services", tests, NULL, NULL);
}
