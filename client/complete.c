/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/complete.h"

#include <stdlib.h>
#include <string.h>

#include "client/clock.h"
#include "client/json.h"
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

static void take_reply(void *arg, char *text, size_t len)
{
	struct candidates *list = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const cJSON *item = json_items(json, "words");

	list->start = json_number(json, "start", 0);
	list->more = (unsigned)json_number(json, "more", 0);
	for (; item; item = item->next) {
		const char *takes = json_text(item, "takes");
		char help[CANDIDATE_TEXT * 2];

		snprintf(help, sizeof(help), "%s%s%s", json_text(item, "help"),
			 *takes ? ", " : "", takes);
		candidates_add(list, json_text(item, "word"), help);
	}
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
	if (c->conn.state != CONN_UP || !write_request(text, line, next) ||
	    !request_send(&c->requests, &r, text))
		return false;
	/* Keys stay where they are: they come behind this one. */
	while (r.state == REQUEST_WAITS && now_ms() < until)
		if (!client_pump(c, (int)(until - now_ms()), false))
			break;
	request_forget(&c->requests, &r);
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
	for (word += typed; n < size - 2 && word[n]; n++)
		for (unsigned i = 1; i < list->count; i++)
			if (list->list[i].word[typed + n] != word[n])
				goto out;
out:
	memcpy(out, word, n);
	/* A folder goes on. */
	if (list->count == 1 && !list->more && (!n || word[n - 1] != '/'))
		out[n++] = ' ';
	out[n] = '\0';
	return n;
}

void complete_show(struct ui *ui, const struct candidates *list)
{
	char text[CANDIDATE_TEXT * 4];
	int width = 0;

	for (unsigned i = 0; i < list->count; i++) {
		int n = (int)strlen(list->list[i].word);

		width = n > width && n <= 30 ? n : width;
	}
	for (unsigned i = 0; i < list->count; i++) {
		const struct candidate *item = &list->list[i];

		snprintf(text, sizeof(text), "  %s", item->word);
		ui_item(ui, text, (unsigned)width + 4, item->help);
	}
	if (list->more) {
		int n = snprintf(text, sizeof(text), "  and %u more",
				 list->more);

		ui_reply(ui, text, (size_t)n);
	}
}
