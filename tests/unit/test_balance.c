/* SPDX-License-Identifier: BSD-3-Clause */
/* What is lost of frames that are signed: exactly that, at any moment. */
#include <stdio.h>
#include <string.h>

#include "dut_rig.h"

static struct pktgen *const pg = &rig.app.pktgen;

static const uint8_t stray[60] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 6};

static struct balance loss_now(unsigned port)
{
	struct balance l;

	balance_of_port(&rig.app, port, &l);
	return l;
}

/*
 * A thousand clears under traffic of frames that are lost, late and foreign. A
 * clear waits long for what is lost, so few of them have that.
 */
static void clears_under_traffic_are_exact(void **state)
{
	static const char *const ways[] = {
		"rate 0 1mpps; debt catchup",
		"reset; signature on; size imix; rate 0 200kpps",
		"stream 0.1 add; signature 0.1 on; rate 0 30kpps",
		"rate 0 3kpps; gap poisson",
	};
	struct host_faults *f = host_netdev_faults(rig.dev[1]);
	uint64_t seed = 11, had;
	char line[64];
	(void)state;

	rig_must("signature on");
	for (unsigned i = 0; i < 1000; i++) {
		const unsigned lose = i % 50 ? 0 : 2 + unit_random(&seed) % 50;

		if (i % 250 == 0)
			rig_must(ways[i / 250]);
		f->late = (unsigned)(unit_random(&seed) % 100);
		f->lose = lose;
		rig_must("start 0");
		rig_run(unit_random(&seed) % (2 * MS));
		f->lose = 0;
		rig_must("stats clear");
		f->lose = lose;
		had = f->nb_lost;
		host_loop_put(rig.dev[1], stray, sizeof(stray));
		rig_run(unit_random(&seed) % (2 * MS));
		rig_must("stop 0");
		snprintf(line, sizeof(line), "expect 0 lost = %llu",
			 (unsigned long long)(f->nb_lost - had));
		rig_must(line);
	}
}

/* Of 10,000 the wire loses each hundredth, and each view says so. */
static void every_view_says_it(void **state)
{
	const char *done;
	(void)state;

	rig_must("signature on; rate 10kpps; stats clear");
	host_netdev_faults(rig.dev[1])->lose = 1000;
	rig_must("start 0 count 10000");
	rig_run(2 * S);
	done = strstr(rig.screen, "done count=10000 ");
	assert_non_null(done);
	assert_non_null(strstr(done, " lost=10 VALID"));
	rig_must("expect 0 lost = 10; expect 0 loss = 0.1%; "
		 "expect 0 loss <= 0.1; expect 0 loss > 0.0999%; "
		 "expect 0.0 lost = 10; expect 1 lost = 0");
	assert_non_null(strstr(rig_ask("stats 0 --json", NULL),
			       "\"lost\":10,\"loss\":0.100}"));
	assert_non_null(strstr(rig_ask("stop 0 --json", NULL),
			       "\"lost\":10,\"loss\":0.100,\"verdict\":"
			       "\"valid\"}"));
	/* The next run has its own, the counters have both. */
	host_netdev_faults(rig.dev[1])->lose = 0;
	rig_must("start 0 count 10000; wait idle; expect 0 lost = 10; "
		 "expect 0 loss = 0.05%");
	assert_non_null(strstr(rig_ask("stop 0 --json", NULL),
			       "\"lost\":0,\"loss\":0.000,"));
}

/* What is under way is not lost; a number that is missing is. */
static void it_is_told_while_frames_go(void **state)
{
	(void)state;
	rig_must("signature on; rate 1kpps; start 0");
	host_netdev_faults(rig.dev[1])->late = 500;
	rig_run(S);
	rig_must("expect 0 lost = 0");
	host_netdev_faults(rig.dev[1])->late = 0;
	host_netdev_faults(rig.dev[1])->lose = 10;
	rig_run(S);
	rig_must("expect 0 lost >= 99; expect 0 lost <= 100; expect 0 loss > "
		 "4.9");
	rig_must("stop 0; expect 0 lost = 100");
}

static uint8_t kept[60];

static void keep(void *arg, const void *frame, size_t len)
{
	(void)arg;
	memcpy(kept, frame, MIN(len, sizeof(kept)));
}

/* Of the run before: neither ours, nor from elsewhere. */
static void each_that_came_is_of_one_kind(void **state)
{
	(void)state;
	rig_must("signature 0 on; rate 0 10kpps; verdict foreign 4%");
	host_netdev_tap(rig.dev[0], keep, NULL);
	rig_must("start 0 count 10; wait idle; stats clear");
	host_netdev_tap(rig.dev[0], NULL, NULL);
	rig_must("start 0 count 100");
	for (unsigned i = 0; i < 3; i++)
		host_loop_put(rig.dev[1], stray, sizeof(stray));
	host_loop_put(rig.dev[1], kept, sizeof(kept));
	rig_must("wait idle");
	assert_non_null(strstr(rig_ask("stats 1 balance --json", NULL),
			       "\"received\":104,\"looked_at\":104,"
			       "\"ours\":100,\"old\":1,\"foreign\":3,"));
	/* 3 of 104 are 2.9 %, 4 would be 3.8. */
	assert_non_null(strstr(rig_ask("verdict 0", NULL), "2.88%"));
	rig_must("stats clear");
	assert_non_null(strstr(rig_ask("stats 1 balance --json", NULL),
			       "\"ours\":0,\"old\":0,\"foreign\":0,"));
}

/* Neither 0 of what is lost, nor all of what came, nor negative. */
static void a_share_is_never_rounded_to_nothing(void **state)
{
	struct balance l = {
		.sent = 1000000000, .arrived = 999999999, .lost = 1};
	(void)state;

	assert_int_equal(balance_share_micro(1, 1000000000), 1);
	assert_int_equal(balance_share_milli(&l), 1);
	assert_int_equal(balance_share_micro(999999999, 1000000000), 99999999);
	l.lost = 999999999;
	assert_int_equal(balance_share_milli(&l), 99999);
	l.lost = 1000000000;
	assert_int_equal(balance_share_milli(&l), 100000);
	assert_int_equal(balance_share_micro(99, 1000), 9900000);
	assert_int_equal(balance_share_micro(1ull << 60, 1ull << 61), 50000000);
	assert_int_equal(balance_share_micro(0, 0), 0);
}

static void of_unsigned_frames_it_is_not_known(void **state)
{
	(void)state;
	rig_must("rate 10kpps; start 0 count 100; wait idle");
	assert_null(strstr(rig_ask("stats 0 --json", NULL), "\"lost\""));
	assert_non_null(strstr(rig_ask("expect 0 lost = 0", NULL),
			       "type 'signature 0 on'"));
	assert_non_null(
		strstr(rig_ask("expect 0 loss != 5", NULL), "ERR E_STATE"));
	/* Signed now, what went before counts for nothing. */
	rig_must("signature on; start 0 count 50; wait idle; "
		 "expect 0 lost = 0");
	assert_int_equal(loss_now(0).sent, 50);
	rig_must("signature off; start 0 count 7; wait idle; signature on; "
		 "expect 0 lost = 0");
	assert_int_equal(loss_now(0).sent, 50);
	/* Set while frames go, it is known from the next clear on. */
	rig_must("start 0; sleep 10ms; signature off; sleep 10ms; stop; "
		 "signature on");
	assert_false(loss_now(0).known);
	rig_must("stats clear; start 0 count 50; wait idle; "
		 "expect 0 lost = 0");
	/* Frames of mode null go nowhere. */
	rig_must("mode 0 null; start 0 count 50; wait idle; mode 0 tx; "
		 "expect 0 lost = 0");
	assert_int_equal(loss_now(0).sent, 50);
}

static void a_run_knows_its_own_across_a_clear(void **state)
{
	struct host_faults *f = host_netdev_faults(rig.dev[1]);
	(void)state;

	rig_must("signature on; rate 10kpps");
	f->lose = 100;
	rig_must("start 0 count 5000; sleep 100ms; stats clear; sleep 100ms; "
		 "stats clear");
	rig_run(S);
	rig_must("wait idle");
	assert_int_equal(f->nb_lost, 50);
	assert_non_null(strstr(rig_ask("stop 0 --json", NULL), "\"lost\":50,"));
	f->lose = 0;
	rig_must("stats clear; stop 0");
	assert_non_null(strstr(rig_ask("stop 0 --json", NULL), "\"lost\":50,"));
}

/* A busy host brings them late, but each: nothing is said to be lost. */
static void late_frames_are_not_lost(void **state)
{
	uint64_t seed = 7;
	(void)state;

	rig_must("signature on; rate 100kpps");
	for (int i = 0; i < 10; i++) {
		host_netdev_faults(rig.dev[1])->late =
			(unsigned)(unit_random(&seed) % 40000);
		rig_must("start 0 count 1000");
		for (int k = 0; !strstr(rig.screen, " done ") && k < 1000000;
		     k++)
			rig_step(20 * US);
		assert_non_null(strstr(rig.screen, " lost=0 "));
		host_loop_put(rig.dev[1], stray, sizeof(stray));
	}
	rig_must("expect 0 lost = 0");
}

/*
 * On a host that seldom runs us, others that bring our frames do not run,
 * either: what comes at one of the next looks was not lost for that.
 */
static void who_seldom_looks_calls_nothing_lost(void **state)
{
	(void)state;
	rig_must("signature on; rate 100kpps; start 0 count 1000; wait idle");
	for (unsigned i = 0; i < 5; i++) {
		host_netdev_faults(rig.dev[1])->late = 600;
		rig_must("start 0 count 100");
		rig_run(2 * MS);
		host_netdev_faults(rig.dev[0])->back_seed = 1;
		host_netdev_faults(rig.dev[0])->back =
			i % 2 ? BACK_LATE : BACK_AT_ONCE;
		while (!strstr(rig.screen, " done "))
			rig_step(300 * MS);
		assert_non_null(strstr(rig.screen, " lost=0 "));
		assert_null(strstr(rig.screen, "unaccounted"));
	}
	/* What does not come is lost all the same. */
	host_netdev_faults(rig.dev[1])->late = 0;
	host_netdev_faults(rig.dev[1])->lose = 10;
	rig_must("start 0 count 100");
	while (!strstr(rig.screen, " done "))
		rig_step(300 * MS);
	assert_non_null(strstr(rig.screen, " lost=10 "));
	host_netdev_faults(rig.dev[1])->lose = 0;
}

/* The wait begins anew with each frame that comes. */
static void as_long_as_some_come_none_is_lost(void **state)
{
	(void)state;
	dut.pps = 1000000;
	rig_must("signature 0 on; rate 0 1kpps; start 0 count 100; wait idle");
	dut.delay_ns = US;
	rig_must("start 0 count 20");
	for (int i = 1; !strstr(rig.screen, " done "); i++) {
		/* One each half of a second. */
		dut_line.held[dut_line.from % DUT_HELD].due_ns =
			i % 500 ? UINT64_MAX : 0;
		dut_line.held[(dut_line.from + 1) % DUT_HELD].due_ns =
			UINT64_MAX;
		rig_step(MS);
	}
	assert_int_equal(dut_line.from, dut_line.to);
	assert_non_null(strstr(rig.screen, " lost=0 "));
}

static void of_a_stream_that_is_removed_nothing_is_left(void **state)
{
	(void)state;
	rig_must("signature on; stream 0.1 add; signature 0.1 on; "
		 "rate 0.all 1kpps; start 0; sleep 10ms; stop");
	rig_must("expect 0.all lost = 0; stream 0.1 delete; "
		 "expect 0 lost = 0; start 0 count 5; wait idle; "
		 "expect 0 lost = 0");
	assert_non_null(strstr(rig_ask("stop 0 --json", NULL), "\"lost\":0,"));
	assert_false(pg->set[0].nb_streams > 1);
}

/* Of streams of which all is known, with large numbers. */
static void a_reply_holds_all_streams(void **state)
{
	(void)state;
	rig_must("stream 0.1-40 add; signature 0.all on; size 0 1518");
	rig_must("rate 0.all 20kpps; start 0 for 100ms; wait idle");
	rig_must("stats 0.all --json; stats 0.all balance --json; stats "
		 "all.all");
	rig_must("order 0.all --json; latency 0.all --json");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clears_under_traffic_are_exact),
		TEST(every_view_says_it),
		TEST(it_is_told_while_frames_go),
		TEST(each_that_came_is_of_one_kind),
		TEST(a_share_is_never_rounded_to_nothing),
		TEST(of_unsigned_frames_it_is_not_known),
		TEST(a_run_knows_its_own_across_a_clear),
		TEST(late_frames_are_not_lost),
		TEST(who_seldom_looks_calls_nothing_lost),
		cmocka_unit_test_setup_teardown(
			as_long_as_some_come_none_is_lost, dut_setup,
			dut_teardown),
		TEST(of_a_stream_that_is_removed_nothing_is_left),
		TEST(a_reply_holds_all_streams),
	};

	return cmocka_run_group_tests_name("balance", tests, NULL, NULL);
}
