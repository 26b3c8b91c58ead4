/* SPDX-License-Identifier: BSD-3-Clause */
/* A reply as text: keys with their values, lines, lists. */
#include "shell/render_impl.h"

#include <string.h>

#define LINE_NUMBER_WIDTH 9

/* What stood before in a line: decides about what stands between. */
enum gap { GAP_START, GAP_KEY, GAP_VALUE, GAP_MAP, GAP_ELEMENT };

static const char *const gap_text[] = {
	[GAP_START] = "", [GAP_KEY] = " ",       [GAP_VALUE] = " ",
	[GAP_MAP] = " ",  [GAP_ELEMENT] = " | ",
};

/* A walk along the values below one map or list. */
struct line {
	const struct reply *reply;
	uint16_t base, token;
	enum gap gap;
	bool cell; /* in a cell: short, as nothing has to stand below */
};

static void escaped(struct sink *s, const char *text, size_t len, bool key)
{
	uint32_t code;

	while (len && !s->full) {
		size_t n = utf8_take(text, len, &code);

		if (!n || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			sink_str(s, "\\x");
			sink_hex(s, n ? code : (unsigned char)*text, 2);
			n += !n;
		} else if (key && code == '_') {
			sink_byte(s, ' ');
		} else {
			for (size_t i = 0; i < n; i++)
				sink_byte(s, text[i]);
		}
		text += n;
		len -= n;
	}
}

void text_label(struct sink *s, const struct reply *r,
		const struct reply_token *t, uint16_t base)
{
	struct reply_token parent;

	/* REPLY_DEPTH_MAX deep at most. */
	if (t->parent != base) {
		reply_read(r, t->parent, &parent);
		text_label(s, r, &parent, base);
		sink_byte(s, ' ');
	}
	if (t->key)
		escaped(s, t->key, strlen(t->key), true);
}

/* True for the value that a list's map starts with, "port 0": its name. */
static bool is_name(const struct reply *r, const struct reply_token *t)
{
	struct reply_token map, list;

	if (t->parent == REPLY_TOP)
		return false;
	reply_read(r, t->parent, &map);
	if (map.type != TOKEN_MAP || map.parent == REPLY_TOP)
		return false;
	reply_read(r, map.parent, &list);
	return list.type == TOKEN_LIST && map.next == t->at;
}

static void line_value(struct line *l, struct sink *s,
		       const struct reply_token *t)
{
	struct sink measure = SINK_MEASURE;

	if (l->cell && l->gap >= GAP_VALUE)
		sink_str(s, ", ");
	else
		sink_str(s, gap_text[l->gap == GAP_MAP ? GAP_ELEMENT : l->gap]);
	/* On a line the unit says what a number is. */
	if (t->key && *t->key && (l->cell || !t->unit)) {
		escaped(s, t->key, strlen(t->key), true);
		sink_byte(s, ' ');
	}
	text_value(&measure, l->reply, t, false);
	if (!l->cell && text_is_number(t) && !is_name(l->reply, t) &&
	    measure.columns < LINE_NUMBER_WIDTH)
		sink_blanks(s, LINE_NUMBER_WIDTH - measure.columns);
	text_value(s, l->reply, t, true);
	l->gap = GAP_VALUE;
}

static void line_open(struct line *l, struct sink *s,
		      const struct reply_token *t)
{
	if (t->type == TOKEN_LIST || !t->key) {
		if (l->gap > GAP_KEY)
			l->gap = GAP_ELEMENT;
		return;
	}
	sink_str(s, l->cell && l->gap >= GAP_VALUE ? ", " : gap_text[l->gap]);
	text_label(s, l->reply, t, t->parent);
	l->gap = GAP_KEY;
}

/* Puts out the next piece; false when there is none. */
static bool line_step(struct line *l, struct sink *s)
{
	struct reply_token t;

	reply_read(l->reply, l->token, &t);
	l->token = t.next;
	switch (t.type) {
	case TOKEN_STOP:
		return false;
	case TOKEN_MAP:
	case TOKEN_LIST:
		line_open(l, s, &t);
		break;
	case TOKEN_END:
		if (t.parent == l->base)
			return false;
		reply_read(l->reply, t.parent, &t);
		if (l->gap > GAP_KEY)
			l->gap = t.type == TOKEN_MAP && t.key ? GAP_MAP
							      : GAP_ELEMENT;
		break;
	default:
		line_value(l, s, &t);
	}
	return true;
}

void text_value(struct sink *s, const struct reply *r,
		const struct reply_token *t, bool unit)
{
	struct line inside = {r, t->at, t->next, GAP_START, true};

	switch (t->type) {
	case TOKEN_U64:
		sink_u64(s, t->u, true);
		break;
	case TOKEN_ID:
		sink_u64(s, t->u, false);
		break;
	case TOKEN_I64:
		sink_i64(s, (int64_t)t->u, true);
		break;
	case TOKEN_NONE:
		sink_byte(s, '-');
		break;
	case TOKEN_MILLI:
		sink_milli(s, t->u, true);
		break;
	case TOKEN_BOOL:
		sink_str(s, t->u ? "yes" : "no");
		break;
	case TOKEN_TEXT:
		if (!t->text_len)
			sink_byte(s, '-');
		escaped(s, t->text, t->text_len, false);
		break;
	case TOKEN_MAP:
	case TOKEN_LIST:
		while (!s->full && line_step(&inside, s))
			;
		if (inside.gap == GAP_START)
			sink_byte(s, '-');
		break;
	default: /* a map of the list has no such key */
		sink_byte(s, '-');
	}
	if (unit && t->unit && t->type != TOKEN_NONE) {
		sink_byte(s, ' ');
		sink_str(s, t->unit);
	}
}

/* The bytes up to the next blank, and their columns. */
static size_t word_of(const char *text, size_t len, unsigned *columns)
{
	struct sink measure = SINK_MEASURE;
	size_t n = 0;

	while (n < len && text[n] != ' ')
		n++;
	escaped(&measure, text, n, false);
	*columns = (unsigned)measure.columns;
	return n;
}

void text_flow(struct sink *s, const struct render *r,
	       const struct reply_token *t, bool unit, unsigned from)
{
	const char *text = t->text, *end;
	unsigned at = from, columns;

	if (t->type != TOKEN_TEXT || !t->text_len ||
	    r->width < from + TEXT_FLOW_MIN) {
		text_value(s, r->reply, t, unit);
		return;
	}
	end = text + t->text_len;
	for (;;) {
		const size_t n = word_of(text, (size_t)(end - text), &columns);

		if (at > from && at + columns > r->width) {
			sink_byte(s, '\n');
			sink_blanks(s, from);
			at = from;
		} else if (text > t->text) {
			sink_byte(s, ' ');
		}
		escaped(s, text, n, false);
		text += n;
		at += columns + 1;
		if (text == end)
			return;
		text++;
	}
}

bool text_leaf(const struct reply *r, uint16_t base, uint16_t *at,
	       struct reply_token *t)
{
	for (;;) {
		reply_read(r, *at, t);
		if (t->type == TOKEN_STOP ||
		    (t->type == TOKEN_END && t->parent == base))
			return false;
		if (t->type == TOKEN_LIST ||
		    (t->type == TOKEN_MAP && base == REPLY_TOP &&
		     t->style == REPLY_LINE)) {
			*at = reply_skip(r, t->at);
			return true;
		}
		*at = t->next;
		if (t->type != TOKEN_MAP && t->type != TOKEN_END)
			return true;
	}
}

bool text_element(const struct reply *r, uint16_t list, uint16_t *at,
		  struct reply_token *t)
{
	reply_read(r, *at, t);
	if (t->type == TOKEN_STOP ||
	    (t->type == TOKEN_END && t->parent == list))
		return false;
	*at = reply_skip(r, t->at);
	return true;
}

/* "key  value unit" from column `from` on, those of several lines in one. */
static void pair(const struct render *r, struct sink *s,
		 const struct reply_token *t, uint16_t base, unsigned from,
		 unsigned width)
{
	struct sink measure = SINK_MEASURE;

	text_label(&measure, r->reply, t, base);
	text_label(s, r->reply, t, base);
	sink_blanks(s, width - measure.columns + TEXT_GAP);
	text_flow(s, r, t, true, from + width + TEXT_GAP);
	sink_byte(s, '\n');
}

static void start_line(const struct render *r, struct render_at *at,
		       struct sink *s, const struct reply_token *t)
{
	struct reply_token map;

	at->state = TEXT_LINE;
	at->list = t->at;
	at->token = t->at;
	at->gap = GAP_START;
	at->row = at->column = 0;
	if (t->parent == REPLY_TOP)
		return;
	reply_read(r->reply, t->parent, &map);
	text_label(s, r->reply, &map, REPLY_TOP);
	at->gap = GAP_KEY;
}

static void start_list(const struct render *r, struct render_at *at,
		       struct sink *s, const struct reply_token *t)
{
	struct reply_token element;
	uint16_t first = t->next;
	bool some = text_element(r->reply, t->at, &first, &element);

	at->state = some ? TEXT_LIST : TEXT_ITEM;
	at->list = t->at;
	at->element = t->next;
	at->row = 0;
	at->column = 0;
	at->first = 0;
	/* What goes on below rows of the chunk before has its head there. */
	if (!r->alone && !(t->style == REPLY_ROWS && !t->at && r->nb_above)) {
		text_label(s, r->reply, t, REPLY_TOP);
		sink_str(s, some ? ":\n" : ": ");
	}
	if (some)
		return;
	if (r->alone && !strcmp(t->key, "ports")) {
		sink_str(s, "none of the ports\n"); /* but there are some */
	} else if (r->alone) {
		sink_str(s, "no ");
		text_label(s, r->reply, t, REPLY_TOP);
		sink_byte(s, '\n');
	} else {
		sink_str(s, "none\n");
	}
}

static void item_unit(const struct render *r, struct render_at *at,
		      struct sink *s)
{
	struct reply_token t;
	bool list;

	if (!text_leaf(r->reply, REPLY_TOP, &at->token, &t)) {
		at->state = TEXT_DONE;
		return;
	}
	list = t.type == TOKEN_LIST && t.style != REPLY_LINE;
	if (at->after_list || (list && at->any))
		sink_byte(s, '\n');
	at->any = true;
	at->after_list = list;
	if (list)
		start_list(r, at, s, &t);
	else if (t.type == TOKEN_MAP || t.type == TOKEN_LIST)
		start_line(r, at, s, &t);
	else
		pair(r, s, &t, REPLY_TOP, 0, r->key_width);
}

/* Of the next element of a line, with what stands before it. */
static unsigned element_columns(struct line l)
{
	struct sink measure = SINK_MEASURE;

	while (line_step(&l, &measure) && (l.gap < GAP_MAP || !measure.columns))
		;
	return (unsigned)measure.columns;
}

/* What has no room behind the others goes on below. */
static void line_unit(const struct render *r, struct render_at *at,
		      struct sink *s)
{
	struct line l = {r->reply, at->list, at->token, at->gap, false};
	struct line same = l;
	struct sink measure = SINK_MEASURE;

	const unsigned columns = element_columns(l);

	/* Below the first of them, if that leaves half of the screen. */
	if (l.gap == GAP_ELEMENT && !at->row)
		at->row = at->column + 3 < r->width / 2 ? at->column + 3 : 0;
	if (l.gap >= GAP_MAP && r->width && columns &&
	    at->column + columns > r->width) {
		sink_byte(s, '\n');
		sink_blanks(s, at->row);
		at->column = at->row;
		same.gap = l.gap = GAP_START;
	}
	line_step(&same, &measure);
	at->column += (unsigned)measure.columns;
	if (!line_step(&l, s)) {
		if (l.gap != GAP_START)
			sink_byte(s, '\n');
		at->state = TEXT_ITEM;
	}
	at->token = l.token;
	at->gap = l.gap;
}

static void plain_unit(const struct render *r, struct render_at *at,
		       struct sink *s)
{
	struct reply_token t;

	if (!text_element(r->reply, at->list, &at->element, &t)) {
		at->state = TEXT_ITEM;
		return;
	}
	if (t.type != TOKEN_TEXT || t.text_len) {
		sink_blanks(s, text_indent(r));
		text_value(s, r->reply, &t, true);
	}
	sink_byte(s, '\n');
}

/* at->element is the map that a block is made of, at->token a value in it. */
static void block_unit(const struct render *r, struct render_at *at,
		       struct sink *s)
{
	struct reply_token map, t;
	uint16_t next = at->element;

	if (!text_element(r->reply, at->list, &next, &map)) {
		at->state = TEXT_ITEM;
		at->token = map.next;
		return;
	}
	if (at->token < map.next)
		at->token = map.next;
	if (text_leaf(r->reply, map.at, &at->token, &t)) {
		sink_blanks(s, text_indent(r));
		pair(r, s, &t, map.at, text_indent(r), r->side_width);
		return;
	}
	at->element = next;
	if (text_element(r->reply, at->list, &next, &map))
		sink_byte(s, '\n');
}

static void list_unit(struct render *r, struct render_at *at, struct sink *s,
		      bool below)
{
	if (below && r->aside)
		sink_byte(s, '\n');
	at->state = table_layout(r, at->list, below);
	at->row = below && at->state == TEXT_TABLE;
	if (at->state == TEXT_BLOCKS)
		at->token = at->element;
}

bool text_unit(struct render *r, struct render_at *at, struct sink *s)
{
	struct reply_token list;

	switch (at->state) {
	case TEXT_ITEM:
		item_unit(r, at, s);
		break;
	case TEXT_LINE:
		line_unit(r, at, s);
		break;
	case TEXT_LIST:
		reply_read(r->reply, at->list, &list);
		list_unit(r, at, s, list.style == REPLY_ROWS);
		break;
	case TEXT_PLAIN:
		plain_unit(r, at, s);
		break;
	case TEXT_BLOCKS:
		block_unit(r, at, s);
		break;
	case TEXT_TABLE:
	case TEXT_TURNED:
		table_unit(r, at, s);
		break;
	default:
		return false;
	}
	return true;
}

void text_start(struct render *r)
{
	struct reply_token t;
	uint16_t at = 0;

	if (r->reply->style == REPLY_LINE) {
		r->at.state = TEXT_LINE;
		r->at.list = REPLY_TOP;
	}
	while (text_leaf(r->reply, REPLY_TOP, &at, &t)) {
		struct sink measure = SINK_MEASURE;

		if (t.type == TOKEN_MAP || t.type == TOKEN_LIST)
			continue;
		text_label(&measure, r->reply, &t, REPLY_TOP);
		if (measure.columns > r->key_width)
			r->key_width = (unsigned)measure.columns;
	}
	reply_read(r->reply, 0, &t);
	r->alone = t.type == TOKEN_LIST &&
		   reply_skip(r->reply, 0) == r->reply->used;
	if (t.type == TOKEN_LIST)
		r->at.after_list = false;
	if (t.type != TOKEN_LIST || t.style != REPLY_ROWS)
		r->indent = r->alone ? 0 : TEXT_INDENT;
}
