/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shell/menu.h"
#include "shell/session_impl.h"

#define CTRL_C 0x03
#define BY_KEY "cancelled by Ctrl-C"
/* Room for an event and the line drawn again. */
#define EVENT_ROOM (SESSION_EVENT_BYTES + EDIT_ROOM)

_Static_assert(EVENT_ROOM + MENU_ROOM <= OUT_BYTES,
	       "a list never finds the room it needs");

static bool busy(const struct runner *r)
{
	return r->state != RUNNER_IDLE;
}

static bool typed_empty(const struct session *s)
{
	return s->typed_head == s->typed_tail;
}

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
	edit_init(&s->edit, env->prompt, EDIT_WIDTH);
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
	edit_show(&s->edit, &s->out);
}

static void take_line(struct session *s)
{
	struct edit *e = &s->edit;

	e->shown = false;
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
		.ports = {s->env.nb_ports(s->env.app),
			  s->env.selected(s->env.app)},
		.app = s->env.app,
	};
}

/* Of what the editor and a list below it may put out. */
static size_t key_room(unsigned char byte)
{
	return EVENT_ROOM + (byte == '\t' || byte == '?' ? MENU_ROOM : 0);
}

/* Gives a byte to the editor; false when there is no room for what it says. */
static bool push_key(struct session *s, unsigned char byte)
{
	const struct complete_env env = session_completion(s);
	enum key key;

	if (s->writer || out_room(&s->out) < key_room(byte))
		return false;
	key = edit_key(&s->edit, byte);
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
	return true;
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
	if (!busy(s->person) && typed_empty(s))
		return push_key(s, byte);
	if (typed_full(s))
		return false;
	s->typed[s->typed_tail++ % SESSION_TYPED_BYTES] = byte;
	if (byte == 'R')
		drop_report(s);
	return true;
}

static void replay_typed(struct session *s)
{
	while (!s->ended && !busy(s->person) && !typed_empty(s)) {
		if (!push_key(s, s->typed[s->typed_head % SESSION_TYPED_BYTES]))
			return;
		s->typed_head++;
	}
}

/* ---- A program's requests ---------------------------------------------- */

/* Nothing that a person has begun to type stands before the next byte. */
static bool at_line_start(const struct session *s)
{
	unsigned char last;

	if (typed_empty(s))
		return edit_empty(&s->edit);
	last = s->typed[(s->typed_tail - 1) % SESSION_TYPED_BYTES];
	return last == '\r' || last == '\n' || last == CTRL_C;
}

static bool tag_byte(char c)
{
	return c > ' ' && c < 0x7f;
}

static void start_request(struct session *s)
{
	struct runner *r = s->program;
	const char *tag = s->request + 1;
	unsigned n = 0, max = s->request_len - 1, start;
	char word[RUNNER_TAG_MAX + 1];
	bool own;

	while (n < max && tag_byte(tag[n]))
		n++;
	s->request_whole = false;
	/* Lines of these two would be taken for the appliance's own. */
	own = n == 1 && (tag[0] == '!' || tag[0] == '?');
	if (!n || own || n > RUNNER_TAG_MAX || (n < max && tag[n] != ' ')) {
		runner_set_tag(r, "?");
		runner_refuse(r, E_TAG, 0,
			      "a request is @TAG COMMAND; a tag has 1..32 "
			      "printable bytes");
		return;
	}
	memcpy(word, tag, n);
	word[n] = '\0';
	runner_set_tag(r, word);
	start = 1 + n + (n < max);
	if (s->request_long || s->request_len - start > EDIT_LINE_MAX)
		runner_refuse(r, E_LONG, EDIT_LINE_MAX + 1,
			      "a line takes up to 1024 bytes");
	else
		runner_start(r, s->request + start, s->request_len - start);
}

/* The same for one that comes in the middle of a request. */
static void drop_request_report(struct session *s)
{
	struct keys_size size;
	unsigned n =
		keys_report((unsigned char *)s->request, s->request_len, &size);

	if (n)
		session_set_size(s, &size);
	s->request_len -= n;
}

static void take_request_byte(struct session *s, unsigned char byte)
{
	if (byte == '\r' || byte == '\n') {
		s->in_request = false;
		s->request_whole = true;
		s->after_cr = byte == '\r';
	} else if (s->request_len < SESSION_REQUEST_MAX) {
		s->request[s->request_len++] = (char)byte;
		if (byte == 'R')
			drop_request_report(s);
	} else {
		s->request_long = true;
	}
}

static void begin_request(struct session *s)
{
	s->in_request = true;
	s->request_long = false;
	s->request[0] = '@';
	s->request_len = 1;
}

/* ---- Both -------------------------------------------------------------- */

static bool take_byte(struct session *s, unsigned char byte, uint64_t now_ns)
{
	bool after_cr = s->after_cr;

	if (s->in_request) {
		take_request_byte(s, byte);
		return true;
	}
	if (after_cr && byte == '\n') {
		s->after_cr = false;
		return true;
	}
	if (byte == '@' && at_line_start(s)) {
		/* One that waits already holds up the next, but no key. */
		if (s->request_whole)
			return false;
		s->after_cr = false;
		begin_request(s);
		return true;
	}
	if (byte == CTRL_C && !busy(s->person) && busy(s->program) &&
	    at_line_start(s)) {
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

	if (!s->events_len || s->writer)
		return;
	page_hide(&s->page, &s->out);
	if (out_room(&s->out) < EVENT_ROOM)
		return;
	edit_hide(&s->edit, &s->out);
	out_write(&s->out, s->events, s->events_len);
	s->events_len = 0;
	s->person->printed = true;
	if (shown)
		edit_show(&s->edit, &s->out);
}

/* A person who types next has no prompt to type at. */
static bool prompt_due(const struct session *s)
{
	return !s->ended && !s->quiet && !busy(s->person) && !s->edit.shown;
}

void session_poll(struct session *s, uint64_t now_ns)
{
	if (s->request_whole && !busy(s->program) && !s->ended)
		start_request(s);
	runner_poll(s, s->program, now_ns);
	runner_poll(s, s->person, now_ns);
	for (unsigned i = 0; i < SESSION_RUNNERS; i++)
		if (&s->runner[i] != s->program && &s->runner[i] != s->person)
			runner_poll(s, &s->runner[i], now_ns);
	put_events(s);
	session_page_poll(s, now_ns);
	replay_typed(s);
	if (prompt_due(s) && !s->writer && out_room(&s->out) >= EDIT_ROOM)
		show_edit(s);
}

size_t session_input(struct session *s, const void *buf, size_t len,
		     uint64_t now_ns)
{
	const unsigned char *p = buf;
	size_t n = s->ended ? len : 0;

	while (n < len) {
		if (take_byte(s, p[n], now_ns)) {
			n++;
			/* A line that is whole runs before the next begins. */
			if (busy(s->person) || s->request_whole)
				session_poll(s, now_ns);
			continue;
		}
		session_poll(s, now_ns);
		if (!take_byte(s, p[n], now_ns))
			break;
		n++;
	}
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

	if (s->request_whole && !busy(s->program) && !s->ended)
		return 0;
	if (!busy(s->person) && !typed_empty(s) && !s->ended)
		return 0;
	/* They wait for room in the output only. */
	if (s->events_len || prompt_due(s))
		return 0;
	if (OPTION(LIVE) && s->page.on)
		wake_ns = page_wake_ns(&s->page, s->edit.ask);
	for (unsigned i = 0; i < SESSION_RUNNERS; i++) {
		uint64_t one_ns = runner_wake_ns(&s->runner[i]);

		wake_ns = one_ns < wake_ns ? one_ns : wake_ns;
	}
	return wake_ns;
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
	/* A notice that does not fit is one less, and never half a line. */
	if (n < 0 || (size_t)n >= room) {
		s->events_dropped++;
		return;
	}
	s->events_dropped = 0;
	s->events_len += (unsigned)n;
}
