/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From an address to an appliance that answers, and what happens when it does
 * not any more. No request is ever sent a second time, but for the question for
 * the version with which each connection begins.
 */
#include <string.h>
#include <sys/random.h>

#include "client/client.h"
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
	struct client *c = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const char *version = json_text(json, "version");

	if (*version && strlen(version) < sizeof(c->version))
		strcpy(c->version, version);
	cJSON_Delete(json);
}

/* Drops what somebody has begun to type, ends what was left behind, asks. */
static void greet(struct client *c, bool again)
{
	request_forget(c, &c->greeting);
	c->greeting.line = take_version;
	c->greeting.arg = c;
	c->version[0] = '\0';
	c->conn = CONN_GREETING;
	c->due_ms = now_ms() + ANSWER_MS;
	link_send(&c->link, "\x05\x15\n", 3);
	if (again)
		link_send(&c->link, "\x03", 1);
	/* Answered in this order: by the last, all is known. */
	if (!c->batch) {
		request_ask_marks(c);
		color_ask(c);
	}
	request_send(c, &c->greeting, "version --json");
}

void conn_start(struct client *c)
{
	c->conn = CONN_DOWN;
	c->in_crash = c->hung_up = false;
	c->lines.len = 0;
	c->lines.cut = false;
	if (getrandom(&c->run, sizeof(c->run), 0) < 0)
		c->run = (uint32_t)now_ms();
	if (!link_open(&c->link)) {
		c->due_ms = now_ms() + (c->was_up ? RETRY_MS : HELD_MS);
		return;
	}
	if (c->booting) {
		c->conn = CONN_BOOTING;
		c->due_ms = c->give_up_ms = now_ms() + BOOT_MS;
		link_send(&c->link, "\n", 1);
	} else {
		c->give_up_ms = now_ms() + ANSWERS_MS;
		greet(c, false);
	}
}

void conn_heard(struct client *c)
{
	if (c->conn == CONN_BOOTING)
		greet(c, false);
}

static void come_up(struct client *c)
{
	c->conn = CONN_UP;
	c->crashed = false;
	c->went = false;
	if (!c->batch)
		ui_note(c, "%s '%s'%s%s%s",
			c->was_up ? "reconnected to" : "this is", c->name,
			*c->version ? ", ukpktgen " : "", c->version,
			c->was_up ? "; nothing was repeated"
				  : "; '.help' tells of local words");
	c->was_up = true;
	lease_begin(c);
}

void conn_lost(struct client *c)
{
	bool tell = c->conn == CONN_UP;

	link_close(&c->link);
	c->conn = CONN_DOWN;
	c->due_ms = now_ms() + RETRY_MS;
	c->in_crash = false;
	request_lose_all(c);
	if (!tell || c->batch || c->went)
		return;
	ui_note(c, "'%s' %s%s%s; waiting for it to come back", c->name,
		c->crashed ? "crashed" : "is gone", *c->link.why ? ": " : "",
		c->link.why);
}

void conn_restarted(struct client *c)
{
	request_lose_all(c);
	ui_note(c, "'%s' has restarted", c->name);
	c->give_up_ms = now_ms() + ANSWERS_MS;
	greet(c, false);
}

void conn_poll(struct client *c)
{
	uint64_t now = now_ms();

	/* Even an error is a sign of life. */
	if (c->conn == CONN_GREETING && (c->greeting.state == REQUEST_OK ||
					 c->greeting.state == REQUEST_ERR))
		come_up(c);
	if (c->conn == CONN_UP || now < c->due_ms)
		return;
	if (c->conn == CONN_DOWN) {
		if (c->was_up && !c->batch && !c->went)
			conn_start(c);
	} else if (c->conn == CONN_GREETING && now < c->give_up_ms) {
		greet(c, true);
	} else {
		conn_lost(c);
		if (!c->was_up)
			snprintf(c->link.why, sizeof(c->link.why),
				 c->booting ? "it boots but does not answer"
					    : "it does not answer; another "
					      "client may hold its line");
	}
}

int conn_wait_ms(const struct client *c)
{
	uint64_t now = now_ms();

	if (c->conn == CONN_UP ||
	    (c->conn == CONN_DOWN && (c->batch || !c->was_up || c->went)))
		return -1;
	return c->due_ms > now ? (int)(c->due_ms - now) : 0;
}

bool conn_wait_up(struct client *c, int ms)
{
	uint64_t until = now_ms() + (uint64_t)ms;

	while (c->conn != CONN_UP && now_ms() < until) {
		if (c->conn == CONN_DOWN && !c->was_up)
			return false;
		if (!client_pump(c, 100, true) || client_interrupted(c))
			return false;
	}
	return c->conn == CONN_UP;
}
