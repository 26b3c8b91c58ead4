/* SPDX-License-Identifier: BSD-3-Clause */
/* Soaks, ramps and sweeps of a device whose truth is known. */
#include "course_rig.h"

static void a_soak_tells_loss_by_the_minute(void **state)
{
	(void)state;

	dut.lose = 1000;
	rig_must("rate 0 50kpps; soak 1s every 100ms");
	assert_int_equal(e()->nb_rows, 10);
	for (unsigned i = 0; i < 10; i++) {
		assert_in_range(at(i, "offered"), 4990, 5010);
		assert_in_range(at(i, "lost"), 4, 6);
	}
	assert_int_equal(e()->made[0].t.lost, 50);
	assert_int_equal(dut.lost, 50);
}

static void a_soak_ends_at_the_first_loss(void **state)
{
	(void)state;

	dut.lose = 12345;
	rig_must("rate 0 50kpps; soak 10s every 100ms --until-loss");
	assert_int_equal(e()->nb_rows, 3);
	assert_int_equal(at(2, "lost"), 1);
	assert_in_range(e()->ended_ns - e()->began_ns, 300 * MS, 400 * MS);
	rig_ask("rate 0", NULL);
	assert_non_null(strstr(rig.screen, "50kpps"));
}

static void a_ramp_loses_above_what_the_device_bears(void **state)
{
	(void)state;

	rig_must("ramp 100kpps 150kpps over 300ms steps 6");
	assert_int_equal(e()->nb_rows, 6);
	assert_int_equal(at(2, "lost"), 0);
	assert_true(at(3, "lost") > 0);
	assert_in_range(at(5, "loss"), 17000, 18000);
	rig_must("ramp 150kpps 100kpps over 300ms steps 6");
	assert_in_range(at(0, "loss"), 17000, 18000);
	assert_int_equal(at(5, "lost"), 0);
}

static void any_setting_is_swept(void **state)
{
	(void)state;

	rig_must("rate 0 10kpps; sweep trial 50ms rate 50kpps 100kpps 150kpps");
	assert_int_equal(e()->nb_rows, 3);
	assert_string_equal(text(2, "value"), "150kpps");
	assert_int_equal(at(1, "lost"), 0);
	assert_in_range(at(2, "loss"), 17000, 18000);
	rig_ask("rate 0", NULL);
	assert_non_null(strstr(rig.screen, "10kpps"));
	rig_must("sweep trial 10ms size 64 1518");
	assert_string_equal(text(1, "value"), "1518");
	rig_ask("size", NULL);
	assert_non_null(strstr(rig.screen, "size 0-1 64"));
	rig_ask("sweep nothing 1", NULL);
	assert_non_null(strstr(rig.screen, "E_RANGE"));
}

static void streams_begin_with_their_trials(void **state)
{
	(void)state;

	rig_must("rate 0 50kpps; after 0 5s; stream 0.1 add; rate 0.1 10kpps; "
		 "after 0.1 0.0 1ms");
	rig_must("sweep trial 50ms size 64 128");
	assert_int_equal(e()->nb_rows, 2);
	assert_int_equal(at(0, "offered"), 3000);
	assert_int_equal(at(1, "lost"), 0);
	rig_must("soak 100ms every 100ms");
	assert_int_equal(at(0, "lost"), 0);
	rig_ask("after 0.all", NULL);
	assert_non_null(strstr(rig.screen, "after 0.0 5s"));
	assert_non_null(strstr(rig.screen, "after 0.1 0.0 1ms"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, dut_setup, dut_teardown)
	const struct CMUnitTest tests[] = {
		T(a_soak_tells_loss_by_the_minute),
		T(a_soak_ends_at_the_first_loss),
		T(a_ramp_loses_above_what_the_device_bears),
		T(any_setting_is_swept),
		T(streams_begin_with_their_trials),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
