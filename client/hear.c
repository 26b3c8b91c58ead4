/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/hear.h"

#include <stdlib.h>
#include <string.h>

static const char crash_begin[] = "*** CRASH", crash_end[] = "*** END OF CRASH";

/* What a console says first when it boots. */
static const char banner[] = "ukpktgen: ";

unsigned hear_job(const char *line, const char **text)
{
	size_t digits = *line == '[' ? strspn(line + 1, "0123456789") : 0;
	const char *at = line + digits + 2;

	if (!digits || line[digits + 1] != ']' || (*at && *at != ' '))
		return 0;
	*text = at + (*at == ' ');
	return (unsigned)strtoul(line + 1, NULL, 10);
}

void hear_add(struct hear *h, struct hear_watch *watch)
{
	watch->next = h->watch;
	h->watch = watch;
}

static bool watched(struct hear *h, const char *line, size_t len)
{
	for (struct hear_watch *w = h->watch; w; w = w->next)
		if (w->take(w->arg, line, len))
			return true;
	return false;
}

/* "SECONDS TEXT" */
static void take_notice(struct hear *h, const char *text, size_t len)
{
	struct ui *ui = h->conn->ui;

	if (color_take_notice(h->conn->color, text) && !ui->batch)
		return;
	if ((!ui->batch || h->events) && !ui->paged)
		ui_notice(ui, text, len);
}

/* A report may begin behind what ends a page. */
static void take_other(struct hear *h, const char *line, size_t len)
{
	struct conn *conn = h->conn;
	struct ui *ui = conn->ui;
	const char *crash = strstr(line, crash_begin), *text;
	const bool first = conn->state == CONN_BOOTING;

	if (crash && !conn->in_crash) {
		conn->crashed = conn->in_crash = true;
		len -= (size_t)(crash - line);
		line = crash;
	}
	if (conn->in_crash) {
		ui_crash(ui, line, len);
		conn->in_crash =
			strncmp(line, crash_end, strlen(crash_end)) != 0;
		return;
	}
	if (!strncmp(line, "@! ", 3)) {
		lease_take_notice(conn->lease, line + 3);
		keep_take_notice(h->keep, line + 3);
	}
	if (watched(h, line, len))
		return;
	if (!strncmp(line, "@! ", 3)) {
		take_notice(h, line + 3, len - 3);
	} else if (!strncmp(line, banner, strlen(banner)) &&
		   conn->state == CONN_UP) {
		conn_restarted(conn);
	} else if (h->all ? first || hear_job(line, &text)
			  : hear_job(line, &text) && !ui->batch && !ui->paged) {
		ui_line(ui, line, len);
	}
}

static void hear_line(void *hear, char *line, size_t len, bool cut)
{
	struct hear *h = hear;

	if (h->conn->in_crash ||
	    !requests_take(h->conn->requests, line, len, cut))
		take_other(h, line, len);
	conn_heard(h->conn);
}

void hear_bytes(void *hear, const char *data, size_t len)
{
	struct hear *h = hear;

	lines_feed(&h->conn->lines, data, len, hear_line, h);
}

void hear_rest(struct hear *h)
{
	struct lines *lines = &h->conn->lines;

	ui_part(h->conn->ui, lines->buf, lines->len);
	lines->len = 0;
}
