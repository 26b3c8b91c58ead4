/* SPDX-License-Identifier: BSD-3-Clause */
/* Which core steps a worker: as it is set, and as what it does allows. */
#include "cores_run_rig.h"

/* Frames that nobody looks into are received where their queue is stepped. */
static void who_only_counts_receives_on_any_core(void **state)
{
	unsigned cores = 0;
	(void)state;

	open_with(4, 2);
	set_stream(0, unsigned_, 1000000);
	start(1, 40000, FLOW_NO_LIMIT);
	while (cores != 0xf) {
		run_for(100 * US);
		hold();
		assert_true(pktgen_active(&pg));
		cores = 0;
		for (unsigned i = 0; i < 4; i++)
			cores |= 1u << pg.worker[i]->core;
		let_go();
	}
	run_to_the_end(1);
	run_for(100 * MS);
	hold();
	assert_int_equal(pktgen_look(&pg, 0)->stats.tx_packets, 40000);
	assert_int_equal(pktgen_look(&pg, 1)->stats.rx_packets, 40000);
	let_go();
	assert_false(pktgen_others(&pg));
	close_all();
}

static void cores_are_as_they_were_set(void **state)
{
	static const unsigned wanted[][2] = {{0, 1}, {1, 1}, {1, 2}, {2, 8}};
	(void)state;

	for (unsigned i = 0; i < ARRAY_SIZE(wanted); i++) {
		open_with(4, 2);
		set_stream(0, NULL, 1000000);
		set_cores(1, wanted[i][0], wanted[i][1]);
		start(1, 1001, FLOW_NO_LIMIT);
		assert_int_equal(pktgen_worker(&pg, 0, 0)->core, wanted[i][0]);
		assert_int_equal(pktgen_worker(&pg, 0, 1)->core,
				 wanted[i][0] + (wanted[i][1] > 1));
		run_to_the_end(1);
		check_numbers(1001);
		close_all();
	}
}

static void what_is_shared_stays_with_cpu_0(void **state)
{
	(void)state;
	open_with(2, 2);
	set_stream(0, NULL, 1000000);
	set_cores(3, 1, 1);
	assert_int_equal(pktgen_core_need(&pg, 0), CORE_NEED_NOTHING);
	assert_int_equal(pktgen_core_need(&pg, 1), CORE_NEED_SIGNED);
	start(1, 20000, FLOW_NO_LIMIT);
	run_for(5 * MS);
	hold();
	assert_int_equal(pktgen_worker(&pg, 0, 0)->core, 1);
	assert_int_equal(pktgen_worker(&pg, 1, 0)->core, 0);
	assert_int_equal(pktgen_worker(&pg, 1, 1)->core, 0);
	/* Under way it comes back. */
	pktgen_set_mode(&pg, 1, MODE_RX | MODE_TX, now);
	let_go();
	assert_int_equal(pktgen_worker(&pg, 0, 0)->core, 0);
	run_to_the_end(1);
	check_numbers(20000);
	close_all();
}

/* Frames of one that forwards are in the rings of others. */
static void who_forwards_stays_with_cpu_0_until_frames_are_back(void **state)
{
	uint64_t sent;
	(void)state;

	open_with(2, 2);
	set_stream(0, unsigned_, 1000000);
	set_cores(3, 1, 1);
	hold();
	pktgen_set_mode(&pg, 2, MODE_TO(2), now);
	pktgen_start(&pg, 3, now);
	let_go();
	for (unsigned i = 0; i < 5; i++) {
		run_for(2 * MS);
		hold();
		assert_int_equal(pktgen_core_need(&pg, 0), CORE_NEED_FORWARD);
		assert_int_equal(pktgen_worker(&pg, 0, 0)->core, 0);
		let_go();
	}
	hold();
	pktgen_set_mode(&pg, 2, MODE_RX, now);
	/* The device of port 2 has some. */
	assert_true(pktgen_worker(&pg, 1, 0)->queue->nb_reflected);
	assert_int_equal(pktgen_core_need(&pg, 0), CORE_NEED_FORWARD);
	let_go();
	for (unsigned i = 0; pktgen_core_need(&pg, 0); i++) {
		assert_true(i < 1000);
		run_for(100 * US);
		hold();
		let_go();
	}
	assert_int_equal(pktgen_worker(&pg, 0, 0)->core, 1);
	hold();
	pktgen_stop(&pg, 3);
	let_go();
	run_to_the_end(3);
	run_for(MS);
	hold();
	sent = pktgen_look(&pg, 0)->stats.tx_packets;
	assert_int_equal(pktgen_look(&pg, 1)->stats.rx_packets, sent);
	sent = pktgen_look(&pg, 2)->stats.tx_packets;
	assert_true(sent > 1000);
	assert_int_equal(pktgen_look(&pg, 3)->stats.rx_packets, sent);
	assert_null(pktgen_worker(&pg, 1, 0)->forward);
	close_all();
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		TEST(who_only_counts_receives_on_any_core),
		TEST(cores_are_as_they_were_set),
		TEST(what_is_shared_stays_with_cpu_0),
		TEST(who_forwards_stays_with_cpu_0_until_frames_are_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
