/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/request.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "client/clock.h"
#include "client/show.h"

/* Sends what says that a person typed it, at which terminal. */
static void send_mark(struct requests *q)
{
	char mark[32];
	unsigned columns = term_columns();
	int n = snprintf(mark, sizeof(mark), ">%u%s,prompt ",
			 columns < 9999 ? columns : 9999,
			 q->ui->can_color ? ",color" : "");

	link_send(q->link, mark, (size_t)n);
}

void requests_begin(struct requests *q)
{
	q->open = false;
	if (getrandom(&q->run, sizeof(q->run), 0) < 0)
		q->run = (uint32_t)now_ms();
}

void requests_ask_marks(struct requests *q)
{
	ui_set_prompt(q->ui, UI_PROMPT);
	request_forget(q, &q->marks);
	q->marks.typed = true;
	request_send(q, &q->marks, "");
}

bool request_send(struct requests *q, struct request *r, const char *text)
{
	bool marked =
		r->typed && (r == &q->marks || q->marks.state == REQUEST_OK);

	if (!q->open || q->count == REQUESTS_MAX) {
		r->state = REQUEST_LOST;
		return false;
	}
	snprintf(r->tag, sizeof(r->tag), "%sc%08" PRIx32 ".%u",
		 r->beside ? "?" : "", q->run, ++q->tags);
	r->state = REQUEST_WAITS;
	r->code[0] = r->message[0] = '\0';
	r->column = 0;
	q->pending[q->count++] = r;
	link_send(q->link, "@", 1);
	link_send(q->link, r->tag, strlen(r->tag));
	link_send(q->link, " ", 1);
	if (marked)
		send_mark(q);
	link_send(q->link, text, strlen(text));
	link_send(q->link, "\n", 1);
	return true;
}

static void remove_at(struct requests *q, unsigned i)
{
	q->count--;
	memmove(&q->pending[i], &q->pending[i + 1],
		(q->count - i) * sizeof(*q->pending));
}

void request_forget(struct requests *q, struct request *r)
{
	for (unsigned i = 0; i < q->count; i++)
		if (q->pending[i] == r)
			remove_at(q, i);
	if (r->state == REQUEST_WAITS)
		r->state = REQUEST_LOST;
}

void requests_lose(struct requests *q)
{
	while (q->count)
		request_forget(q, q->pending[0]);
}

void requests_cancel(struct requests *q)
{
	link_send(q->link, "\x03", 1);
}

/* "CODE COLUMN MESSAGE" */
static void take_error(struct request *r, const char *text)
{
	size_t n = strcspn(text, " ");
	char *end;
	unsigned long column;

	snprintf(r->code, sizeof(r->code), "%.*s", (int)(n < 15 ? n : 15),
		 text);
	if (!show_is_plain(r->code, strlen(r->code)) || !*r->code)
		strcpy(r->code, "E_?");
	text += n;
	column = strtoul(text, &end, 10);
	r->column = column <= 4096 ? (unsigned)column : 0;
	snprintf(r->message, sizeof(r->message), "%s", end + (*end == ' '));
}

static void take_reply(struct requests *q, unsigned i, char *text, size_t len)
{
	struct request *r = q->pending[i];

	if (!strcmp(text, "OK")) {
		r->state = REQUEST_OK;
		remove_at(q, i);
	} else if (!strncmp(text, "ERR ", 4)) {
		take_error(r, text + 4);
		r->state = REQUEST_ERR;
		remove_at(q, i);
	} else if (r->typed && !strncmp(text, "... ", 4)) {
		ui_progress(q->ui, text + 4, len - 4);
	} else if (r->typed && !strncmp(text, "..> ", 4)) {
		ui_set_prompt(q->ui, text + 4);
	} else if (r->line) {
		r->line(r->arg, text, len);
	}
}

bool requests_take(struct requests *q, char *line, size_t len, bool cut)
{
	size_t n = strcspn(line, " ");

	if (*line != '@' || n >= len)
		return false;
	for (unsigned i = 0; i < q->count; i++) {
		const char *tag = q->pending[i]->tag;

		if (strlen(tag) != n - 1 || memcmp(tag, line + 1, n - 1) != 0)
			continue;
		if (cut)
			ui_note(q->ui, "the next line of the reply is too long "
				       "and cut");
		take_reply(q, i, line + n + 1, len - n - 1);
		return true;
	}
	return false;
}
