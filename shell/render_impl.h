/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the renderers. Output is made in units, each from the reply and a
 * position alone: a line, a cell, a token. A unit that does not fit into the
 * buffer is made again for the next one, less what is out already; so no unit
 * needs memory of its own, nor has a limit. Units are small, but for a list in
 * a table's cell.
 */
#ifndef SHELL_RENDER_IMPL_H
#define SHELL_RENDER_IMPL_H

#include "shell/render.h"
#include "shell/sink.h"

/* Each puts out the unit at *at and moves *at on; false when all is out. */
bool json_unit(const struct render *r, struct render_at *at, struct sink *s);
bool text_unit(struct render *r, struct render_at *at, struct sink *s);

/* Text: what lines and tables share. */

#define TEXT_INDENT 2
#define TEXT_GAP 2

enum text_state {
	TEXT_ITEM, /* the next of the top level */
	TEXT_LINE,
	TEXT_LIST, /* decide how to show it */
	TEXT_PLAIN,
	TEXT_BLOCKS,
	TEXT_TABLE,
	TEXT_TURNED, /* a table with a column per map */
	TEXT_DONE,
};

void text_start(struct render *r);

/* A key, or the keys down to it from below the map at `base`: "tx packets". */
void text_label(struct sink *s, const struct reply *r,
		const struct reply_token *t, uint16_t base);

/* Of any type, without escapes that could drive a terminal. */
void text_value(struct sink *s, const struct reply *r,
		const struct reply_token *t, bool unit);

/*
 * The same of the last value of a row, which starts in column `from`: text that
 * is too long for the screen goes on below, cut at blanks. As it is where less
 * than TEXT_FLOW_MIN columns are left for it.
 */
#define TEXT_FLOW_MIN 24
void text_flow(struct sink *s, const struct render *r,
	       const struct reply_token *t, bool unit, unsigned from);

/*
 * Takes the next value of the map at `base` from *at on, also from the maps
 * in it; false at the map's end, which *t is then.
 */
bool text_leaf(const struct reply *r, uint16_t base, uint16_t *at,
	       struct reply_token *t);

/* The same for the elements of a list. */
bool text_element(const struct reply *r, uint16_t list, uint16_t *at,
		  struct reply_token *t);

/* Chooses a state for the list of maps at `list` and lays it out. */
enum text_state table_layout(struct render *r, uint16_t list, bool below);

/* A cell of TEXT_TABLE or TEXT_TURNED. */
void table_unit(const struct render *r, struct render_at *at, struct sink *s);

static inline unsigned text_indent(const struct render *r)
{
	return r->indent;
}

static inline bool text_is_number(const struct reply_token *t)
{
	return t->type >= TOKEN_U64 && t->type <= TOKEN_MILLI;
}

#endif /* SHELL_RENDER_IMPL_H */
