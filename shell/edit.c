/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/edit.h"

#include <string.h>

#include "shell/edit_impl.h"

/*
 * Asks for the terminal's size: down and to the right as far as it goes, where
 * am I, back. The answer is a KEY_REPORT, if one comes.
 */
#define ASK_SIZE                    \
	"\x1b"                      \
	"7\x1b[999;999H\x1b[6n\x1b" \
	"8"

void edit_init(struct edit *e, const char *prompt, unsigned width)
{
	memset(e, 0, sizeof(*e));
	e->prompt = prompt;
	e->width = width;
	e->height = EDIT_HEIGHT;
}

bool edit_empty(const struct edit *e)
{
	return !e->len && !e->too_long && !e->search.on && keys_idle(&e->keys);
}

void edit_reset(struct edit *e)
{
	e->len = e->pos = e->view = e->back = 0;
	e->line[0] = '\0';
	e->too_long = e->shown = e->stale = e->search.on = false;
	e->undo.count = e->undo.used = 0;
	e->last = KEY_NONE;
}

void edit_set_size(struct edit *e, const struct keys_size *size)
{
	unsigned columns = size->columns;

	if (columns < EDIT_WIDTH_MIN)
		return;
	e->answered = true;
	e->height = size->rows;
	columns = columns < EDIT_WIDTH_MAX ? columns : EDIT_WIDTH_MAX;
	if (columns != e->width)
		draw_resize(e, columns);
}

/* ---- Changes of the line ------------------------------------------------ */

static void put_bytes(struct edit *e, const char *text, unsigned len)
{
	char *at = e->line + e->pos;

	memmove(at + len, at, e->len - e->pos + 1);
	memcpy(at, text, len);
	e->pos += len;
	e->len += len;
	e->back = 0;
	e->stale = true;
}

void edit_put(struct edit *e, const char *text, unsigned len, bool joined)
{
	if (!len)
		return;
	undo_note(e, false, e->pos, len, joined);
	put_bytes(e, text, len);
}

void edit_cut(struct edit *e, unsigned from, unsigned to)
{
	if (from == to)
		return;
	undo_note(e, true, from, to - from, false);
	memmove(e->line + from, e->line + to, e->len - to + 1);
	e->len -= to - from;
	e->pos = from;
	e->back = 0;
	e->stale = true;
	if (!e->len)
		e->too_long = false;
}

void edit_replace(struct edit *e, const char *text, unsigned len)
{
	bool joined = e->len;

	edit_cut(e, 0, e->len);
	edit_put(e, text, len, joined);
	e->view = 0;
}

/* ---- Keys --------------------------------------------------------------- */

static void bell(struct out *o)
{
	out_text(o, "\a");
}

static void insert(struct edit *e, struct out *o, char c)
{
	bool plain = !e->stale && e->pos == e->len && c >= 0x20 && c < 0x7f;
	bool new_word = c != ' ' && e->pos && e->line[e->pos - 1] == ' ' &&
			!e->keys.pasting;

	if (e->len == EDIT_LINE_MAX) {
		if (!e->too_long)
			bell(o);
		e->too_long = true;
		return;
	}
	if (e->last != KEY_TEXT || new_word || !undo_extend(e, e->pos))
		undo_note(e, false, e->pos, 1, false);
	put_bytes(e, &c, 1);
	/* The common case costs one byte of output. */
	if (plain && draw_fits(e, 0)) {
		out_write(o, &c, 1);
		e->stale = false;
	}
}

static void move(struct edit *e, unsigned pos)
{
	if (pos != e->pos)
		e->stale = true;
	e->pos = pos;
}

static void save_own(struct edit *e)
{
	memcpy(e->own, e->line, e->len + 1);
	e->own_len = e->len;
	e->own_too_long = e->too_long;
}

/* Goes through the lines that begin with what was typed. */
static void recall(struct edit *e, struct out *o, bool older)
{
	const struct history *h = &e->history;
	const struct history_want want = {
		.text = e->back ? e->own : e->line,
		.len = e->back ? e->own_len : e->len,
	};
	unsigned back = older ? history_older(h, e->back, &want)
			      : history_newer(h, e->back, &want);
	const char *line = history_get(h, back);

	if (!line && (older || !e->back)) {
		if (older)
			bell(o);
		return;
	}
	if (!e->back)
		save_own(e);
	if (line) {
		edit_replace(e, line, (unsigned)strlen(line));
	} else {
		edit_replace(e, e->own, e->own_len);
		e->too_long = e->own_too_long;
	}
	e->back = back;
}

static bool is_kill(enum key key)
{
	return key == KEY_KILL_END || key == KEY_KILL_LINE ||
	       key == KEY_KILL_WORD || key == KEY_KILL_WORD_LEFT ||
	       key == KEY_KILL_WORD_RIGHT;
}

/* Kills in a row are yanked as one. */
static void kill(struct edit *e, unsigned from, unsigned to)
{
	unsigned n = to - from;
	char *at = e->kill;

	if (from == to)
		return;
	if (!is_kill(e->last) || e->kill_len + n > sizeof(e->kill)) {
		e->kill_len = 0;
		e->kill_too_long = false;
	}
	if (from < e->pos)
		memmove(e->kill + n, e->kill, e->kill_len);
	else
		at += e->kill_len;
	memcpy(at, e->line + from, n);
	e->kill_len += n;
	e->kill_too_long |= e->too_long;
	edit_cut(e, from, to);
}

static void yank(struct edit *e, struct out *o)
{
	if (!e->kill_len || e->len + e->kill_len > EDIT_LINE_MAX) {
		bell(o);
		return;
	}
	edit_put(e, e->kill, e->kill_len, false);
	e->too_long |= e->kill_too_long;
}

/* The characters around the cursor change places; at the end, those before. */
static void transpose(struct edit *e, struct out *o)
{
	const struct text t = edit_text(e);
	unsigned at = e->pos, from, to;
	char both[8];

	if (at && at == e->len)
		at = line_prev(&t, at);
	if (!at) {
		bell(o);
		return;
	}
	from = line_prev(&t, at);
	to = at + line_char(&t, at);
	memcpy(both, e->line + at, to - at);
	memcpy(both + (to - at), e->line + from, at - from);
	edit_cut(e, from, to);
	edit_put(e, both, to - from, true);
}

static void clear(struct edit *e, struct out *o)
{
	out_text(o, "\x1b[H\x1b[2J");
	e->stale = true;
}

static void move_key(struct edit *e, enum key key)
{
	const struct text t = edit_text(e);

	switch (key) {
	case KEY_LEFT:
		move(e, e->pos ? line_prev(&t, e->pos) : 0);
		break;
	case KEY_RIGHT:
		if (e->pos < e->len)
			move(e, e->pos + line_char(&t, e->pos));
		break;
	case KEY_WORD_LEFT:
		move(e, line_word_left(&t, e->pos, false));
		break;
	case KEY_WORD_RIGHT:
		move(e, line_word_right(&t, e->pos));
		break;
	case KEY_HOME:
		move(e, 0);
		break;
	case KEY_END:
		move(e, e->len);
		break;
	default:
		break;
	}
}

static void erase_key(struct edit *e, enum key key)
{
	const struct text t = edit_text(e);

	switch (key) {
	case KEY_BACKSPACE:
		if (e->pos)
			edit_cut(e, line_prev(&t, e->pos), e->pos);
		break;
	case KEY_DELETE:
		if (e->pos < e->len)
			edit_cut(e, e->pos, e->pos + line_char(&t, e->pos));
		break;
	case KEY_KILL_END:
		kill(e, e->pos, e->len);
		break;
	case KEY_KILL_LINE:
		kill(e, 0, e->pos);
		break;
	case KEY_KILL_WORD:
		kill(e, line_word_left(&t, e->pos, true), e->pos);
		break;
	case KEY_KILL_WORD_LEFT:
		kill(e, line_word_left(&t, e->pos, false), e->pos);
		break;
	case KEY_KILL_WORD_RIGHT:
		kill(e, e->pos, line_word_right(&t, e->pos));
		break;
	default:
		break;
	}
}

static void edit_other(struct edit *e, struct out *o, enum key key, char c)
{
	switch (key) {
	case KEY_TEXT:
		insert(e, o, c);
		break;
	case KEY_UP:
	case KEY_DOWN:
		recall(e, o, key == KEY_UP);
		break;
	case KEY_YANK:
		yank(e, o);
		break;
	case KEY_TRANSPOSE:
		transpose(e, o);
		break;
	case KEY_UNDO:
		if (!undo_back(e))
			bell(o);
		break;
	case KEY_SEARCH:
		search_start(e);
		break;
	case KEY_CLEAR:
		clear(e, o);
		break;
	case KEY_UNKNOWN:
		bell(o);
		break;
	default:
		move_key(e, key);
		erase_key(e, key);
		break;
	}
}

static enum edit_event end_line(struct edit *e, struct out *o, enum key key)
{
	draw_update(e, o);
	if (key == KEY_ENTER) {
		out_text(o, "\r\n");
		if (!e->too_long && strlen(e->line) == e->len)
			history_add(&e->history, e->line);
		return EDIT_LINE;
	}
	if (draw_fits(e, 2))
		out_text(o, "^C");
	out_text(o, "\r\n");
	e->keys.pasting = false;
	edit_reset(e);
	return EDIT_CANCEL;
}

/* What may come next is asked by a person; in a paste it is text. */
static bool asks(const struct edit *e, enum key key, unsigned char byte)
{
	return !e->keys.pasting &&
	       (key == KEY_TAB || (key == KEY_TEXT && byte == '?'));
}

void edit_insert(struct edit *e, struct out *o, const char *text, unsigned len)
{
	bool plain = !e->stale && e->pos == e->len;

	if (len > EDIT_LINE_MAX - e->len) {
		if (!e->too_long)
			bell(o);
		e->too_long = true;
		return;
	}
	for (unsigned i = 0; i < len; i++)
		plain &= text[i] >= 0x20 && text[i] < 0x7f;
	edit_put(e, text, len, false);
	if (plain && draw_fits(e, 0)) {
		out_write(o, text, len);
		e->stale = false;
	}
	draw_update(e, o);
}

enum key edit_key(struct edit *e, unsigned char byte)
{
	return keys_push(&e->keys, byte);
}

enum edit_event edit_act(struct edit *e, struct out *o, enum key key,
			 unsigned char byte)
{
	if (key == KEY_NONE)
		return EDIT_NONE;
	if (key == KEY_REPORT) {
		const struct keys_size size = {e->keys.param[0],
					       e->keys.param[1]};

		edit_set_size(e, &size);
		draw_update(e, o);
		return EDIT_NONE;
	}
	if (e->ask && (!e->asked || key == KEY_CLEAR)) {
		e->asked = true;
		out_text(o, ASK_SIZE);
	}
	if (!e->search.on || !search_key(e, o, key, (char)byte)) {
		if (key == KEY_ENTER || key == KEY_CANCEL)
			return end_line(e, o, key);
		if (asks(e, key, byte)) {
			e->last = KEY_TEXT;
			draw_update(e, o);
			return key == KEY_TAB ? EDIT_COMPLETE : EDIT_HELP;
		}
		if (key == KEY_TAB)
			edit_other(e, o, KEY_TEXT, ' ');
		else
			edit_other(e, o, key, (char)byte);
	}
	e->last = key == KEY_TAB ? KEY_TEXT : key;
	draw_update(e, o);
	return EDIT_NONE;
}
