/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What makes a run SUSPECT or INVALID: each reason is provoked, and named; and
 * what is lost is told, never wrongly, whatever else comes on the wire.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dut_rig.h"

static struct pktgen *const pg = &rig.app.pktgen;

static void check_grade(const char *grade, const char *why)
{
	char line[96];

	if (why[0]) {
		snprintf(line, sizeof(line), "port 0 %s: ", grade);
		if (!strstr(rig.screen, line) || !strstr(rig.screen, why))
			fail_msg("no '%s' with '%s' in: %s", line, why,
				 rig.screen);
	}
	for (char *c = strcpy(line, grade); *c; c++)
		*c |= 0x20;
	memmove(line + 24, line, strlen(line) + 1);
	memcpy(line, "expect 0 verdict = ", 19);
	memmove(line + 19, line + 24, strlen(line + 24) + 1);
	rig_must(line);
}

/* Until the run's notice, by steps of this length. */
static void until_done(uint64_t step_ns)
{
	for (int i = 0; i < 1000000 && !strstr(rig.screen, " done "); i++)
		rig_step(step_ns);
	assert_non_null(strstr(rig.screen, " done "));
}

static void a_clean_run_is_valid(void **state)
{
	static const char *const runs[] = {
		"start 0 count 1000",
		"start 0 for 100ms",
		"rate 10kpps; start 0 count 1000",
		"start 0 for 100ms",
		"signature on; start 0 count 1000",
		"gap poisson; start 0 count 1000",
		"gap burst 32; start 0 for 100ms",
		"size imix; start 0 count 1200",
		"rate max; start 0 count 5000",
		"mode all txrx; rate 3kpps; start count 300",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		rig_must(runs[i]);
		until_done(20 * US);
		assert_non_null(strstr(rig.screen, " VALID"));
		rig_must("wait idle; expect 0 verdict = valid; verdict check");
	}
	rig_must("mode 1 rx; start 0; sleep 50ms; stop; verdict check");
}

/* There is none before the first run, and while one goes on. */
static void it_comes_with_the_end(void **state)
{
	(void)state;
	rig_must("expect 0 verdict = none; verdict check");
	rig_must("rate 1kpps; start 0; expect 0 verdict = none; stop 0");
	rig_must("expect 0 verdict = valid; expect 1 verdict = none");
}

/* 1 s was asked for, and 1.7 s needed. */
static void a_run_that_is_stretched_is_invalid(void **state)
{
	(void)state;
	rig_must("rate 10kpps; verdict gap 1h; verdict lag 1h; "
		 "verdict rate 100%; start 0 count 10000");
	rig_run(100 * MS);
	rig_step(810 * MS);
	until_done(20 * US);
	check_grade("INVALID", "took 1709.");
	assert_non_null(strstr(rig_ask("verdict 0", NULL), "time"));
	/* Held back by others, it is not. */
	rig_must("wait idle; start 0 count 5000; sleep 100ms");
	host_netdev_faults(rig.dev[1])->late = 10000;
	rig_must("stats 1 clear");
	host_netdev_faults(rig.dev[1])->late = 0;
	rig_must("wait idle; expect 0 verdict = valid");
}

static void what_was_not_sent_at_its_rate(void **state)
{
	(void)state;
	rig_must("rate 10kpps; verdict gap 1h; verdict lag 1h; "
		 "start 0 for 10s");
	rig_run(100 * MS);
	rig_step(400 * MS);
	until_done(20 * US);
	check_grade("SUSPECT", "2.99% of the frames asked for not sent");
	rig_must("wait idle; verdict rate 5%; expect 0 verdict = valid; "
		 "verdict rate 0.1%; expect 0 verdict = invalid");
	/* At full speed nothing is asked for. */
	rig_must("reset; rate max; verdict gap 1h; start 0");
	rig_run(10 * MS);
	rig_step(400 * MS);
	rig_must("stop; expect 0 verdict = valid");
}

static void the_ring_is_full(void **state)
{
	(void)state;
	rig_must("rate 1mpps; verdict lag 1h; verdict rate 100%; "
		 "verdict gap 1h; start 0");
	for (int i = 0; i < 100; i++) {
		host_netdev_faults(rig.dev[0])->full = i % 10 < 3;
		rig_run(MS);
	}
	host_netdev_faults(rig.dev[0])->full = 0;
	rig_run(MS);
	rig_send("stop");
	rig_run(10 * MS);
	check_grade("SUSPECT", "ring full ");
	/* At full speed it is always. */
	rig_must("rate max; start 0; sleep 10ms; stop; "
		 "expect 0 verdict = valid");
}

static void frames_left_late(void **state)
{
	(void)state;
	rig_must("rate 1kpps; verdict gap 1h; verdict lag 10ms; start 0");
	rig_run(10 * MS);
	rig_step(15 * MS);
	rig_run(10 * MS);
	rig_send("stop");
	rig_run(10 * MS);
	check_grade("SUSPECT", "frames up to 14.");
	rig_must("verdict lag 1ms; expect 0 verdict = invalid; "
		 "verdict lag 20ms; expect 0 verdict = valid");
}

/* A machine that was stopped for 5 s. */
static void the_clock_jumps(void **state)
{
	const struct stats *s = &pktgen_worker(pg, 0, 0)->stats;
	(void)state;

	rig_must("rate 10kpps; start 0 for 10s");
	rig_run(100 * MS);
	rig_step(5 * S);
	until_done(20 * US);
	check_grade("INVALID",
		    "48.9% of the frames asked for not sent (and 2 more)");
	assert_int_equal(s->tx_packets + s->tx_skipped, 100000);
	/* Of no other run. */
	assert_non_null(strstr(rig_ask("verdict 0", NULL), "5000.000ms"));
	rig_must("verdict gap 400ms; verdict rate 100%; verdict lag 1h");
	assert_non_null(strstr(rig_ask("verdict check", NULL),
			       "INVALID: machine stood still for 5000.000ms"));
	rig_must("reset; start 0 count 10; wait idle; verdict check");
	rig_step(5 * S);
	rig_must("start 0 count 10; wait idle; verdict check");
}

static void buffers_are_short(void **state)
{
	(void)state;
	rig_must("start 0");
	host_netdev_faults(rig.dev[1])->underrun = 1;
	rig_run(MS);
	host_netdev_faults(rig.dev[1])->underrun = 0;
	rig_send("stop");
	rig_run(10 * MS);
	check_grade("SUSPECT", "times receive buffers were short: ");
}

static void the_device_keeps_frames(void **state)
{
	(void)state;
	if (!port_can_reap())
		return;
	host_netdev_faults(rig.dev[0])->hold = 5;
	rig_must("start 0 count 100");
	until_done(50 * US);
	check_grade("INVALID", "frames unaccounted for: 5");
	host_netdev_faults(rig.dev[0])->hold = 0;
}

static void the_device_fails(void **state)
{
	(void)state;
	host_netdev_faults(rig.dev[0])->tx = -EIO;
	rig_send("start 0 count 100");
	rig_run(10 * MS);
	check_grade("INVALID", "times the device failed or stalled: 1");
}

static void frames_from_elsewhere(void **state)
{
	uint8_t frame[60] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 6};
	(void)state;

	rig_must("signature on; rate 10kpps; start 0 count 1000");
	for (int i = 0; i < 50; i++) {
		rig_run(MS);
		host_loop_put(rig.dev[1], frame, sizeof(frame));
	}
	until_done(20 * US);
	check_grade("SUSPECT", "4.76% of what came is from elsewhere");
	rig_must("wait idle; expect 0 lost = 0; expect 0 loss = 0");
	/* Unsigned ones of ours are none; of unsigned runs nobody knows. */
	rig_must("mode all txrx; signature 1 off; rate 1kpps; "
		 "start count 100; wait idle; expect 0 verdict = valid");
}

/* Steps of 50 us are a floor of 51.199 us; this wire takes 40. */
static void latency_is_within_the_floor(void **state)
{
	(void)state;
	dut.pps = 1000000;
	dut.delay_ns = US;
	rig_must("signature 0 on; rate 0 10kpps; start 0 count 1000; "
		 "wait idle; expect 0 verdict = valid");
	/* Nobody asked what is not known of times. */
	assert_non_null(strstr(rig_ask("verdict 0", NULL), "floor        0%"));
	rig_send("calibrate 10ms");
	for (int i = 0; i < 300; i++)
		rig_step(50 * US);
	rig_must("start 0 count 1000; wait idle");
	rig_must("expect 0 verdict = suspect");
	assert_non_null(
		strstr(rig_ask("verdict 0", NULL), "floor        127%"));
	/* As the times of the run are, not those of runs before. */
	dut.delay_ns = 960 * US;
	rig_must("start 0 count 1000; wait idle; expect 0 verdict = valid");
	assert_non_null(
		strstr(rig_ask("verdict 0", NULL), "floor        5.22%"));
	rig_must("verdict floor 5%; expect 0 verdict = suspect");
	rig_ask("start 0 count 100; sleep 100ms", NULL);
	check_grade("SUSPECT", "floor is 5.22% of the mean latency");
	rig_must("verdict floor 0.01%; expect 0 verdict = suspect; "
		 "verdict floor 6%; expect 0 verdict = valid");
	/* Without a time there is nothing to trust. */
	rig_must("signature 0 off; verdict floor 0%; start 0 count 100; "
		 "wait idle; expect 0 verdict = valid");
	/* A stream's times are of the run, also once it is not there. */
	rig_must("signature 0 on; verdict floor 10%; start 0 count 1000; "
		 "wait idle; expect 0 verdict = valid");
	rig_must("stream 0.1 add; signature 0.1 on; rate 0.1 10kpps; "
		 "start 0 count 1000; wait idle; start 0 count 1000; "
		 "sleep 50ms; stream 0.1 delete; wait idle");
	assert_non_null(
		strstr(rig_ask("verdict 0", NULL), "floor        5.22%"));
	rig_must("start 0 count 1000; sleep 50ms; signature 0 off; "
		 "signature 0 on; wait idle");
	assert_non_null(
		strstr(rig_ask("verdict 0", NULL), "floor        5.22%"));
	/* Nor does a run know times from before it was cleared. */
	rig_must("signature 0 on; verdict floor 2%; start 0 count 2000; "
		 "sleep 20ms; stats clear");
	dut.delay_ns = 4960 * US;
	rig_must("wait idle; expect 0 verdict = valid");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_clean_run_is_valid),
		TEST(it_comes_with_the_end),
		TEST(a_run_that_is_stretched_is_invalid),
		TEST(what_was_not_sent_at_its_rate),
		TEST(the_ring_is_full),
		TEST(frames_left_late),
		TEST(the_clock_jumps),
		TEST(buffers_are_short),
		TEST(the_device_keeps_frames),
		TEST(the_device_fails),
		TEST(frames_from_elsewhere),
		cmocka_unit_test_setup_teardown(latency_is_within_the_floor,
						dut_setup, dut_teardown),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
