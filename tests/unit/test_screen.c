/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/screen.h"

#include <stdlib.h>
#include <string.h>

#include "terminal.h"
#include "unit.h"

#define ROUNDS 400
#define PAGES 12

static struct screen screen;
static struct out out;
static struct terminal terminal, fresh;

/* All that is in the output goes to a terminal; returns how much it was. */
static size_t drain(struct terminal *t)
{
	size_t all = 0, n;
	const void *buf;

	while ((n = out_peek(&out, &buf)) > 0) {
		terminal_put(t, buf, n);
		out_drop(&out, n);
		all += n;
	}
	return all;
}

static size_t flush(struct terminal *t)
{
	size_t all = drain(t);

	while (!screen_idle(&screen)) {
		screen_step(&screen, &out);
		all += drain(t);
	}
	return all;
}

static void clear(struct terminal *t)
{
	terminal_put(t, "\x1b[m\x1b[2J", 7);
	screen_redraw(&screen);
}

static void begin(unsigned rows, unsigned columns)
{
	memset(&out, 0, sizeof(out));
	screen_init(&screen, rows, columns);
	terminal_init(&terminal, rows, columns + 1);
	terminal_put(&terminal, "\x1b[?1049h", 8);
	clear(&terminal);
	flush(&terminal);
}

static void put(unsigned row, unsigned column, unsigned attr, const char *text)
{
	screen_put(&screen, row, column, attr, text, (unsigned)strlen(text));
}

static void what_is_put_is_shown(void **state)
{
	(void)state;
	begin(4, 20);
	put(1, 2, ATTR_BOLD, "bold");
	put(1, 6, ATTR_PLAIN, "plain\x81\x88");
	flush(&terminal);
	assert_string_equal(terminal_row(&terminal, 0), "");
	assert_string_equal(terminal_row(&terminal, 1), "  boldplain##");
	assert_int_equal(terminal.cell[1][5].attr, ATTR_BOLD);
	assert_int_equal(terminal.cell[1][6].attr, ATTR_PLAIN);
	assert_int_equal(terminal.cell[1][11].c, 0x81);
}

static void what_is_beyond_the_page_is_cut(void **state)
{
	(void)state;
	begin(2, 8);
	put(1, 5, ATTR_PLAIN, "abcdef");
	put(2, 0, ATTR_PLAIN, "below");
	put(0, 8, ATTR_PLAIN, "right");
	screen_blank(&screen, 0, 5, 4000, ATTR_PLAIN);
	flush(&terminal);
	assert_string_equal(terminal_row(&terminal, 0), "");
	assert_string_equal(terminal_row(&terminal, 1), "     abc");
	/* More than there is room for is not used. */
	screen_init(&screen, 1000, 1000);
	assert_int_equal(screen.rows, SCREEN_ROWS);
	assert_int_equal(screen.columns, SCREEN_COLUMNS);
}

static void what_no_cell_holds_is_a_question_mark(void **state)
{
	(void)state;
	begin(1, 20);
	put(0, 0, ATTR_PLAIN, "\x1b[2J\n\x7f\x80\x89\xff");
	flush(&terminal);
	assert_string_equal(terminal_row(&terminal, 0), "?[2J?????");
}

static void what_stands_costs_nothing(void **state)
{
	(void)state;
	begin(4, 40);
	put(1, 2, ATTR_BOLD, "1,234 pps");
	assert_true(flush(&terminal) > 0);
	put(1, 2, ATTR_BOLD, "1,234 pps");
	assert_int_equal(flush(&terminal), 0);
	/* Drawn over and back before it was put out. */
	put(1, 2, ATTR_BOLD, "9,999 pps");
	put(1, 2, ATTR_BOLD, "1,234 pps");
	assert_int_equal(flush(&terminal), 0);
	screen_blank(&screen, 3, 0, 40, ATTR_PLAIN);
	assert_int_equal(flush(&terminal), 0);
}

static size_t change_costs(unsigned row, unsigned column, const char *text)
{
	put(row, column, ATTR_PLAIN, text);
	return flush(&terminal);
}

static void a_change_costs_what_it_must(void **state)
{
	(void)state;
	begin(8, 60);
	put(0, 0, ATTR_PLAIN, "0000 0000 0000 0000 0000 0000");
	put(1, 0, ATTR_PLAIN, "a");
	flush(&terminal);
	/* The cursor is behind the 'a': ESC [ H, a byte. */
	assert_int_equal(change_costs(0, 0, "1"), 3 + 1);
	/* The next cell: the byte. */
	assert_int_equal(change_costs(0, 1, "1"), 1);
	/* Two between are put again, for that is shorter than ESC [ 2 C... */
	assert_int_equal(change_costs(0, 4, "-"), 2 + 1);
	/* ...as ten are not: ESC [ 1 0 C. */
	assert_int_equal(change_costs(0, 15, "1"), 5 + 1);
	/* The start of the next row: CR LF. */
	assert_int_equal(change_costs(1, 0, "b"), 2 + 1);
	/* Anywhere else: ESC [ ; 2 1 H. */
	assert_int_equal(change_costs(0, 20, "1"), 6 + 1);
	/* The rest of a row is erased: ESC [ K. */
	put(0, 21, ATTR_PLAIN, "                ");
	assert_int_equal(flush(&terminal), 3);
	assert_string_equal(terminal_row(&terminal, 0),
			    "1100-0000 0000 1000 1");
}

/* A page of words and gaps, of all looks, sometimes nearly the one before. */
static void draw_random(uint64_t *seed)
{
	static const char bytes[] =
		"0123456789    ,.abcpps\x81\x82\x83\x84\x85\x86\x87\x88";
	unsigned words = (unsigned)(unit_random(seed) % 60);

	while (words--) {
		unsigned row = (unsigned)(unit_random(seed) % screen.rows);
		unsigned column =
			(unsigned)(unit_random(seed) % screen.columns);
		unsigned attr = (unsigned)(unit_random(seed) & ATTR_ALL);
		unsigned len = (unsigned)(unit_random(seed) % 20);

		if (attr & ATTR_RED)
			attr &= ~ATTR_GREEN;
		if (unit_random(seed) % 4 == 0)
			screen_blank(&screen, row, column, column + 4 * len,
				     unit_random(seed) % 4 ? 0 : attr);
		else
			for (unsigned i = 0; i < len; i++)
				screen_put(&screen, row, column + i, attr,
					   &bytes[unit_random(seed) %
						  (sizeof(bytes) - 1)],
					   1);
	}
}

/* Whatever was drawn, differences add up to what a full redraw gives. */
static void differences_give_the_page(void **state)
{
	uint64_t seed = 1;
	(void)state;

	for (unsigned round = 0; round < ROUNDS; round++) {
		begin(1 + (unsigned)(unit_random(&seed) % SCREEN_ROWS),
		      1 + (unsigned)(unit_random(&seed) % SCREEN_COLUMNS));
		for (unsigned page = 0; page < PAGES; page++) {
			draw_random(&seed);
			/* It is drawn on while some of it is out. */
			if (unit_random(&seed) % 2)
				screen_step(&screen, &out);
			if (unit_random(&seed) % 8 == 0) {
				drain(&terminal);
				terminal_put(&terminal, "\x1b[99;99H", 8);
				screen_lost(&screen);
			}
			if (unit_random(&seed) % 4 == 0)
				draw_random(&seed);
		}
		flush(&terminal);
		assert_int_equal(flush(&terminal), 0);
		terminal_init(&fresh, screen.rows, screen.columns + 1);
		terminal_put(&fresh, "\x1b[?1049h", 8);
		clear(&fresh);
		flush(&fresh);
		assert_true(terminal_same(&terminal, &fresh));
		for (unsigned row = 0; row < screen.rows; row++)
			for (unsigned i = 0; i < screen.columns; i++)
				assert_int_equal(
					terminal.cell[row][i].c,
					(unsigned char)screen.want[row][i]);
	}
}

static void it_takes_its_part_of_the_output_only(void **state)
{
	uint64_t seed = 7;
	unsigned steps = 0;
	(void)state;

	begin(SCREEN_ROWS, SCREEN_COLUMNS);
	for (unsigned row = 0; row < SCREEN_ROWS; row++)
		for (unsigned i = 0; i < SCREEN_COLUMNS; i++)
			screen_put(&screen, row, i,
				   unit_random(&seed) & (ATTR_ALL ^ ATTR_RED),
				   "\x88", 1);
	while (steps++ < 1000)
		screen_step(&screen, &out);
	assert_false(screen_idle(&screen));
	assert_true(out_room(&out) >= SCREEN_SPARE);
	assert_true(out_room(&out) < SCREEN_SPARE + 64);
	flush(&terminal);
	assert_int_equal(terminal.cell[SCREEN_ROWS - 1][SCREEN_COLUMNS - 1].c,
			 0x88);
}

static void a_terminal_without_attributes_gets_none(void **state)
{
	(void)state;
	begin(2, 20);
	screen.attrs = ATTR_PLAIN;
	put(0, 0, ATTR_BOLD | ATTR_REVERSE, "a b");
	screen_step(&screen, &out);
	assert_int_equal(out.tail - out.head, 3 + 3); /* ESC [ H */
	flush(&terminal);
	assert_string_equal(terminal_row(&terminal, 0), "a b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_shown),
		cmocka_unit_test(what_is_beyond_the_page_is_cut),
		cmocka_unit_test(what_no_cell_holds_is_a_question_mark),
		cmocka_unit_test(what_stands_costs_nothing),
		cmocka_unit_test(a_change_costs_what_it_must),
		cmocka_unit_test(differences_give_the_page),
		cmocka_unit_test(it_takes_its_part_of_the_output_only),
		cmocka_unit_test(a_terminal_without_attributes_gets_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
