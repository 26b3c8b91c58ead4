/* SPDX-License-Identifier: BSD-3-Clause */
/* What a session knows of its terminal: its size, colours, and the page. */
#include "shell/session.h"

#include <string.h>

#include "shell/session_impl.h"

void session_set_color(struct session *s, enum session_color color)
{
	s->color = color;
	s->out.color =
		color == COLOR_ON || (color == COLOR_AUTO && s->edit.answered);
	s->page.screen.attrs = s->out.color ? ATTR_ALL : ATTR_PLAIN;
}

#define ERASE_ROW "\r\x1b[K"
/* A program reads a line that ends; on the screen the cursor stays. */
#define END_LINE "\x1b[A\r\n"
#define HIDE_ROOM sizeof(ERASE_ROW END_LINE)

bool session_progress_hide(struct session *s)
{
	if (!OPTION(BENCH) || !s->progress)
		return true;
	if (out_room(&s->out) < HIDE_ROOM)
		return false;
	out_text(&s->out, ERASE_ROW END_LINE);
	s->progress = false;
	return true;
}

void session_progress(struct session *s, const char *text)
{
	/* The last column stays free: terminals differ in how they wrap. */
	const size_t len = strnlen(text, s->edit.width - 1);

	if (s->writer || s->events_len || (s->out.mid_line && !s->progress) ||
	    out_room(&s->out) < len + 2 * HIDE_ROOM)
		return;
	if (s->progress)
		out_text(&s->out, ERASE_ROW);
	out_write(&s->out, text, len);
	s->progress = true;
}

/* The command whose page it is has something to do. */
static void wake_page(struct session *s)
{
	s->person->call.wake_ns = 0;
}

void session_set_size(struct session *s, const struct keys_size *size)
{
	const struct edit *e = &s->edit;

	edit_set_size(&s->edit, size);
	session_set_color(s, s->color);
	if (OPTION(LIVE) && s->page.on &&
	    page_resize(&s->page, e->height, e->width))
		wake_page(s);
}

struct screen *session_page_open(struct session *s, const char *keys)
{
	page_open(&s->page, keys, s->edit.height, s->edit.width);
	session_set_color(s, s->color);
	return &s->page.screen;
}

void session_page_close(struct session *s)
{
	page_close(&s->page, &s->out);
}

void session_page_key(struct session *s, unsigned char byte, uint64_t now_ns)
{
	const unsigned *param = s->page.keys.param;

	if (!OPTION(LIVE))
		return;
	switch (page_push(&s->page, byte, now_ns)) {
	case PAGE_KEY_SIZE:
		session_set_size(s, &(struct keys_size){param[0], param[1]});
		break;
	case PAGE_KEY_PRESSED:
		wake_page(s);
		break;
	case PAGE_KEY_LEFT:
		s->quiet = false;
		wake_page(s);
		break;
	default:
		break;
	}
}

void session_page_poll(struct session *s, uint64_t now_ns)
{
	struct page *p = &s->page;

	if (!OPTION(LIVE))
		return;
	while (p->on && !p->left && s->typed_head != s->typed_tail)
		session_page_key(
			s, s->typed[s->typed_head++ % SESSION_TYPED_BYTES],
			now_ns);
	/* A command that came to its end has left it to us. */
	if (p->on && s->person->state == RUNNER_IDLE)
		session_page_close(s);
	if (p->on && !s->writer && !s->events_len)
		page_poll(p, &s->out, s->edit.ask, now_ns);
	if (p->on && p->left)
		wake_page(s);
}
