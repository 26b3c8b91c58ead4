/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A session turns one stream of bytes into the lines of several parties and
 * their output back into one stream. What happens, in order:
 *
 * Bytes come by session_input(). session_scan() looks for a client that opens
 * the line, take_byte() says whose each byte is: of a request, which begins
 * with '@' at the start of a line (session_begin_request(),
 * session_request_byte()), a ^C that cancels (runner_cancel()), a NUL that only
 * says that somebody lives, or a person's key. take_key() gives that to a page,
 * to the editor (push_key()), or keeps it while the person's command runs;
 * replay_typed() takes it up then.
 *
 * A line that is whole goes to a runner: the person's by take_line(), a
 * program's by session_start_request(). Each byte that cannot be taken now
 * stays with the caller, which holds the sender back.
 *
 * session_poll() gives everybody a turn: each runner goes on as far as it can
 * (runner_poll()), then notices that session_event() has noted are put out
 * (put_events()), a page is drawn (session_page_poll()), kept keys are
 * replayed, and a prompt is shown where one is due. Who writes to the output,
 * when the others want to, session_turn() says.
 *
 * What has been put out is read by session_output() and dropped by
 * session_sent(). session_wake_ns() says until when all may sleep.
 */
#include "shell/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shell/menu.h"
#include "shell/session_impl.h"

/* Room for an event and the line drawn again. */
#define EVENT_ROOM (SESSION_EVENT_BYTES + EDIT_ROOM)

_Static_assert(EVENT_ROOM + MENU_ROOM <= OUT_BYTES,
	       "a list never finds the room it needs");

static bool typed_full(const struct session *s)
{
	return s->typed_tail - s->typed_head == SESSION_TYPED_BYTES;
}

void session_init(struct session *s, const struct session_env *env)
{
	memset(s, 0, sizeof(*s));
	s->env = *env;
	s->person = &s->runner[0];
	s->program = &s->runner[1];
	s->watch = &s->runner[2];
	for (unsigned i = 0; i < SESSION_RUNNERS; i++)
		s->runner[i].selected = s->runner[i].told =
			session_all_ports(s);
	session_set_prompt(s);
	edit_init(&s->edit, s->prompt, EDIT_WIDTH);
	if (env->banner) {
		out_text(&s->out, env->banner);
		out_text(&s->out, "\r\n");
	}
}

void session_ask_size(struct session *s)
{
	s->edit.ask = true;
}

/* ---- A person's keys --------------------------------------------------- */

static void show_edit(struct session *s)
{
	if (s->out.mid_line)
		out_text(&s->out, "\r\n");
	session_set_prompt(s);
	edit_show(&s->edit, &s->out);
}

static void take_line(struct session *s)
{
	struct edit *e = &s->edit;

	e->shown = false;
	s->fresh = true;
	if (e->too_long)
		runner_refuse(s->person, E_LONG, EDIT_LINE_MAX + 1,
			      "a line takes up to 1024 bytes");
	else
		runner_start(s->person, e->line, e->len);
	edit_reset(e);
}

struct complete_env session_completion(const struct session *s)
{
	return (struct complete_env){
		.commands = s->env.commands,
		.ports = session_ports(s, session_selected(s)),
		.app = s->env.app,
	};
}

/* Of what the editor and a list below it may put out. */
static size_t key_room(unsigned char byte)
{
	return EVENT_ROOM + (byte == '\t' || byte == '?' ? MENU_ROOM : 0);
}

static bool may_push(const struct session *s, unsigned char byte)
{
	return !s->writer && out_room(&s->out) >= key_room(byte);
}

/* Gives a byte to the editor, which has room for what that puts out. */
static void push_key(struct session *s, unsigned char byte)
{
	const struct complete_env env = session_completion(s);
	enum key key = edit_key(&s->edit, byte);

	/* Neither half a key nor a terminal's answer asks for a prompt. */
	if (key != KEY_NONE && key != KEY_REPORT) {
		if (!s->edit.shown)
			show_edit(s);
		s->quiet = false;
	}
	if (key == KEY_REPORT)
		session_set_size(s, &(struct keys_size){s->edit.keys.param[0],
							s->edit.keys.param[1]});
	switch (edit_act(&s->edit, &s->out, key, byte)) {
	case EDIT_LINE:
		take_line(s);
		break;
	case EDIT_CANCEL:
		edit_show(&s->edit, &s->out);
		break;
	case EDIT_COMPLETE:
		if (OPTION(COMPLETE))
			menu_complete(&s->edit, &s->out, &env);
		break;
	case EDIT_HELP:
		if (OPTION(COMPLETE))
			menu_help(&s->edit, &s->out, &env);
		break;
	default:
		break;
	}
}

/* A terminal's answer is not typed: what comes next is where it was. */
static void drop_report(struct session *s)
{
	unsigned n = s->typed_tail - s->typed_head;
	struct keys_size size;
	unsigned char last[KEYS_REPORT_MAX];

	n = n < sizeof(last) ? n : (unsigned)sizeof(last);
	for (unsigned i = 0; i < n; i++)
		last[i] =
			s->typed[(s->typed_tail - n + i) % SESSION_TYPED_BYTES];
	n = keys_report(last, n, &size);
	if (n)
		session_set_size(s, &size);
	s->typed_tail -= n;
}

static bool take_key(struct session *s, unsigned char byte, uint64_t now_ns)
{
	if (byte == CTRL_C && busy(s->person)) {
		runner_cancel(s, s->person, BY_KEY, now_ns);
		s->typed_head = s->typed_tail;
		return true;
	}
	/* The rest of the character that ended a page. */
	s->page.tail = s->page.tail && (byte & 0xc0) == 0x80;
	if (s->page.tail)
		return true;
	if (s->page.on && !s->page.left && typed_empty(s)) {
		session_page_key(s, byte, now_ns);
		return true;
	}
	if (!busy(s->person) && typed_empty(s) && may_push(s, byte) &&
	    session_turn(s, TURN_KEYS)) {
		push_key(s, byte);
		session_had_turn(s, TURN_KEYS);
		return true;
	}
	if (typed_full(s))
		return false;
	s->typed[s->typed_tail++ % SESSION_TYPED_BYTES] = byte;
	if (byte == 'R')
		drop_report(s);
	return true;
}

/* A ^C behind a line that has just begun to run, typed before it did. */
static void replay_cancel(struct session *s, uint64_t now_ns)
{
	for (unsigned i = s->typed_head; i != s->typed_tail; i++) {
		if (s->typed[i % SESSION_TYPED_BYTES] != CTRL_C)
			continue;
		runner_cancel(s, s->person, BY_KEY, now_ns);
		s->typed_head = i + 1;
		return;
	}
}

static void replay_typed(struct session *s, uint64_t now_ns)
{
	bool pushed = false;

	if (!session_turn(s, TURN_KEYS))
		return;
	while (!s->ended && !busy(s->person) && !typed_empty(s)) {
		unsigned char byte =
			s->typed[s->typed_head % SESSION_TYPED_BYTES];

		if (!may_push(s, byte))
			break;
		s->typed_head++;
		push_key(s, byte);
		pushed = true;
	}
	if (!pushed)
		return;
	if (busy(s->person))
		replay_cancel(s, now_ns);
	session_had_turn(s, TURN_KEYS);
}

/*
 * A line of a person's is on its way that a ^C would be meant for. One that
 * waits ends it, and the next is for the request.
 */
static bool line_comes(const struct session *s)
{
	bool comes = !edit_empty(&s->edit);

	for (unsigned i = s->typed_head; i != s->typed_tail; i++) {
		unsigned char byte = s->typed[i % SESSION_TYPED_BYTES];

		if (byte == CTRL_C)
			comes = false;
		else if (byte != '\r' && byte != '\n')
			comes = true;
	}
	return comes;
}

/* ---- Both -------------------------------------------------------------- */

/* A line that was typed waits for nothing but the output. */
static bool keys_first(const struct session *s)
{
	return !typed_empty(s) && s->last_taken != CTRL_C &&
	       (!busy(s->person) || s->fresh);
}

static bool take_byte(struct session *s, unsigned char byte, uint64_t now_ns)
{
	bool after_cr = s->after_cr;

	if (s->skip) {
		s->skip = byte != '\r' && byte != '\n';
		return true;
	}
	/* A NUL says no more than that a program lives. */
	if (!byte && !s->in_request) {
		s->request_ns = now_ns;
		return true;
	}
	if (s->in_request) {
		session_request_byte(s, byte);
		if (s->request_whole && session_request_runner(s) != s->watch)
			s->request_ns = now_ns;
		return true;
	}
	if (after_cr && byte == '\n') {
		s->after_cr = false;
		return true;
	}
	if (byte == '@' && session_at_line_start(s)) {
		/* One that waits already holds up the next, but no key. */
		if (s->request_whole || keys_first(s))
			return false;
		s->after_cr = false;
		session_begin_request(s);
		return true;
	}
	if (byte == CTRL_C && session_heeded(s))
		return true;
	/* A person's line that is at its end waits for the output alone. */
	if (byte == CTRL_C &&
	    (!busy(s->person) || s->person->state == RUNNER_END) &&
	    busy(s->program) && !line_comes(s)) {
		/* It is for the one behind. */
		if (ending(s->program) && s->request_whole)
			return false;
		runner_cancel(s, s->program, BY_KEY, now_ns);
		return true;
	}
	if (!take_key(s, byte, now_ns))
		return false;
	s->after_cr = byte == '\r';
	return true;
}

static void put_events(struct session *s)
{
	bool shown = s->edit.shown;

	if (!s->events_len || s->writer || !session_turn(s, TURN_NOTICES))
		return;
	page_hide(&s->page, &s->out);
	if (!session_progress_hide(s) || out_room(&s->out) < EVENT_ROOM)
		return;
	edit_hide(&s->edit, &s->out);
	out_write(&s->out, s->events, s->events_len);
	s->events_len = 0;
	s->person->printed = true;
	for (unsigned i = 0; i < SESSION_RUNNERS; i++)
		s->runner[i].untold = false;
	if (shown)
		edit_show(&s->edit, &s->out);
	session_had_turn(s, TURN_NOTICES);
}

/* Most are idle, which takes as little time as can be. */
static inline void poll_one(struct session *s, struct runner *r,
			    uint64_t now_ns)
{
	if (r->state != RUNNER_IDLE)
		runner_poll(s, r, now_ns);
}

void session_poll(struct session *s, uint64_t now_ns)
{
	if (session_request_ready(s))
		session_start_request(s);
	poll_one(s, s->program, now_ns);
	s->fresh = false;
	poll_one(s, s->person, now_ns);
	for (unsigned i = 0; i < SESSION_RUNNERS; i++)
		if (&s->runner[i] != s->program && &s->runner[i] != s->person)
			poll_one(s, &s->runner[i], now_ns);
	put_events(s);
	session_page_poll(s, now_ns);
	replay_typed(s, now_ns);
	if (session_prompt_due(s) && !s->writer &&
	    out_room(&s->out) >= EDIT_ROOM && session_turn(s, TURN_KEYS)) {
		show_edit(s);
		session_had_turn(s, TURN_KEYS);
	}
}

size_t session_input(struct session *s, const void *buf, size_t len,
		     uint64_t now_ns)
{
	const unsigned char *p = buf;
	size_t n = s->ended ? len : 0;
	size_t end = session_scan(s, p, len);

	while (n < len) {
		bool taken = n + 1 != end && take_byte(s, p[n], now_ns);

		if (!taken && n + 1 != end) {
			session_poll(s, now_ns);
			taken = take_byte(s, p[n], now_ns);
		}
		if (!taken && end > n) {
			session_open(s, now_ns);
			n = end;
			continue;
		}
		if (!taken) {
			n += session_look_ahead(s, p + n, len - n, now_ns);
			break;
		}
		session_took(s, p[n++]);
		/* A line that is whole runs before the next begins. */
		if (busy(s->person) || s->request_whole)
			session_poll(s, now_ns);
	}
	s->scanned -= n < s->scanned ? n : s->scanned;
	return n;
}

size_t session_output(const struct session *s, const void **buf)
{
	return out_peek(&s->out, buf);
}

void session_sent(struct session *s, size_t len)
{
	out_drop(&s->out, len);
}

uint64_t session_wake_ns(const struct session *s)
{
	uint64_t wake_ns = UINT64_MAX;

	if (session_request_ready(s))
		return 0;
	if (!busy(s->person) && !typed_empty(s) && !s->ended)
		return 0;
	/* They wait for room in the output only. */
	if (s->events_len || session_prompt_due(s))
		return 0;
	if (OPTION(LIVE) && s->page.on)
		wake_ns = page_wake_ns(&s->page, s->edit.ask);
	for (unsigned i = 0; i < SESSION_RUNNERS; i++) {
		uint64_t one_ns = runner_wake_ns(&s->runner[i]);

		wake_ns = one_ns < wake_ns ? one_ns : wake_ns;
	}
	return wake_ns;
}

#define NOTICE_INDENT 4

/*
 * Words that a terminal of `width` columns would break begin a row. Blanks
 * bring them there: to a program the notice stays one line. Returns its bytes,
 * or `room` where it no longer fits.
 */
static size_t wrap_notice(char *line, size_t room, unsigned width)
{
	size_t row = 0, at = strcspn(line, " "), len = strlen(line), word, pad;

	for (; line[at] == ' '; at += 1 + word) {
		word = strcspn(line + at + 1, " \r");
		while (at - row > width)
			row += width;
		if (at - row + 1 + word <= width ||
		    word > width - NOTICE_INDENT)
			continue;
		row += width;
		pad = row + NOTICE_INDENT - 1 - at;
		if (len + pad >= room)
			return room;
		memmove(line + at + pad, line + at, len - at + 1);
		memset(line + at, ' ', pad);
		len += pad;
		at += pad;
	}
	return len;
}

/* A person reads the line itself, on a terminal that has told its width. */
static bool on_terminal(const struct session *s)
{
	return s->edit.answered && !s->quiet;
}

void session_event(struct session *s, uint64_t now_ns, const char *fmt, ...)
{
	char text[320], dropped[48] = "";
	uint64_t ms = now_ns / 1000000;
	size_t room = SESSION_EVENT_BYTES - s->events_len;
	va_list ap;
	int n;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (s->events_dropped)
		snprintf(dropped, sizeof(dropped), " (%llu dropped before)",
			 (unsigned long long)s->events_dropped);
	n = snprintf(s->events + s->events_len, room, "@! %llu.%03u %s%s\r\n",
		     (unsigned long long)(ms / 1000), (unsigned)(ms % 1000),
		     text, dropped);
	if (n > 0 && (size_t)n < room && on_terminal(s))
		n = (int)wrap_notice(s->events + s->events_len, room,
				     s->edit.width);
	/* A notice that does not fit is one less, and never half a line. */
	if (n < 0 || (size_t)n >= room) {
		s->events_dropped++;
		return;
	}
	s->events_dropped = 0;
	s->events_len += (unsigned)n;
}
