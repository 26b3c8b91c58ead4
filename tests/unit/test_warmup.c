/* SPDX-License-Identifier: BSD-3-Clause */
/* A warm-up before each trial: a device is cold whenever it has rested. */
#include "course_rig.h"

#include <stdio.h>

static int cold_setup(void **state)
{
	dut_setup(state);
	dut.cold_ns = 4 * MS;
	return 0;
}

/* Each of these says what is known of it with a warm-up, and without not. */
static void is_known(const char *line, const char *key, uint64_t least,
		     uint64_t most)
{
	char warm[128];

	rig_must(line);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_false(e()->nb_rows && at(0, key) >= least && at(0, key) <= most);
	snprintf(warm, sizeof(warm), "%s warmup 10ms", line);
	rig_must(warm);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_in_range(at(0, key), least, most);
}

static void rates_of_a_cold_device(void **state)
{
	(void)state;

	is_known("rfc2544 throughput sizes 64 to 500kpps trial 20ms width 1%",
		 "lower", 121500000, 124000000);
	is_known("rfc2544 loss sizes 64 to 246912pps trial 20ms step 50%",
		 "loss", 49700, 50300);
	is_known("rfc2544 latency sizes 64 to 500kpps trial 20ms width 1%",
		 "rate", 121500000, 124000000);
}

/* Before a burst what came before has left the queue. */
static void a_burst_finds_an_empty_queue(void **state)
{
	(void)state;

	dut.queue = 50;
	dut.pps = 10000;
	rig_must("rfc2544 back-to-back sizes 64 to 1mpps trial 20ms width 1% "
		 "settle 8ms repeat 3 warmup 10ms");
	assert_in_range(at(0, "frames"), 50, 72);
	/* It is warmed up for a time, not by a burst. */
	assert_true(dut.nb > 200000);
}

static void steps_of_a_cold_device(void **state)
{
	(void)state;

	is_known("ramp 100kpps 110kpps over 40ms steps 2", "lost", 0, 0);
	rig_must("rate 0 50kpps");
	is_known("soak 30ms every 10ms", "lost", 0, 0);
	is_known("y1564 configuration time 20ms", "lost", 0, 0);
	is_known("y1564 performance time 20ms", "lost", 0, 0);
	rig_must("sweep trial 20ms warmup 10ms rate 10kpps 20kpps");
	assert_int_equal(at(0, "lost"), 0);
	rig_must("search to 500kpps trial 20ms width 1% warmup 10ms ndr");
	assert_in_range(at(0, "lower"), 121500000, 124000000);
}

/* Rows of a soak are of its own time, and the whole of it. */
static void a_soak_begins_behind_its_warm_up(void **state)
{
	(void)state;

	rig_must("rate 0 50kpps");
	rig_must("soak 100ms every 20ms warmup 50ms");
	assert_int_equal(e()->nb_rows, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_in_range(at(i, "offered"), 950, 1050);
		assert_int_equal(at(i, "lost"), 0);
	}
	assert_int_equal(e()->made[0].t.offered, 5000);
}

/*
 * More than the device bears: frames of the warm-up wait in its queue, and come
 * in the trial. They are neither of it, nor foreign, nor lost; and it is VALID.
 */
static void what_is_sent_to_warm_up_does_not_count(void **state)
{
	const struct experiment_trial *t;
	(void)state;

	dut.cold_ns = 0;
	dut.delay_ns = 2 * MS;
	rig_must("ramp 200kpps 100kpps over 40ms steps 2 warmup 10ms");
	t = e()->made;
	assert_int_equal(e()->nb_trials, 2);
	assert_int_equal(e()->nb_repeated, 0);
	/* 20 and 10 ms of each rate. */
	assert_in_range(dut.nb, 8900, 9000);
	assert_int_equal(t[0].t.offered, 4000);
	assert_in_range(t[0].t.lost, 4000 - 2480, 4000 - 2440);
	assert_int_equal(t[1].t.offered, 2000);
	assert_int_equal(t[1].t.lost, 0);
	assert_true(t[0].grade == VERDICT_VALID && t[1].grade == VERDICT_VALID);
	rig_ask("stats balance --json", NULL);
	assert_non_null(strstr(rig.screen, "\"lost\":0"));
	assert_non_null(strstr(rig.screen, "\"foreign\":0"));
}

static void to_the_begin_of_a_warm_up(void)
{
	while (!e()->trial.ask.then_ns || !e()->trial.warms)
		rig_step(20 * US);
}

/* All of the warm-up is at the first rate, also past the time of that. */
static void a_second_rate_comes_behind_the_warm_up(void **state)
{
	uint64_t pps, had, nb;
	(void)state;

	rig_send("rfc2544 recovery sizes 64 to 500kpps trial 20ms width 1% "
		 "warmup 60ms repeat 2");
	for (unsigned i = 0; i < 2; i++) {
		to_the_begin_of_a_warm_up();
		had = dut.nb;
		pps = e()->trial.ask.load / 1000;
		while (e()->trial.warms)
			rig_step(20 * US);
		assert_in_range(dut.nb - had, pps * 6 / 100 - 50,
				pps * 6 / 100 + 1);
		had = dut.nb;
		nb = e()->nb_trials;
		while (e()->nb_trials == nb)
			rig_step(20 * US);
		assert_in_range(dut.nb - had, pps * 3 / 100 - 50,
				pps * 3 / 100 + 50);
		assert_in_range(e()->made[nb].recovery_ns, 0, 2 * MS);
		assert_int_equal(e()->made[nb].grade, VERDICT_VALID);
	}
	while (e()->state == EXPERIMENT_RUNS)
		rig_step(20 * US);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_int_equal(at(0, "repeats"), 2);
}

static const char *progress(void)
{
	static char text[EXPERIMENT_PROGRESS_MAX];

	experiment_progress(e(), rig.now, text, sizeof(text));
	return text;
}

/* What it does besides trials, and how many trials there are. */
static void what_it_does_is_told(void **state)
{
	(void)state;

	rig_send("rfc2544 throughput sizes 64 to 10kpps trial 100ms learn 100 "
		 "warmup 50ms");
	rig_run(50 * MS);
	assert_non_null(strstr(progress(), "left: learning, 1kpps"));
	rig_run(100 * MS);
	assert_non_null(strstr(progress(), "left: warm-up, 10kpps"));
	rig_run(50 * MS);
	assert_non_null(strstr(progress(), "left: 10kpps"));
	while (e()->state == EXPERIMENT_RUNS)
		rig_step(20 * US);
	assert_string_equal(progress(), "writes its result");
	rig_run(MS);
}

static void a_warm_up_is_foreseen_and_told(void **state)
{
	(void)state;

	/* Of three the loss would be waited for. */
	rig_must("ramp 10kpps 20kpps over 40ms steps 4 warmup 25ms --plan");
	assert_non_null(strstr(rig.screen, "warmup 25ms"));
	assert_non_null(strstr(rig.screen, "0.200 s"));
	rig_send("ramp 10kpps 20kpps over 4s steps 4 warmup 2s");
	rig_run(500 * MS);
	assert_true(e()->trial.warms);
	assert_in_range(experiment_left_ns(e(), rig.now), 11400 * MS,
			11600 * MS);
	rig_type("\x03");
	rig_run(MS);
	rig_must("ramp stop");
	rig_run(MS);
	rig_must("ramp 10kpps 20kpps over 40ms steps 4 warmup 25ms");
	rig_must("results ramp-1 --json");
	assert_non_null(strstr(rig.screen, "\"warmup\":0.025"));
}

/* It goes on with what it was asked for. */
static void one_that_is_resumed_warms_up(void **state)
{
	(void)state;

	rig_send("ramp 10kpps 90kpps over 200ms steps 5 warmup 10ms");
	while (!e() || e()->nb_trials < 3)
		rig_step(20 * US);
	rig_type("\x03");
	rig_must("ramp stop");
	rig_run(50 * MS);
	rig_must("ramp resume ramp-1");
	rig_run(200 * MS);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_int_equal(e()->nb_rows, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(at(i, "lost"), 0);
}

/* Who stops it, or sets its ports, ends it in its warm-up as well. */
static void others_end_it_in_its_warm_up(void **state)
{
	static const char *const how[] = {"stop 0", "rate 0 5kpps",
					  "stats clear"};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(how); i++) {
		rig_send("soak 1s warmup 1s");
		rig_run(100 * MS);
		assert_true(e()->trial.warms);
		rig_type("\x03");
		rig_run(MS);
		rig_must(how[i]);
		rig_run(10 * MS);
		assert_int_equal(e()->state,
				 i ? EXPERIMENT_CHANGED : EXPERIMENT_STOPPED);
		assert_int_equal(pktgen_look(&rig.app.pktgen, 0)->state,
				 WORKER_IDLE);
		rig_must("rate 0 50kpps");
	}
}

int main(void)
{
#define T(name, how) \
	cmocka_unit_test_setup_teardown(name, how##_setup, dut_teardown)
	const struct CMUnitTest tests[] = {
		T(rates_of_a_cold_device, cold),
		T(a_burst_finds_an_empty_queue, dut),
		T(steps_of_a_cold_device, cold),
		T(a_soak_begins_behind_its_warm_up, cold),
		T(what_is_sent_to_warm_up_does_not_count, dut),
		T(a_second_rate_comes_behind_the_warm_up, dut),
		T(a_warm_up_is_foreseen_and_told, dut),
		T(what_it_does_is_told, dut),
		T(one_that_is_resumed_warms_up, cold),
		T(others_end_it_in_its_warm_up, dut),
	};

	return cmocka_run_group_tests_name("warm-up", tests, NULL, NULL);
}
