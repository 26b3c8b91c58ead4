/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "client/show.h"

/* Ctrl-C pressed so often gives up what does not end. */
#define PATIENCE_PRESSES 3
/* What is cancelled when its time is over has so long to say so. */
#define CANCEL_MS 2000

/* Sends what says that a person typed it, at which terminal. */
static void send_mark(struct client *c)
{
	char mark[24];
	unsigned columns = ui_columns();
	int n = snprintf(mark, sizeof(mark), ">%u%s ",
			 columns < 9999 ? columns : 9999,
			 c->ui.can_color ? ",color" : "");

	link_send(&c->link, mark, (size_t)n);
}

void request_ask_marks(struct client *c)
{
	request_forget(c, &c->marks);
	c->marks.typed = true;
	request_send(c, &c->marks, "");
}

bool request_send(struct client *c, struct request *r, const char *text)
{
	bool marked =
		r->typed && (r == &c->marks || c->marks.state == REQUEST_OK);

	if (c->conn < CONN_GREETING || c->nb_pending == REQUESTS_MAX) {
		r->state = REQUEST_LOST;
		return false;
	}
	snprintf(r->tag, sizeof(r->tag), "c%08" PRIx32 ".%u", c->run,
		 ++c->tags);
	r->state = REQUEST_WAITS;
	r->code[0] = r->message[0] = '\0';
	r->column = 0;
	c->pending[c->nb_pending++] = r;
	link_send(&c->link, "@", 1);
	link_send(&c->link, r->tag, strlen(r->tag));
	link_send(&c->link, " ", 1);
	if (marked)
		send_mark(c);
	link_send(&c->link, text, strlen(text));
	link_send(&c->link, "\n", 1);
	return true;
}

static void remove_at(struct client *c, unsigned i)
{
	c->nb_pending--;
	memmove(&c->pending[i], &c->pending[i + 1],
		(c->nb_pending - i) * sizeof(*c->pending));
}

void request_forget(struct client *c, struct request *r)
{
	for (unsigned i = 0; i < c->nb_pending; i++)
		if (c->pending[i] == r)
			remove_at(c, i);
	if (r->state == REQUEST_WAITS)
		r->state = REQUEST_LOST;
}

void request_lose_all(struct client *c)
{
	while (c->nb_pending)
		request_forget(c, c->pending[0]);
}

void request_cancel(struct client *c)
{
	link_send(&c->link, "\x03", 1);
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

static void take_reply(struct client *c, unsigned i, char *text, size_t len)
{
	struct request *r = c->pending[i];

	if (!strcmp(text, "OK")) {
		r->state = REQUEST_OK;
		remove_at(c, i);
	} else if (!strncmp(text, "ERR ", 4)) {
		take_error(r, text + 4);
		r->state = REQUEST_ERR;
		remove_at(c, i);
	} else if (r->typed && !strncmp(text, "... ", 4)) {
		ui_progress(c, text + 4, len - 4);
	} else if (r->line) {
		r->line(r->arg, text, len);
	}
}

static const char crash_begin[] = "*** CRASH", crash_end[] = "*** END OF CRASH";

/* What a console says first when it boots. */
static const char banner[] = "ukpktgen: ";

/* "[N] TEXT": what a job has to say. */
static bool is_of_a_job(const char *line)
{
	size_t digits = *line == '[' ? strspn(line + 1, "0123456789") : 0;

	return digits && line[digits + 1] == ']' &&
	       (!line[digits + 2] || line[digits + 2] == ' ');
}

/* A report may begin behind what ends a page. */
static void take_other(struct client *c, const char *line, size_t len)
{
	const char *crash = strstr(line, crash_begin);

	if (crash && !c->in_crash) {
		c->crashed = c->in_crash = true;
		len -= (size_t)(crash - line);
		line = crash;
	}
	if (c->in_crash) {
		ui_heard(c, line, len);
		c->in_crash = strncmp(line, crash_end, strlen(crash_end)) != 0;
	} else if (!strncmp(line, "@! ", 3)) {
		lease_take_event(c, line + 3);
		if (color_take_event(c, line + 3) && !c->batch)
			return;
		if ((!c->batch || c->events) && !c->page)
			ui_heard(c, line + 3, len - 3);
	} else if (is_of_a_job(line)) {
		if (!c->batch && !c->page)
			ui_reply(c, line, len);
	} else if (!strncmp(line, banner, strlen(banner)) &&
		   c->conn == CONN_UP) {
		conn_restarted(c);
	}
}

void request_take_line(void *client, char *line, size_t len, bool cut)
{
	struct client *c = client;
	size_t n;

	conn_heard(c);
	if (*line != '@' || c->in_crash) {
		take_other(c, line, len);
		return;
	}
	n = strcspn(line, " ");
	for (unsigned i = 0; i < c->nb_pending && n < len; i++) {
		const char *tag = c->pending[i]->tag;

		if (strlen(tag) != n - 1 || memcmp(tag, line + 1, n - 1) != 0)
			continue;
		if (cut)
			ui_note(c, "the next line of the reply is too long "
				   "and cut");
		take_reply(c, i, line + n + 1, len - n - 1);
		return;
	}
	take_other(c, line, len);
}

/* What ends the wait for a reply before it is whole. */
struct patience {
	uint64_t until_ms; /* 0: no such time */
	bool late;
	bool unwritten; /* what has come of it could not be written */
	unsigned presses;
};

/* False when it is over. */
static bool still_waits(struct client *c, struct patience *p)
{
	uint64_t now = now_ms();
	bool interrupted = client_interrupted(c);

	if (c->batch && c->ui.unwritten && !p->unwritten)
		interrupted = p->unwritten = true;
	if (interrupted) {
		request_cancel(c);
		if (c->batch)
			p->until_ms = now + CANCEL_MS;
		if (++p->presses == PATIENCE_PRESSES - 1)
			ui_note(c, "cancelled, but not ended yet; "
				   "Ctrl-C once more gives it up");
		return p->presses < PATIENCE_PRESSES;
	}
	if (!p->until_ms || now < p->until_ms)
		return true;
	if (p->late || p->presses)
		return false;
	p->late = true;
	p->until_ms = now + CANCEL_MS;
	request_cancel(c);
	return true;
}

enum request_state request_wait(struct client *c, struct request *r)
{
	struct patience p = {0};

	if (c->timeout_ms)
		p.until_ms = now_ms() + c->timeout_ms;
	while (r->state == REQUEST_WAITS && still_waits(c, &p)) {
		int64_t left = (int64_t)(p.until_ms - now_ms());

		if (!client_pump(c,
				 !p.until_ms ? -1
				 : left > 0  ? (int)left
					     : 0,
				 !c->batch))
			break;
	}
	if (r->state == REQUEST_WAITS)
		request_forget(c, r);
	if (p.late && r->state == REQUEST_ERR && !strcmp(r->code, "E_CANCEL")) {
		strcpy(r->code, "E_TIMEOUT");
		strcpy(r->message, "the time allowed was over first");
	}
	return r->state;
}
