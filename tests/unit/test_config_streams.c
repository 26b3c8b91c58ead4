/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of many streams: what is saved and loaded is saved again as
 * the same bytes, and a file that is wrong leaves all as it was.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "any_value.h"
#include "app_rig.h"
#include "shell/arg.h"
#include "unit_stream.h"

#define NB_PORTS 2
#define NB_STREAMS 12

static bool request(const char *line)
{
	return strstr(rig_ask(line, NULL), "@1 OK");
}

static const struct store_file *file(const char *name)
{
	const struct store_file *f = store_find(&rig.app.store, name);

	assert_non_null(f);
	return f;
}

static bool same_files(const char *a, const char *b)
{
	const struct store_file *x = file(a), *y = file(b);

	return x->size == y->size &&
	       !memcmp(store_data(&rig.app.store, x),
		       store_data(&rig.app.store, y), x->size);
}

/* A line of what says when frames go, and is no setting of one value. */
static void any_timing(unsigned port, const char *on, char *line, size_t size,
		       uint64_t *seed)
{
	const unsigned n = 1 + (unsigned)any_below(seed, 1000);

	switch (any_below(seed, 9)) {
	case 0:
		snprintf(line, size, "shape %s ramp %upps-%ukpps over %ums", on,
			 n - 1, n, n);
		break;
	case 1:
		snprintf(line, size, "shape %s sine 0.%u%%-%umbpsl1 every %us",
			 on, n, n, n);
		break;
	case 2:
		snprintf(line, size,
			 "shape %s square 1pps-2pps every %us "
			 "duty 0.%u%%",
			 on, n, n);
		break;
	case 3:
		snprintf(line, size, "gap %s burst %u every %uus", on, n,
			 n + 10);
		break;
	case 4:
		snprintf(line, size, "limit %s count %u", on, n);
		break;
	case 5:
		snprintf(line, size, "limit %s for %ums", on, n);
		break;
	case 6:
		snprintf(line, size, "after %s %ums", on, n);
		break;
	case 7:
		snprintf(line, size, "after %s %u.%u %ums", on, port,
			 (unsigned)any_below(seed, NB_STREAMS), n % 3);
		break;
	default:
		snprintf(line, size, "loop %s %u", on, n);
	}
}

/* Adds, deletes, names, disables or sets some streams; whether it was so. */
static bool any_change(uint64_t *seed)
{
	const unsigned port = (unsigned)any_below(seed, NB_PORTS);
	const unsigned from = (unsigned)any_below(seed, NB_STREAMS);
	const unsigned to = from + (unsigned)any_below(seed, 4);
	char line[CONFIG_LINE_MAX], on[32];
	struct subjects subjects;
	struct setting s;
	struct value v;
	unsigned n = 0;

	snprintf(on, sizeof(on), "%u.%u-%u", port, from, to);
	switch (any_below(seed, 14)) {
	case 0:
	case 1:
		snprintf(line, sizeof(line), "stream %s add", on);
		break;
	case 2:
		snprintf(line, sizeof(line), "stream %s delete", on);
		break;
	case 3:
		snprintf(line, sizeof(line), "stream %s disable", on);
		break;
	case 4:
		snprintf(line, sizeof(line), "stream %u.%u add from %u.%u",
			 port, from, (unsigned)any_below(seed, NB_PORTS),
			 (unsigned)any_below(seed, NB_STREAMS));
		break;
	case 5:
	case 6:
		any_timing(port, on, line, sizeof(line), seed);
		break;
	default:
		while (setting_at(cmd_table, n, &s))
			n++;
		setting_at(cmd_table, (unsigned)any_below(seed, n), &s);
		any_value(s.arg, NB_PORTS, &v, seed);
		assert_int_equal(subjects_take(on, NB_PORTS, &subjects), E_OK);
		if (s.scope != SCOPE_STREAM || any_below(seed, 4) == 0)
			subjects = subjects_of(1ull << port);
		setting_line(&s, &subjects, &v, line, sizeof(line));
	}
	return request(line);
}

static void saved_loaded_and_saved_is_the_same(void **state)
{
	unsigned done = 0, differ = 0;
	uint64_t seed = 1;
	(void)state;

	for (int round = 0; round < 150; round++) {
		for (int i = 0; i < 40; i++)
			done += any_change(&seed);
		assert_true(request("save a"));
		for (int i = 0; i < 20; i++)
			any_change(&seed);
		assert_true(request("save b"));
		differ += !same_files("a", "b");
		assert_true(request("load a"));
		assert_true(request("save c"));
		assert_true(same_files("a", "c"));
	}
	assert_true(done > 1000 && differ > 140);
}

static void a_wrong_file_changes_nothing(void **state)
{
	char text[16384];
	uint64_t seed = 3;
	size_t n;
	(void)state;

	for (int round = 0; round < 60; round++) {
		for (int i = 0; i < 20; i++)
			any_change(&seed);
		assert_true(request("save a"));
		n = file("a")->size;
		assert_true(n + 32 < sizeof(text));
		memcpy(text, store_data(&rig.app.store, file("a")), n);
		n += (size_t)sprintf(text + n, "stream 0.0 delete\n");
		assert_int_equal(store_add(&rig.app.store, "w", text, n), E_OK);
		for (int i = 0; i < 20; i++)
			any_change(&seed);
		assert_true(request("save b"));
		assert_false(request("load w"));
		assert_true(request("save c"));
		assert_true(same_files("b", "c"));
	}
}

/* Only stream 0 of each port is left, as at boot. */
static void reset_leaves_one_stream(void **state)
{
	uint64_t seed = 5;
	(void)state;

	assert_true(request("save boot"));
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 40; i++)
			any_change(&seed);
		assert_true(request("reset"));
		assert_true(request("save a"));
		assert_true(same_files("boot", "a"));
		assert_int_equal(rig.app.pktgen.set[0].nb_streams, 1);
	}
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Each another, so that there are as many lines: far from n * n of anything. */
static void as_many_as_there_can_be_are_loaded(void **state)
{
	const double began = seconds();
	double loaded;
	char line[96];
	(void)state;

	snprintf(line, sizeof(line), "stream 0.1-%u add",
		 PKTGEN_MAX_STREAMS - 1);
	rig_must(line);
	for (unsigned i = 0; i < PKTGEN_MAX_STREAMS; i++) {
		struct config c;

		config_get(&rig.app, (struct subject){0, i}, &c);
		snprintf(line, sizeof(line), "%u", i);
		set_field(&c.stream, "udp.dst", line);
		c.stream.rate = (struct rate){RATE_PPS, 1000000ull * (1 + i)};
		config_put(&rig.app, (struct subject){0, i}, &c, rig.now);
	}
	rig_must("save a");
	rig_must("reset");
	loaded = seconds();
	rig_must("load a");
	loaded = seconds() - loaded;
	rig_must("save b");
	assert_true(same_files("a", "b"));
	print_message("%u streams: loaded in %.3f s, all in %.3f s\n",
		      PKTGEN_MAX_STREAMS, loaded, seconds() - began);
	assert_true(loaded < 10);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(saved_loaded_and_saved_is_the_same),
		TEST(a_wrong_file_changes_nothing),
		TEST(reset_leaves_one_stream),
		TEST(as_many_as_there_can_be_are_loaded),
	};

	return cmocka_run_group_tests_name("config of streams", tests, NULL,
					   NULL);
}
