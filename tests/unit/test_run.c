/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs with a limit: so many frames, or so long, then done. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "edit_ports.h"
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_runs.h"
#include "plat/host/host.h"
#include "shell/script.h"
#include "unit.h"

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull
#define NO_LIMIT FLOW_NO_LIMIT

static struct app app;
static struct host_netdev *dev[2];
static char screen[4096];
static uint64_t now;

static struct pktgen *const pg = &app.pktgen;

static int setup(void **state)
{
	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	now = S;
	screen[0] = '\0';
	app_init(&app, uk_alloc_get_default(), now);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pktgen_close(pg, uk_alloc_get_default());
	app_end(&app);
	uk_free(uk_alloc_get_default(), app.store.mem);
	return 0;
}

static void step(uint64_t ns)
{
	const void *buf;
	size_t n, used;

	now += ns;
	pktgen_step(pg, now);
	app_watch(&app, now);
	session_poll(&app.session, now);
	while (used = strlen(screen),
	       (n = session_output(&app.session, &buf)) > 0) {
		assert_true(used + n < sizeof(screen));
		memcpy(screen + used, buf, n);
		screen[used + n] = '\0';
		session_sent(&app.session, n);
	}
}

static void run_for(uint64_t ns, uint64_t each)
{
	for (uint64_t end = now + ns; now < end;)
		step(each);
}

static void edit_rate(struct stream *s, const void *arg)
{
	s->rate = *(const struct rate *)arg;
}

static void edit_mix(struct stream *s, const void *arg)
{
	static const struct size_weight mix[] = {{64, 7}, {594, 4}, {1518, 1}};

	(void)arg;
	s->sizes.count = 3;
	memcpy(s->sizes.entry, mix, sizeof(mix));
}

static void set_rate(enum rate_unit unit, uint64_t micro)
{
	const struct rate load = {unit, micro};
	struct pktgen_fault fault;

	assert_int_equal(edit_streams(pg, 3, edit_rate, &load, now, &fault), 0);
}

static void start(uint64_t frames, uint64_t time_ns)
{
	const struct flow_limit limit = {frames, time_ns};

	pktgen_start_limited(pg, 1, &limit, now);
	worker_step(pktgen_worker(pg, 0, 0),
		    now); /* its time begins with the first */
}

/* Port 0 has sent and told so; port 1 has all of it. */
static void check_done(uint64_t frames)
{
	const struct worker *w = pktgen_worker(pg, 0, 0);
	char notice[64];

	snprintf(notice, sizeof(notice), "port 0 done count=%llu ",
		 (unsigned long long)frames);
	if (!strstr(screen, notice))
		fail_msg("no '%s' in '%s'", notice, screen);
	assert_null(strstr(strstr(screen, "done") + 1, "done"));
	assert_int_equal(w->state, WORKER_IDLE);
	assert_int_equal(w->stats.tx_packets, frames);
	assert_int_equal(pktgen_worker(pg, 1, 0)->stats.rx_packets, frames);
}

static void exactly_so_many(void **state)
{
	static const uint64_t counts[] = {1,    2,    63,    64,   65,
					  1000, 4096, 10007, 99999};
	(void)state;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (int paced = 0; paced < 2; paced++) {
			teardown(NULL);
			setup(NULL);
			if (paced)
				set_rate(RATE_PPS, 1234567ull * 1000000);
			start(counts[i], NO_LIMIT);
			run_for(S / 2, 7 * US);
			check_done(counts[i]);
			assert_int_equal(
				pktgen_worker(pg, 0, 0)->stats.tx_skipped, 0);
		}
	}
}

static void held_up_by_a_full_ring_it_is_as_many(void **state)
{
	(void)state;
	start(1000, NO_LIMIT);
	/* Nobody takes frames at the other end. */
	for (int i = 0; i < 100; i++)
		worker_step(pktgen_worker(pg, 0, 0), now += US);
	assert_int_equal(pktgen_worker(pg, 0, 0)->stats.tx_packets,
			 pg->port[1].nb_rx_desc);
	assert_null(strstr(screen, "done"));
	run_for(S / 10, 7 * US);
	check_done(1000);
}

/* Frames that lag too far are given up and do not count as built. */
static void given_up_frames_do_not_count(void **state)
{
	(void)state;
	set_rate(RATE_PPS, 100000ull * 1000000);
	start(50000, NO_LIMIT);
	step(0);
	step(S / 5);
	run_for(S, 50 * US);
	check_done(50000);
	assert_in_range(pktgen_worker(pg, 0, 0)->stats.tx_skipped, 9998, 10000);
}

/* Frames due in [start, start + time): k * gap below it, as ceil() says. */
static void exactly_those_that_are_due(void **state)
{
	static const struct {
		uint64_t pps, time_ns, frames;
	} rows[] = {
		{1000, S, 1000}, {1000, S + 1, 1001},    {1000, S - 1, 1000},
		{1000, MS, 1},   {1000, MS + 1, 2},      {1000, 1000, 1},
		{3, S, 3},       {3, 333333333, 1},      {3, 333333334, 2},
		{7, 3 * S, 21},  {123457, S / 4, 30865},
	};
	static const uint64_t steps[] = {1 * US, 50 * US, 13 * MS, 90 * MS};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int k = rows[i].time_ns > S ? 1 : 0; k < 4; k++) {
			teardown(NULL);
			setup(NULL);
			set_rate(RATE_PPS, rows[i].pps * 1000000);
			start(NO_LIMIT, rows[i].time_ns);
			/* Seen late, it is caught up by short steps. */
			for (uint64_t end = now + rows[i].time_ns; now < end;) {
				step(steps[k]);
				for (int n = 0; n < 200 && k > 1; n++)
					step(0);
			}
			run_for(S / 20, 50 * US);
			check_done(rows[i].frames);
			assert_int_equal(
				pktgen_worker(pg, 0, 0)->stats.tx_skipped, 0);
		}
	}
}

static void late_by_more_it_is_told_as_skipped(void **state)
{
	const struct stats *s = &pktgen_worker(pg, 0, 0)->stats;
	(void)state;

	set_rate(RATE_PPS, 10000ull * 1000000);
	start(NO_LIMIT, S);
	step(0);
	s = &pktgen_worker(pg, 0, 0)->stats;
	assert_int_equal(s->tx_packets, 1);
	step(10 * S);
	run_for(S / 10, 50 * US);
	assert_int_equal(s->tx_packets + s->tx_skipped, 10000);
	assert_in_range(s->tx_packets, 1000, 1002);
	check_done(s->tx_packets);
}

static void unpaced_it_ends_at_the_time(void **state)
{
	(void)state;
	start(NO_LIMIT, 10 * MS);
	/* The first burst at once, the last one at 9.9 ms. */
	run_for(20 * MS, 100 * US);
	check_done(100 * WORKER_BURST);
}

static void what_comes_first_ends_it(void **state)
{
	(void)state;
	set_rate(RATE_PPS, 1000ull * 1000000);
	start(100, S);
	run_for(2 * S, 50 * US);
	check_done(100);
	teardown(NULL);
	setup(NULL);
	set_rate(RATE_PPS, 1000ull * 1000000);
	start(100, S / 20);
	run_for(2 * S, 50 * US);
	check_done(50);
}

static void stopped_it_is_not_done(void **state)
{
	(void)state;
	set_rate(RATE_PPS, 1000ull * 1000000);
	start(1000, NO_LIMIT);
	run_for(S / 2, 50 * US);
	pktgen_stop(pg, 1);
	run_for(2 * S, 50 * US);
	assert_null(strstr(screen, "done"));
	assert_int_equal(pktgen_worker(pg, 0, 0)->stats.tx_packets, 501);
	/* And the next run knows nothing of it. */
	pktgen_start(pg, 1, now);
	assert_false(worker_look(pktgen_worker(pg, 0, 0))->limited);
	run_for(2 * S, 50 * US);
	assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_RUNNING);
	assert_int_equal(pktgen_worker(pg, 0, 0)->stats.tx_packets, 501 + 2001);
}

static void each_run_counts_its_own(void **state)
{
	(void)state;
	start(100, NO_LIMIT);
	run_for(MS, 7 * US);
	check_done(100);
	screen[0] = '\0';
	start(23, NO_LIMIT);
	run_for(MS, 7 * US);
	assert_non_null(strstr(screen, "port 0 done count=23 "));
	assert_int_equal(pktgen_worker(pg, 0, 0)->stats.tx_packets, 123);
	assert_int_equal(pktgen_worker(pg, 0, 0)->done.runs, 2);
	/* It began with frame 0 again. */
	assert_int_equal(pktgen_worker(pg, 0, 0)->flow[0]->at.frame, 23);
}

static void it_waits_for_the_device(void **state)
{
	(void)state;
	if (!port_can_reap())
		return;
	host_netdev_faults(dev[0])->hold = 5;
	start(100, NO_LIMIT);
	run_for(S / 2, 50 * US);
	assert_null(strstr(screen, "done"));
	host_netdev_faults(dev[0])->hold = 0;
	run_for(MS, 50 * US);
	check_done(100);
	host_netdev_faults(dev[0])->hold = 5;
	screen[0] = '\0';
	start(100, NO_LIMIT);
	run_for(2 * S, 50 * US);
	assert_non_null(
		strstr(screen, "port 0 done count=100 in_flight=5 time="));
	host_netdev_faults(dev[0])->hold = 0;
}

static void a_broken_device_is_not_done(void **state)
{
	(void)state;
	host_netdev_faults(dev[0])->tx = -EIO;
	start(100, NO_LIMIT);
	run_for(S / 10, 50 * US);
	assert_null(strstr(screen, "done"));
	assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_IDLE);
	assert_int_equal(pktgen_worker(pg, 0, 0)->err, -EIO);
}

static void a_mode_without_tx_waits_and_ends_at_the_time(void **state)
{
	(void)state;
	set_rate(RATE_PPS, 1000ull * 1000000);
	start(NO_LIMIT, S);
	run_for(S / 2, 50 * US);
	pktgen_set_mode(pg, 1, 0, now);
	run_for(S / 4, 50 * US);
	assert_int_equal(pktgen_worker(pg, 0, 0)->state, WORKER_RUNNING);
	run_for(S / 2, 50 * US);
	check_done(501);
	/* Ports that do not send are not started. */
	start(5, NO_LIMIT);
	assert_int_equal(pktgen_active(pg), 0);
}

/* The rate of a mix, and each of its sizes, to the frame. */
static void a_mix_keeps_its_rate(void **state)
{
	struct pktgen_fault fault;
	(void)state;

	assert_int_equal(edit_streams(pg, 1, edit_mix, NULL, now, &fault), 0);
	/* 12 frames of 4342 bytes: 1,000 rounds a second. */
	set_rate(RATE_BPS_L2, 4342ull * 8 * 1000 * 1000000);
	start(NO_LIMIT, 3 * S);
	run_for(4 * S, 50 * US);
	check_done(36000);
	assert_int_equal(pktgen_worker(pg, 0, 0)->stats.tx_bytes,
			 3000ull * 4342);
	assert_int_equal(pktgen_worker(pg, 1, 0)->stats.rx_bytes,
			 3000ull * 4342);
}

/* A rate that changes on the way does not change the round. */
static void a_mix_is_exact_across_changes(void **state)
{
	struct pktgen_fault fault;
	(void)state;

	assert_int_equal(edit_streams(pg, 1, edit_mix, NULL, now, &fault), 0);
	set_rate(RATE_PPS, 100000ull * 1000000);
	start(12 * 1000, NO_LIMIT);
	for (uint64_t i = 1; i < 50; i++) {
		run_for(MS, 50 * US);
		set_rate(RATE_PPS, (100000 + i * 1000) * 1000000);
	}
	run_for(S, 50 * US);
	check_done(12000);
	assert_int_equal(pktgen_worker(pg, 0, 0)->stats.tx_bytes, 1000 * 4342);
}

static void edit_size(struct stream *s, const void *arg)
{
	stream_set_size(s, *(const uint16_t *)arg);
}

/* In the middle of a round comes a program whose round is shorter. */
static void a_mix_gives_way_to_a_size(void **state)
{
	const uint16_t size = 100;
	struct pktgen_fault fault;
	(void)state;

	assert_int_equal(edit_streams(pg, 1, edit_mix, NULL, now, &fault), 0);
	set_rate(RATE_PPS, 1000ull * 1000000);
	pktgen_start(pg, 1, now);
	run_for(5 * MS, 50 * US);
	assert_true(pktgen_worker(pg, 0, 0)->flow[0]->at.order > 1);
	assert_int_equal(edit_streams(pg, 1, edit_size, &size, now, &fault), 0);
	pktgen_worker(pg, 0, 0)->stats.tx_packets =
		pktgen_worker(pg, 0, 0)->stats.tx_bytes = 0;
	run_for(S, 50 * US);
	assert_in_range(pktgen_worker(pg, 0, 0)->stats.tx_packets, 999, 1001);
	assert_int_equal(pktgen_worker(pg, 0, 0)->stats.tx_bytes,
			 100 * pktgen_worker(pg, 0, 0)->stats.tx_packets);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Whichever the main loop looks at first. */
static void a_job_ends_behind_the_notice_of_its_run(void **state)
{
	static const char line[] = "rate 10kpps; start 0 count 5; wait idle";
	const char *done, *end;
	(void)state;

	session_start_job(&app.session, line, sizeof(line) - 1, now);
	for (unsigned i = 0; i < 10; i++) {
		now += MS;
		pktgen_step(pg, now);
		session_poll(&app.session, now);
	}
	assert_true(app_done_due(&app));
	assert_false(session_said_all(&app.session));
	step(MS);
	step(MS);
	assert_false(app_done_due(&app));
	done = strstr(screen, " port 0 done count=5 ");
	end = strstr(screen, " job 1 done\r\n");
	assert_true(done && end && done < end);
	assert_true(session_said_all(&app.session));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exactly_so_many),
		TEST(held_up_by_a_full_ring_it_is_as_many),
		TEST(given_up_frames_do_not_count),
		TEST(exactly_those_that_are_due),
		TEST(late_by_more_it_is_told_as_skipped),
		TEST(unpaced_it_ends_at_the_time),
		TEST(what_comes_first_ends_it),
		TEST(stopped_it_is_not_done),
		TEST(each_run_counts_its_own),
		TEST(it_waits_for_the_device),
		TEST(a_broken_device_is_not_done),
		TEST(a_mode_without_tx_waits_and_ends_at_the_time),
		TEST(a_mix_keeps_its_rate),
		TEST(a_mix_is_exact_across_changes),
		TEST(a_mix_gives_way_to_a_size),
		TEST(a_job_ends_behind_the_notice_of_its_run),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
