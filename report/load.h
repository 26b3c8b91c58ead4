/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A result, as one JSON object: of a file of one, or of several values one
 * after the other, as `exec --json` prints them. Of these the keys come
 * together, and lists of the same name are one list. Nothing in it is trusted.
 */
#ifndef REPORT_LOAD_H
#define REPORT_LOAD_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "metrics/text.h"

struct result {
	const char *path; /* the caller's */
	cJSON *json;
};

/* False: `why` says why not. `path` may be "-" for standard input. */
bool result_load(struct result *r, const char *path, struct text *why);
void result_free(struct result *r);

/* NULL: there is none of that name and kind. */
const char *result_text(const struct result *r, const char *key);
const cJSON *result_list(const struct result *r, const char *key);

/* Of a list or an object, which may be NULL; each has the `next`. */
static inline const cJSON *json_first(const cJSON *list)
{
	return list ? list->child : NULL;
}

/* Of an object; NULL: it has no such number. */
const cJSON *json_number(const cJSON *object, const char *key);

#endif /* REPORT_LOAD_H */
