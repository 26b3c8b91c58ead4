/* SPDX-License-Identifier: BSD-3-Clause */
/* Experiments that go on where they were. */
#include "course_rig.h"

static void one_that_was_stopped_goes_on_where_it_was(void **state)
{
	uint64_t nb;
	unsigned trials;
	(void)state;

	rig_send("rfc2544 throughput sizes 64,512 to 500kpps trial 50ms");
	while (!e() || e()->nb_trials < 5)
		rig_step(20 * US);
	rig_type("\x03");
	rig_must("rfc2544 stop");
	rig_run(10 * MS);
	trials = e()->nb_trials;
	nb = dut.nb;
	rig_ask("search resume rfc2544-throughput-1", NULL);
	assert_non_null(strstr(rig.screen, "no result of"));
	rig_must("rfc2544 resume rfc2544-throughput-1");
	rig_run(MS);
	assert_int_equal(e()->nb_trials, trials);
	assert_true(dut.nb - nb < 500);
	rig_must("rfc2544 follow");
	assert_int_equal(e()->nb_rows, 2);
	assert_in_range(at(0, "lower"), 121500000, 124000000);
	assert_in_range(at(1, "lower"), 121500000, 124000000);
}

/* Of a machine that is gone somebody who watched has the trials. */
static void what_was_told_of_trials_is_enough_to_go_on(void **state)
{
	char told[32768];
	size_t len = 0;
	uint64_t nb;
	(void)state;

	rig_must("rfc2544 throughput sizes 64 to 500kpps trial 50ms");
	rig_must("rfc2544 follow --json");
	for (const char *line = rig.screen; (line = strstr(line, "@1 {"));) {
		const char *end = strchr(line += 3, '\n');

		memcpy(told + len, line, (size_t)(end + 1 - line));
		len += (size_t)(end + 1 - line);
	}
	assert_int_equal(store_add(&rig.app.store, "told.json", told, len),
			 E_OK);
	nb = dut.nb;
	rig_must("rfc2544 resume told");
	rig_run(20 * MS);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_int_equal(dut.nb, nb);
	assert_in_range(at(0, "lower"), 121500000, 124000000);
}

static void forget_all(void)
{
	rig_type("\x03");
	rig_run(10 * MS);
	rig_must("stop");
	rig_run(10 * MS);
}

/* Until it has as many trials, or rows; then it is stopped. */
static void stop_after(const char *line, unsigned trials, unsigned rows)
{
	rig_send(line);
	while (!e() || e()->nb_trials < trials || e()->nb_rows < rows)
		rig_step(20 * US);
	forget_all();
}

static void steps_go_on_where_they_were(void **state)
{
	static const struct {
		const char *line, *resume, *follow;
		unsigned trials, rows;
	} t[] = {
		{"ramp 100kpps 150kpps over 300ms steps 6",
		 "ramp resume ramp-1", "ramp follow", 3, 6},
		{"sweep trial 50ms rate 50kpps 100kpps 150kpps 160kpps",
		 "sweep resume sweep-1", "sweep follow", 2, 4},
	};
	uint64_t nb, lost;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		stop_after(t[i].line, t[i].trials, 0);
		lost = at(t[i].trials - 1, "offered");
		nb = dut.nb;
		rig_must(t[i].resume);
		rig_run(MS);
		assert_int_equal(e()->nb_trials, t[i].trials);
		assert_int_equal(at(t[i].trials - 1, "offered"), lost);
		assert_true(dut.nb - nb < 500);
		rig_must(t[i].follow);
		assert_int_equal(e()->state, EXPERIMENT_DONE);
		assert_int_equal(e()->nb_rows, t[i].rows);
		assert_in_range(at(t[i].rows - 1, "loss"), 17000, 24000);
	}
}

static void a_recovery_that_was_timed_is_not_timed_again(void **state)
{
	uint64_t nb, recovery;
	(void)state;

	rig_must("rfc2544 recovery sizes 64 to 500kpps trial 50ms width 1%");
	recovery = at(0, "recovery");
	nb = dut.nb;
	rig_must("rfc2544 resume rfc2544-recovery-1");
	rig_run(20 * MS);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_true(dut.nb - nb < 100);
	assert_int_equal(at(0, "recovery"), recovery);
	assert_true(at(0, "lost") > 0);
}

static void a_soak_goes_on_behind_its_rows(void **state)
{
	(void)state;

	dut.lose = 1000;
	rig_must("rate 0 50kpps");
	stop_after("soak 1s every 100ms", 0, 4);
	assert_int_equal(e()->nb_rows, 4);
	assert_true(is_kept("soak-1.json"));
	rig_must("soak resume soak-1");
	rig_run(50 * MS);
	rig_must("soak follow");
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_int_equal(e()->nb_rows, 10);
	assert_in_range(at(9, "since"), 895, 905);
	for (unsigned i = 0; i < 10; i++) {
		assert_in_range(at(i, "offered"), 4950, 5050);
		assert_in_range(at(i, "lost"), 4, 6);
	}
	/* What it made anew is the rest. */
	assert_in_range(e()->made[0].t.offered, 29700, 30300);
}

/* Each service goes on with what it had: as if it had never been stopped. */
static void a_performance_test_goes_on_behind_its_rows(void **state)
{
	uint64_t nb;
	(void)state;

	rig_must("stream 0.1 add; stream 0.2 add; rate 0.0 10kpps; "
		 "rate 0.1 20kpps; rate 0.2 1kpps; service 0.1 yellow 2");
	dut.lose = 100;
	dut.pps = 100000;
	rig_send("y1564 performance time 10s flr 2%");
	while (!e() || e()->rows_gone < 10)
		rig_step(20 * US);
	/* The last of six, and no more: it stands for all. */
	assert_int_equal(e()->nb_rows, 2);
	assert_string_equal(text(0, "outcome"), "so far");
	assert_int_equal(at(1, "time"), 6000);
	assert_in_range(at(1, "offered"), 119900, 120000);
	assert_in_range(at(1, "lost"), 1150, 1250);
	forget_all();
	dut.lose = 0;
	dut.delay_ns = 3 * MS;
	nb = dut.nb;
	rig_must("y1564 resume y1564-performance-1");
	rig_run(MS);
	rig_must("y1564 follow");
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	/* What was made anew is the rest. */
	assert_in_range(dut.nb - nb, 4 * 31000 - 200, 4 * 31000 + 200);
	assert_int_equal(e()->nb_rows, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_string_equal(text(i, "outcome"), "pass");
		assert_in_range(at(i, "offered"), (i + 1) * 99800,
				(i + 1) * 100000);
		assert_in_range(at(i, "lost"), (i + 1) * 570, (i + 1) * 630);
		assert_int_equal(at(i, "seconds"), 10);
		assert_int_equal(at(i, "time"), 10000);
		/* 4 of 10 took 3 ms longer. */
		assert_in_range(at(i, "mean"), 1200000, 1300000);
		assert_true(at(i, "variation") >= 2900000);
	}
	assert_in_range(at(1, "yellow"), 9980, 10000);
	/* One that was over is told again. */
	nb = dut.nb;
	rig_must("y1564 resume y1564-performance-2");
	rig_run(MS);
	rig_must("y1564 follow");
	assert_int_equal(dut.nb, nb);
	assert_string_equal(text(1, "outcome"), "pass");
	assert_in_range(at(1, "lost"), 1140, 1260);
}

static void what_is_kept_of_a_performance_test_is_its_last_rows(void **state)
{
	(void)state;

	rig_must("rate 0 10kpps");
	rig_send("y1564 performance time 10s");
	while (!e() || e()->rows_gone < 4)
		rig_step(20 * US);
	rig_type("\x03");
	/* Of four told only the last are there: the fifth. */
	rig_must("y1564 trials 4 --json");
	assert_non_null(strstr(rig.screen, "\"time\":5.000,"));
	assert_null(strstr(rig.screen, "\"time\":4.000,"));
	rig_must("y1564 trials 6 --json");
	assert_null(strstr(rig.screen, "\"rows\""));
	rig_must("stop");
}

static void what_a_client_keeps_of_a_soak_is_its_rows(void **state)
{
	(void)state;

	rig_must("rate 0 50kpps");
	rig_send("soak 1s every 100ms");
	while (!e() || e()->nb_rows < 4)
		rig_step(20 * US);
	rig_type("\x03");
	rig_must("soak trials 3 --json");
	assert_non_null(strstr(rig.screen, "\"command\":\"soak 0 1s every"));
	assert_non_null(strstr(rig.screen, "\"rows\":[{\"since\":0.2"));
	rig_must("stop");
}

static void trials_from_one_on_are_listed(void **state)
{
	(void)state;

	rig_must("rfc2544 loss sizes 64 to 246913pps trial 50ms");
	rig_must("rfc2544 trials 6 --json");
	assert_non_null(strstr(rig.screen, "\"experiment\":\"rfc2544\""));
	assert_non_null(strstr(rig.screen, "\"trials\":[{\"trial\":6,"));
	assert_non_null(strstr(rig.screen, "{\"trial\":7,"));
	assert_null(strstr(rig.screen, "{\"trial\":5,"));
	rig_must("rfc2544 trials 8 --json");
	assert_non_null(strstr(rig.screen, "\"trials\":[]"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, dut_setup, dut_teardown)
	const struct CMUnitTest tests[] = {
		T(one_that_was_stopped_goes_on_where_it_was),
		T(what_was_told_of_trials_is_enough_to_go_on),
		T(steps_go_on_where_they_were),
		T(a_recovery_that_was_timed_is_not_timed_again),
		T(a_soak_goes_on_behind_its_rows),
		T(a_performance_test_goes_on_behind_its_rows),
		T(what_is_kept_of_a_performance_test_is_its_last_rows),
		T(what_a_client_keeps_of_a_soak_is_its_rows),
		T(trials_from_one_on_are_listed),
	};

	return cmocka_run_group_tests_name("resume", tests, NULL, NULL);
}
