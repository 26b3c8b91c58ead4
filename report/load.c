/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/load.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Half a million trials; more is no result. */
#define LARGEST ((size_t)64 << 20)

static bool read_all(FILE *file, struct text *all)
{
	static const size_t piece = 65536;
	char *room = malloc(piece);
	size_t n = 0;

	while (room && all->len <= LARGEST &&
	       (n = fread(room, 1, piece, file)) > 0)
		text_bytes(all, room, n);
	free(room);
	return room && !ferror(file) && !all->failed && all->len <= LARGEST;
}

/* What one value says besides what was said before. */
static bool merge(cJSON *into, cJSON *more)
{
	while (more->child) {
		cJSON *one = cJSON_DetachItemViaPointer(more, more->child);
		cJSON *there =
			cJSON_GetObjectItemCaseSensitive(into, one->string);

		if (!there) {
			if (!cJSON_AddItemToObject(into, one->string, one))
				return false;
			continue;
		}
		while (cJSON_IsArray(there) && cJSON_IsArray(one) && one->child)
			cJSON_AddItemToArray(there, cJSON_DetachItemViaPointer(
							    one, one->child));
		cJSON_Delete(one);
	}
	return true;
}

static const char *skip_blank(const char *at, const char *end)
{
	while (at < end && strchr(" \t\r\n", *at))
		at++;
	return at;
}

/* What was cut short does not end as an object does. */
static bool ends(const char *at, const char *end)
{
	while (end > at && strchr(" \t\r\n", end[-1]))
		end--;
	return end[-1] == '}';
}

static bool parse(struct result *r, const struct text *all, struct text *why)
{
	const char *at = skip_blank(all->data, all->data + all->len);
	const char *const end = all->data + all->len;

	r->json = cJSON_CreateObject();
	while (r->json && at < end) {
		const char *rest = at;
		cJSON *one = cJSON_ParseWithLengthOpts(at, (size_t)(end - at),
						       &rest, 0);
		const bool good = cJSON_IsObject(one) && merge(r->json, one);

		cJSON_Delete(one);
		if (!good) {
			text_add(why, "no JSON object at byte %zu%s",
				 (size_t)(rest - all->data) + 1,
				 *at == '{' && !ends(at, end)
					 ? "; its end is missing"
					 : "");
			return false;
		}
		at = skip_blank(rest, end);
	}
	if (!r->json || !r->json->child)
		text_add(why, "it holds no result");
	return r->json && r->json->child;
}

bool result_load(struct result *r, const char *path, struct text *why)
{
	const bool standard = !strcmp(path, "-");
	FILE *file = standard ? stdin : fopen(path, "re");
	struct text all = {.data = NULL};
	bool done = false;

	*r = (struct result){.path = path};
	if (!file) {
		text_add(why, "%s", strerror(errno));
		return false;
	}
	if (!read_all(file, &all))
		text_add(why, "it cannot be read, or is larger than 64 MB");
	else if (!all.len)
		text_add(why, "it is empty");
	else
		done = parse(r, &all, why);
	if (!standard)
		fclose(file);
	text_free(&all);
	return done;
}

void result_free(struct result *r)
{
	cJSON_Delete(r->json);
	r->json = NULL;
}

const char *result_text(const struct result *r, const char *key)
{
	return cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(r->json, key));
}

const cJSON *result_list(const struct result *r, const char *key)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(r->json, key);

	return cJSON_IsArray(list) && list->child ? list : NULL;
}

const cJSON *json_number(const cJSON *object, const char *key)
{
	const cJSON *one = cJSON_GetObjectItemCaseSensitive(object, key);

	return cJSON_IsNumber(one) && isfinite(one->valuedouble) ? one : NULL;
}
