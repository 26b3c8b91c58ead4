/* SPDX-License-Identifier: BSD-3-Clause */
/* Those who watch by the relay: what they may ask, and what they are told. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/watch.h"

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
		cmocka_unit_test(test_what_changes_nothing_may_be_asked),
		cmocka_unit_test(test_what_may_not_stand_there_is_named),
		cmocka_unit_test(test_a_reply_goes_to_who_asked),
		cmocka_unit_test(test_who_waits_for_too_long_is_told),
		cmocka_unit_test(test_waiting_begins_when_none_is_asked),
		cmocka_unit_test(test_a_reply_that_breaks_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
