/* SPDX-License-Identifier: BSD-3-Clause */
/* Tables as a person sees them, and the same replies as JSON. */
#include <stdio.h>

#include "unit_reply.h"

/* What `stats` shows for a port. */
static void port(unsigned i)
{
	map(NULL);
	u64("port", i, NULL);
	map("tx");
	u64("packets", 1280000 + i, NULL);
	u64("ring_full", 7 * i, NULL);
	reply_milli(&reply, "rate", 10000000 + i, "pps");
	end();
	map("rx");
	u64("packets", 12 * i, NULL);
	end();
	end();
}

static void a_lone_list_is_a_table(void **state)
{
	(void)state;
	list("ports");
	port(0);
	port(1);
	end();
	assert_screen(
		0,
		"port  tx packets  tx ring full  tx rate [pps]  rx packets\n"
		"   0   1,280,000             0     10,000.000           0\n"
		"   1   1,280,001             7     10,000.001          12\n");
	assert_json(
		"{\"ports\":[{\"port\":0,\"tx\":{\"packets\":1280000,"
		"\"ring_full\":0,\"rate\":10000.000},\"rx\":{\"packets\":0}},"
		"{\"port\":1,\"tx\":{\"packets\":1280001,\"ring_full\":7,"
		"\"rate\":10000.001},\"rx\":{\"packets\":12}}]}\n");
}

/* A number that there is none of has the unit of the others, and no JSON. */
static void none_is_a_dash(void **state)
{
	(void)state;
	list("runs");
	for (unsigned i = 0; i < 2; i++) {
		reply_map(&reply, NULL, REPLY_TABLE);
		if (i)
			reply_u64(&reply, "time", 20, "s");
		else
			reply_none(&reply, "time", "s");
		reply_u64(&reply, "frames", i, NULL);
		end();
	}
	end();
	assert_screen(0, "time [s]  frames\n"
			 "       -       0\n"
			 "      20       1\n");
	assert_json("{\"runs\":[{\"frames\":0},{\"time\":20,\"frames\":1}]}\n");
	unit_reply_setup(state);
	reply_none(&reply, "time", "s");
	reply_u64(&reply, "frames", 1, NULL);
	assert_screen(0, "time    -\nframes  1\n");
}

static void a_wide_table_is_turned(void **state)
{
	(void)state;
	list("ports");
	port(0);
	port(1);
	end();
	assert_screen(56, "                   port 0      port 1\n"
			  "tx packets      1,280,000   1,280,001\n"
			  "tx ring full            0           7\n"
			  "tx rate [pps]  10,000.000  10,000.001\n"
			  "rx packets              0          12\n");
	/* Its own width is enough for it. */
	unit_render(&reply, false, 57, 80, out);
	assert_memory_equal(out, "port  tx", 8);
	/* In parts where its maps do not fit beside each other. */
	assert_screen(30, "                   port 0\n"
			  "tx packets      1,280,000\n"
			  "tx ring full            0\n"
			  "tx rate [pps]  10,000.000\n"
			  "rx packets              0\n"
			  "\n"
			  "                   port 1\n"
			  "tx packets      1,280,001\n"
			  "tx ring full            7\n"
			  "tx rate [pps]  10,000.001\n"
			  "rx packets             12\n");
	unit_render(&reply, false, 37, 80, out);
	assert_null(strstr(out, "\n\n"));
	/* Where nothing fits the narrower one runs over. */
	unit_render(&reply, false, 10, 80, out);
	assert_memory_equal(out, "         ", 9);
}

/* What `stats every` shows: rows that stand below each other. */
static void rows_go_on_below_a_head(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		reply_reset(&reply);
		reply_list(&reply, "ports", i ? REPLY_ROWS : REPLY_TABLE);
		map(NULL);
		u64("port", i, NULL);
		u64("packets", i * 1000, NULL);
		end();
		end();
		assert_screen(80, i ? "   1    1,000\n"
				    : "port  packets\n"
				      "   0        0\n");
	}
}

/* A chunk below another, as a command that is called again makes it. */
static void take_next(struct render *r)
{
	size_t n, used = 0;

	render_next(r, &reply);
	while ((n = render_step(r, out + used, sizeof(out) - 1 - used)))
		used += n;
	out[used] = '\0';
}

static void chunk_of_rows(enum reply_style style, uint64_t packets)
{
	reply_reset(&reply);
	if (style == REPLY_TABLE)
		reply_text(&reply, "state", "done");
	reply_list(&reply, "rows", style);
	map(NULL);
	u64("port", 1, NULL);
	u64("packets", packets, NULL);
	u64("lost", 0, NULL);
	end();
	end();
}

/* Of a long list some rows are made at a time: they are one table. */
static void chunks_are_one_table(void **state)
{
	struct render r;

	(void)state;
	chunk_of_rows(REPLY_TABLE, 1);
	render_start(&r, &reply, false, 80);
	while (render_step(&r, out, sizeof(out)))
		;
	chunk_of_rows(REPLY_ROWS, 1000000);
	take_next(&r);
	assert_string_equal(out, "     1  1,000,000     0\n");
	chunk_of_rows(REPLY_ROWS, 2);
	take_next(&r);
	assert_string_equal(out, "     1          2     0\n");
	/* Also where more stands behind the last of them. */
	chunk_of_rows(REPLY_ROWS, 3);
	u64("made", 3, NULL);
	take_next(&r);
	assert_string_equal(out, "     1          3     0\n"
				 "\n"
				 "made  3\n");
}

static void chunk_of_trials(enum reply_style style, const char *goal)
{
	reply_reset(&reply);
	reply_list(&reply, "trials", style);
	for (unsigned i = 0; i < 2; i++) {
		map(NULL);
		u64("trial", i, NULL);
		text("goal", goal);
		u64("rate", 1000000, "pps");
		u64("lost", 0, NULL);
		end();
	}
	end();
}

/* A table goes on as one, and what is none as none. */
static void chunks_keep_their_shape(void **state)
{
	struct render r;

	(void)state;
	chunk_of_trials(REPLY_TABLE, "abcdefghijkl");
	render_start(&r, &reply, false, 34);
	while (render_step(&r, out, sizeof(out)))
		;
	chunk_of_trials(REPLY_ROWS, "a");
	take_next(&r);
	assert_string_equal(out, "\n"
				 "              trial 0    trial 1\n"
				 "goal                a          a\n"
				 "rate [pps]  1,000,000  1,000,000\n"
				 "lost                0          0\n");
	chunk_of_trials(REPLY_TABLE, "a");
	render_start(&r, &reply, false, 34);
	while (render_step(&r, out, sizeof(out)))
		;
	chunk_of_trials(REPLY_ROWS, "abcdefghijkl");
	take_next(&r);
	assert_memory_equal(out, "    0  abcdefghijkl ", 20);
}

static void text_makes_turned_columns_left(void **state)
{
	(void)state;
	list("ports");
	map(NULL);
	u64("port", 0, NULL);
	text("state", "running");
	text("mac", "02:00:00:00:00:01");
	u64("mtu", 1500, "bytes");
	end();
	end();
	assert_screen(45, "port  state    mac                mtu [bytes]\n"
			  "   0  running  02:00:00:00:00:01        1,500\n");
	assert_screen(40, "             port 0\n"
			  "state        running\n"
			  "mac          02:00:00:00:00:01\n"
			  "mtu [bytes]  1,500\n");
}

/* A port that failed has no values for most fields, and one of its own. */
static void what_a_map_lacks_is_a_dash(void **state)
{
	(void)state;
	list("ports");
	map(NULL);
	u64("port", 0, NULL);
	u64("longest_frame", 64, "bytes");
	end();
	map(NULL);
	u64("port", 1, NULL);
	text("failed", "no device");
	u64("attempts", 3, NULL);
	u64("mtu", 0, "bytes");
	end();
	map(NULL);
	end();
	end();
	assert_screen(80, "port  longest frame [bytes]  failed     attempts  "
			  "mtu [bytes]\n"
			  "   0                     64  -                 -    "
			  "        -\n"
			  "   1                      -  no device         3    "
			  "        0\n"
			  "   -                      -  -                 -    "
			  "        -\n");
	assert_screen(50, "                       port 0     port 1  port -\n"
			  "longest frame [bytes]      64          -       -\n"
			  "failed                      -  no device       -\n"
			  "attempts                    -          3       -\n"
			  "mtu [bytes]                 -          0       -\n");
	assert_json("{\"ports\":[{\"port\":0,\"longest_frame\":64},"
		    "{\"port\":1,\"failed\":\"no device\",\"attempts\":3,"
		    "\"mtu\":0},{}]}\n");
}

static void units_that_differ_stand_in_the_cells(void **state)
{
	(void)state;
	list("limits");
	map(NULL);
	text("of", "time");
	u64("most", 3600, "s");
	end();
	map(NULL);
	text("of", "size");
	u64("most", 9018, "bytes");
	end();
	map(NULL);
	text("of", "count");
	u64("most", 5, NULL);
	end();
	end();
	assert_screen(80, "of            most\n"
			  "time       3,600 s\n"
			  "size   9,018 bytes\n"
			  "count            5\n");
}

static void a_last_column_of_text_goes_on_below(void **state)
{
	(void)state;
	list("commands");
	map(NULL);
	text("command", "rate");
	text("summary", "Set the rate at which frames are sent");
	end();
	end();
	assert_screen(36, "command  summary\n"
			  "rate     Set the rate at which\n"
			  "         frames are sent\n");
	assert_screen(37, "command  summary\n"
			  "rate     Set the rate at which frames\n"
			  "         are sent\n");
}

static void a_list_in_a_cell(void **state)
{
	(void)state;
	list("ports");
	map(NULL);
	u64("port", 0, NULL);
	list("queues");
	u64(NULL, 1000, NULL);
	u64(NULL, 2, "us");
	end();
	list("streams");
	map(NULL);
	u64("id", 3, NULL);
	text("mode", "tx");
	end();
	map(NULL);
	u64("id", 4, NULL);
	map("rx");
	u64("packets", 1, NULL);
	end();
	end();
	end();
	list("none");
	end();
	end();
	end();
	assert_screen(
		80,
		"port  queues       streams                            none\n"
		"   0  1,000, 2 us  id 3, mode tx, id 4, rx packets 1  -\n");
}

static void width_is_counted_in_characters(void **state)
{
	(void)state;
	list("ports");
	map(NULL);
	text("name", "\xc3\xa9t\xc3\xa9");
	text("x", "1");
	end();
	map(NULL);
	text("name", "\x1b");
	text("x", "2");
	end();
	end();
	assert_screen(80, "name  x\n\xc3\xa9t\xc3\xa9   1\n\\x1b  2\n");
}

/* Two maps of `n` fields between two values. */
static void maps_of_fields(unsigned n)
{
	static char keys[RENDER_COLUMNS + 1][16];

	reply_reset(&reply);
	text("a", "above");
	list("maps");
	for (unsigned i = 0; i < 2; i++) {
		map(NULL);
		for (unsigned f = 0; f < n; f++) {
			snprintf(keys[f], sizeof(keys[f]), "f_%u", f);
			u64(keys[f], 1000 * f + i, "s");
		}
		end();
	}
	end();
	u64("b", 1, NULL);
	unit_render(&reply, false, 40, 0, out);
}

static void more_fields_than_columns_make_blocks(void **state)
{
	(void)state;
	maps_of_fields(RENDER_COLUMNS);
	assert_non_null(strstr(out, "a  above\n\nmaps:\n"
				    "            f 0 0 s  f 0 1 s\n"
				    "  f 1 [s]     1,000    1,001\n"));
	assert_non_null(strstr(out, "\n  f 63 [s]   63,000   63,001\n\nb  1"));
	maps_of_fields(RENDER_COLUMNS + 1);
	assert_non_null(strstr(out, "a  above\n\nmaps:\n"
				    "  f 0   0 s\n"
				    "  f 1   1,000 s\n"));
	assert_non_null(strstr(out, "\n  f 64  64,000 s\n\n"
				    "  f 0   1 s\n"));
	assert_non_null(strstr(out, "\n  f 64  64,001 s\n\nb  1\n"));
}

/* Bold takes no column, and is on around a head's text only. */
static void heads_are_bold_on_a_terminal(void **state)
{
	struct render render;
	size_t n = 0, more;
	(void)state;

	reply_reset(&reply);
	list("maps");
	map(NULL);
	u64("id", 12345, NULL);
	u64("long_name", 1, NULL);
	end();
	end();
	render_start(&render, &reply, false, 80);
	render.bold_heads = true;
	/* A byte at a time, so that sequences are cut too. */
	while ((more = render_step(&render, out + n, 1)) > 0)
		n += more;
	out[n] = '\0';
	assert_string_equal(out, "    \x1b[1mid\x1b[m  \x1b[1mlong name\x1b[m\n"
				 "12,345          1\n");
}

/* Rows have no limit; only as many maps as columns can be turned. */
static void more_maps_than_columns_stay_rows(void **state)
{
	(void)state;
	for (unsigned n = RENDER_COLUMNS; n <= RENDER_COLUMNS + 1; n++) {
		reply_reset(&reply);
		list("maps");
		for (unsigned i = 0; i < n; i++) {
			map(NULL);
			u64("id", i, NULL);
			u64("a_long_name", i, NULL);
			end();
		}
		end();
		unit_render(&reply, false, 10, 0, out);
		assert_memory_equal(out, "id  a long name\n", 16);
		assert_non_null(strstr(out, "\n63           63\n"));
	}
	reply_reset(&reply);
	list("maps");
	for (unsigned i = 0; i < 3; i++) {
		map(NULL);
		u64("i", i, NULL);
		u64("another_quite_long_name", i, NULL);
		u64("a_long_name", i, NULL);
		end();
	}
	end();
	assert_screen(38, "                         i 0  i 1  i 2\n"
			  "another quite long name    0    1    2\n"
			  "a long name                0    1    2\n");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup(name, unit_reply_setup)
	const struct CMUnitTest tests[] = {
		T(none_is_a_dash),
		T(a_lone_list_is_a_table),
		T(a_wide_table_is_turned),
		T(rows_go_on_below_a_head),
		T(chunks_are_one_table),
		T(chunks_keep_their_shape),
		T(text_makes_turned_columns_left),
		T(what_a_map_lacks_is_a_dash),
		T(units_that_differ_stand_in_the_cells),
		T(a_last_column_of_text_goes_on_below),
		T(a_list_in_a_cell),
		T(width_is_counted_in_characters),
		T(more_fields_than_columns_make_blocks),
		T(heads_are_bold_on_a_terminal),
		T(more_maps_than_columns_stay_rows),
	};

	return cmocka_run_group_tests_name("render_table", tests, NULL, NULL);
}
