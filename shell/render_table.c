/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A list of maps as a table with a column per field, or turned: with a column
 * per map. A field is a path of keys; a map may lack some of them.
 */
#include "shell/render_impl.h"

#include <string.h>

struct cell {
	bool head, value; /* shows the key, the value, or both */
	bool unit;
	struct reply_token key; /* a token of the same path */
	uint16_t base;          /* the map that this path starts in */
	struct reply_token t;
};

/*
 * "size [bytes]", "64", "port 0"; the last of a row begins in column `from` and
 * may go on below, which others cannot: 0.
 */
static void cell_out(struct sink *s, const struct render *r,
		     const struct cell *c, unsigned from)
{
	if (c->head)
		text_label(s, r->reply, &c->key, c->base);
	if (c->head && c->value)
		sink_byte(s, ' ');
	if (c->value && !c->head && from) {
		text_flow(s, r, &c->t, c->unit, from);
	} else if (c->value) {
		text_value(s, r->reply, &c->t, c->unit);
	} else if (c->unit && c->key.unit) {
		sink_str(s, " [");
		sink_str(s, c->key.unit);
		sink_byte(s, ']');
	}
}

static unsigned cell_width(const struct render *r, const struct cell *c)
{
	struct sink measure = SINK_MEASURE;

	cell_out(&measure, r, c, 0);
	return (unsigned)measure.columns;
}

/* In column `from`. Nothing is put behind the last cell of a row. */
static void cell_padded(struct sink *s, const struct render *r,
			const struct cell *c, unsigned from, unsigned width,
			bool right, bool last)
{
	const unsigned pad = width - cell_width(r, c);
	const bool bold = c->head && r->bold_heads;

	if (right)
		sink_blanks(s, pad);
	if (bold)
		sink_escape(s, "\x1b[1m");
	cell_out(s, r, c, last && !right ? from : 0);
	if (bold)
		sink_escape(s, "\x1b[m");
	if (!right && !last)
		sink_blanks(s, pad);
	if (last)
		sink_byte(s, '\n');
}

static void widen(unsigned *width, unsigned to)
{
	if (*width < to)
		*width = to;
}

/* True when the paths of two values in maps of the list are the same. */
static bool same_field(const struct reply *r, uint16_t list,
		       struct reply_token a, struct reply_token b)
{
	while (a.parent != list && b.parent != list) {
		if (strcmp(a.key, b.key) != 0)
			return false;
		reply_read(r, a.parent, &a);
		reply_read(r, b.parent, &b);
	}
	return a.parent == b.parent;
}

static struct reply_token field_token(const struct render *r, unsigned field)
{
	struct reply_token t;

	reply_read(r->reply, r->field[field], &t);
	return t;
}

/* The field of a value; r->nb_fields if it is new. `hint` is tried first. */
static unsigned find_field(const struct render *r, uint16_t list,
			   const struct reply_token *t, unsigned hint)
{
	if (hint < r->nb_fields &&
	    same_field(r->reply, list, *t, field_token(r, hint)))
		return hint;
	for (unsigned i = 0; i < r->nb_fields; i++)
		if (same_field(r->reply, list, *t, field_token(r, i)))
			return i;
	return r->nb_fields;
}

/* False when there are too many fields. */
static bool take_field(struct render *r, uint16_t list,
		       const struct reply_token *t, unsigned *hint)
{
	const unsigned i = find_field(r, list, t, *hint);
	const char *unit;

	*hint = i + 1;
	if (i == RENDER_COLUMNS)
		return false;
	if (i == r->nb_fields) {
		r->field[r->nb_fields++] = t->at;
		r->right |= 1ull << i;
	}
	if (!text_is_number(t))
		r->right &= ~(1ull << i);
	unit = field_token(r, i).unit;
	if (unit != t->unit && (!unit || !t->unit || strcmp(unit, t->unit)))
		r->mixed |= 1ull << i;
	return true;
}

/* Finds all fields; TEXT_TABLE if they can be shown as such. */
static enum text_state take_fields(struct render *r, uint16_t list)
{
	struct reply_token map, t;
	uint16_t at, in;
	bool fits = true;

	r->nb_fields = r->nb_elements = r->side_width = 0;
	r->right = r->mixed = 0;
	reply_read(r->reply, list, &t);
	for (at = t.next; text_element(r->reply, list, &at, &map);) {
		unsigned hint = 0;

		if (map.type != TOKEN_MAP)
			return TEXT_PLAIN;
		r->nb_elements++;
		in = map.next;
		while (text_leaf(r->reply, map.at, &in, &t)) {
			struct sink measure = SINK_MEASURE;

			text_label(&measure, r->reply, &t, map.at);
			widen(&r->side_width, (unsigned)measure.columns);
			fits = fits && take_field(r, list, &t, &hint);
		}
	}
	if (!r->nb_fields)
		return TEXT_PLAIN;
	return fits ? TEXT_TABLE : TEXT_BLOCKS;
}

static struct cell head_cell(const struct render *r, uint16_t list,
			     unsigned field)
{
	struct cell c = {.head = true, .unit = !(r->mixed >> field & 1)};
	struct reply_token t = field_token(r, field);

	c.key = t;
	while (t.parent != list)
		reply_read(r->reply, t.parent, &t);
	c.base = t.at;
	return c;
}

/* The value of a field in a map of the list; '-' where the map lacks it. */
static struct cell value_cell(const struct render *r, uint16_t list,
			      const struct reply_token *map, unsigned field)
{
	struct cell c = {.value = true, .unit = r->mixed >> field & 1};
	uint16_t at = map->next;

	while (text_leaf(r->reply, map->at, &at, &c.t))
		if (same_field(r->reply, list, c.t, field_token(r, field)))
			return c;
	c.t = (struct reply_token){.type = TOKEN_STOP};
	return c;
}

/* What stands above the column of a map: "port 0". */
static struct cell name_cell(const struct render *r, uint16_t list,
			     const struct reply_token *map)
{
	struct cell c = head_cell(r, list, 0);

	c.value = true;
	c.unit = true;
	c.t = value_cell(r, list, map, 0).t;
	return c;
}

/* Widens the columns by the values of the map with number `e`. */
static void map_widths(struct render *r, uint16_t list, unsigned e,
		       const struct reply_token *map, bool turned)
{
	struct cell c = {.value = true};
	uint16_t at = map->next;
	unsigned i = 0;

	for (; text_leaf(r->reply, map->at, &at, &c.t); i++) {
		i = find_field(r, list, &c.t, i);
		c.unit = r->mixed >> i & 1;
		if (!turned)
			widen(&r->column_width[i], cell_width(r, &c));
		else if (i)
			widen(&r->column_width[e], cell_width(r, &c));
	}
	if (turned) {
		c = name_cell(r, list, map);
		widen(&r->column_width[e], cell_width(r, &c));
	}
}

/* Rows stand below those of the chunk before, where they are alike. */
static bool goes_on_below(const struct render *r, const struct reply_token *t,
			  bool turned)
{
	return !turned && (t->style == REPLY_ROWS || r->widths) &&
	       r->nb_above == r->nb_fields;
}

/* Sets the widths of all columns and returns that of the table. */
static unsigned table_widths(struct render *r, uint16_t list, bool turned)
{
	const unsigned columns = turned ? r->nb_elements : r->nb_fields;
	unsigned width = text_indent(r);
	struct reply_token t, map;
	uint16_t at;

	r->side_width = 0;
	reply_read(r->reply, list, &t);
	for (unsigned i = 0; i < columns; i++)
		r->column_width[i] = goes_on_below(r, &t, turned)
					     ? r->above[i]
					     : 1; /* '-', what a map lacks */
	for (unsigned i = turned; i < r->nb_fields; i++) {
		const struct cell c = head_cell(r, list, i);

		widen(turned ? &r->side_width : &r->column_width[i],
		      cell_width(r, &c));
	}
	at = t.next;
	for (unsigned e = 0; text_element(r->reply, list, &at, &map); e++)
		map_widths(r, list, e, &map, turned);
	width += turned ? r->side_width + TEXT_GAP : 0;
	for (unsigned i = 0; i < columns; i++)
		width += r->column_width[i] + (i ? TEXT_GAP : 0);
	return width;
}

/* Where column `i` begins; of a turned table from its part's first map on. */
static unsigned column_at(const struct render *r, const struct render_at *at,
			  unsigned i)
{
	unsigned column = text_indent(r);

	if (at->state == TEXT_TURNED)
		column += r->side_width + TEXT_GAP;
	for (unsigned k = at->first; k < i; k++)
		column += r->column_width[k] + TEXT_GAP;
	return column;
}

/* How many maps of a turned table stand side by side, all parts being alike. */
static unsigned part_of(const struct render *r)
{
	const unsigned side = text_indent(r) + r->side_width;
	unsigned widest = 0;

	for (unsigned e = 0; e < r->nb_elements; e++)
		widen(&widest, r->column_width[e]);
	return r->width > side ? (r->width - side) / (widest + TEXT_GAP) : 0;
}

static enum text_state upright(struct render *r)
{
	r->nb_above = r->nb_fields;
	r->aside = false;
	memcpy(r->above, r->column_width, sizeof(r->above));
	return TEXT_TABLE;
}

/*
 * A table that is too wide is turned, but not if only a last column of text
 * makes it so: that goes on below, see text_flow(). Where nothing fits, it is a
 * block for each map if it ends in text, else a turned one in parts. On a
 * screen too narrow for one map the narrower of the two runs over. What goes on
 * below rows of the chunk before has their shape.
 */
enum text_state table_layout(struct render *r, uint16_t list, bool below)
{
	const enum text_state state = take_fields(r, list);
	const unsigned last = r->nb_fields - 1;
	unsigned before, width, turned;

	if (state != TEXT_TABLE)
		return state;
	width = table_widths(r, list, false);
	before = width - r->column_width[last];
	if ((below && r->nb_above) || !r->width ||
	    (width <= r->width && !(below && r->aside)) || r->nb_fields == 1 ||
	    r->nb_elements > RENDER_COLUMNS ||
	    (!(r->right >> last & 1) && before + TEXT_FLOW_MIN <= r->width))
		return upright(r);
	r->nb_above = 0;
	r->aside = true;
	turned = table_widths(r, list, true);
	r->part = r->nb_elements;
	if (turned <= r->width)
		return TEXT_TURNED;
	if (!(r->right >> last & 1))
		return TEXT_BLOCKS;
	if (part_of(r))
		r->part = part_of(r);
	if (turned < width || r->part < r->nb_elements)
		return TEXT_TURNED;
	table_widths(r, list, false);
	return upright(r);
}

/* Rows: the head, then a map each. */
static void table_cell(const struct render *r, const struct render_at *at,
		       const struct reply_token *map, struct sink *s)
{
	const unsigned i = at->column;
	const struct cell c = at->row ? value_cell(r, at->list, map, i)
				      : head_cell(r, at->list, i);

	sink_blanks(s, i ? TEXT_GAP : text_indent(r));
	cell_padded(s, r, &c, column_at(r, at, i), r->column_width[i],
		    r->right >> i & 1, i + 1 == r->nb_fields);
}

static unsigned count_bits(uint64_t v)
{
	unsigned n = 0;

	for (; v; v &= v - 1)
		n++;
	return n;
}

static unsigned part_columns(const struct render *r, const struct render_at *at)
{
	const unsigned left = r->nb_elements - at->first;

	return left < r->part ? left : r->part;
}

/*
 * Rows: the names of the maps, then a field each. A column holds values of all
 * fields: it is a column of numbers where most of them are.
 */
static void turned_cell(const struct render *r, const struct render_at *at,
			const struct reply_token *map, struct sink *s)
{
	const unsigned e = at->first + at->column - 1;
	const bool right = 2 * count_bits(r->right & ~1) >= r->nb_fields - 1;
	struct cell c = {0};

	if (!at->column) {
		if (at->row)
			c = head_cell(r, at->list, at->row);
		sink_blanks(s, text_indent(r));
		cell_padded(s, r, &c, 0, r->side_width, false, false);
		return;
	}
	c = at->row ? value_cell(r, at->list, map, at->row)
		    : name_cell(r, at->list, map);
	sink_blanks(s, TEXT_GAP);
	cell_padded(s, r, &c, column_at(r, at, e), r->column_width[e], right,
		    at->column == part_columns(r, at));
}

/* At the part's first map again. */
static void part_start(const struct render *r, struct render_at *at)
{
	struct reply_token t;

	reply_read(r->reply, at->list, &t);
	at->element = t.next;
	for (unsigned e = 0; e < at->first; e++)
		text_element(r->reply, at->list, &at->element, &t);
}

void table_unit(const struct render *r, struct render_at *at, struct sink *s)
{
	const bool turned = at->state == TEXT_TURNED;
	const unsigned rows = turned ? r->nb_fields : r->nb_elements + 1;
	const unsigned columns =
		turned ? part_columns(r, at) + 1 : r->nb_fields;
	struct reply_token map;
	uint16_t next = at->element;

	if (at->row == rows && turned && at->first + r->part < r->nb_elements) {
		at->first += r->part;
		at->row = 0;
		part_start(r, at);
		sink_byte(s, '\n');
		return;
	}
	if (at->row == rows) {
		at->state = TEXT_ITEM;
		return;
	}
	text_element(r->reply, at->list, &next, &map);
	if (turned)
		turned_cell(r, at, &map, s);
	else
		table_cell(r, at, &map, s);
	if (turned && at->column)
		at->element = next;
	if (++at->column < columns)
		return;
	at->column = 0;
	if (!turned && at->row)
		at->element = next;
	at->row++;
	if (turned)
		part_start(r, at);
}
