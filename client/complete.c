/* SPDX-License-Identifier: BSD-3-Clause */
#define _GNU_SOURCE
#include "client/complete.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "client/show.h"

/* A person waits no longer for a list. */
#define COMPLETE_MS 1500
/* Of a request, in all. */
#define REQUEST_BYTES 1024

void candidates_add(struct candidates *list, const char *word, const char *help)
{
	struct candidate *item = &list->list[list->count];

	if (!show_is_plain(word, strlen(word)) || !*word)
		return;
	if (list->count == CANDIDATES_MAX || strlen(word) >= CANDIDATE_TEXT) {
		list->more++;
		return;
	}
	strcpy(item->word, word);
	snprintf(item->help, sizeof(item->help), "%s", help);
	list->count++;
}

static const char *text_of(const cJSON *item, const char *key)
{
	const char *text = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(item, key));

	return text ? text : "";
}

static void take_words(struct candidates *list, const cJSON *words)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, words)
	{
		const char *takes = text_of(item, "takes");
		char help[CANDIDATE_TEXT * 2];

		snprintf(help, sizeof(help), "%s%s%s", takes,
			 *takes ? "  " : "", text_of(item, "help"));
		candidates_add(list, text_of(item, "word"), help);
	}
}

static void take_reply(void *arg, char *text, size_t len)
{
	struct candidates *list = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const cJSON *start = cJSON_GetObjectItemCaseSensitive(json, "start");
	const cJSON *more = cJSON_GetObjectItemCaseSensitive(json, "more");

	if (cJSON_IsNumber(start) && start->valueint >= 0)
		list->start = (size_t)start->valueint;
	if (cJSON_IsNumber(more) && more->valueint > 0)
		list->more = (unsigned)more->valueint;
	take_words(list, cJSON_GetObjectItemCaseSensitive(json, "words"));
	cJSON_Delete(json);
}

/* `complete "LINE" --json`; false when that is longer than a request can be. */
static bool write_request(char *out, const char *line, bool next)
{
	size_t n = 0;

	n += (size_t)sprintf(out, "complete \"");
	for (; *line && n < REQUEST_BYTES - 64; line++) {
		if (*line == '"' || *line == '\\')
			out[n++] = '\\';
		out[n++] = *line;
	}
	sprintf(out + n, "\"%s --json", next ? " --next" : "");
	return !*line;
}

bool complete_ask(struct client *c, const char *line, bool next,
		  struct candidates *list)
{
	struct request r = {.line = take_reply, .arg = list};
	uint64_t until = now_ms() + COMPLETE_MS;
	char text[REQUEST_BYTES];

	memset(list, 0, sizeof(*list));
	if (line[strspn(line, " \t")] == '.') {
		local_complete(line, list);
		return true;
	}
	if (c->conn != CONN_UP || !write_request(text, line, next) ||
	    !request_send(c, &r, text))
		return false;
	/* Keys stay where they are: they come behind this one. */
	while (r.state == REQUEST_WAITS && now_ms() < until)
		if (!client_pump(c, (int)(until - now_ms()), false))
			break;
	request_forget(c, &r);
	return r.state == REQUEST_OK && list->start <= strlen(line);
}

size_t complete_common(const struct candidates *list, const char *line,
		       char *out, size_t size)
{
	size_t typed = strlen(line) - list->start, n = 0;
	const char *word = list->list[0].word;

	if (!list->count || size < 2)
		return 0;
	for (unsigned i = 0; i < list->count; i++)
		if (strncmp(list->list[i].word, line + list->start, typed) != 0)
			return 0;
	for (word += typed; word[n] && n < size - 2; n++)
		for (unsigned i = 1; i < list->count; i++)
			if (list->list[i].word[typed + n] != word[n])
				goto out;
out:
	memcpy(out, word, n);
	if (list->count == 1 && !list->more && n && word[n - 1] == '/')
		;
	else if (list->count == 1 && !list->more)
		out[n++] = ' ';
	out[n] = '\0';
	return n;
}

void complete_show(struct client *c, const struct candidates *list)
{
	char text[CANDIDATE_TEXT * 4];
	int width = 0;

	for (unsigned i = 0; i < list->count; i++) {
		int n = (int)strlen(list->list[i].word);

		width = n > width && n <= 30 ? n : width;
	}
	for (unsigned i = 0; i < list->count; i++) {
		const struct candidate *item = &list->list[i];
		int n = snprintf(text, sizeof(text), "  %-*s  %s", width,
				 item->word, item->help);

		ui_reply(c, text,
			 (size_t)n < sizeof(text) ? (size_t)n
						  : sizeof(text) - 1);
	}
	if (list->more) {
		int n = snprintf(text, sizeof(text), "  and %u more",
				 list->more);

		ui_reply(c, text, (size_t)n);
	}
}
