/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Workers on several cores, each a thread: a stream is the one that one core
 * would send; nobody steps while all stand; and who touches a worker that is
 * another's is found.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cores_run_rig.h"

/* ---- The tests ----------------------------------------------------------- */

static void a_count_is_exact_on_two_cores(void **state)
{
	static const uint64_t counts[] = {1, 64, 65, 1001, 20000};
	struct pktgen_stream_view v;
	(void)state;

	for (unsigned cores = 2; cores <= 4; cores++)
		for (unsigned i = 0; i < ARRAY_SIZE(counts); i++) {
			open_with(cores, 2 + i % 3);
			set_stream(0, NULL, i & 1 ? 0 : 4000000);
			start(1, counts[i], FLOW_NO_LIMIT);
			assert_int_equal(pktgen_worker(&pg, 0, 1)->core, 1);
			run_to_the_end(1);
			check_numbers(counts[i]);
			hold();
			pktgen_look_stream(&pg, 0, 0, &v);
			assert_int_equal(v.sent.packets, counts[i]);
			assert_int_equal(v.received.packets, counts[i]);
			assert_int_equal(v.order.lost, 0);
			assert_int_equal(v.order.duplicate, 0);
			assert_int_equal(v.order.reordered, 0);
			let_go();
			close_all();
		}
}

static void a_rate_is_that_of_the_sum_of_two_cores(void **state)
{
	unsigned of[4] = {0};
	(void)state;

	open_with(2, 2);
	set_stream(0, four_hosts, 200000);
	start(1, FLOW_NO_LIMIT, S / 4);
	run_to_the_end(1);
	check_numbers(50000);
	for (unsigned i = 0; i < 50000; i++)
		of[to_host[i] & 3]++;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(of[i], 12500);
	hold();
	for (unsigned q = 0; q < 2; q++)
		assert_in_range(pktgen_look_queue(&pg, 0, q)->stats.tx_packets,
				25000 - 64, 25000 + 64);
	close_all();
}

/* Two cores send for port 0, as fast as they can. */
static void send_to_nobody(void)
{
	open_with(2, 2);
	set_stream(0, unsigned_, 0);
	pktgen_set_mode(&pg, 1, MODE_TX | MODE_NULL, now);
	hold();
	pktgen_start(&pg, 1, now);
	let_go();
}

static void while_all_stand_nothing_moves(void **state)
{
	uint64_t sent, had = 0;
	(void)state;

	send_to_nobody();
	for (unsigned i = 0; i < 20 || had < 100000; i++) {
		hold();
		sent = pktgen_look_queue(&pg, 0, 1)->stats.tx_packets;
		usleep(100);
		assert_int_equal(pktgen_look_queue(&pg, 0, 1)->stats.tx_packets,
				 sent);
		let_go();
		assert_true(sent >= had);
		had = sent;
	}
	close_all();
}

/*
 * One that comes to stand late was not run: that is no time to wait for frames,
 * and the others are left alone for so much longer.
 */
static void who_stands_late_is_left_alone(void **state)
{
	uint64_t away_ns, from_ns;
	(void)state;

	send_to_nobody();
	/* One that comes at once is asked again. */
	for (;;) {
		step();
		from_ns = pg.core.now_ns;
		if (!pktgen_hold(&pg))
			break;
		let_go();
	}
	away_ns = pg.core.away_ns;
	for (unsigned i = 0; i < 30; i++) {
		host_clock_set(now += MS / 2);
		pktgen_step(&pg, now);
	}
	hold();
	assert_in_range(pg.core.away_ns - away_ns, 14 * MS, now - from_ns - MS);
	let_go();
	assert_int_equal(pktgen_calm_ns(&pg), now + 50 * MS);
	while (pktgen_calm_ns(&pg) > now + MS)
		run_for(MS);
	close_all();
}

/* Frames that do not come, and a host that has hardly run us until then. */
static void the_wait_for_what_does_not_come_ends(void **state)
{
	uint64_t until_ns;
	(void)state;

	open_with(2, 2);
	set_stream(0, unsigned_, 100000);
	host_netdev_faults(dev[1])->late = 1u << 30;
	start(1, 100, FLOW_NO_LIMIT);
	for (until_ns = now + 20 * MS; now < until_ns;)
		step();
	pg.core.away_ns = pg.core.now_ns - MS;
	for (until_ns = now + 2 * REST_PATIENCE_NS; now < until_ns;) {
		hold();
		if (pktgen_drained(&pg, 1, now))
			break;
		let_go();
		run_for(MS);
	}
	assert_true(now < until_ns);
	assert_int_equal(nb_seen, 100);
	let_go();
	close_all();
}

static void what_is_set_under_way_loses_nothing(void **state)
{
	struct pktgen_stream_view v;
	uint64_t seed = 11, skipped;
	(void)state;

	open_with(3, 3);
	set_stream(0, NULL, 300000);
	hold();
	pktgen_start(&pg, 1, now);
	let_go();
	for (unsigned i = 0; i < 100; i++) {
		const struct subjects on = subjects_of(1);

		run_for(unit_random(&seed) % (300 * US));
		hold();
		switch (i % 5) {
		case 0:
			set_stream(0, NULL,
				   100000 + unit_random(&seed) % 400000);
			break;
		case 1:
			pktgen_pause_streams(&pg, &on, now);
			break;
		case 2:
			pktgen_resume_streams(&pg, &on, now);
			break;
		case 3:
			set_cores(1, (unsigned)unit_random(&seed) % 3, 3);
			break;
		default:
			set_cores(1, 0, 0);
		}
		let_go();
	}
	hold();
	pktgen_stop(&pg, 1);
	let_go();
	run_to_the_end(1);
	hold();
	pktgen_look_stream(&pg, 0, 0, &v);
	skipped = v.sent.skipped;
	assert_int_equal(skipped, 0);
	assert_int_equal(v.sent.packets, nb_seen);
	assert_int_equal(v.received.packets, nb_seen);
	assert_int_equal(v.order.lost, 0);
	assert_int_equal(v.order.duplicate, 0);
	for (uint64_t i = 0; i < NUMBERS; i++)
		assert_true(times[i] <= 1);
	close_all();
}

/* Clocks that are one do not disagree. */
static void clocks_are_compared(void **state)
{
	(void)state;
	open_with(3, 1);
	for (unsigned i = 1; i < 3; i++) {
		assert_int_equal(pg.cores->cpu[i]->apart.ahead_ns, 0);
		assert_int_equal(pg.cores->cpu[i]->apart.error_ns, 0);
	}
	close_all();
}

/* In a process of its own, which is to end by a signal. */
static void must_crash(void (*f)(void))
{
	int status = 0;
	const pid_t pid = fork();

	if (!pid) {
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		f();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void step_anothers(void)
{
	worker_step(pktgen_worker(&pg, 0, 1), now);
}

static void order_anothers(void)
{
	worker_look(pktgen_worker(&pg, 0, 1));
}

static void who_touches_anothers_worker_is_found(void **state)
{
	(void)state;
	send_to_nobody();
	assert_int_equal(pktgen_worker(&pg, 0, 1)->core, 1);
	must_crash(step_anothers);
	must_crash(order_anothers);
	close_all();
}

/* Though it stood for long within a step, and that is seen later. */
static void no_core_is_busier_than_always(void **state)
{
	struct core_load l = {.milli = CORE_LOAD_UNKNOWN};
	(void)state;

	core_load_step(&l, S / 2, true);
	core_load_look(&l, S);
	assert_int_equal(l.milli, CORE_LOAD_UNKNOWN);
	core_load_look(&l, 3 * S);
	assert_int_equal(l.milli, 0);
	core_load_step(&l, 7 * S / 2, false);
	core_load_look(&l, 4 * S);
	assert_int_equal(l.milli, 1000);
	core_load_step(&l, 4 * S, true);
	core_load_step(&l, 9 * S / 2, false);
	core_load_look(&l, 5 * S);
	assert_int_equal(l.milli, 500);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_count_is_exact_on_two_cores),
		TEST(a_rate_is_that_of_the_sum_of_two_cores),
		TEST(while_all_stand_nothing_moves),
		TEST(who_stands_late_is_left_alone),
		TEST(the_wait_for_what_does_not_come_ends),
		TEST(what_is_set_under_way_loses_nothing),
		TEST(clocks_are_compared),
		cmocka_unit_test(no_core_is_busier_than_always),
		TEST(who_touches_anothers_worker_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
