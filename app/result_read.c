/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/result_read.h"

#include <stdio.h>
#include <string.h>

#define JSON ".json"
#define JSON_LEN 5

static bool is_json(const char *name)
{
	const size_t len = strlen(name);

	return len > JSON_LEN && !strcmp(name + len - JSON_LEN, JSON);
}

void result_head(const struct app *app, const struct store_file *f,
		 const char *key, char *buf, size_t size)
{
	struct json_piece p;
	struct json j;

	json_begin(&j, store_data(&app->store, f), f->size);
	buf[0] = '\0';
	do {
		json_next(&j, &p);
		/* Its lists come last. */
		if (p.kind == JSON_OPEN && p.depth)
			return;
		if (p.depth == 1 && json_is_key(&p, key)) {
			result_text(&p, buf, size);
			return;
		}
	} while (p.kind != JSON_BAD && p.kind != JSON_END);
}

const struct store_file *result_at(const struct app *app, unsigned i)
{
	const struct store *s = &app->store;
	char kind[16];

	for (unsigned k = 0; k < s->nb_files; k++) {
		if (!is_json(s->file[k].name))
			continue;
		result_head(app, &s->file[k], "experiment", kind, sizeof(kind));
		if (kind[0] && !i--)
			return &s->file[k];
	}
	return NULL;
}

void result_name(const struct store_file *f, char name[VALUE_NAME_MAX + 1])
{
	snprintf(name, VALUE_NAME_MAX + 1, "%.*s",
		 (int)(strlen(f->name) - JSON_LEN), f->name);
}

bool result_names(void *app, unsigned i, struct arg_name *name)
{
	const struct store_file *f = result_at(app, i);

	if (f)
		result_name(f, name->text);
	return f;
}

const struct store_file *result_file(struct call *c, int arg, const char *kind,
				     uint64_t *serial)
{
	char name[CMD_TEXT_MAX + 8];
	const struct store_file *f;

	snprintf(name, sizeof(name), "%s.%s", c->v[arg].text, kind);
	f = store_find(&call_app(c)->store, name);
	if (f && *serial && *serial != f->serial) {
		call_fail(c, E_STATE, arg,
			  "'%s' changed while it was read; try again", name);
		return NULL;
	}
	if (f)
		*serial = f->serial;
	else
		call_fail(c, E_NOFILE, arg,
			  "no result '%s'; 'results' lists them",
			  c->v[arg].text);
	return f;
}

bool result_list(struct json *j, const char *key)
{
	struct json_piece p;

	do {
		json_next(j, &p);
		if (p.kind == JSON_OPEN && p.depth == 1 && p.list &&
		    json_is_key(&p, key))
			return true;
	} while (p.kind != JSON_BAD && p.kind != JSON_END);
	return false;
}

bool result_row_next(struct json *j, struct result_row *row)
{
	struct json_piece p;

	row->nb = 0;
	json_next(j, &p);
	if (p.kind != JSON_OPEN || p.list)
		return false;
	for (;;) {
		json_next(j, &p);
		if (p.kind == JSON_CLOSE)
			return true;
		if (p.kind < JSON_TEXT)
			return false;
		if (row->nb < RESULT_ROW_PIECES)
			row->piece[row->nb++] = p;
	}
}

const struct json_piece *result_find(const struct result_row *row,
				     const char *key)
{
	for (unsigned i = 0; i < row->nb; i++)
		if (json_is_key(&row->piece[i], key))
			return &row->piece[i];
	return NULL;
}

void result_text(const struct json_piece *p, char *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < p->len && n + 1 < size; i++) {
		if (p->kind == JSON_TEXT && p->text[i] == '\\' &&
		    i + 1 < p->len &&
		    (p->text[i + 1] == '"' || p->text[i + 1] == '\\'))
			i++;
		buf[n++] = p->text[i];
	}
	buf[n] = '\0';
}
