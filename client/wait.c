/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/wait.h"

#include <string.h>

#include "client/clock.h"
#include "units/value.h"

/* This many Ctrl-C give up what does not end. */
#define PATIENCE_PRESSES 3
/* What is cancelled as its time is over has this long to say so. */
#define CANCEL_MS 2000
#define MS 1000000u
#define POLL_MS 1000000

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

	if (c->ui.batch && c->ui.unwritten && !p->unwritten)
		interrupted = p->unwritten = true;
	if (interrupted) {
		requests_cancel(&c->requests);
		if (c->ui.batch)
			p->until_ms = now + CANCEL_MS;
		if (++p->presses == PATIENCE_PRESSES - 1)
			ui_note(&c->ui, "cancelled, but not ended yet; "
					"Ctrl-C again gives up waiting");
		return p->presses < PATIENCE_PRESSES;
	}
	if (!p->until_ms || now < p->until_ms)
		return true;
	if (p->late || p->presses)
		return false;
	p->late = true;
	p->until_ms = now + CANCEL_MS;
	requests_cancel(&c->requests);
	return true;
}

enum request_state wait_reply_for(struct client *c, struct request *r,
				  uint64_t ms)
{
	struct patience p = {0};
	char time[48];

	if (ms)
		p.until_ms = now_ms() + ms;
	while (r->state == REQUEST_WAITS && still_waits(c, &p)) {
		int64_t left = (int64_t)(p.until_ms - now_ms());

		if (!client_pump(c,
				 !p.until_ms      ? -1
				 : left > POLL_MS ? POLL_MS
				 : left > 0       ? (int)left
						  : 0,
				 !c->ui.batch))
			break;
	}
	if (r->state == REQUEST_WAITS)
		request_forget(&c->requests, r);
	if (p.late && r->state == REQUEST_ERR && !strcmp(r->code, "E_CANCEL")) {
		strcpy(r->code, "E_TIMEOUT");
		value_time_print(ms * MS, time, sizeof(time));
		snprintf(r->message, sizeof(r->message),
			 "not finished within %s", time);
	}
	return r->state;
}

enum request_state wait_reply(struct client *c, struct request *r)
{
	return wait_reply_for(c, r, c->timeout_ms);
}

bool wait_up(struct client *c, int ms)
{
	uint64_t until = now_ms() + (uint64_t)ms;

	while (c->conn.state != CONN_UP && now_ms() < until) {
		if (c->conn.state == CONN_DOWN && !c->conn.was_up)
			return false;
		if (!client_pump(c, 100, true) || client_interrupted(c))
			return false;
	}
	return c->conn.state == CONN_UP;
}
