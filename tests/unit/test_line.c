/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What docs/protocol.md promises whoever has the line, each promise kept under
 * each load that somebody may have left on it, frames moving or not: a table of
 * loads, and a table of promises. "A second" is LINE_STEPS_A_SECOND turns of
 * the main loop, so nothing here depends on how fast this machine is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "line_rig.h"
#include "shell/script.h"

#define SECOND LINE_STEPS_A_SECOND
#define OPEN "\x05\x15\n\x03"

/* ---- What was left behind ------------------------------------------------ */

struct left {
	const char *name;
	const char *text;  /* sent first */
	const char *again; /* then this, `times` times */
	unsigned times;
	bool unread; /* no byte of the replies was read */
};

static const struct left loads[] = {
	{"nothing", "", "", 0, false},
	{"a request that prints for ever", "@r repeat 1000000 echo x\n", "", 0,
	 false},
	{"one whose chunks are long", "@r repeat 1000000 stats\n", "", 0,
	 false},
	{"one that prints JSON", "@r repeat 1000000 help --json\n", "", 0,
	 false},
	{"one that nobody reads", "@r repeat 1000000 echo x\n", "", 0, true},
	{"requests that print much", "", "@f help --json\n", 3000, false},
	{"requests that wait", "@r sleep 1h\n", "@f sleep 1h\n", 1000, false},
	{"more of them than there is room for", "@r repeat 1000000 echo x\n",
	 "@f echo a b c d e f g h i j k l m n o p q r\n", 3000, false},
	{"keys behind requests that wait", "@r sleep 1h\n@f sleep 1h\n",
	 "size 64\r", 1000, false},
	{"half a request", "@half echo a b", "", 0, false},
	{"half a request behind others", "@r sleep 1h\n@f sleep 1h\n@half a",
	 "", 0, false},
	{"a request that is too long", "@r ", "xxxxxxxxxxxxxxxx", 1000, false},
	{"half an upload",
	 "@r put f 2000 00000000\n@f chunk f 0 1c291ca3 QUJD\n"
	 "@half chunk f 3 1c2",
	 "", 0, false},
	{"half a line", "stats every 1s", "", 0, false},
	{"half a key", "\x1b", "", 0, false},
	{"half an arrow", "\x1b[24;8", "", 0, false},
	{"half a paste", "\x1b[200~quit", "", 0, false},
	{"a search", "\x12si", "", 0, false},
	{"a line that prints for ever", "repeat 1000000 \"echo x\"\r", "", 0,
	 false},
	{"a line that waits, and keys", "sleep 1h\r", "size 64\r", 1000, false},
	{"a page", "\x1b[24;80Rstats live\r", "", 0, false},
	{"a person's file", "run forever\r", "", 0, false},
	{"a job that prints for ever", "@r run forever --job\n", "", 0, false},
	{"four jobs and a request that do",
	 "@r run forever --job; run forever --job; run forever --job; "
	 "run forever --job; repeat 1000000 echo x\n",
	 "", 0, false},
};

static void leave(const struct left *left)
{
	static char many[256 << 10];
	size_t len = 0;

	line_type(left->text);
	line_run(SECOND / 50);
	line.deaf = left->unread;
	for (unsigned i = 0; i < left->times; i++)
		len += (size_t)snprintf(many + len, sizeof(many) - len, "%s",
					left->again);
	line_send(many, len);
	line_run(SECOND / 10);
}

/* ---- What is promised ---------------------------------------------------- */

static unsigned running_jobs(void)
{
	struct job job = {.number = 0};
	unsigned n = 0;

	while (session_job(&line.app.session, job.number, &job))
		n += job.running;
	return n;
}

/* Whole lines of the tag, the last of them its end. */
static void check_reply(const char *tag, unsigned lines)
{
	char begin[16];
	unsigned n = 0;

	snprintf(begin, sizeof(begin), "\r\n@%s ", tag);
	for (const char *at = line.screen; (at = strstr(at, begin)) != NULL;
	     at += 2)
		n++;
	assert_int_equal(n, lines + 1);
}

static void the_opening_gets_through(void)
{
	line_type(OPEN "@n echo hello\n");
	line_until("\r\n@n hello\r\n", SECOND);
	line_until("\r\n@n OK\r\n", SECOND / 5);
	check_reply("n", 1);
	/* What it ended says nothing any more, but for jobs. */
	line_forget();
	line_run(SECOND / 10);
	assert_null(strstr(line.screen, "@r "));
	assert_null(strstr(line.screen, "@f "));
	assert_false(line.app.quit);
}

static void it_comes_in_pieces(void)
{
	static const char pieces[] = OPEN "@n echo hello\n";

	for (size_t i = 0; i < sizeof(pieces) - 1; i++) {
		line_send(pieces + i, 1);
		line_run(10);
	}
	line_until("\r\n@n OK\r\n", SECOND);
	check_reply("n", 1);
}

static void jobs_are_cancelled(void)
{
	char request[96], told[96];
	struct job job = {.number = 0};

	line_type(OPEN "@n jobs --json\n");
	line_until("\r\n@n OK\r\n", SECOND);
	while (running_jobs()) {
		while (session_job(&line.app.session, job.number, &job) &&
		       !job.running)
			;
		snprintf(request, sizeof(request), "@c cancel %u\n",
			 job.number);
		line_type(request);
		snprintf(told, sizeof(told), " job %u cancelled\r\n",
			 job.number);
		line_until(told, SECOND);
		line_until("\r\n@c OK\r\n", SECOND);
	}
}

static void notices_come(void)
{
	line_type(OPEN "@n rate 1kpps; start 0 count 10\n");
	line_until(" port 0 done count=10 ", SECOND);
	session_event(&line.app.session, line.now_ns, "another");
	line_until(" another\r\n", SECOND / 5);
}

static void requests_are_answered_in_order(void)
{
	const char *at = line.screen;

	line_type(OPEN "@a stats --json\n@b echo two\n@c sleep 10ms; echo x\n"
		       "@d size 5\n@e\n");
	line_until("\r\n@e OK\r\n", SECOND);
	for (const char *const *end =
		     (const char *const[]){
			     "\r\n@a OK\r\n", "\r\n@b OK\r\n", "\r\n@c OK\r\n",
			     "\r\n@d ERR E_RANGE 6 ", "\r\n@e OK\r\n", NULL};
	     *end; end++) {
		at = strstr(at, *end);
		assert_non_null(at);
	}
	check_reply("a", 1);
	check_reply("c", 1);
}

static void ctrl_c_cancels_what_runs(void)
{
	line_type(OPEN "@n repeat 1000000 stats\n");
	line_until("\r\n@n ", SECOND);
	line_run(SECOND / 10);
	line_type("\n\x03");
	line_until("\r\n@n ERR E_CANCEL 0 ", SECOND / 2);
	line_type("@m sleep 1h\n@k sleep 1h\n@l echo x\n\x03\x03");
	line_until("\r\n@l OK\r\n", SECOND);
	assert_non_null(strstr(line.screen, "\r\n@m ERR E_CANCEL 0 "));
	assert_non_null(strstr(line.screen, "\r\n@k ERR E_CANCEL 0 "));
}

static void half_a_request_is_refused(void)
{
	line_type(OPEN "@n echo a b");
	line_run(SECOND);
	line_reconnect();
	line_type(OPEN);
	line_until("\r\n@n ERR E_BYTE 9 ", SECOND);
}

static void a_person_may_type(void)
{
	line_type(OPEN "echo a b\r");
	line_until("\r\na b\r\n", SECOND);
	line_type("sleep 1h\r");
	line_run(SECOND / 5);
	line_forget();
	line_type("echo x\x03");
	line_until(": cancelled by Ctrl-C\r\n", SECOND);
	line_type("echo c d\r");
	line_until("\r\nc d\r\n", SECOND);
}

static void the_prompt_stays_away(void)
{
	if (running_jobs())
		return;
	line_type(OPEN "@n version\n");
	line_until("\r\n@n OK\r\n", SECOND);
	line_forget();
	line_type("@m echo x\n@k\n");
	line_until("@k OK\r\n", SECOND);
	line_run(SECOND / 10);
	assert_string_equal(line.screen, "\r\n@m x\r\n@m OK\r\n@k OK\r\n");
}

static void a_lease_is_renewed_and_ends(void)
{
	line_type(OPEN "@n rate 10pps; start 0; lease 100ms\n");
	line_until("\r\n@n OK\r\n", SECOND);
	line_type("@w sleep 1h\n");
	for (unsigned i = 0; i < 10; i++) {
		line_run(SECOND / 20);
		line_send("", 1);
	}
	assert_true(line.app.lease_ns);
	line_until(" lease over, ports stopped: 0\r\n", SECOND / 2);
}

static void all_ports_are_meant(void)
{
	line_type(OPEN "@n port 1; expect 1 size = 64; size 128\n");
	line_until("\r\n@n OK\r\n", SECOND);
	line_type("@o size 256; expect 0 size = 64\n");
	line_until("\r\n@o OK\r\n", SECOND);
	line_reconnect();
	/* Without the ^C as well. */
	line_type("\x05\x15\n@p size 512; expect 0 size = 512\n");
	line_until("\r\n@p OK\r\n", SECOND);
}

static const struct {
	const char *name;
	void (*check)(void);
} promises[] = {
	{"the opening gets through", the_opening_gets_through},
	{"the opening comes in pieces", it_comes_in_pieces},
	{"jobs are cancelled", jobs_are_cancelled},
	{"notices come", notices_come},
	{"requests are answered in order", requests_are_answered_in_order},
	{"^C cancels what runs", ctrl_c_cancels_what_runs},
	{"half a request is refused", half_a_request_is_refused},
	{"a person may type", a_person_may_type},
	{"the prompt stays away", the_prompt_stays_away},
	{"a lease is renewed, and ends", a_lease_is_renewed_and_ends},
	{"all ports are meant", all_ports_are_meant},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct row {
	unsigned load, promise;
	bool slow, same;
	char name[160];
};

static void kept(void **state)
{
	const struct row *row = *state;

	line_begin();
	line.slow = row->slow;
	leave(&loads[row->load]);
	if (row->same) {
		line.out_len = 0;
		line.deaf = false;
	} else {
		line_reconnect();
	}
	promises[row->promise].check();
	line_end();
}

/* One row in some; an argument of 1 runs them all. */
int main(int argc, char **argv)
{
	const unsigned every = argc > 1 ? (unsigned)atoi(argv[1]) : 13;
	static struct row rows[COUNT(loads) * COUNT(promises) * 4];
	static struct CMUnitTest tests[COUNT(rows)];
	unsigned n = 0;

	for (unsigned i = 0; i < COUNT(rows); i += every) {
		struct row *r = &rows[n];

		r->slow = i & 1;
		r->same = i >> 1 & 1;
		r->load = (i >> 2) % COUNT(loads);
		r->promise = (i >> 2) / COUNT(loads);
		snprintf(r->name, sizeof(r->name), "%s: %s%s%s",
			 promises[r->promise].name, loads[r->load].name,
			 r->slow ? ", frames moving" : "",
			 r->same ? ", same client" : "");
		tests[n] = (struct CMUnitTest){r->name, kept, NULL, NULL, r};
		n++;
	}
	return _cmocka_run_group_tests("line", tests, n, NULL, NULL);
}
