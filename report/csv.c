/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/csv.h"

#include <string.h>

#include "report/table.h"

static void field(struct text *out, const char *text, bool number)
{
	if (number) {
		text_add(out, "%s", strcmp(text, "-") ? text : "");
		return;
	}
	text_add(out, "\"");
	text_as(out, AS_CSV, text);
	text_add(out, "\"");
}

/* That of its file, where it has none. */
static const char *name_of(const struct result *r)
{
	const char *name = result_text(r, "result");
	const char *slash = strrchr(r->path, '/');

	return name ? name : slash ? slash + 1 : r->path;
}

static const char *choose(const struct result *r, unsigned nb)
{
	static const char *const lists[] = {"rows", "goals", "trials"};

	for (unsigned l = 0; l < 3; l++)
		for (unsigned i = 0; i < nb; i++)
			if (result_list(&r[i], lists[l]))
				return lists[l];
	return NULL;
}

/* All results' objects, each with the name of its result in front. */
static cJSON *gather(const struct result *r, unsigned nb, const char *list)
{
	cJSON *all = cJSON_CreateArray();
	const cJSON *one;

	for (unsigned i = 0; i < nb; i++) {
		for (one = json_first(result_list(&r[i], list)); one;
		     one = one->next) {
			cJSON *row = cJSON_CreateObject(), *more;

			cJSON_AddStringToObject(row, "result", name_of(&r[i]));
			for (more = one->child; more; more = more->next)
				cJSON_AddItemToObject(row, more->string,
						      cJSON_Duplicate(more, 1));
			cJSON_AddItemToArray(all, row);
		}
	}
	return all;
}

bool csv_write(struct text *out, const struct result *r, unsigned nb,
	       const char *list)
{
	cJSON *all;
	struct table t;

	list = list ? list : choose(r, nb);
	if (!list)
		return false;
	all = gather(r, nb, list);
	table_of(&t, all, true);
	for (unsigned i = 0; t.rows && i < t.cols; i++) {
		text_add(out, "%s", i ? "," : "");
		field(out, t.col[i].name, false);
	}
	for (unsigned row = 0; row < t.rows; row++)
		for (unsigned i = 0; i < t.cols; i++) {
			text_add(out, i ? "," : "\r\n");
			field(out, table_cell(&t, row, i), t.col[i].number);
		}
	if (t.rows)
		text_add(out, "\r\n");
	cJSON_Delete(all);
	list = t.rows ? list : NULL;
	table_free(&t);
	return list;
}
