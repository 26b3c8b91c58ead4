/* SPDX-License-Identifier: BSD-3-Clause */
/* Experiments. */
#include "app/experiment.h"

#include <stdio.h>
#include <stdlib.h>

#include "dut_rig.h"

static const struct search_result *found(unsigned goal)
{
	static struct search_result r;

	r = search_result(&rig.app.experiment->st.search, goal);
	return &r;
}

static void what_a_device_bears_is_found(void **state)
{
	(void)state;

	rig_must("search to 1mpps trial 20ms width 1% ndr pdr");
	assert_true(found(0)->regular && found(1)->regular);
	assert_in_range(found(0)->lower, 121500000, 124000000);
	assert_in_range(found(0)->upper, 122500000, 125000000);
	assert_int_equal(found(0)->throughput, found(0)->lower);
	/* Half a percent more may go in; no more comes out. */
	assert_in_range(found(1)->lower, 122500000, 124200000);
	assert_in_range(found(1)->throughput, 122000000, 124000000);
	assert_non_null(strstr(rig.screen, "ndr"));
	/* All is as before. */
	rig_ask("rate 0; signature 0", NULL);
	assert_non_null(strstr(rig.screen, "rate 0 max"));
	assert_non_null(strstr(rig.screen, "signature 0 off"));
	assert_int_equal(rig.app.pktgen.set[0].owner, OWNER_NOBODY);
}

static void each_trial_counts_what_the_device_lost(void **state)
{
	uint64_t lost = 0;
	(void)state;

	rig_must("search to 1mpps trial 20ms width 5% ndr");
	for (unsigned i = 0; i < rig.app.experiment->nb_trials; i++)
		lost += rig.app.experiment->made[i].t.lost;
	assert_int_equal(lost, dut.lost);
}

static void between_trials_little_time_is_lost(void **state)
{
	const struct experiment *e;
	(void)state;

	rig_must("search to 1mpps trial 20ms settle 5ms width 1% ndr pdr");
	e = rig.app.experiment;
	assert_true((e->ended_ns - e->began_ns - e->sent_ns) / e->nb_trials <
		    10 * MS);
}

/* One frame of 1,000 is lost at any rate: no NDR, and a PDR. */
static void goals_differ(void **state)
{
	(void)state;

	dut.lose = 1000;
	rig_must("search to 1mpps from 50kpps trial 20ms width 1% ndr pdr 2%");
	assert_true(!found(0)->regular && !found(0)->lower);
	assert_non_null(strstr(rig.screen, "loses at the smallest rate"));
	assert_true(found(1)->regular);
	assert_in_range(found(1)->lower, 121500000, 124500000);
	assert_in_range(found(2)->lower, 123500000, 126500000);
}

static void ends_of_the_range(void **state)
{
	(void)state;

	rig_must("search to 100kpps trial 20ms ndr");
	assert_true(!found(0)->regular && found(0)->lower == 100000000);
	assert_non_null(strstr(rig.screen, "bears the largest rate"));
	dut.dead = true;
	rig_must("search to 100kpps trial 20ms settle 1ms ndr");
	assert_true(!found(0)->lower && found(0)->upper);
	assert_non_null(strstr(rig.screen, "loses at the smallest rate"));
}

static uint64_t any(uint64_t *seed, uint64_t least, uint64_t most)
{
	return least + unit_random(seed) % (most - least + 1);
}

/* A device that loses what comes first, holds frames, and sends its own. */
static void make_any_device(uint64_t seed)
{
	memset(&dut, 0, sizeof(dut));
	dut.pps = any(&seed, 60000, 160000);
	dut.queue = (unsigned)any(&seed, 8, 40);
	dut.delay_ns = any(&seed, 5, 45) * 20 * US;
	dut.warm = (unsigned)any(&seed, 0, 300);
	dut.foreign = (unsigned)any(&seed, 50, 500);
}

static uint64_t row_at(unsigned row, const char *key)
{
	const struct experiment *e = rig.app.experiment;
	const struct course_column *c = e->plan.course->columns;

	assert_true(row < e->nb_rows);
	for (unsigned i = 0; c[i].key; i++)
		if (!strcmp(c[i].key, key))
			return e->row[row].v[i];
	fail_msg("no column %s", key);
	return 0;
}

static void ask_of(uint64_t pps, const char *before, const char *after)
{
	char line[160];

	snprintf(line, sizeof(line), "%s%llupps%s", before,
		 (unsigned long long)pps, after);
	rig_must(line);
}

/* Within a width of 1 %, and what the queue holds of a trial. */
static void assert_near(uint64_t milli, uint64_t pps)
{
	const uint64_t queue = dut.queue * 1000000ull / 50;

	assert_in_range(milli, pps * 1000 / 100 * 99 - 100000,
			pps * 1000 + queue + 100000);
}

static void rates_of_it_are_found(void)
{
	rig_must("search to 400kpps trial 50ms width 1% settle 2ms ndr pdr");
	assert_near(found(0)->lower, dut.pps);
	assert_near(found(1)->lower, dut.pps * 1000 / 995);
	rig_must("rfc2544 throughput sizes 64 to 400kpps trial 50ms width 1% "
		 "settle 2ms");
	assert_near(row_at(0, "lower"), dut.pps);
	ask_of(dut.pps * 2, "rfc2544 loss sizes 64 to ",
	       " trial 100ms step 25% settle 2ms");
	assert_in_range(row_at(0, "loss"), 49500, 50000);
	assert_in_range(row_at(1, "loss"), 32600, 33334);
	assert_int_equal(row_at(2, "lost"), 0);
}

/* All frames are held for as long, and are seen by steps of 20 us. */
static void its_delay_is_found(void)
{
	const uint64_t *time;

	ask_of(dut.pps / 2, "ramp ", " 200kpps over 100ms steps 2 settle 2ms");
	time = rig.app.experiment->made[0].f.time;
	assert_in_range(time[TRIAL_MIN], dut.delay_ns, dut.delay_ns + 20 * US);
	assert_in_range(time[TRIAL_MAX], dut.delay_ns, dut.delay_ns + 60 * US);
}

/* Bursts come by steps of 20 frames. */
static void its_queue_is_found(void)
{
	rig_must("rfc2544 back-to-back sizes 64 to 1mpps trial 20ms width 1% "
		 "settle 2ms");
	assert_in_range(row_at(0, "frames") * (1000000 - dut.pps) / 1000000,
			dut.queue - 1, dut.queue + 22);
}

/* What is known of any device is found, each time. */
static void any_device_is_known(void **state)
{
	(void)state;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		make_any_device(seed * 77);
		rates_of_it_are_found();
		its_delay_is_found();
		its_queue_is_found();
	}
}

static void begin(void)
{
	rig_send("search to 1mpps trial 50ms ndr");
	rig_run(200 * MS);
	assert_int_equal(rig.app.experiment->state, EXPERIMENT_RUNS);
	/* In the midst of a trial. */
	while (rig.app.experiment->trial.state != TRIAL_SENDS ||
	       rig.now > rig.app.experiment->trial.began_ns + 10 * MS)
		rig_step(20 * US);
}

/* Whoever asked for it may be gone. */
static void it_goes_on_by_itself(void **state)
{
	(void)state;

	begin();
	rig_type("\x03");
	rig_run(100 * MS);
	assert_int_equal(rig.app.experiment->state, EXPERIMENT_RUNS);
	rig_ask("search", NULL);
	assert_non_null(strstr(rig.screen, "runs"));
	rig_must("search follow");
	assert_int_equal(rig.app.experiment->state, EXPERIMENT_DONE);
	assert_true(found(0)->regular);
}

static void one_at_a_time_until_it_is_stopped(void **state)
{
	(void)state;

	begin();
	rig_type("\x03");
	rig_run(10 * MS);
	rig_ask("search ndr", NULL);
	assert_non_null(strstr(rig.screen, "E_STATE"));
	rig_must("search stop");
	assert_int_equal(rig.app.experiment->state, EXPERIMENT_STOPPED);
	rig_run(300 * MS);
	assert_int_equal(pktgen_look(&rig.app.pktgen, 0)->state, WORKER_IDLE);
	rig_must("search stop");
	rig_ask("rate 0", NULL);
	assert_non_null(strstr(rig.screen, "rate 0 max"));
}

/* What others do to its ports ends it, and stays as they have set it. */
static void others_end_it(void **state)
{
	static const char *const how[] = {"stop 0", "rate 0 5kpps",
					  "stats clear", "mode 0 off"};
	(void)state;

	for (size_t i = 0; i < sizeof(how) / sizeof(how[0]); i++) {
		begin();
		rig_type("\x03");
		rig_run(10 * MS);
		rig_must(how[i]);
		rig_run(300 * MS);
		assert_int_equal(rig.app.experiment->state,
				 i ? EXPERIMENT_CHANGED : EXPERIMENT_STOPPED);
		assert_int_equal(pktgen_look(&rig.app.pktgen, 0)->state,
				 WORKER_IDLE);
		rig_ask("signature 0; rate 0", NULL);
		assert_non_null(strstr(rig.screen, "signature 0 off"));
		assert_non_null(strstr(rig.screen,
				       i == 1 ? "rate 0 5kpps" : "rate 0 max"));
		rig_must("rate 0 max; mode 0 tx");
	}
}

static void a_device_that_fails_ends_it(void **state)
{
	(void)state;

	begin();
	host_netdev_faults(rig.dev[0])->tx = -5;
	rig_run(300 * MS);
	assert_int_equal(rig.app.experiment->state, EXPERIMENT_FAILED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, dut_setup, dut_teardown)
	const struct CMUnitTest tests[] = {
		T(what_a_device_bears_is_found),
		T(each_trial_counts_what_the_device_lost),
		T(between_trials_little_time_is_lost),
		T(goals_differ),
		T(ends_of_the_range),
		T(any_device_is_known),
		T(it_goes_on_by_itself),
		T(one_at_a_time_until_it_is_stopped),
		T(others_end_it),
		T(a_device_that_fails_ends_it),
	};

	return cmocka_run_group_tests_name("experiment", tests, NULL, NULL);
}
