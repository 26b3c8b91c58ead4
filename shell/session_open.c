/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What gets through however much stands before it in the input: the opening of
 * the line (docs/protocol.md, "Requests"), and ^C.
 *
 * Input that waits is looked at once, as it comes. The session counts how much
 * of it that was, so its owner gives what was not taken again.
 */
#include <string.h>

#include "shell/session.h"
#include "shell/session_impl.h"

static const unsigned char opening[] = {0x05, 0x15, '\n', CTRL_C};

#define OPENED 3             /* bytes of it that open the line... */
#define ENDS sizeof(opening) /* ...and that end what others left, too */

/* How much of an opening ends with `byte`, of which `n` bytes came before. */
static unsigned go_on(unsigned n, unsigned char byte)
{
	if (n < sizeof(opening) && byte == opening[n])
		return n + 1;
	return byte == opening[0];
}

static bool ends_line(unsigned char byte)
{
	return byte == '\r' || byte == '\n' || byte == CTRL_C;
}

/* One that waits is dropped; one that was cut short tells of it. */
static void drop_request(struct session *s)
{
	const unsigned n = s->request_len;

	if (s->in_request) {
		session_request_byte(s, opening[0]);
		session_request_byte(s, '\n');
	} else if (n < 2 || memcmp(s->request + n - 2, opening, 2) != 0) {
		s->request_whole = s->request_long = false;
	}
}

void session_open(struct session *s, uint64_t now_ns)
{
	drop_request(s);
	s->typed_head = s->typed_tail;
	s->heeded = 0;
	s->waiting_c = s->after_c;
	s->taken = ENDS;
	s->last_taken = CTRL_C;
	s->opened = true;
	s->after_cr = s->page.tail = s->skip = false;
	if (busy(s->program))
		runner_cancel(s, s->program, BY_KEY, now_ns);
	if (busy(s->person))
		runner_cancel(s, s->person, BY_KEY, now_ns);
	edit_reset(&s->edit);
	keys_reset(&s->edit.keys);
	/* A program does this. */
	s->quiet = true;
}

void session_overrun(struct session *s, uint64_t now_ns)
{
	s->after_c = 0;
	session_open(s, now_ns);
	s->scanned = 0;
	s->skip = true;
	session_event(s, now_ns,
		      "console: input came too fast and was dropped; "
		      "the command was cancelled");
}

size_t session_scan(struct session *s, const unsigned char *p, size_t len)
{
	size_t end = 0;

	for (size_t i = s->scanned; i < len; i++) {
		s->ahead = go_on(s->ahead, p[i]);
		if (s->ahead == ENDS) {
			end = i + 1;
			s->after_c = 0;
		} else if (p[i] == CTRL_C && ends_line(s->last_scanned)) {
			s->waiting_c++;
			s->after_c++;
		}
		s->last_scanned = p[i];
	}
	s->scanned = len > s->scanned ? len : s->scanned;
	return end;
}

bool session_heeded(struct session *s)
{
	if (!ends_line(s->last_taken) || !s->heeded)
		return false;
	s->heeded--;
	return true;
}

void session_took(struct session *s, unsigned char byte)
{
	if (byte == CTRL_C && ends_line(s->last_taken) && s->waiting_c)
		s->waiting_c--;
	s->taken = go_on(s->taken, byte);
	s->opened |= s->taken == OPENED;
	s->last_taken = byte;
}

/* A person's ^C among more keys than can be taken in. */
static size_t find_persons(const struct session *s, const unsigned char *p,
			   size_t len)
{
	unsigned char last = s->last_taken;

	for (size_t i = 0; i < len; last = p[i++]) {
		if (p[i] == '@' && ends_line(last))
			return 0;
		if (p[i] == CTRL_C)
			return i + 1;
	}
	return 0;
}

size_t session_look_ahead(struct session *s, const unsigned char *p, size_t len,
			  uint64_t now_ns)
{
	size_t n;

	if (busy(s->person) && !s->request_whole) {
		n = find_persons(s, p, len);
		if (!n)
			return 0;
		runner_cancel(s, s->person, BY_KEY, now_ns);
		s->typed_head = s->typed_tail;
		for (size_t i = 0; i < n; i++)
			session_took(s, p[i]);
		return n;
	}
	/* Of several, each cancels a request. */
	if (!busy(s->program) || ending(s->program) ||
	    s->waiting_c <= s->heeded)
		return 0;
	s->heeded++;
	runner_cancel(s, s->program, BY_KEY, now_ns);
	return 0;
}
