/* SPDX-License-Identifier: BSD-3-Clause */
/* The tests of RFC 2544 on a device whose truth is known. */
#include "course_rig.h"

static void the_throughput_of_each_size(void **state)
{
	(void)state;

	rig_must("rfc2544 throughput sizes 64,imix,512 to 500kpps trial 20ms "
		 "width 1%");
	assert_int_equal(e()->nb_rows, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_in_range(at(i, "lower"), 121500000, 124000000);
		assert_string_equal(text(i, "note"), "-");
	}
	assert_non_null(strstr(rig.screen, "64:7,594:4,1518:1"));
	/* 64 bytes are 84 on the line, 123 kpps of 500 a quarter. */
	assert_in_range(at(0, "l1"), 81000, 84000);
	assert_in_range(at(0, "part"), 24000, 25000);
	rig_ask("size; rate 0; signature 0", NULL);
	assert_non_null(strstr(rig.screen, "size 0-1 64"));
	assert_non_null(strstr(rig.screen, "rate 0 max"));
	assert_non_null(strstr(rig.screen, "signature 0 off"));
}

static void repeats_have_a_spread(void **state)
{
	(void)state;

	rig_must("rfc2544 throughput sizes 64 to 500kpps trial 20ms width 1% "
		 "repeat 3");
	assert_int_equal(e()->nb_rows, 1);
	assert_int_equal(at(0, "repeats"), 3);
	assert_in_range(at(0, "spread"), 0, 1000);
}

static void loss_falls_with_the_rate(void **state)
{
	(void)state;

	rig_must("rfc2544 loss sizes 64 to 246913pps trial 50ms");
	/* 100, 90, 80, 70, 60 % and two without loss. */
	assert_int_equal(e()->nb_rows, 7);
	assert_in_range(at(0, "loss"), 49500, 50500);
	assert_in_range(at(2, "loss"), 37000, 38000);
	assert_int_equal(at(5, "part"), 50000);
	assert_int_equal(at(5, "lost"), 0);
	assert_int_equal(at(6, "lost"), 0);
}

static void latency_at_the_throughput_and_below(void **state)
{
	(void)state;

	rig_must("rfc2544 latency sizes 64,512 to 200kpps trial 20ms width 5%");
	assert_int_equal(e()->nb_rows, 10);
	assert_int_equal(at(0, "part"), 100000);
	assert_int_equal(at(0, "made"), 20);
	assert_int_equal(at(4, "part"), 0);
	assert_true(at(0, "min") <= at(0, "p50"));
	assert_true(at(0, "p50") <= at(0, "max"));
	/* 512 bytes take 409 ns on 10 Gbit/s. */
	assert_int_equal(at(5, "cut_through") - at(5, "mean"), 409);
}

static void a_burst_fills_the_queue(void **state)
{
	(void)state;

	dut.queue = 50;
	dut.pps = 100000;
	rig_must("rfc2544 back-to-back sizes 64 to 1mpps trial 20ms width 1% "
		 "repeat 3");
	assert_int_equal(e()->nb_rows, 1);
	/* A tenth of what comes leaves: 50 frames wait, 5 left. */
	assert_in_range(at(0, "frames"), 50, 62);
	assert_int_equal(at(0, "repeats"), 3);
	assert_in_range(at(0, "corrected"), at(0, "buffer") * 85 / 100,
			at(0, "buffer") * 95 / 100);
}

static void a_device_recovers(void **state)
{
	(void)state;

	rig_must("rfc2544 recovery sizes 64 to 500kpps trial 50ms width 1%");
	assert_int_equal(e()->nb_rows, 1);
	assert_true(at(0, "lost") > 0);
	assert_in_range(at(0, "recovery"), 0, 2 * MS);
}

static void plans_are_told_and_nothing_is_done(void **state)
{
	(void)state;

	rig_must("rfc2544 latency --plan --json");
	assert_null(e());
	assert_non_null(strstr(rig.screen, "\"size\":1518"));
	rig_must("search to 1mpps ndr pdr --plan");
	assert_null(e());
	assert_int_equal(dut.nb, 0);
}

/* What is foreseen is what comes, where the device bears half. */
static void what_is_foreseen_comes(void **state)
{
	uint64_t ns;
	(void)state;

	rig_must("rfc2544 throughput sizes 64,512 to 246913pps trial 50ms "
		 "width 1%");
	ns = e()->ended_ns - e()->began_ns;
	assert_in_range(e()->cost.ns, ns * 7 / 10, ns * 13 / 10);
}

/* `stats live` shows how far it is. */
static void a_page_shows_how_far_it_is(void **state)
{
	(void)state;

	rig_type("rfc2544 throughput sizes 64,128 to 500kpps trial 5s\r");
	rig_run(8 * S);
	rig_type("\x03");
	rig_run(10 * MS);
	rig_type("stats live\r");
	rig_run(1500 * MS);
	/* All of it on 80 columns, however many digits rates have. */
	assert_non_null(strstr(rig.screen, " s left: size 1 of 2, 123.4kpps, ? "
					   "to 124.1kpps"));
	rig_type("q");
	rig_must("rfc2544 stop");
}

/* Each stream has its share of the load. */
static void streams_share_a_load(void **state)
{
	struct pktgen_stream_view v[2];
	(void)state;

	rig_must("stream 0.1 add; rate 0.0 10kpps; rate 0.1 30kpps");
	rig_must("rfc2544 throughput sizes 64 to 400kpps trial 50ms width 1%");
	assert_in_range(at(0, "lower"), 121500000, 124000000);
	assert_in_range(e()->made[0].f.time[TRIAL_MAX], 0, MS);
	for (unsigned i = 0; i < 2; i++)
		pktgen_look_stream(&rig.app.pktgen, 0, i, &v[i]);
	assert_in_range(v[1].sent_signed * 1000 / v[0].sent_signed, 2980, 3020);
	rig_ask("rate", NULL);
	assert_non_null(strstr(rig.screen, "10kpps"));
	assert_non_null(strstr(rig.screen, "30kpps"));
}

/* One frame of three is nobody's, so no trial can be trusted. */
static void a_trial_is_made_again_as_often_as_is_set(void **state)
{
	static const struct {
		const char *set;
		unsigned trials;
	} is[] = {{"verdict", 4},
		  {"verdict again 0", 1},
		  {"verdict again 5", 6},
		  {"reset", 4}};

	(void)state;
	dut.foreign = 2;
	for (unsigned i = 0; i < 4; i++) {
		rig_must(is[i].set);
		rig_ask("mode 0 tx; mode 1 rx; sweep trial 5ms rate 10kpps",
			NULL);
		assert_int_equal(e()->state, EXPERIMENT_INVALID);
		assert_int_equal(e()->nb_trials, is[i].trials);
	}
}

/* Streams that have no rates share that of their port by their weights. */
static void streams_share_a_rate(void **state)
{
	(void)state;

	rig_must("stream 0.1 add; weight 0.1 3");
	rig_must("rfc2544 throughput sizes 64 to 10kpps trial 100ms learn 0");
	rig_must("expect 0.0 tx.packets = 250; expect 0.1 tx.packets = 750");
	rig_must("rate 0.0 2kpps; rate 0.1 500pps");
	rig_must("rfc2544 throughput sizes 64 to 10kpps trial 100ms learn 0");
	rig_must("expect 0.0 tx.packets = 800; expect 0.1 tx.packets = 200");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, dut_setup, dut_teardown)
	const struct CMUnitTest tests[] = {
		T(the_throughput_of_each_size),
		T(repeats_have_a_spread),
		T(loss_falls_with_the_rate),
		T(latency_at_the_throughput_and_below),
		T(a_burst_fills_the_queue),
		T(a_device_recovers),
		T(plans_are_told_and_nothing_is_done),
		T(what_is_foreseen_comes),
		T(a_page_shows_how_far_it_is),
		T(streams_share_a_load),
		T(a_trial_is_made_again_as_often_as_is_set),
		T(streams_share_a_rate),
	};

	return cmocka_run_group_tests_name("rfc2544", tests, NULL, NULL);
}
