/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Objects in objects that have columns, and the words of a list in a cell. */
#define DEPTH 3
#define LIST 16

/* ---- By hand ------------------------------------------------------------- */

/* The column of that name, or a new one that comes to be at `at`. */
static struct column *column_at(struct table *t, const char *name, unsigned at)
{
	struct column *c;

	for (unsigned i = 0; i < t->cols; i++)
		if (!strcmp(t->col[i].name, name))
			return &t->col[i];
	if (t->cols == TABLE_COLUMNS || strlen(name) >= sizeof(c->name))
		return NULL;
	c = &t->col[at];
	memmove(c + 1, c, (t->cols++ - at) * sizeof(*c));
	*c = (struct column){.key = key_find(name)};
	strcpy(c->name, name);
	return c;
}

struct column *table_column(struct table *t, const char *name)
{
	return column_at(t, name, t->cols);
}

bool table_row(struct table *t)
{
	const size_t want = (size_t)(t->rows + 1) * TABLE_COLUMNS;

	if (!t->text.len)
		text_bytes(&t->text, "", 1); /* where empty cells are */
	if (want > t->room) {
		size_t *cell = realloc(t->cell, 2 * want * sizeof(*cell));

		if (!cell)
			return false;
		t->cell = cell;
		t->room = 2 * want;
	}
	memset(t->cell + want - TABLE_COLUMNS, 0,
	       TABLE_COLUMNS * sizeof(*t->cell));
	t->rows++;
	return true;
}

/* What is added to the text from now on is the cell. */
static void begin_cell(struct table *t, unsigned col)
{
	t->cell[(size_t)(t->rows - 1) * TABLE_COLUMNS + col] = t->text.len;
}

void table_text(struct table *t, unsigned col, const char *text)
{
	begin_cell(t, col);
	text_bytes(&t->text, text, strlen(text) + 1);
}

void table_number(struct table *t, unsigned col, double v, int decimals)
{
	begin_cell(t, col);
	text_number(&t->text, v, decimals, t->plain);
	text_bytes(&t->text, "", 1);
}

const char *table_cell(const struct table *t, unsigned row, unsigned col)
{
	return t->text.data + t->cell[(size_t)row * TABLE_COLUMNS + col];
}

void table_free(struct table *t)
{
	text_free(&t->text);
	free(t->cell);
	*t = (struct table){.cols = 0};
}

/* ---- Of a list ----------------------------------------------------------- */

const cJSON *json_at(const cJSON *object, const char *path)
{
	while (object) {
		const char *dot = strchr(path, '.');
		const size_t len = dot ? (size_t)(dot - path) : strlen(path);
		const cJSON *one =
			cJSON_IsObject(object) ? object->child : NULL;

		while (one && (strncmp(one->string, path, len) != 0 ||
			       one->string[len]))
			one = one->next;
		if (!dot || !one)
			return one;
		object = one;
		path = dot + 1;
	}
	return NULL;
}

/* A list in a cell is shown if it is short and of nothing but scalars. */
static bool shows(const cJSON *v)
{
	const cJSON *one;

	if (!cJSON_IsArray(v))
		return !cJSON_IsObject(v);
	for (one = json_first(v); one; one = one->next)
		if (cJSON_IsArray(one) || cJSON_IsObject(one))
			return false;
	return cJSON_GetArraySize(v) <= LIST;
}

/*
 * The columns of a list: all that its objects have. One that an object is the
 * first to have is at `at`, or after what is in front of it there; where to go
 * on comes back.
 */
static unsigned find_columns(struct table *t, const cJSON *object,
			     const char *above, int depth, unsigned at)
{
	const cJSON *v;

	for (v = json_first(object); v; v = v->next) {
		char path[256];
		struct column *c;

		/* A dot would lead astray. */
		if (!v->string || strchr(v->string, '.') ||
		    snprintf(path, sizeof(path), "%s%s%s", above,
			     *above ? "." : "", v->string) >= (int)sizeof(path))
			continue;
		if (cJSON_IsObject(v) && depth < DEPTH)
			at = find_columns(t, v, path, depth + 1, at);
		c = !shows(v)
			    ? NULL
			    : column_at(t, strcmp(path, "mix") ? path : "size",
					at);
		at = c ? (unsigned)(c - t->col) + 1 : at;
		if (!c || !cJSON_IsNumber(v)) {
			if (c && !cJSON_IsNull(v))
				c->words = true;
			continue;
		}
		c->number = true;
		c->decimals = number_decimals(v->valuedouble) > c->decimals
				      ? number_decimals(v->valuedouble)
				      : c->decimals;
	}
	return at;
}

bool value_text(struct text *out, const cJSON *v, int decimals, bool plain)
{
	const cJSON *one;

	if (!v || !shows(v))
		return false;
	if (cJSON_IsNumber(v))
		text_number(out, v->valuedouble, decimals, plain);
	else if (cJSON_IsBool(v))
		text_add(out, cJSON_IsTrue(v) ? "yes" : "no");
	else if (cJSON_IsString(v))
		text_add(out, "%s", v->valuestring);
	else if (cJSON_IsNull(v))
		text_add(out, "-");
	for (one = cJSON_IsArray(v) ? v->child : NULL; one; one = one->next) {
		value_text(out, one, number_decimals(one->valuedouble), plain);
		text_add(out, "%s", one->next ? ", " : "");
	}
	return true;
}

static void show(struct table *t, unsigned col, const cJSON *v)
{
	struct text cell = {.data = NULL};
	const int decimals = t->plain && v ? number_decimals(v->valuedouble)
					   : t->col[col].decimals;

	if (!value_text(&cell, v, decimals, t->plain))
		text_add(&cell, "-");
	table_text(t, col, cell.data ? cell.data : "");
	text_free(&cell);
}

/* Frames of a mix are told by its name in place of their size. */
static const cJSON *value_of(const cJSON *object, const char *name)
{
	const cJSON *v = json_at(object, name);

	return v || strcmp(name, "size") ? v : json_at(object, "mix");
}

void table_of(struct table *t, const cJSON *list, bool plain)
{
	const cJSON *object;

	*t = (struct table){.plain = plain};
	for (object = json_first(list); object; object = object->next)
		if (cJSON_IsObject(object))
			find_columns(t, object, "", 0, 0);
	for (unsigned i = 0; i < t->cols; i++)
		t->col[i].number &= !t->col[i].words;
	for (object = json_first(list); object; object = object->next) {
		if (!cJSON_IsObject(object) || !table_row(t))
			continue;
		for (unsigned i = 0; i < t->cols; i++)
			show(t, i, value_of(object, t->col[i].name));
	}
}
