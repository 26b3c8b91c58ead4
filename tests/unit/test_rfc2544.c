/* SPDX-License-Identifier: BSD-3-Clause */
/* The tests of RFC 2544 on a device whose truth is known. */
#include "app/experiment.h"

#include <stdio.h>

#include "dut_rig.h"

static const struct experiment *e(void)
{
	return rig.app.experiment;
}

/* The value of a column of a row. */
static uint64_t at(unsigned row, const char *key)
{
	const struct course_column *c = e()->plan.course->columns;
	unsigned i = 0;

	assert_true(row < e()->nb_rows);
	while (strcmp(c[i].key, key) != 0)
		assert_non_null(c[++i].key);
	return e()->row[row].v[i];
}

static const char *text(unsigned row, const char *key)
{
	return (const char *)at(row, key);
}

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

/* ---- Results ------------------------------------------------------------ */

static bool is_kept(const char *file)
{
	return store_find(&rig.app.store, file);
}

static void results_are_kept(void **state)
{
	(void)state;

	rig_must("linkspeed 0 1gbps");
	rig_must("rfc2544 throughput sizes 64,imix to 200kpps trial 20ms "
		 "width 5%");
	assert_true(is_kept("rfc2544-throughput-1.json"));
	assert_true(is_kept("rfc2544-throughput-1.txt"));
	rig_must("results");
	assert_non_null(strstr(rig.screen, "rfc2544-throughput-1"));
	rig_must("results rfc2544-throughput-1");
	assert_non_null(strstr(rig.screen, "RFC 2544, 26.1"));
	rig_must("results rfc2544-throughput-1 --json");
	assert_non_null(strstr(
		rig.screen, "\"command\":\"rfc2544 0 throughput sizes 64,imix"
			    " to 200kpps trial 20ms width 5%\""));
	assert_non_null(
		strstr(rig.screen, "\"settings\":[\"linkspeed 0 1gbps"));
	assert_non_null(strstr(rig.screen, "\"trial\":6,"));
	rig_must("results delete rfc2544-throughput-1");
	assert_false(is_kept("rfc2544-throughput-1.json"));
	assert_false(is_kept("rfc2544-throughput-1.txt"));
	rig_ask("results rfc2544-throughput-1", NULL);
	assert_non_null(strstr(rig.screen, "E_NOFILE"));
}

/* What the appliance shows of a result is what the file says. */
static void what_is_shown_is_what_is_kept(void **state)
{
	const struct store_file *f;
	char text[32768], *to = text;
	(void)state;

	rig_must("rfc2544 loss sizes 64,imix,128 to 246913pps trial 10ms");
	rig_must("results rfc2544-loss-1 --json");
	f = store_find(&rig.app.store, "rfc2544-loss-1.json");
	for (char *cr = rig.screen; (cr = strchr(cr, '\r'));)
		memmove(cr, cr + 1, strlen(cr));
	/* The parts of the reply, joined: lists that go on are one. */
	for (const char *line = rig.screen; (line = strstr(line, "@1 {"));) {
		const char *end = strchr(line += 3, '\n');
		size_t len = (size_t)(end - line);

		if (to > text) {
			const char *list = strchr(line, '[') + 1;

			/* "]}" of the part before, the head of this one. */
			to -= 3;
			*to++ = ',';
			len -= (size_t)(list - line);
			line = list;
		}
		memcpy(to, line, len);
		to += len;
		*to++ = '\n';
	}
	*to = '\0';
	assert_int_equal(strlen(text), f->size);
	assert_memory_equal(text, store_data(&rig.app.store, f), f->size);
}

static void two_results_are_compared(void **state)
{
	(void)state;

	rig_must("rfc2544 throughput sizes 64,512 to 500kpps trial 20ms");
	dut.pps /= 2;
	rig_must("rfc2544 throughput sizes 512,64 to 500kpps trial 20ms");
	rig_must("results compare rfc2544-throughput-1 rfc2544-throughput-2 "
		 "--json");
	assert_non_null(strstr(rig.screen, "\"row\":\"512 rfc2544\",\"figure\":"
					   "\"throughput\""));
	assert_non_null(strstr(rig.screen, "\"change\":\"-49.9"));
}

static void one_that_is_stopped_is_kept_as_far_as_it_came(void **state)
{
	(void)state;

	rig_send("rfc2544 loss sizes 64,128 to 246913pps trial 50ms");
	rig_run(200 * MS);
	rig_type("\x03");
	rig_must("rfc2544 stop");
	rig_run(10 * MS);
	assert_true(is_kept("rfc2544-loss-1.json"));
	rig_must("results --json");
	assert_non_null(strstr(rig.screen, "\"state\":\"stopped\""));
}

static void a_store_that_is_full_keeps_none(void **state)
{
	char line[64];
	(void)state;

	snprintf(line, sizeof(line), "put big %zu 00000000",
		 rig.app.store.limit - 100);
	rig_must(line);
	rig.app.store.limit = 500;
	rig_must("rm big; rfc2544 loss sizes 64 to 246913pps trial 10ms");
	assert_false(is_kept("rfc2544-loss-1.json"));
	assert_non_null(strstr(rig.screen, "no room for its result"));
	rig_must("rfc2544");
	assert_non_null(strstr(rig.screen, "done"));
}

/* ---- Resumed ------------------------------------------------------------- */

static void one_that_was_stopped_goes_on_where_it_was(void **state)
{
	uint64_t nb;
	unsigned trials;
	(void)state;

	rig_send("rfc2544 throughput sizes 64,512 to 500kpps trial 50ms");
	while (!e() || e()->nb_trials < 5)
		rig_step(20 * US);
	rig_type("\x03");
	rig_must("rfc2544 stop");
	rig_run(10 * MS);
	trials = e()->nb_trials;
	nb = dut.nb;
	rig_ask("search resume rfc2544-throughput-1", NULL);
	assert_non_null(strstr(rig.screen, "no result of"));
	rig_must("rfc2544 resume rfc2544-throughput-1");
	rig_run(MS);
	assert_int_equal(e()->nb_trials, trials);
	assert_true(dut.nb - nb < 500);
	rig_must("rfc2544 follow");
	assert_int_equal(e()->nb_rows, 2);
	assert_in_range(at(0, "lower"), 121500000, 124000000);
	assert_in_range(at(1, "lower"), 121500000, 124000000);
}

/* Of a machine that is gone somebody who watched has the trials. */
static void what_was_told_of_trials_is_enough_to_go_on(void **state)
{
	char told[32768];
	size_t len = 0;
	uint64_t nb;
	(void)state;

	rig_must("rfc2544 throughput sizes 64 to 500kpps trial 50ms");
	rig_must("rfc2544 follow --json");
	for (const char *line = rig.screen; (line = strstr(line, "@1 {"));) {
		const char *end = strchr(line += 3, '\n');

		memcpy(told + len, line, (size_t)(end + 1 - line));
		len += (size_t)(end + 1 - line);
	}
	assert_int_equal(store_add(&rig.app.store, "told.json", told, len),
			 E_OK);
	nb = dut.nb;
	rig_must("rfc2544 resume told");
	rig_run(20 * MS);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_int_equal(dut.nb, nb);
	assert_in_range(at(0, "lower"), 121500000, 124000000);
}

static void forget_all(void)
{
	rig_type("\x03");
	rig_run(10 * MS);
	rig_must("stop");
	rig_run(10 * MS);
}

/* Until it has as many trials, or rows; then it is stopped. */
static void stop_after(const char *line, unsigned trials, unsigned rows)
{
	rig_send(line);
	while (!e() || e()->nb_trials < trials || e()->nb_rows < rows)
		rig_step(20 * US);
	forget_all();
}

static void steps_go_on_where_they_were(void **state)
{
	static const struct {
		const char *line, *resume, *follow;
		unsigned trials, rows;
	} t[] = {
		{"ramp 100kpps 150kpps over 300ms steps 6",
		 "ramp resume ramp-1", "ramp follow", 3, 6},
		{"sweep trial 50ms rate 50kpps 100kpps 150kpps 160kpps",
		 "sweep resume sweep-1", "sweep follow", 2, 4},
	};
	uint64_t nb, lost;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		stop_after(t[i].line, t[i].trials, 0);
		lost = at(t[i].trials - 1, "offered");
		nb = dut.nb;
		rig_must(t[i].resume);
		rig_run(MS);
		assert_int_equal(e()->nb_trials, t[i].trials);
		assert_int_equal(at(t[i].trials - 1, "offered"), lost);
		assert_true(dut.nb - nb < 500);
		rig_must(t[i].follow);
		assert_int_equal(e()->state, EXPERIMENT_DONE);
		assert_int_equal(e()->nb_rows, t[i].rows);
		assert_in_range(at(t[i].rows - 1, "loss"), 17000, 24000);
	}
}

static void a_recovery_that_was_timed_is_not_timed_again(void **state)
{
	uint64_t nb, recovery;
	(void)state;

	rig_must("rfc2544 recovery sizes 64 to 500kpps trial 50ms width 1%");
	recovery = at(0, "recovery");
	nb = dut.nb;
	rig_must("rfc2544 resume rfc2544-recovery-1");
	rig_run(20 * MS);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_true(dut.nb - nb < 100);
	assert_int_equal(at(0, "recovery"), recovery);
	assert_true(at(0, "lost") > 0);
}

static void a_soak_goes_on_behind_its_rows(void **state)
{
	(void)state;

	dut.lose = 1000;
	rig_must("rate 0 50kpps");
	stop_after("soak 1s every 100ms", 0, 4);
	assert_int_equal(e()->nb_rows, 4);
	assert_true(is_kept("soak-1.json"));
	rig_must("soak resume soak-1");
	rig_run(50 * MS);
	rig_must("soak follow");
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	assert_int_equal(e()->nb_rows, 10);
	assert_in_range(at(9, "since"), 895, 905);
	for (unsigned i = 0; i < 10; i++) {
		assert_in_range(at(i, "offered"), 4950, 5050);
		assert_in_range(at(i, "lost"), 4, 6);
	}
	/* What it made anew is the rest. */
	assert_in_range(e()->made[0].t.offered, 29700, 30300);
}

static void what_a_client_keeps_of_a_soak_is_its_rows(void **state)
{
	(void)state;

	rig_must("rate 0 50kpps");
	rig_send("soak 1s every 100ms");
	while (!e() || e()->nb_rows < 4)
		rig_step(20 * US);
	rig_type("\x03");
	rig_must("soak trials 3 --json");
	assert_non_null(strstr(rig.screen, "\"command\":\"soak 0 1s every"));
	assert_non_null(strstr(rig.screen, "\"rows\":[{\"since\":0.2"));
	rig_must("stop");
}

static void trials_from_one_on_are_listed(void **state)
{
	(void)state;

	rig_must("rfc2544 loss sizes 64 to 246913pps trial 50ms");
	rig_must("rfc2544 trials 6 --json");
	assert_non_null(strstr(rig.screen, "\"experiment\":\"rfc2544\""));
	assert_non_null(strstr(rig.screen, "\"trials\":[{\"trial\":6,"));
	assert_non_null(strstr(rig.screen, "{\"trial\":7,"));
	assert_null(strstr(rig.screen, "{\"trial\":5,"));
	rig_must("rfc2544 trials 8 --json");
	assert_non_null(strstr(rig.screen, "\"trials\":[]"));
}

/* ---- soak, ramp, sweep -------------------------------------------------- */

static void a_soak_tells_loss_by_the_minute(void **state)
{
	(void)state;

	dut.lose = 1000;
	rig_must("rate 0 50kpps; soak 1s every 100ms");
	assert_int_equal(e()->nb_rows, 10);
	for (unsigned i = 0; i < 10; i++) {
		assert_in_range(at(i, "offered"), 4990, 5010);
		assert_in_range(at(i, "lost"), 4, 6);
	}
	assert_int_equal(e()->made[0].t.lost, 50);
	assert_int_equal(dut.lost, 50);
}

static void a_soak_ends_at_the_first_loss(void **state)
{
	(void)state;

	dut.lose = 12345;
	rig_must("rate 0 50kpps; soak 10s every 100ms --until-loss");
	assert_int_equal(e()->nb_rows, 3);
	assert_int_equal(at(2, "lost"), 1);
	assert_in_range(e()->ended_ns - e()->began_ns, 300 * MS, 400 * MS);
	rig_ask("rate 0", NULL);
	assert_non_null(strstr(rig.screen, "50kpps"));
}

static void a_ramp_loses_above_what_the_device_bears(void **state)
{
	(void)state;

	rig_must("ramp 100kpps 150kpps over 300ms steps 6");
	assert_int_equal(e()->nb_rows, 6);
	assert_int_equal(at(2, "lost"), 0);
	assert_true(at(3, "lost") > 0);
	assert_in_range(at(5, "loss"), 17000, 18000);
	rig_must("ramp 150kpps 100kpps over 300ms steps 6");
	assert_in_range(at(0, "loss"), 17000, 18000);
	assert_int_equal(at(5, "lost"), 0);
}

static void any_setting_is_swept(void **state)
{
	(void)state;

	rig_must("rate 0 10kpps; sweep trial 50ms rate 50kpps 100kpps 150kpps");
	assert_int_equal(e()->nb_rows, 3);
	assert_string_equal(text(2, "value"), "150kpps");
	assert_int_equal(at(1, "lost"), 0);
	assert_in_range(at(2, "loss"), 17000, 18000);
	rig_ask("rate 0", NULL);
	assert_non_null(strstr(rig.screen, "10kpps"));
	rig_must("sweep trial 10ms size 64 1518");
	assert_string_equal(text(1, "value"), "1518");
	rig_ask("size", NULL);
	assert_non_null(strstr(rig.screen, "size 0-1 64"));
	rig_ask("sweep nothing 1", NULL);
	assert_non_null(strstr(rig.screen, "E_RANGE"));
}

/* ---- Y.1564 -------------------------------------------------------------- */

static void add_services(void)
{
	rig_must("stream 0.1 add; rate 0.0 10kpps; rate 0.1 20kpps");
	dut.pps = 22000;
}

static void services_are_policed(void **state)
{
	(void)state;

	add_services();
	rig_must("y1564 configuration time 100ms");
	/* 25, 50, 75, 100 and 125 % of each. */
	assert_int_equal(e()->nb_rows, 10);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(e()->row[i].of.stream, i / 5);
	assert_string_equal(text(3, "outcome"), "pass");
	assert_string_equal(text(4, "outcome"), "is not limited");
	assert_string_equal(text(8, "outcome"), "pass");
	assert_string_equal(text(9, "outcome"), "policed");
	assert_in_range(at(9, "loss"), 11000, 12100);
	assert_int_equal(at(9, "rate"), 25000000);
	rig_ask("rate", NULL);
	assert_non_null(strstr(rig.screen, "10kpps"));
	assert_non_null(strstr(rig.screen, "20kpps"));
}

static void an_excess_rate_is_a_step_of_its_own(void **state)
{
	(void)state;

	add_services();
	rig_must("y1564 configuration eir 5% time 50ms");
	assert_int_equal(e()->nb_rows, 12);
	assert_int_equal(at(10, "part"), 105000);
	/* Less than a fifth of the CIR: that is what is exceeded. */
	assert_int_equal(at(11, "part"), 130000);
}

/* What is in excess is another stream's, with thresholds of each service. */
static void colours_are_counted_by_themselves(void **state)
{
	(void)state;

	rig_must("stream 0.1 add; stream 0.2 add; rate 0.0 10kpps; "
		 "rate 0.1 20kpps; rate 0.2 1kpps; service 0.0 flr 30%; "
		 "service 0.1 eir 20%; service 0.1 yellow 2");
	dut.pps = 22000;
	rig_must("y1564 configuration time 100ms");
	/* 5 of the first, 6 of the second, none of its yellow frames. */
	assert_int_equal(e()->nb_rows, 11);
	assert_int_equal(at(3, "flr"), 30000);
	assert_int_equal(at(8, "flr"), 0);
	assert_int_equal(at(9, "part"), 120000);
	assert_int_equal(at(9, "rate"), 20000000);
	assert_int_equal(at(9, "offered"), 2000);
	assert_int_equal(at(9, "yellow"), 400);
	assert_int_equal(at(8, "yellow"), 0);
	assert_in_range(at(9, "yellow_lost") + at(9, "lost"), 150, 200);
	assert_int_equal(at(10, "part"), 125000);
	assert_int_equal(at(10, "yellow"), 500);
	assert_string_equal(text(10, "outcome"), "policed");
	assert_string_equal(text(10, "clause"), "ITU-T Y.1564, 8.1: policing");
	rig_must("y1564 performance time 1s");
	assert_int_equal(e()->nb_rows, 2);
	assert_int_equal(at(1, "yellow"), 1000);
	rig_must("results y1564-configuration-1 --json");
	assert_non_null(strstr(rig.screen, "\"yellow\":500"));
	assert_non_null(strstr(rig.screen, "\"flr\":30.000"));
	rig_must("save s; reset; load s; show 0.1");
	assert_non_null(strstr(rig.screen, "yellow"));
}

/* A burst finds its queue empty, and as much of it as there is room for. */
static void bursts_of_a_service(void **state)
{
	(void)state;

	dut.queue = 100;
	dut.pps = 20000;
	rig_must("rate 0 10kpps; service 0 cbs 6400; service 0 ebs 12800");
	rig_must("y1564 configuration time 100ms");
	assert_int_equal(e()->nb_rows, 7);
	assert_int_equal(at(5, "offered"), 100);
	assert_int_equal(at(5, "lost"), 0);
	assert_string_equal(text(5, "outcome"), "pass");
	assert_int_equal(at(6, "offered"), 300);
	assert_true(at(6, "lost") > 0);
	assert_string_equal(text(6, "outcome"), "loses of its excess");
	rig_ask("rate 0", NULL);
	assert_non_null(strstr(rig.screen, "10kpps"));
}

static void services_are_accepted_or_not(void **state)
{
	(void)state;

	add_services();
	dut.pps = 40000;
	rig_must("y1564 performance time 3s");
	assert_int_equal(e()->nb_rows, 2);
	assert_string_equal(text(0, "outcome"), "pass");
	assert_string_equal(text(1, "outcome"), "pass");
	assert_int_equal(at(0, "available"), 100000);
	assert_in_range(at(1, "offered"), 59990, 60010);
	dut.lose = 100;
	rig_must("y1564 performance time 1s flr 2%; y1564 performance time 1s");
	assert_string_equal(text(0, "outcome"), "fails by loss");
	assert_in_range(at(0, "loss"), 900, 1100);
	rig_must("results y1564-performance-2 --json");
	assert_non_null(strstr(rig.screen, "\"service\":\"0.1\""));
	assert_non_null(strstr(rig.screen, "\"outcome\":\"pass\""));
	rig_ask("rate 0.0 max; y1564 performance", NULL);
	assert_non_null(strstr(rig.screen, "E_STATE"));
}

/* Ten seconds in a row that lose half are not available, from the first on. */
static void a_service_that_is_gone_is_not_available(void **state)
{
	(void)state;

	rig_must("rate 0 1kpps");
	rig_send("y1564 performance time 40s settle 1s");
	rig_run(5 * S);
	dut.dead = true;
	rig_run(15 * S);
	dut.dead = false;
	rig_run(22 * S);
	assert_int_equal(e()->state, EXPERIMENT_DONE);
	/* 15 of 40 seconds, by whole ones. */
	assert_in_range(at(0, "available"), 60000, 65000);
	assert_string_equal(text(0, "outcome"), "fails by loss");
}

/* `stats live` shows how far it is. */
static void a_page_shows_how_far_it_is(void **state)
{
	(void)state;

	rig_type("rfc2544 throughput sizes 64,128 to 500kpps trial 5s\r");
	rig_run(100 * MS);
	rig_type("\x03");
	rig_run(10 * MS);
	rig_type("stats live\r");
	rig_run(1500 * MS);
	assert_non_null(strstr(rig.screen, "rfc2544 trial 1: size 1 of 2"));
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
		T(results_are_kept),
		T(what_is_shown_is_what_is_kept),
		T(two_results_are_compared),
		T(one_that_is_stopped_is_kept_as_far_as_it_came),
		T(a_store_that_is_full_keeps_none),
		T(one_that_was_stopped_goes_on_where_it_was),
		T(what_was_told_of_trials_is_enough_to_go_on),
		T(steps_go_on_where_they_were),
		T(a_recovery_that_was_timed_is_not_timed_again),
		T(a_soak_goes_on_behind_its_rows),
		T(what_a_client_keeps_of_a_soak_is_its_rows),
		T(trials_from_one_on_are_listed),
		T(a_soak_tells_loss_by_the_minute),
		T(a_soak_ends_at_the_first_loss),
		T(a_ramp_loses_above_what_the_device_bears),
		T(any_setting_is_swept),
		T(services_are_policed),
		T(an_excess_rate_is_a_step_of_its_own),
		T(colours_are_counted_by_themselves),
		T(bursts_of_a_service),
		T(services_are_accepted_or_not),
		T(a_service_that_is_gone_is_not_available),
		T(a_page_shows_how_far_it_is),
		T(streams_share_a_load),
	};

	return cmocka_run_group_tests_name("rfc2544", tests, NULL, NULL);
}
