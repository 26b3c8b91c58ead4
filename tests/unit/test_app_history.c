/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept of a port's counters is what the counters say. */
#include <string.h>

#include "app_rig.h"

static const struct history_line *line_of(unsigned port, unsigned k)
{
	return rig.app.history.line[port][k];
}

static void counters(unsigned port, uint64_t v[SERIES_VALUES])
{
	const struct stats s = pktgen_look(&rig.app.pktgen, port)->stats;

	for (unsigned i = 0; i < SERIES_VALUES; i++)
		memcpy(&v[i], (const char *)&s + history_values[i].offset,
		       sizeof(*v));
}

/* With the slot that is open; `gaps` are the slots that nobody saw. */
static void sum_of(const struct history_line *line, enum history_span span,
		   uint64_t v[SERIES_VALUES], uint64_t *gaps)
{
	const struct series *s = &line->series[span];
	struct series_at at = {.at = 0};
	struct series_row row;

	for (unsigned i = 0; i < SERIES_VALUES; i++)
		v[i] = s->gone[i] + line->total[i] - line->ended[span][i];
	*gaps = 0;
	while (series_read(s, &at, &row)) {
		*gaps += row.gap ? row.slots : 0;
		for (unsigned i = 0; i < SERIES_VALUES; i++)
			v[i] += row.v[i];
	}
	assert_int_equal(at.slot, s->next);
	assert_int_equal(s->next, rig.now / history_slot_ns(span));
}

/* Of all ports; returns the gaps in the minute of port 0. */
static uint64_t agree(void)
{
	uint64_t is[SERIES_VALUES], want[SERIES_VALUES], gaps = 0;

	history_poll(&rig.app, rig.now);
	history_look(&rig.app);
	for (unsigned i = 2; i--;) {
		counters(i, want);
		sum_of(line_of(i, 0), HISTORY_HOUR, is, &gaps);
		assert_memory_equal(is, want, sizeof(is));
		sum_of(line_of(i, 0), HISTORY_MINUTE, is, &gaps);
		assert_memory_equal(is, want, sizeof(is));
	}
	return gaps;
}

static void sums_over_the_series_are_the_counters(void **state)
{
	uint64_t rng = 1;
	(void)state;

	rig_must("rate 0 90kpps; onfull drop; size 0 64-1518");
	rig_must("start 0");
	for (unsigned i = 0; i < 100; i++) {
		rng = rng * 6364136223846793005ull + 1442695040888963407ull;
		rig_run((rng >> 33) % 40 * MS);
		if (i % 40 == 20)
			rig_must("stats clear");
		if (i % 40 == 30)
			rig_must("mode 1 off; rate 0 max");
		assert_int_equal(agree(), 0);
	}
	rig_must("stop");
	assert_int_equal(agree(), 0);
}

static const struct series_row *row_at(const struct history_line *line,
				       enum history_span span, uint64_t slot)
{
	static struct series_row row;
	struct series_at at = {.at = 0};

	while (series_read(&line->series[span], &at, &row))
		if (slot >= row.slot && slot < row.slot + row.slots)
			return &row;
	fail_msg("no slot %llu", (unsigned long long)slot);
	return NULL;
}

/* The machine is stopped for 5.2 s, 50 ms into a slot of 100 ms. */
static void a_stopped_machine_leaves_a_gap(void **state)
{
	const struct history_line *line = line_of(0, 0);
	const struct series_row *row;
	uint64_t sent;
	(void)state;

	rig_must("rate 0 10kpps; start 0");
	while (rig.now < 3 * S + 450 * MS)
		rig_step(50 * US);
	sent = pktgen_look(&rig.app.pktgen, 0)->stats.tx_packets;
	rig.now += 5200 * MS;
	history_poll(&rig.app, rig.now);
	assert_true(agree() == 51);

	row = row_at(line, HISTORY_MINUTE, 34);
	assert_false(row->gap);
	assert_in_range(row->v[0], 490, 510);
	row = row_at(line, HISTORY_MINUTE, 60);
	assert_true(row->gap);
	assert_int_equal(row->slot, 35);
	assert_int_equal(row->slots, 51);
	row = row_at(line, HISTORY_HOUR, 3);
	assert_false(row->gap);
	assert_in_range(row->v[0], 4490, 4510);
	row = row_at(line, HISTORY_HOUR, 5);
	assert_true(row->gap);
	assert_int_equal(row->slot, 4);
	assert_int_equal(row->slots, 4);

	/* What is sent from then on is of the slots from then on. */
	while (rig.now < 9 * S)
		rig_step(50 * US);
	rig_must("stop");
	assert_int_equal(agree(), 51);
	row = row_at(line, HISTORY_HOUR, 8);
	assert_in_range(row->v[0], 1,
			pktgen_look(&rig.app.pktgen, 0)->stats.tx_packets -
				sent + 1);
}

static void streams_have_their_own(void **state)
{
	uint64_t v[SERIES_VALUES], gaps;
	(void)state;

	rig_must("signature on; rate 0 1kpps; start 0");
	rig_run(300 * MS);
	assert_null(line_of(0, 1));
	rig_must("stream 0.2 add; rate 0.2 3kpps; signature 0.2 on");
	rig_must("start 0.2");
	rig_run(250 * MS);
	assert_null(line_of(0, 2));
	rig_must("stats clear");
	rig_run(500 * MS);
	rig_must("stop");
	history_look(&rig.app);
	history_poll(&rig.app, rig.now);

	/* What stream 0 sent before it had a line is not in it. */
	sum_of(line_of(0, 1), HISTORY_MINUTE, v, &gaps);
	assert_in_range(v[0], 500, 800);
	assert_int_equal(v[1], v[0] * 64);
	assert_in_range(v[2], v[0] - 1, v[0] + 1);
	sum_of(line_of(0, 3), HISTORY_MINUTE, v, &gaps);
	assert_in_range(v[0], 1900, 2300);
	assert_in_range(v[2], v[0] - 1, v[0] + 1);

	rig_must("stream 0.2 delete");
	rig_run(200 * MS);
	assert_null(line_of(0, 3));
}

/* Rows come and go while it is written. */
static void a_file_has_the_rows_of_its_beginning(void **state)
{
	const char *rows;
	(void)state;

	rig_must("rate 0 30kpps; start 0");
	rig_run(1234 * MS);
	rig_must("stats history minute file h");
	rig_ask("cat h", NULL);
	rows = strstr(rig.screen, "@1 time,span,port,tx_packets,");
	assert_non_null(rows);
	assert_non_null(strstr(rows, "\n@1 1.000,0.100,0,"));
	assert_non_null(strstr(rows, "\n@1 2.100,0.100,0,"));
	assert_non_null(strstr(rows, "\n@1 2.100,0.100,1,"));
	assert_null(strstr(rows, "\n@1 2.200,0.100,"));
	rig_must("rm h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			sums_over_the_series_are_the_counters, rig_setup,
			rig_teardown),
		cmocka_unit_test_setup_teardown(a_stopped_machine_leaves_a_gap,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(streams_have_their_own,
						rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(
			a_file_has_the_rows_of_its_beginning, rig_setup,
			rig_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
