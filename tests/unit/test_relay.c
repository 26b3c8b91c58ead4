/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The relay in front of QEMU's socket: what it makes of both directions, each
 * case as a whole, byte by byte, and cut at random.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/heard.h"
#include "relay/sent.h"
#include "relay/watch.h"

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

/* ---- Watchers ------------------------------------------------------------ */

struct watching {
	struct watch w;
	int far;
};

static struct watching *watching(void)
{
	struct watching *w = calloc(1, sizeof(*w));
	int pair[2];

	assert_non_null(w);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	watch_init(&w->w);
	watch_add(&w->w, pair[0]);
	w->far = pair[1];
	return w;
}

static void turn(struct watching *w)
{
	struct pollfd fds[WATCH_MAX];

	watch_fds(&w->w, fds);
	poll(fds, WATCH_MAX, 0);
	watch_act(&w->w, fds);
}

static const char *told(struct watching *w)
{
	static char text[4096];
	ssize_t n;

	turn(w);
	n = recv(w->far, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* What comes to the appliance of a request, "" where it is refused. */
static const char *asks(struct watching *w, const char *request)
{
	static char text[2048];

	assert_true(send(w->far, request, strlen(request), 0) > 0);
	turn(w);
	text[watch_ask(&w->w, text, sizeof(text), 1)] = '\0';
	return text;
}

static void free_watching(struct watching *w)
{
	close(w->far);
	turn(w);
	assert_int_equal(watch_count(&w->w), 0);
	free(w);
}

static void test_what_changes_nothing_may_be_asked(void **state)
{
	static const char *const may[] = {
		"",
		"stats",
		"stats 0-1 --json",
		"stats pacing all",
		"stats 1 kinds --json",
		"latency 0.all --json",
		"order 0.3",
		"track 1 --json",
		"stats history",
		"stats 0-1 history minute --csv",
		"port --json",
		">80,color stats",
		"  show config 0",
		"help stats",
		"complete \"stats c; d\" --next",
		"complete \"a\\\"; b\"",
		"show ports --json",
		"show 0 stats",
		"help\tstats",
	};
	static const char *const may_not[] = {
		"start",
		"stats clear",
		"stats cl",
		"stats every 1s",
		"stats live",
		"track 1 off",
		"track 1 vlan.id",
		"track 1 14:12",
		"stats;start",
		"stats; st",
		"color off",
		"lease 5s",
		"lease off",
		"stat",
		"quit",
		"stats \"a\"",
		">80 start",
		"st",
		"complete \"a\"; x",
		"port 0;stop",
		"show x",
		"help; stop",
		"jobs cancel",
		"port 0",
		"port all --json",
		"show ports 0",
		"show 0 ports",
		"help x\rstop",
		"complete \"a\x03\"",
		"help \x7f",
		"\r\rstop",
		"complete \"\\\\\"; quit",
		"complete \\\"\"; quit",
		"complete \"a\\\"\"; x",
	};
	char request[200], wanted[200];

	(void)state;
	for (size_t i = 0; i < sizeof(may) / sizeof(*may); i++) {
		struct watching *w = watching();

		snprintf(request, sizeof(request), "@t %s\n", may[i]);
		snprintf(wanted, sizeof(wanted), "@?r.1 %s\n", may[i]);
		assert_string_equal(asks(w, request), wanted);
		free_watching(w);
	}
	for (size_t i = 0; i < sizeof(may_not) / sizeof(*may_not); i++) {
		struct watching *w = watching();

		snprintf(request, sizeof(request), "@t %s\n", may_not[i]);
		assert_string_equal(asks(w, request), "");
		assert_non_null(strstr(told(w), " this console watches"));
		free_watching(w);
	}
}

static void test_what_may_not_stand_there_is_named(void **state)
{
	static const struct {
		const char *request, *told;
	} t[] = {
		{"rate 5kpps", "1 this console watches and takes no 'rate', "},
		{">80,color,prompt  start", "2 this console watches and takes "
					    "no 'start', "},
		{"stats live", "7 this console watches: of 'stats' it takes no "
			       "'live', but PORTS balance kinds "},
		{"jobs 5", "6 this console watches: of 'jobs' it takes no '5', "
			   "but --json"},
		{"port; stop", "0 this console watches: it takes one command "
			       "a line"},
	};
	char request[200], wanted[200];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct watching *w = watching();

		snprintf(request, sizeof(request), "@t %s\n", t[i].request);
		snprintf(wanted, sizeof(wanted), "@t ERR E_STATE %s",
			 t[i].told);
		assert_string_equal(asks(w, request), "");
		assert_memory_equal(told(w), wanted, strlen(wanted));
		free_watching(w);
	}
}

static void test_a_reply_goes_to_who_asked(void **state)
{
	struct watching *w = watching();

	(void)state;
	assert_string_equal(asks(w, "\x05\x15\nx\n@a stats\n@b port\n"),
			    "@?r.1 stats\n");
	watch_line(&w->w, "@! 1.0 x", 8);
	watch_line(&w->w, "[1] y", 5);
	watch_line(&w->w, "@9 z", 4);
	watch_reply(&w->w, "1 te", 4, false);
	watch_line(&w->w, "@! 1.0 no line of its own", 25);
	watch_reply(&w->w, "xt\r\n", 4, true);
	watch_reply(&w->w, "1 ", 2, false);
	watch_reply(&w->w, "OK\r\n", 4, true);
	assert_string_equal(told(w),
			    "@! 1.0 x\r\n[1] y\r\n@a text\r\n@a OK\r\n");
	assert_string_equal(asks(w, "\n"), "@?r.2 port\n");
	/* Of one that was given up, late. */
	watch_reply(&w->w, "1 OK\r\n", 6, true);
	watch_reply(&w->w, "2 ERR E_X 0 no\r\n", 16, true);
	assert_string_equal(told(w), "@b ERR E_X 0 no\r\n");
	free_watching(w);
}

static void test_who_waits_for_too_long_is_told(void **state)
{
	struct watching *w = watching();

	(void)state;
	assert_true(send(w->far, "@a stats\n", 9, 0) > 0);
	turn(w);
	watch_wait(&w->w, 1000);
	watch_wait(&w->w, 2900);
	assert_string_equal(told(w), "");
	watch_wait(&w->w, 3100);
	assert_non_null(strstr(told(w), "@a ERR E_STATE 0 a line is being"));
	assert_string_equal(asks(w, "@b stats\n"), "@?r.1 stats\n");
	watch_lost(&w->w);
	assert_non_null(strstr(told(w), "@b ERR E_STATE 0 the line was"));
	free_watching(w);
}

static void test_waiting_begins_when_none_is_asked(void **state)
{
	struct watching *w = watching();

	(void)state;
	assert_string_equal(asks(w, "@a stats\n@b stats\n"), "@?r.1 stats\n");
	watch_wait(&w->w, 5000);
	assert_string_equal(told(w), "");
	watch_reply(&w->w, "1 OK\r\n", 6, true);
	assert_string_equal(told(w), "@a OK\r\n");
	watch_wait(&w->w, 9000);
	watch_wait(&w->w, 10900);
	assert_string_equal(told(w), "");
	watch_wait(&w->w, 11100);
	assert_non_null(strstr(told(w), "@b ERR E_STATE 0 a line is being"));
	free_watching(w);
}

static void test_a_reply_that_breaks_off(void **state)
{
	struct watching *w = watching();

	(void)state;
	/* The rest of a line that comes too late is nobody's. */
	assert_string_equal(asks(w, "@a stats\n"), "@?r.1 stats\n");
	watch_reply(&w->w, "1 half", 6, false);
	watch_wait(&w->w, 20000);
	assert_string_equal(told(w),
			    "@a half\r\n@a ERR E_STATE 0 the appliance does "
			    "not answer\r\n");
	assert_string_equal(asks(w, "@b stats\n"), "@?r.2 stats\n");
	watch_reply(&w->w, "2 OK\r\n", 6, true);
	watch_line(&w->w, "@! 1.0 x", 8);
	watch_reply(&w->w, "2 th", 4, false);
	assert_string_equal(told(w), "@! 1.0 x\r\n@b th");
	/* On a line that is another one no rest comes. */
	watch_lost(&w->w);
	assert_non_null(strstr(told(w), "\r\n@b ERR E_STATE 0 the line was"));
	assert_string_equal(asks(w, "@c stats\n"), "@?r.3 stats\n");
	watch_reply(&w->w, "3 OK\r\n", 6, true);
	assert_string_equal(told(w), "@c OK\r\n");
	free_watching(w);
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
		cmocka_unit_test(test_what_changes_nothing_may_be_asked),
		cmocka_unit_test(test_what_may_not_stand_there_is_named),
		cmocka_unit_test(test_a_reply_goes_to_who_asked),
		cmocka_unit_test(test_who_waits_for_too_long_is_told),
		cmocka_unit_test(test_waiting_begins_when_none_is_asked),
		cmocka_unit_test(test_a_reply_that_breaks_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
