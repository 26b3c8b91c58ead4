/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lease of the appliance ends its traffic when nothing renews it. We do while
 * we live: as one byte between requests, which even a running one lets pass.
 */
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "client/json.h"

#define DAY_S 86400
#define LEAST_MS 100 /* that a lease can be */

/* Renewed at once, and four times in each time that it runs. */
static void set(struct client *c, uint64_t ms)
{
	c->lease_ms = ms && ms < LEAST_MS ? LEAST_MS : ms;
	c->beat_ms = now_ms();
}

static void take_answer(void *arg, char *text, size_t len)
{
	cJSON *json = cJSON_ParseWithLength(text, len);

	if (json && cJSON_IsTrue(json_get(json, "lease")))
		set(arg, json_seconds_ms(json, "time"));
	cJSON_Delete(json);
}

void lease_begin(struct client *c)
{
	c->lease_ms = 0;
	c->lease_unknown = true;
}

/* What a program asked for that has said all is not to wait for this. */
static bool may_ask(const struct client *c)
{
	return c->lease_unknown && !c->nb_pending && !c->page &&
	       !(c->batch && c->in.ended);
}

void lease_poll(struct client *c)
{
	uint64_t now = now_ms();

	if (c->conn != CONN_UP)
		return;
	if (may_ask(c)) {
		c->lease_unknown = false;
		c->lease.line = take_answer;
		c->lease.arg = c;
		request_send(c, &c->lease, "lease --json");
	}
	if (c->lease_ms && now >= c->beat_ms) {
		link_send(&c->link, "", 1);
		c->beat_ms = now + c->lease_ms / 4;
	}
}

int lease_wait_ms(const struct client *c)
{
	uint64_t now = now_ms();

	if (c->conn != CONN_UP || !c->lease_ms)
		return -1;
	return c->beat_ms > now ? (int)(c->beat_ms - now) : 0;
}

/* "SECONDS lease time=SECONDS", "SECONDS lease off", or something else. */
void lease_take_event(struct client *c, const char *text)
{
	static const char lease[] = "lease ", time[] = "time=";
	double s;

	text += strcspn(text, " ");
	text += *text == ' ';
	if (strncmp(text, lease, strlen(lease)) != 0)
		return;
	text += strlen(lease);
	c->lease_unknown = false;
	if (strncmp(text, time, strlen(time)) != 0) {
		c->lease_ms = 0;
		return;
	}
	s = strtod(text + strlen(time), NULL);
	if (s > 0 && s <= DAY_S)
		set(c, (uint64_t)(s * 1000));
}
