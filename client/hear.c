/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/hear.h"

#include <string.h>

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
static void take_other(struct hear *h, const char *line, size_t len)
{
	struct conn *conn = h->conn;
	struct ui *ui = conn->ui;
	const char *crash = strstr(line, crash_begin);

	if (crash && !conn->in_crash) {
		conn->crashed = conn->in_crash = true;
		len -= (size_t)(crash - line);
		line = crash;
	}
	if (conn->in_crash) {
		ui_crash(ui, line, len);
		conn->in_crash =
			strncmp(line, crash_end, strlen(crash_end)) != 0;
	} else if (!strncmp(line, "@! ", 3)) {
		lease_take_notice(conn->lease, line + 3);
		if (color_take_notice(conn->color, line + 3) && !ui->batch)
			return;
		if ((!ui->batch || h->events) && !ui->paged)
			ui_notice(ui, line + 3, len - 3);
	} else if (is_of_a_job(line)) {
		if (!ui->batch && !ui->paged)
			ui_reply(ui, line, len);
	} else if (!strncmp(line, banner, strlen(banner)) &&
		   conn->state == CONN_UP) {
		conn_restarted(conn);
	}
}

static void hear_line(void *hear, char *line, size_t len, bool cut)
{
	struct hear *h = hear;

	conn_heard(h->conn);
	if (h->conn->in_crash ||
	    !requests_take(h->conn->requests, line, len, cut))
		take_other(h, line, len);
}

void hear_bytes(void *hear, const char *data, size_t len)
{
	struct hear *h = hear;

	lines_feed(&h->conn->lines, data, len, hear_line, h);
}
