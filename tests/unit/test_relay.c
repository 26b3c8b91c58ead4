/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The relay in front of QEMU's socket: what it makes of both directions, each
 * case as a whole, byte by byte, and cut at random.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "relay/heard.h"
#include "relay/sent.h"

#define CUTS 200

struct seen {
	char passed[4096], replies[1024], lines[1024];
	struct heard heard;
};

static void add(char *to, const char *data, size_t len)
{
	strncat(to, data, len);
}

static void pass(void *arg, const char *data, size_t len)
{
	add(((struct seen *)arg)->passed, data, len);
}

static void reply(void *arg, const char *data, size_t len, bool end)
{
	(void)end;
	add(((struct seen *)arg)->replies, data, len);
}

static void line(void *arg, const char *text, size_t len)
{
	struct seen *s = arg;

	add(s->lines, text, len);
	add(s->lines, "|", 1);
}

/* In pieces of up to `most` bytes. */
static void hear(struct seen *s, const char *text, unsigned most)
{
	const struct heard_to to = {pass, reply, line, s};
	size_t left = strlen(text);

	memset(s, 0, sizeof(*s));
	heard_begin(&s->heard);
	while (left) {
		size_t n = 1 + (size_t)rand() % most;

		n = n < left ? n : left;
		heard_take(&s->heard, &to, text, n);
		text += n;
		left -= n;
	}
}

static void hears(const char *text, const char *passed, const char *replies,
		  const char *lines)
{
	struct seen s;

	for (unsigned i = 0; i < CUTS; i++) {
		hear(&s, text, i ? 1 + i % 40 : 4096);
		assert_string_equal(s.passed, passed);
		assert_string_equal(s.replies, replies);
		assert_string_equal(s.lines, lines);
	}
}

static void test_our_replies_are_taken_out(void **state)
{
	(void)state;
	hears("@1 OK\r\n@?r.7 text\r\n@2 OK\r\n", "@1 OK\r\n@2 OK\r\n",
	      "7 text\r\n", "@1 OK|@2 OK|");
	/* In the place of a prompt, too, and nowhere else in a line. */
	hears("ukpktgen> ab\r\x1b[K@?r.7 x\r\nukpktgen> ab",
	      "ukpktgen> ab\r\x1b[Kukpktgen> ab", "7 x\r\n", "");
	hears("a @?r.7 x\r\n", "a @?r.7 x\r\n", "", "a @?r.7 x|");
	/* What only begins like one is passed on. */
	hears("@\r\n@?\r\n@?r\r\n@?x OK\r\n@@?r.1 a\r\n",
	      "@\r\n@?\r\n@?r\r\n@?x OK\r\n@@?r.1 a\r\n", "",
	      "@|@?|@?r|@?x OK|@@?r.1 a|");
}

static void test_a_line_begins_behind_what_was_taken_away(void **state)
{
	(void)state;
	hears("ukpktgen> abc\r\x1b[K@! 1.000 done\r\n[1] x\r\n",
	      "ukpktgen> abc\r\x1b[K@! 1.000 done\r\n[1] x\r\n", "",
	      "@! 1.000 done|[1] x|");
}

static bool at_prompt(const char *text)
{
	struct seen s;

	hear(&s, text, 4);
	return heard_at_prompt(&s.heard);
}

static void test_where_the_prompt_is(void **state)
{
	(void)state;
	assert_true(at_prompt("x\r\nukpktgen> "));
	assert_true(at_prompt("\x1b[1mukpktgen>\x1b[0m "));
	assert_true(at_prompt("a\r\nukpktgen[0,2-3]> "));
	assert_true(at_prompt("ukpktgen> ab\r\x1b[Kukpktgen> "));
	assert_false(at_prompt("ukpktgen> stats"));
	assert_false(at_prompt("ukpktgen> stats\r\n"));
	assert_false(at_prompt("ukpktgen"));
	assert_false(at_prompt("ukpktgen[0"));
	assert_false(at_prompt(""));
}

static struct sent sends(const char *text, size_t len)
{
	struct sent s = {0};

	sent_begin(&s);
	for (size_t i = 0; i < len; i++)
		sent_take(&s, text + i, 1);
	return s;
}

#define SENDS(text) sends(text, sizeof(text) - 1)

static void test_what_the_holder_has_begun(void **state)
{
	(void)state;
	assert_false(SENDS("").keys.mid_line);
	assert_true(SENDS("ab").keys.mid_line);
	assert_false(SENDS("ab\r").keys.mid_line);
	assert_false(SENDS("ab\x03").keys.mid_line);
	assert_true(SENDS("@1 stats").keys.mid_line);
	assert_false(SENDS("@1 stats\n").keys.mid_line);
	assert_true(SENDS("@1 \x03").keys.mid_line);
	/* Keys that leave no line behind. */
	assert_false(SENDS("\x05\x15").keys.mid_line);
	assert_false(SENDS("\x0c").keys.mid_line);
	assert_true(SENDS("\x0c").keys.emptied);
	assert_false(SENDS("\x0c\n").keys.emptied);
	assert_false(SENDS("ab\x15").keys.mid_line);
	assert_true(SENDS("ab\x15").keys.emptied);
	assert_true(SENDS("ab\x15"
			  "c")
			    .keys.mid_line);
	assert_true(SENDS("ab\x01\x15").keys.mid_line);
	assert_false(SENDS("ab\x01\x05\x15").keys.mid_line);
	assert_true(SENDS("ab\x0c").keys.mid_line);
	assert_true(SENDS("ab\x12\x03").keys.mid_line);
	assert_false(SENDS("ab\x12\x03\x03").keys.mid_line);
	/* Of the terminal, not of who sits there. */
	assert_true(SENDS("\x1b[24;80").keys.mid_line);
	assert_false(SENDS("\x1b[24;80R").keys.mid_line);
	assert_false(SENDS("\x1b[24;80R").keys.typed);
	assert_false(SENDS("\x1b[24;80R").keys.emptied);
	assert_true(SENDS("a\x1b[24;80R").keys.mid_line);
	assert_true(SENDS("\x1b[24R").keys.mid_line);
	assert_true(SENDS("\x1b[A").keys.mid_line);
	assert_false(SENDS("\x05\x15\n\x03").keys.typed);
	assert_false(SENDS("\x05\x15\n@1 x\n\0").keys.typed);
	assert_false(SENDS("@1 x\n\0").keys.mid_line);
	assert_true(SENDS("x\n").keys.typed);
	/* A request asks for no prompt; what is typed behind it does. */
	assert_false(SENDS("x\n@1 y\n").keys.typed);
	assert_true(SENDS("@1 y\nx\n").keys.typed);
}

static bool shows_page(const char *text)
{
	struct seen s;

	hear(&s, text, 4);
	return s.heard.page;
}

static void test_a_key_that_ends_a_page_begins_no_line(void **state)
{
	struct sent s = SENDS("stats live\n");

	(void)state;
	assert_true(shows_page("a\r\n\x1b[?1049h\x1b[Hpage\x1b[1m"));
	assert_false(shows_page("\x1b[?1049hpage\x1b[?1049l"));
	assert_false(shows_page("\x1b[?25h"));
	sent_page(&s, true);
	sent_take(&s, "\x1b[24;80R", 8);
	sent_take(&s, "q", 1);
	assert_false(s.keys.mid_line);
	sent_page(&s, true);
	sent_take(&s, "a", 1);
	assert_true(s.keys.mid_line);
	s = SENDS("stats live\n");
	sent_page(&s, true);
	sent_page(&s, false);
	sent_take(&s, "a", 1);
	assert_true(s.keys.mid_line);
}

static void hear_lines(struct sent *s, const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n");

		sent_heard(s, lines, n);
		lines += n + (lines[n] == '\n');
	}
}

static void test_what_is_to_be_answered(void **state)
{
	struct sent s = SENDS("@1 a\n@22 b\n");

	(void)state;
	hear_lines(&s, "@1 OK\n@22 OKAY\n@22 \n@22  OK\n@2 OK\n@! OK\n@1 OK");
	assert_int_equal(s.unanswered, 1);
	hear_lines(&s, "@22 OK");
	assert_int_equal(s.unanswered, 0);
	s = SENDS("@1 a\n");
	hear_lines(&s, "@1 ERR E_X 0 no");
	assert_int_equal(s.unanswered, 0);
	/* As many as there are of one tag. */
	s = SENDS("@t a\n@t b\r\n@t c\n");
	hear_lines(&s, "@t OK\n@t text\n@t OK");
	assert_int_equal(s.unanswered, 1);
	hear_lines(&s, "@t OK\n@t OK");
	assert_int_equal(s.unanswered, 0);
	/* What is no tag, and what is ours. */
	s = SENDS("@\n@! a\n@? b\n@a\tb c\n@?r.1 d\n"
		  "@123456789012345678901234567890123 e\n");
	assert_int_equal(s.unanswered, 5);
	hear_lines(&s, "@? ERR E_TAG 0 x\n@? ERR E_TAG 0 x\n@? ERR E_TAG 0 x\n"
		       "@? ERR E_TAG 0 x\n@? ERR E_TAG 0 x");
	assert_int_equal(s.unanswered, 0);
	/* What stood before the opening may come late or not at all. */
	s = SENDS("@1 a\n@2 b\n\x05\x15\n\x03@3 c\n");
	assert_int_equal(s.unanswered, 1);
	hear_lines(&s, "@1 ERR E_CANCEL 0 x");
	assert_int_equal(s.unanswered, 1);
	hear_lines(&s, "@3 OK");
	assert_int_equal(s.unanswered, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_our_replies_are_taken_out),
		cmocka_unit_test(test_a_line_begins_behind_what_was_taken_away),
		cmocka_unit_test(test_where_the_prompt_is),
		cmocka_unit_test(test_what_the_holder_has_begun),
		cmocka_unit_test(test_a_key_that_ends_a_page_begins_no_line),
		cmocka_unit_test(test_what_is_to_be_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
