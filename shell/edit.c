/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/edit.h"

#include <string.h>

#include "shell/render_impl.h"

static bool is_cont(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

/*
 * Bytes of the character at `pos`: 1 for what is no valid UTF-8, or one of the
 * control characters U+0080..U+009F, which a terminal would act on.
 */
static unsigned char_len(const struct edit *e, unsigned pos)
{
	uint32_t code;
	size_t n = utf8_take(e->line + pos, e->len - pos, &code);

	return n && (n == 1 || code >= 0xa0) ? (unsigned)n : 1;
}

/* Columns of the character at `pos`: control bytes are shown as ^X. */
static unsigned char_width(const struct edit *e, unsigned pos)
{
	return is_control(e->line[pos]) ? 2 : 1;
}

static unsigned prev_pos(const struct edit *e, unsigned pos)
{
	unsigned start = pos > 4 ? pos - 4 : 0;

	/* The character that ends at pos starts at most four bytes before. */
	for (unsigned p = start; p < pos; p++)
		if (p + char_len(e, p) == pos && !is_cont(e->line[p]))
			return p;
	return pos - 1;
}

static unsigned columns(const struct edit *e, unsigned from, unsigned to)
{
	unsigned n = 0;

	for (; from < to; from += char_len(e, from))
		n += char_width(e, from);
	return n;
}

/* Columns of the row that are left for the line. */
static unsigned room(const struct edit *e)
{
	unsigned prompt = (unsigned)strlen(e->prompt);

	return e->width > prompt + 8 ? e->width - prompt - 1 : 8;
}

/* Moves the view so that the cursor is on the row, and the row is full. */
static void scroll(struct edit *e)
{
	unsigned n, prev;

	if (e->view > e->pos)
		e->view = e->pos;
	for (n = columns(e, e->view, e->pos); n > room(e);) {
		n -= char_width(e, e->view);
		e->view += char_len(e, e->view);
	}
	for (n = columns(e, e->view, e->len); e->view; e->view = prev) {
		prev = prev_pos(e, e->view);
		n += char_width(e, prev);
		if (n > room(e))
			return;
	}
}

static void draw_char(const struct edit *e, struct out *o, unsigned pos)
{
	char c = e->line[pos];
	unsigned n = char_len(e, pos);

	if (is_control(c)) {
		const char caret[2] = {'^', (char)(c ^ 0x40)};

		out_write(o, caret, 2);
	} else if (n == 1 && (unsigned char)c >= 0x80) {
		out_write(o, "?", 1);
	} else {
		out_write(o, e->line + pos, n);
	}
}

/* From the start of the row. */
static void draw(struct edit *e, struct out *o)
{
	unsigned left = room(e), behind = 0;

	scroll(e);
	out_text(o, e->prompt);
	for (unsigned p = e->view; p < e->len; p += char_len(e, p)) {
		unsigned w = char_width(e, p);

		if (w > left)
			break;
		left -= w;
		draw_char(e, o, p);
		if (p >= e->pos)
			behind += w;
	}
	if (behind)
		out_printf(o, "\x1b[%uD", behind);
}

static void redraw(struct edit *e, struct out *o)
{
	out_text(o, "\r\x1b[K");
	draw(e, o);
}

void edit_init(struct edit *e, const char *prompt, unsigned width)
{
	memset(e, 0, sizeof(*e));
	e->prompt = prompt;
	e->width = width;
}

bool edit_empty(const struct edit *e)
{
	return !e->len && !e->too_long && keys_idle(&e->keys);
}

void edit_reset(struct edit *e)
{
	e->len = e->pos = e->view = e->back = 0;
	e->line[0] = '\0';
	e->too_long = e->shown = false;
}

void edit_show(struct edit *e, struct out *o)
{
	e->shown = true;
	draw(e, o);
}

void edit_hide(struct edit *e, struct out *o)
{
	if (e->shown)
		out_text(o, "\r\x1b[K");
	e->shown = false;
}

void edit_insert(struct edit *e, struct out *o, const char *text, unsigned len)
{
	bool plain = e->pos == e->len;

	if (len > EDIT_LINE_MAX - e->len) {
		if (!e->too_long)
			out_text(o, "\a");
		e->too_long = true;
		return;
	}
	memmove(e->line + e->pos + len, e->line + e->pos, e->len - e->pos + 1);
	memcpy(e->line + e->pos, text, len);
	for (unsigned i = 0; i < len; i++)
		plain &= text[i] >= 0x20 && text[i] < 0x7f;
	e->pos += len;
	e->len += len;
	/* The common case costs what was typed. */
	if (plain && columns(e, e->view, e->pos) <= room(e))
		out_write(o, text, len);
	else
		redraw(e, o);
}

static void erase(struct edit *e, struct out *o, unsigned from, unsigned to)
{
	if (from == to)
		return;
	memmove(e->line + from, e->line + to, e->len - to + 1);
	e->len -= to - from;
	e->pos = from;
	if (!e->len)
		e->too_long = false;
	redraw(e, o);
}

static void move(struct edit *e, struct out *o, unsigned pos)
{
	if (pos == e->pos)
		return;
	e->pos = pos;
	redraw(e, o);
}

static void recall(struct edit *e, struct out *o, unsigned back)
{
	const char *line = back ? history_get(&e->history, back) : e->own;

	if (!line)
		return;
	if (!e->back) {
		memcpy(e->own, e->line, e->len + 1);
		e->own_len = e->len;
		e->own_too_long = e->too_long;
	}
	/* `own` was saved above when it is what comes back. */
	e->back = back;
	e->too_long = !back && e->own_too_long;
	e->len = back ? (unsigned)strlen(line) : e->own_len;
	memcpy(e->line, line, e->len + 1);
	e->pos = e->len;
	e->view = 0;
	redraw(e, o);
}

static unsigned word_start(const struct edit *e)
{
	unsigned p = e->pos;

	while (p && e->line[p - 1] == ' ')
		p--;
	while (p && e->line[p - 1] != ' ')
		p--;
	return p;
}

static void edit_key(struct edit *e, struct out *o, enum key key, char c)
{
	switch (key) {
	case KEY_TEXT:
		edit_insert(e, o, &c, 1);
		break;
	case KEY_BACKSPACE:
		if (e->pos)
			erase(e, o, prev_pos(e, e->pos), e->pos);
		break;
	case KEY_DELETE:
		if (e->pos < e->len)
			erase(e, o, e->pos, e->pos + char_len(e, e->pos));
		break;
	case KEY_LEFT:
		if (e->pos)
			move(e, o, prev_pos(e, e->pos));
		break;
	case KEY_RIGHT:
		if (e->pos < e->len)
			move(e, o, e->pos + char_len(e, e->pos));
		break;
	case KEY_HOME:
		move(e, o, 0);
		break;
	case KEY_END:
		move(e, o, e->len);
		break;
	case KEY_UP:
		recall(e, o, e->back + 1);
		break;
	case KEY_DOWN:
		if (e->back)
			recall(e, o, e->back - 1);
		break;
	case KEY_KILL_END:
		erase(e, o, e->pos, e->len);
		break;
	case KEY_KILL_LINE:
		erase(e, o, 0, e->pos);
		break;
	case KEY_KILL_WORD:
		erase(e, o, word_start(e), e->pos);
		break;
	case KEY_CLEAR:
		out_text(o, "\x1b[H\x1b[2J");
		draw(e, o);
		break;
	case KEY_UNKNOWN:
		out_text(o, "\a");
		break;
	default:
		break;
	}
}

enum edit_event edit_push(struct edit *e, struct out *o, unsigned char byte)
{
	enum key key = keys_push(&e->keys, byte);

	switch (key) {
	case KEY_ENTER:
		out_text(o, "\r\n");
		if (!e->too_long && strlen(e->line) == e->len)
			history_add(&e->history, e->line);
		return EDIT_LINE;
	case KEY_CANCEL:
		if (columns(e, e->view, e->pos) + 2 <= room(e))
			out_text(o, "^C");
		out_text(o, "\r\n");
		edit_reset(e);
		return EDIT_CANCEL;
	case KEY_TAB:
		return EDIT_COMPLETE;
	default:
		if (key == KEY_TEXT && byte == '?')
			return EDIT_HELP;
		edit_key(e, o, key, (char)byte);
		return EDIT_NONE;
	}
}
