/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/conn.h"

#include <string.h>

#include "client/clock.h"
#include "client/json.h"

/* A console that boots says a first line within. */
#define BOOT_MS 60000
/* An appliance answers within, unless its line is held or was left in use. */
#define ANSWER_MS 1000
#define ANSWERS_MS 5000
/* How often to look for one that has gone, and for a console to be free. */
#define RETRY_MS 500
#define HELD_MS 20

static void take_version(void *arg, char *text, size_t len)
{
	struct conn *c = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const char *version = json_text(json, "version");

	if (*version && strlen(version) < sizeof(c->version))
		strcpy(c->version, version);
	cJSON_Delete(json);
}

/*
 * Drops what somebody has begun to type, ends what was left behind, asks. Of
 * one that boots there is neither, and no key has it draw a prompt yet.
 */
static void greet(struct conn *c, bool again)
{
	lease_end(c->lease);
	c->requests->open = true;
	request_forget(c->requests, &c->greeting);
	c->greeting.line = take_version;
	c->greeting.arg = c;
	c->version[0] = '\0';
	c->state = CONN_GREETING;
	c->due_ms = now_ms() + ANSWER_MS;
	if (!c->booting)
		link_send(c->link, "\x05\x15\n", 3);
	if (!c->booting && again)
		link_send(c->link, "\x03", 1);
	/* Answered in this order: by the last, all is known. */
	if (!c->ui->batch) {
		requests_ask_marks(c->requests);
		color_ask(c->color);
	}
	request_send(c->requests, &c->greeting, "version --json");
}

void conn_start(struct conn *c)
{
	c->state = CONN_DOWN;
	c->in_crash = c->hung_up = false;
	c->lines.len = 0;
	c->lines.cut = false;
	requests_begin(c->requests);
	if (!link_open(c->link)) {
		c->due_ms = now_ms() + (c->was_up ? RETRY_MS : HELD_MS);
		return;
	}
	if (c->booting) {
		c->state = CONN_BOOTING;
		c->due_ms = c->give_up_ms = now_ms() + BOOT_MS;
	} else {
		c->give_up_ms = now_ms() + ANSWERS_MS;
		greet(c, false);
	}
}

void conn_heard(struct conn *c)
{
	if (c->state != CONN_BOOTING)
		return;
	if (c->silent) {
		c->state = CONN_UP;
		c->was_up = c->requests->open = true;
	} else {
		greet(c, false);
	}
}

/* `anew`: another answers there than the last time. */
static void tell(const struct conn *c, bool anew)
{
	char version[sizeof(c->version) + 16] = "";

	if (*c->version)
		snprintf(version, sizeof(version), " (ukpktgen %s)",
			 c->version);
	if (!c->was_up && c->link->watch)
		ui_note(c->ui,
			"watching '%s'%s: notices appear here; stats, port, "
			"jobs, show and help work; '.quit' leaves",
			c->name, version);
	else if (!c->was_up)
		ui_note(c->ui,
			"connected to '%s'%s; 'help' lists its commands, "
			"'.help' those of this console",
			c->name, version);
	else if (anew)
		ui_note(c->ui,
			"'%s'%s has restarted: settings, files and counters "
			"are new; nothing was sent again",
			c->name, version);
	else
		ui_note(c->ui, "reconnected to '%s'%s; nothing was sent again",
			c->name, version);
}

static void come_up(struct conn *c)
{
	c->state = CONN_UP;
	c->crashed = false;
	c->went = false;
	if (!c->ui->batch)
		tell(c, link_is_anew(c->link));
	c->was_up = true;
	lease_begin(c->lease);
}

void conn_lost(struct conn *c)
{
	bool tell = c->state == CONN_UP;

	link_close(c->link);
	c->state = CONN_DOWN;
	c->due_ms = now_ms() + RETRY_MS;
	c->in_crash = false;
	c->requests->open = false;
	lease_end(c->lease);
	requests_lose(c->requests);
	if (!tell || c->ui->batch || c->went)
		return;
	if (c->again) {
		ui_note(c->ui, "reconnecting to '%s'", c->name);
		return;
	}
	ui_note(c->ui, "'%s' %s%s%s; waiting for it to come back", c->name,
		c->crashed ? "crashed" : "is gone", *c->link->why ? ": " : "",
		c->link->why);
}

void conn_restarted(struct conn *c)
{
	requests_lose(c->requests);
	ui_note(c->ui,
		"'%s' has restarted: settings, files and counters are new",
		c->name);
	c->give_up_ms = now_ms() + ANSWERS_MS;
	greet(c, false);
}

void conn_hung_up(void *conn)
{
	struct conn *c = conn;

	c->hung_up = true;
	conn_lost(c);
}

int conn_wait(void *conn, struct pollfd *fd)
{
	const struct conn *c = conn;

	(void)fd;
	if (c->state == CONN_UP ||
	    (c->state == CONN_DOWN && (c->ui->batch || !c->was_up || c->went)))
		return -1;
	return ms_until(c->due_ms);
}

void conn_act(void *conn, short revents)
{
	struct conn *c = conn;
	uint64_t now = now_ms();

	(void)revents;
	/* Even an error is a sign of life. */
	if (c->state == CONN_GREETING && (c->greeting.state == REQUEST_OK ||
					  c->greeting.state == REQUEST_ERR))
		come_up(c);
	if (c->state == CONN_UP || now < c->due_ms)
		return;
	if (c->state == CONN_DOWN) {
		if (c->was_up && !c->ui->batch && !c->went)
			conn_start(c);
	} else if (c->state == CONN_GREETING && now < c->give_up_ms) {
		greet(c, true);
	} else {
		conn_lost(c);
		if (!c->was_up)
			snprintf(c->link->why, sizeof(c->link->why),
				 c->booting ? "it boots but does not answer"
					    : "it does not answer; another "
					      "client may hold its line");
	}
}
