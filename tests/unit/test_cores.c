/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Workers on several cores, each a thread: a stream is the one that one core
 * would send; nobody steps while all stand; and who touches a worker that is
 * another's is found.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cores_rig.h"

#define NUMBERS 100000

static unsigned steps;

/* Of port 0's stream, by number: how often it was on the wire, and where to. */
static uint8_t times[NUMBERS], to_host[NUMBERS];
static uint64_t nb_seen;

/* By whichever core sends, so no check is made here. */
static void seen(void *arg, const void *frame, size_t len)
{
	struct signature sign;
	(void)arg;

	__atomic_add_fetch(&nb_seen, 1, __ATOMIC_RELAXED);
	if (!signature_get((const uint8_t *)frame + len - SIGNATURE_LEN,
			   &sign) ||
	    sign.seq >= NUMBERS)
		return;
	times[sign.seq]++;
	to_host[sign.seq] = ((const uint8_t *)frame)[33];
}

static void open_with(unsigned cores, unsigned queues)
{
	open_ports(cores, queues);
	host_netdev_tap(dev[0], seen, NULL);
	memset(times, 0, sizeof(times));
	nb_seen = 0;
	pktgen_start_cores(&pg, entry);
	assert_int_equal(pktgen_cores(&pg), cores);
}

/* ---- Time ---------------------------------------------------------------- */

static void step(void)
{
	host_clock_set(now += US);
	pktgen_step(&pg, now);
}

static void hold(void)
{
	/* Time passes slowly, for one that halts: none is to fall behind. */
	for (unsigned i = 1; !pktgen_hold(&pg); i++) {
		if (!(i % 16))
			step();
		ukarch_spinwait();
	}
	now = pktgen_time(&pg, now);
}

static void let_go(void)
{
	pktgen_let_go(&pg, now);
}

static void run_for(uint64_t ns)
{
	const uint64_t until_ns = now + ns;

	while (now < until_ns) {
		step();
		if (steps++ % 64)
			continue;
		hold();
		let_go();
	}
}

static void run_to_the_end(uint64_t mask)
{
	for (int i = 0;; i++) {
		bool over;

		assert_true(i < 3000000);
		hold();
		over = pktgen_drained(&pg, mask, now);
		let_go();
		if (over)
			return;
		run_for(20 * US);
	}
}

/* ---- Streams ------------------------------------------------------------- */

static void set_stream(unsigned port, void (*edit)(struct stream *s),
		       uint64_t pps)
{
	struct stream s = *pktgen_stream(&pg, port, 0);
	struct pktgen_fault fault;

	s.rate = (struct rate){pps ? RATE_PPS : RATE_MAX, pps * 1000000};
	s.sign = true;
	stream_set_size(&s, 100);
	if (edit)
		edit(&s);
	assert_int_equal(pktgen_try_stream(&pg, port, 0, &s, &fault), 0);
	pktgen_take_stream(&pg, port, 0, &s, now);
}

static void unsigned_(struct stream *s)
{
	s->sign = false;
}

static void four_hosts(struct stream *s)
{
	set_field(s, "ipv4.dst", "198.18.0.0/30");
}

static void set_cores(uint64_t mask, unsigned core, unsigned cores)
{
	struct worker_how how = pg.set[0].how;

	how.core = core;
	how.cores = cores;
	pktgen_set_how(&pg, mask, &how, now);
}

static void start(uint64_t mask, uint64_t frames, uint64_t time_ns)
{
	const struct flow_limit limit = {frames, time_ns};

	hold();
	pktgen_start_limited(&pg, mask, &limit, now);
	let_go();
}

static void check_numbers(uint64_t n)
{
	for (uint64_t i = 0; i < n; i++)
		assert_int_equal(times[i], 1);
	assert_int_equal(nb_seen, n);
}

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
		TEST(who_only_counts_receives_on_any_core),
		TEST(while_all_stand_nothing_moves),
		TEST(who_stands_late_is_left_alone),
		TEST(the_wait_for_what_does_not_come_ends),
		TEST(cores_are_as_they_were_set),
		TEST(what_is_shared_stays_with_cpu_0),
		TEST(who_forwards_stays_with_cpu_0_until_frames_are_back),
		TEST(what_is_set_under_way_loses_nothing),
		TEST(clocks_are_compared),
		cmocka_unit_test(no_core_is_busier_than_always),
		TEST(who_touches_anothers_worker_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
