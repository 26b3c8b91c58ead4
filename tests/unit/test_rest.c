/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counts that are compared begin at one moment, and a run is over when all of
 * it has arrived: on a wire that gives frames back, and delivers them, late.
 */
#include <stdio.h>
#include <string.h>

#include "app_rig.h"
#include "pktgen/pktgen_runs.h"

static struct pktgen *const pg = &rig.app.pktgen;

static int setup_two_pairs(void **state)
{
	(void)state;
	rig_begin(2);
	return 0;
}

static void set_faults(uint64_t *seed, unsigned most)
{
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		struct host_faults *f = host_netdev_faults(rig.dev[i]);

		f->late = (unsigned)(unit_random(seed) % most);
	}
}

/* A thousand clears under traffic of every kind; then all is equal. */
static void clears_under_traffic_are_exact(void **state)
{
	static const char *const ways[] = {
		"rate max",
		"rate 0 100kpps; debt strict",
		"rate 0 3kpps; debt forgive; gap poisson",
		"rate max; burst 256; signature on",
		"rate 0 1mpps; gap burst 300; debt catchup",
		"reset; size imix; rate max; onfull drop",
		"mode all txrx; rate 0 200kpps; rate 1 17kpps",
		"mode 1 rx; rate max; strategy copy; burst 1",
	};
	uint64_t seed = 5;
	(void)state;

	for (unsigned i = 0; i < 1000; i++) {
		if (i % 125 == 0)
			rig_must(ways[i / 125]);
		set_faults(&seed, 200);
		rig_must("start");
		rig_run(unit_random(&seed) % (2 * MS));
		rig_must("stats clear");
		rig_run(unit_random(&seed) % (2 * MS));
		rig_must("stop");
		rig_must("expect 1 rx.packets = 0:tx.packets; "
			 "expect 1 rx.bytes = 0:tx.bytes; "
			 "expect 0 rx.packets = 1:tx.packets");
		rig_must("expect tx.skipped = 0");
	}
}

/* What is put off by a clear is neither late, nor lost, nor made up for. */
static void a_clear_changes_no_run(void **state)
{
	uint64_t seed = 9;
	(void)state;

	for (int k = 0; k < 3; k++) {
		static const char *const debts[] = {"catchup", "forgive",
						    "strict"};
		char line[64];

		rig_must("reset; rate 0 10kpps");
		snprintf(line, sizeof(line), "debt %s; stats clear", debts[k]);
		rig_must(line);
		rig_must("start 0 for 1s");
		for (int i = 0; i < 30; i++) {
			set_faults(&seed, 1000);
			rig_run(10 * MS);
			rig_must("stats 1 clear");
		}
		rig_must("wait idle; expect 0 tx.packets = 10k");
		rig_must("expect 0 tx.skipped = 0; stats clear");
		rig_must("start 0 count 5k; sleep 10ms; stats 1 clear; sleep "
			 "3ms; "
			 "stats 1 clear; wait idle; expect 0 tx.packets = 5k");
	}
	/* After one, frames come no faster than the rate. */
	rig_must("reset; rate 0 10kpps; start 0; sleep 20ms");
	host_netdev_faults(rig.dev[1])->late = 1000;
	rig_must("stats clear");
	host_netdev_faults(rig.dev[1])->late = 0;
	rig_must("sleep 10ms; stop; expect 0 tx.packets <= 103");
	rig_must("expect 0 tx.packets >= 100");
}

static void an_idle_clear_takes_no_time(void **state)
{
	uint64_t took_ns;
	(void)state;

	rig_ask("stats clear", &took_ns);
	assert_true(took_ns <= 40 * US);
	rig_must("start 0 count 1k; wait idle");
	rig_ask("stats clear", &took_ns);
	assert_true(took_ns <= 40 * US);
	/* Nobody waits for nothing either. */
	rig_must("mode 0 null; start 0");
	rig_ask("stats clear", &took_ns);
	assert_true(took_ns <= 40 * US);
	rig_must("stop");
}

/* Frames that go elsewhere, or come from there, end the wait by time. */
static void the_wait_has_an_end(void **state)
{
	uint64_t took_ns;
	(void)state;

	host_netdev_faults(rig.dev[1])->late = 1u << 30;
	rig_must("rate 0 1kpps; start 0; sleep 10ms");
	rig_ask("stats clear", &took_ns);
	assert_in_range(took_ns, REST_PATIENCE_NS, REST_PATIENCE_NS + MS);
	rig_must("sleep 5ms");
	/* They did not come before, so it is shorter. */
	rig_ask("stats clear", &took_ns);
	assert_in_range(took_ns, REST_QUIET_NS, REST_QUIET_NS + MS);
	assert_int_equal(pg->set[0].rest.peer, REST_PEER_NONE);
	rig_must("stop");
	assert_int_equal(pg->set[0].rest.peer, REST_PEER_NONE);
	host_netdev_faults(rig.dev[1])->late = 0;
	rig_run(MS);
	rig_must("start 0 count 10; wait idle; expect state != draining");
	assert_int_equal(pg->set[0].rest.peer, 1);
	/* A device that keeps what it got. */
	if (!port_can_reap())
		return;
	rig_must("start 0; sleep 10ms");
	host_netdev_faults(rig.dev[0])->hold = 5;
	rig_must("sleep 10ms");
	rig_ask("stats clear", &took_ns);
	assert_in_range(took_ns, S, S + MS);
	host_netdev_faults(rig.dev[0])->hold = 0;
	rig_must("stop");
}

/* A host that is busy brings them half a second later: nothing is lost. */
static void late_ones_that_are_known_to_come_are_awaited(void **state)
{
	uint64_t took_ns;
	(void)state;

	rig_must("rate 0 1kpps; start 0 count 10; wait idle; stats clear");
	assert_int_equal(pg->set[0].rest.peer, 1);
	host_netdev_faults(rig.dev[1])->late = S / 2 / (20 * US);
	rig_must("start 0; sleep 10ms");
	rig_ask("stats clear", &took_ns);
	assert_in_range(took_ns, S / 4, REST_KNOWN_NS);
	assert_int_equal(pg->set[0].rest.peer, 1);
	rig_must("sleep 10ms; stop; expect 1 rx.packets = 0:tx.packets");
	host_netdev_faults(rig.dev[1])->late = 0;
}

/* However slowly they come: each is a reason to wait for the next. */
static void while_some_come_the_others_are_awaited(void **state)
{
	(void)state;
	rig_must("rate 0 1kpps; start 0 count 10; wait idle; stats clear");
	assert_int_equal(pg->set[0].rest.peer, 1);
	host_netdev_faults(rig.dev[1])->late = S / 2 / (20 * US);
	host_netdev_faults(rig.dev[1])->singly = true;
	rig_must("start 0 count 5; wait idle; expect 1 rx.packets = 5");
	host_netdev_faults(rig.dev[1])->late = 0;
}

/* As many that come from another port are not mistaken for them. */
static void pairs_are_told_apart(void **state)
{
	(void)state;
	rig_must("mode 0,2 tx; mode 1,3 rx; rate 10kpps");
	rig_must("start 0 count 100; wait idle; start 2 count 99; wait idle");
	assert_int_equal(pg->set[0].rest.peer, 1);
	assert_int_equal(pg->set[2].rest.peer, 3);
	host_netdev_faults(rig.dev[1])->late = 3000;
	rig_must("stats clear; start 2; start 0 count 100; wait 0 idle; "
		 "expect 1 rx.packets = 100");
	rig_must("stop; expect 3 rx.packets = 2:tx.packets");
}

static void ended_is_arrived(void **state)
{
	uint64_t seed = 3;
	(void)state;

	rig_must("rate 0 200kpps");
	for (int i = 0; i < 300; i++) {
		set_faults(&seed, 300);
		rig_must("stats clear; start 0 count 1k; wait 0 idle; "
			 "expect 1 rx.packets = 1k; expect 0 state = idle");
		set_faults(&seed, 300);
		rig_must("stats clear; start 0 count 10");
		while (!strstr(rig.screen, "done count=10 "))
			rig_step(20 * US);
		assert_int_equal(pktgen_worker(pg, 1, 0)->stats.rx_packets,
				 pktgen_worker(pg, 0, 0)->stats.tx_packets);
		assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_IDLE);
	}
}

/* Stopped, started and cancelled while a clear waits. */
static void others_go_on_while_it_waits(void **state)
{
	(void)state;
	rig_must("rate 0 10kpps; rate 1 10kpps; mode all txrx; start 0");
	rig_run(5 * MS);
	host_netdev_faults(rig.dev[1])->late = 1u << 30;
	rig_run(MS);
	rig_type("stats clear\r");
	rig_run(MS);
	assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_PAUSED);
	rig_must("expect 0 state = sending; start 1; expect 1 state = sending");
	assert_int_equal(pktgen_worker(pg, 1, 0)->state, WORKER_PAUSED);
	/* One that begins to send by its mode waits, too. */
	rig_must("stop 1; mode 1 reflect; start 1; mode 1 txrx");
	assert_int_equal(pktgen_worker(pg, 1, 0)->state, WORKER_PAUSED);
	rig_must("rate 0 20kpps; size 0 128");
	rig_type("\x03");
	rig_run(MS);
	assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_RUNNING);
	assert_int_equal(pktgen_worker(pg, 1, 0)->state, WORKER_RUNNING);
	assert_int_equal(pg->nb_pauses, 0);
	rig_run(MS);
	rig_type("stats clear\r");
	rig_run(MS);
	assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_PAUSED);
	host_netdev_faults(rig.dev[1])->late = 0;
	rig_must("stop");
	assert_int_equal(pktgen_active(pg), 0);
	assert_int_equal(pg->nb_pauses, 0);
	rig_must("start 0 count 5; wait idle");
}

/* A clear has no need of a port that `bench` is at work on. */
static void the_others_are_not_held_back(void **state)
{
	(void)state;
	rig_must("mode all txrx");
	pktgen_pause(pg, 1, rig.now);
	pktgen_start(pg, 3, rig.now);
	assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_PAUSED);
	assert_int_equal(pktgen_worker(pg, 1, 0)->state, WORKER_RUNNING);
	pktgen_pause(pg, 2, rig.now);
	assert_int_equal(pktgen_worker(pg, 1, 0)->state, WORKER_PAUSED);
	pktgen_resume(pg, rig.now);
	assert_int_equal(pktgen_worker(pg, 1, 0)->state, WORKER_PAUSED);
	pktgen_resume(pg, rig.now);
	assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_RUNNING);
	assert_int_equal(pktgen_worker(pg, 1, 0)->state, WORKER_RUNNING);
	rig_must("stop");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clears_under_traffic_are_exact),
		TEST(a_clear_changes_no_run),
		TEST(an_idle_clear_takes_no_time),
		TEST(the_wait_has_an_end),
		TEST(late_ones_that_are_known_to_come_are_awaited),
		TEST(while_some_come_the_others_are_awaited),
		cmocka_unit_test_setup_teardown(pairs_are_told_apart,
						setup_two_pairs, rig_teardown),
		TEST(ended_is_arrived),
		TEST(others_go_on_while_it_waits),
		TEST(the_others_are_not_held_back),
	};

	return cmocka_run_group_tests_name("rest", tests, NULL, NULL);
}
