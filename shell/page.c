/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/page.h"

#include <string.h>

#include "shell/edit.h"
#include "shell/option.h"

#define ENTER "\x1b[?1049h\x1b[?25l"
#define CLEAR "\x1b[m\x1b[H\x1b[2J"
/* No need to save where the cursor was: the page knows where it goes next. */
#define ASK_SIZE "\x1b[999;999H\x1b[6n"
#define UP "\x1b[A"
#define ROOM 64

static bool has_room(const struct out *o)
{
	return out_room(o) >= SCREEN_SPARE + ROOM;
}

/* The last column stays free, see screen.h. */
static unsigned columns_used(unsigned columns)
{
	return columns > SCREEN_COLUMNS ? SCREEN_COLUMNS : columns - 1;
}

void page_open(struct page *p, const char *own, unsigned rows, unsigned columns)
{
	memset(p, 0, __builtin_offsetof(struct page, screen));
	screen_init(&p->screen, rows, columns_used(columns));
	p->own = own;
	p->on = true;
}

char page_pressed(struct page *p)
{
	const char key = p->nb_pressed ? p->pressed[0] : '\0';

	if (key)
		memmove(p->pressed, p->pressed + 1, --p->nb_pressed);
	return key;
}

void page_close(struct page *p, struct out *o)
{
	page_hide(p, o);
	p->on = false;
}

bool page_resize(struct page *p, unsigned rows, unsigned columns)
{
	const struct screen *s = &p->screen;
	const unsigned attrs = s->attrs;

	columns = columns_used(columns);
	rows = rows < SCREEN_ROWS ? rows : SCREEN_ROWS;
	if (rows == s->rows && columns == s->columns)
		return false;
	screen_init(&p->screen, rows, columns);
	p->screen.attrs = attrs;
	p->clear = true;
	return true;
}

/*
 * A report of a few columns in row 1 that nobody asked for is a key: F3 with
 * Shift, Alt, Ctrl, which are the numbers from 2 on.
 */
static bool is_size(const struct keys *k)
{
	return k->param[0] != 1 || k->param[1] == 1 ||
	       k->param[1] >= EDIT_WIDTH_MIN;
}

static bool leaves(enum key key, unsigned char byte)
{
	return key == KEY_ENTER || key == KEY_CANCEL || byte == 0x04 ||
	       (key == KEY_TEXT && (byte | 0x20) == 'q');
}

enum page_key page_push(struct page *p, unsigned char byte, uint64_t now_ns)
{
	enum key key = keys_push(&p->keys, byte);

	p->key_ns = now_ns;
	p->key_half = !keys_idle(&p->keys);
	if (key == KEY_NONE)
		return PAGE_KEY_NONE;
	if (key == KEY_REPORT && (p->asked || is_size(&p->keys))) {
		p->asked = false;
		return PAGE_KEY_SIZE;
	}
	if (key == KEY_TEXT && byte && strchr(p->own, byte)) {
		if (p->nb_pressed < sizeof(p->pressed))
			p->pressed[p->nb_pressed++] = (char)byte;
		return PAGE_KEY_PRESSED;
	}
	/* A page with keys of its own is left by those that leave others. */
	if (*p->own && !leaves(key, byte))
		return PAGE_KEY_NONE;
	p->left = true;
	p->tail = byte >= 0xc0;
	return PAGE_KEY_LEFT;
}

void page_hide(struct page *p, struct out *o)
{
	if (!OPTION(LIVE) || !p->shown)
		return;
	out_text(o, PAGE_LEAVE);
	/* A program reads all of that as a line, which ends before its own; on
	 * the screen the cursor is at the start of an empty row as before. */
	if (!p->mid_line)
		out_text(o, UP "\r\n");
	o->mid_line = p->mid_line;
	p->shown = false;
	p->back_ns = UINT64_MAX; /* page_poll() knows the time */
}

static void show(struct page *p, struct out *o)
{
	p->mid_line = o->mid_line;
	p->shown = true;
	p->clear = true;
	p->ask_ns = 0;
	out_text(o, ENTER);
}

void page_poll(struct page *p, struct out *o, bool ask, uint64_t now_ns)
{
	if (p->key_half && now_ns - p->key_ns >= PAGE_KEY_NS)
		p->left = true;
	if (p->left)
		return;
	if (p->back_ns == UINT64_MAX)
		p->back_ns = now_ns + PAGE_BACK_NS;
	if (!has_room(o) || now_ns < p->back_ns)
		return;
	if (!p->shown)
		show(p, o);
	if (p->clear) {
		out_text(o, CLEAR);
		screen_redraw(&p->screen);
		p->clear = false;
	}
	if (ask && now_ns >= p->ask_ns) {
		out_text(o, ASK_SIZE);
		p->asked = true;
		screen_lost(&p->screen);
		p->ask_ns = now_ns + PAGE_ASK_NS;
	}
	screen_step(&p->screen, o);
}

uint64_t page_wake_ns(const struct page *p, bool ask)
{
	uint64_t wake_ns = UINT64_MAX;

	if (p->left)
		return 0;
	if (p->back_ns == UINT64_MAX)
		return 0;
	if (!p->shown)
		wake_ns = p->back_ns;
	else if (p->clear || !screen_idle(&p->screen))
		return 0;
	else if (ask)
		wake_ns = p->ask_ns;
	if (p->key_half && p->key_ns + PAGE_KEY_NS < wake_ns)
		wake_ns = p->key_ns + PAGE_KEY_NS;
	return wake_ns;
}
