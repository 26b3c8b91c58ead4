/* SPDX-License-Identifier: BSD-3-Clause */
/* A table of texts, made of a list of objects or by hand. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <cjson/cJSON.h>

#include "report/keys.h"
#include "report/load.h"
#include "report/text_as.h"

#define TABLE_COLUMNS 64

struct column {
	char name[64];         /* its path in the objects */
	const struct key *key; /* NULL of none */
	bool number;           /* at least one, and nothing else */
	bool words;            /* something else, while it is found */
	int decimals;          /* of numbers */
};

struct table {
	struct column col[TABLE_COLUMNS];
	unsigned cols, rows;
	bool plain;    /* numbers without commas */
	bool reckoned; /* the last column is, of the others */
	/* Each cell ends with a NUL; where it begins is in `cell`. */
	struct text text;
	size_t *cell;
	size_t room;
};

/* A column for each key of the objects, those of objects in them, too. */
void table_of(struct table *t, const cJSON *list, bool plain);

/* By hand; `name` is copied. NULL: there are too many. */
struct column *table_column(struct table *t, const char *name);

/* What a reader calls it, and in what it is; the latter may be NULL. */
static inline const char *column_label(const struct column *c)
{
	return c->key ? c->key->label : c->name;
}

static inline const char *column_unit(const struct column *c)
{
	return c->key ? c->key->unit : NULL;
}

/* Begins a row, of empty cells; false without memory. */
bool table_row(struct table *t);
/* Text and number for a column of the last row. */
void table_text(struct table *t, unsigned col, const char *text);
void table_number(struct table *t, unsigned col, double v, int decimals);

const char *table_cell(const struct table *t, unsigned row, unsigned col);
void table_free(struct table *t);

/* A number, text, truth, or a short list of such; false: it is none of
 * these. */
bool value_text(struct text *out, const cJSON *v, int decimals, bool plain);

/* The scalar at a path of an object, such as "latency.p50"; or NULL. */
const cJSON *json_at(const cJSON *object, const char *path);

#endif /* REPORT_TABLE_H */
