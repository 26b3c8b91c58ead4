/* SPDX-License-Identifier: BSD-3-Clause */
/* `bench tx`: what it counts, what it leaves, and the row of its progress. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/bench.h"
#include "pktgen/pktgen_cores.h"
#include "plat/host/host.h"
#include "unit.h"
#include "vt100.h"

#define MS 1000000ull
#define STEP_NS 50000ull

static struct app app;
static struct vt100 terminal;
static struct host_netdev *dev[2];
static uint64_t now_ns, on_wire;
static char said[65536];
static size_t said_len;

static void count(void *arg, const void *frame, size_t len)
{
	(void)arg;
	(void)frame;
	(void)len;
	on_wire++;
}

static int setup(void **state)
{
	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	host_netdev_tap(dev[0], count, NULL);
	vt100_init(&terminal, EDIT_WIDTH);
	terminal.any_row = true;
	now_ns = 1000 * MS;
	on_wire = said_len = 0;
	said[0] = '\0';
	app_init(&app, uk_alloc_get_default(), now_ns);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pktgen_close(&app.pktgen, uk_alloc_get_default());
	app_end(&app);
	uk_free(uk_alloc_get_default(), app.store.mem);
	return 0;
}

static void step(void)
{
	const void *buf;
	size_t n;

	now_ns += STEP_NS;
	if (!pktgen_step(&app.pktgen, now_ns) && pktgen_active(&app.pktgen))
		pktgen_wait(&app.pktgen, now_ns);
	app_watch(&app, now_ns);
	session_poll(&app.session, now_ns);
	while ((n = session_output(&app.session, &buf)) > 0) {
		vt100_put(&terminal, buf, n);
		assert_true(said_len + n < sizeof(said));
		memcpy(said + said_len, buf, n);
		said_len += n;
		session_sent(&app.session, n);
	}
	said[said_len] = '\0';
}

static void run_ms(uint64_t ms)
{
	for (uint64_t end = now_ns + ms * MS; now_ns < end;)
		step();
}

static void type(const char *text)
{
	assert_int_equal(
		session_input(&app.session, text, strlen(text), now_ns),
		strlen(text));
}

/* Until it has said so. */
static void run_until(const char *text)
{
	for (unsigned i = 0; !strstr(said, text); i++) {
		if (i > 400000)
			fail_msg("no '%s' in: %s", text, said);
		step();
	}
}

static uint64_t number(const char *key)
{
	unsigned long long v = 0;
	const char *at = strstr(said, key);

	assert_non_null(at);
	assert_int_equal(sscanf(at + strlen(key), "%llu", &v), 1);
	return v;
}

static unsigned times(const char *text)
{
	unsigned n = 0;

	for (const char *at = said; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void all_that_is_sent_is_counted(void **state)
{
	const struct stats *s = &pktgen_worker(&app.pktgen, 0, 0)->stats;
	const struct worker_how how = pktgen_worker(&app.pktgen, 0, 0)->how;
	(void)state;

	type("@1 mode 0 txrx; rate 0 5kpps; size 64:2,594:1\n");
	run_until("@1 OK");
	type("@2 bench 0 tx 3ms --json\n");
	run_until("@2 OK");
	assert_int_equal(times("\"strategy\""), BENCH_RUNS);
	assert_int_equal(times("\"mode\":\"null\""), BENCH_RUNS / 2);
	assert_int_equal(times("\"burst\":256"), BENCH_RUNS / BENCH_BURSTS);
	assert_in_range(on_wire, 5000, UINT32_MAX);
	assert_int_equal(number("\"sent\":"), on_wire);
	assert_int_equal(number("\"sent\":") + number("\"null\":"),
			 s->tx_packets);
	/* A step is a burst: of one frame 20,000 a second, half of them 64. */
	assert_int_equal(number("\"rate\":"), 20000);
	assert_non_null(strstr(said, "\"per_frame\":50000.000"));
	assert_null(strstr(said, "left"));
	assert_non_null(strstr(said, "bench begins trials=40 time="));
	assert_non_null(strstr(said, "bench done trials=40 result=bench-1"));
	assert_int_equal(pktgen_worker(&app.pktgen, 0, 0)->state, WORKER_IDLE);
	assert_int_equal(pktgen_worker(&app.pktgen, 0, 0)->mode,
			 MODE_TX | MODE_RX);
	assert_memory_equal(&pktgen_worker(&app.pktgen, 0, 0)->how, &how,
			    sizeof(how));
	assert_int_equal(pktgen_stream(&app.pktgen, 0, 0)->rate.unit, RATE_PPS);
}

static void the_other_port_goes_on(void **state)
{
	const struct stats *s = &pktgen_worker(&app.pktgen, 1, 0)->stats;
	uint64_t began_ns, sent, due;
	(void)state;

	type("@1 mode 1 tx; rate 1 10kpps; start 1\n");
	run_until("@1 OK");
	began_ns = now_ns;
	sent = s->tx_packets;
	type("@2 bench 0 tx 2ms\n");
	run_until("@2 OK");
	due = (now_ns - began_ns) / 100000;
	assert_in_range(s->tx_packets - sent, due - 1, due + 1);
}

static void one_row_says_how_far_it_is(void **state)
{
	const struct worker *w = pktgen_worker(&app.pktgen, 0, 0);
	(void)state;

	run_ms(1);
	/* Runs of 900 ms each. */
	type("bench tx 800ms\r");
	run_ms(1200);
	assert_string_equal(vt100_row(&terminal),
			    "trial 2 of 40, about 35 s left: "
			    "create, burst 1, mode null|");
	assert_int_equal(w->state, WORKER_RUNNING);
	run_ms(6700);
	assert_string_equal(vt100_row(&terminal),
			    "trial 9 of 40, about 29 s left: "
			    "create, burst 256, mode tx|");
	/* Who has a line to say has the row. */
	type("@7 burst 1 3\n");
	step();
	assert_string_equal(terminal.last, "@7 OK");
	assert_non_null(strstr(said, "\r\n@7 OK\r\n"));
	session_event(&app.session, now_ns, "something");
	step();
	assert_memory_equal(terminal.last, "@! 8.", 5);
	run_ms(500);
	assert_non_null(strstr(vt100_row(&terminal), "burst 256, mode null"));
	type("\x03");
	step();
	assert_non_null(strstr(said, "E_CANCEL: cancelled by Ctrl-C"));
	/* It goes on, until it is stopped. */
	run_ms(1);
	assert_non_null(strstr(said, "bench goes on trials=9"));
	assert_int_equal(w->state, WORKER_RUNNING);
	type("bench stop\r");
	run_ms(1);
	assert_int_equal(w->state, WORKER_IDLE);
	assert_int_equal(w->mode, MODE_TX);
	assert_memory_equal(&w->how, &worker_how_default, sizeof(w->how));
	/* ...and may begin again. */
	type("bench tx 1ms\r");
	run_until("shared      256");
	run_ms(1);
	assert_string_equal(vt100_row(&terminal), "ukpktgen> |");
}

static void who_typed_it_into_a_client_sees_that_too(void **state)
{
	size_t from;

	(void)state;
	run_ms(1);
	type("@1 >80 bench tx 800ms\n");
	run_ms(1200);
	assert_string_equal(terminal.last,
			    "@1 ... trial 2 of 40, about 35 s left: "
			    "create, burst 1, mode null");
	assert_string_equal(vt100_row(&terminal), "|");
	type("\x03");
	step();
	assert_non_null(strstr(said, "@1 ERR E_CANCEL 0 cancelled by Ctrl-C"));
	type("@3 bench stop\n");
	run_until("@3 OK");
	/* A program does not. */
	from = said_len;
	type("@2 bench tx 800ms\n");
	run_ms(1200);
	assert_null(strstr(said + from, "@2 "));
	type("\x03");
	step();
}

static void waiting_is_chosen_before_it_counts(void **state)
{
	const struct worker *w = pktgen_worker(&app.pktgen, 0, 0);
	(void)state;

	/* Full at once: as nothing moves at all, the gentlest will do. */
	host_netdev_faults(dev[0])->hold = 256;
	type("@1 bench 0 tx 1ms --json\n");
	run_ms(100);
	assert_int_equal(w->state, WORKER_RUNNING);
	assert_false(w->wait.decided);
	run_ms(150);
	assert_true(w->wait.decided);
	/* Nothing was sent in its time, which is no rate: it goes on. */
	assert_int_equal(w->state, WORKER_RUNNING);
	assert_int_equal(w->wait.used, WAIT_HALT);
	host_netdev_faults(dev[0])->hold = 0;
	run_until("@1 OK");
	/* What the ring took before it was full does not count. */
	assert_in_range(number("\"rate\":"), 1, 1000);
	assert_int_equal(times("\"rate\":0.000"), 0);
	assert_int_equal(number("\"ratio\":"), 1);
	assert_int_equal(times("\"ratio\":0.000"), 0);
	assert_int_equal(number("\"sent\":"), on_wire);
	assert_int_equal(times("\"strategy\""), BENCH_RUNS);
}

static void a_device_that_is_stuck_ends_it(void **state)
{
	const struct worker *w = pktgen_worker(&app.pktgen, 0, 0);
	(void)state;

	host_netdev_faults(dev[0])->hold = 1;
	type("@1 bench 0 tx\n");
	run_ms(900);
	assert_null(strstr(said, "@1 ERR"));
	run_until("@1 ERR E_DEVICE 7 port 0 does not return its frames");
	assert_int_equal(w->state, WORKER_IDLE);
	assert_memory_equal(&w->how, &worker_how_default, sizeof(w->how));
	assert_int_equal(app.pktgen.set[0].owner, OWNER_NOBODY);
}

static void a_device_that_fails_ends_it(void **state)
{
	const struct worker *w = pktgen_worker(&app.pktgen, 0, 0);
	(void)state;

	type("@1 rate 0 25%; bench 0 tx\n");
	run_ms(500);
	host_netdev_faults(dev[0])->tx = -EIO;
	run_until("@1 ERR E_DEVICE 19 port 0 failed: ");
	assert_int_equal(w->state, WORKER_IDLE);
	assert_memory_equal(&w->how, &worker_how_default, sizeof(w->how));
	assert_int_equal(pktgen_stream(&app.pktgen, 0, 0)->rate.unit,
			 RATE_PERCENT);
}

/* Those runs that are in a result are not made again, and count as they did. */
static void one_that_was_stopped_goes_on(void **state)
{
	uint64_t sent;
	(void)state;

	type("@1 bench 0 tx 3ms\n");
	while (!app.experiment || app.experiment->nb_trials < 5)
		step();
	type("\x03");
	type("@2 bench stop\n");
	run_until("@2 OK");
	run_ms(10);
	assert_non_null(store_find(&app.store, "bench-1.json"));
	assert_in_range(app.experiment->nb_trials, 3, 39);
	sent = on_wire;
	type("@3 bench resume bench-1\n");
	run_until("@3 OK");
	type("@4 bench follow\n");
	run_until("@4 OK");
	assert_int_equal(app.experiment->state, EXPERIMENT_DONE);
	assert_int_equal(app.experiment->nb_trials, BENCH_RUNS);
	assert_int_equal(app.experiment->nb_rows, BENCH_RUNS);
	assert_true(on_wire > sent);
	/* Ratios go by the first row, which was taken. */
	type("@5 results bench-2 --json\n");
	run_until("@5 OK");
	assert_non_null(strstr(said, "\"ratio\":256.000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_that_is_sent_is_counted,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_other_port_goes_on, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			who_typed_it_into_a_client_sees_that_too, setup,
			teardown),
		cmocka_unit_test_setup_teardown(one_row_says_how_far_it_is,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			waiting_is_chosen_before_it_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(a_device_that_is_stuck_ends_it,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_device_that_fails_ends_it,
						setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_was_stopped_goes_on,
						setup, teardown),
	};

	return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
