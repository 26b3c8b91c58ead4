/* SPDX-License-Identifier: BSD-3-Clause */
/* Results that are in the store: NAME.json, as app/result.c writes them. */
#ifndef APP_RESULT_READ_H
#define APP_RESULT_READ_H

#include "app/app.h"
#include "files/json.h"

/* The i-th result of the store by its file; NULL: there are not as many. */
const struct store_file *result_at(const struct app *app, unsigned i);

/* A result's name, of its file. */
void result_name(const struct store_file *f, char name[VALUE_NAME_MAX + 1]);

/*
 * The file of the result that argument `arg` names, "json" or "txt", as
 * app_file().
 */
const struct store_file *result_file(struct call *c, int arg, const char *kind,
				     uint64_t *serial);

/* Completion, arg.names. */
bool result_names(void *app, unsigned i, struct arg_name *name);

/* A text of its head, "" where it has none. */
void result_head(const struct app *app, const struct store_file *f,
		 const char *key, char *buf, size_t size);

/* Pieces of a row; those of one that has more are left out. */
#define RESULT_ROW_PIECES 32
struct result_row {
	unsigned nb;
	struct json_piece piece[RESULT_ROW_PIECES];
};

/* Goes into a list of the object: "rows"; false: it has none. */
bool result_list(struct json *j, const char *key);

/* The next of its maps; false: there is none. */
bool result_row_next(struct json *j, struct result_row *row);

/* The piece of that key, or NULL. */
const struct json_piece *result_find(const struct result_row *row,
				     const char *key);

/* What it stands for, its escapes undone; cut. */
void result_text(const struct json_piece *p, char *buf, size_t size);

#endif /* APP_RESULT_READ_H */
