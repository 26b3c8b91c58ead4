/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/lease.h"

#include <stdlib.h>
#include <string.h>

#include "client/clock.h"
#include "client/json.h"

#define DAY_S 86400
#define LEAST_MS 100 /* that a lease can be */

/* Renewed at once, and four times in each time that it runs. */
static void set(struct lease *l, uint64_t ms)
{
	l->time_ms = ms && ms < LEAST_MS ? LEAST_MS : ms;
	l->beat_ms = now_ms();
}

static void take_answer(void *arg, char *text, size_t len)
{
	cJSON *json = cJSON_ParseWithLength(text, len);

	if (json && cJSON_IsTrue(json_get(json, "lease")))
		set(arg, json_seconds_ms(json, "time"));
	cJSON_Delete(json);
}

void lease_begin(struct lease *l)
{
	l->up = l->unknown = true;
	l->time_ms = 0;
}

void lease_end(struct lease *l)
{
	l->up = false;
}

int lease_wait(void *lease, struct pollfd *fd)
{
	const struct lease *l = lease;

	(void)fd;
	return l->up && l->time_ms ? ms_until(l->beat_ms) : -1;
}

/* What a program asked for that has said all is not to wait for this. */
static bool may_ask(const struct lease *l)
{
	return l->unknown && !l->requests->count && !l->requests->busy &&
	       !(l->program && l->program->ended);
}

void lease_act(void *lease, short revents)
{
	struct lease *l = lease;
	uint64_t now = now_ms();

	(void)revents;
	if (!l->up)
		return;
	if (may_ask(l)) {
		l->unknown = false;
		l->request.line = take_answer;
		l->request.arg = l;
		request_send(l->requests, &l->request, "lease --json");
	}
	if (l->time_ms && now >= l->beat_ms) {
		link_send(l->requests->link, "", 1);
		l->beat_ms = now + l->time_ms / 4;
	}
}

/* "SECONDS lease time=TIMEs", "SECONDS lease off", or something else. */
void lease_take_notice(struct lease *l, const char *text)
{
	static const char lease[] = "lease ", time[] = "time=";
	double s;

	text += strcspn(text, " ");
	text += *text == ' ';
	if (strncmp(text, lease, strlen(lease)) != 0)
		return;
	text += strlen(lease);
	l->unknown = false;
	if (strncmp(text, time, strlen(time)) != 0) {
		l->time_ms = 0;
		return;
	}
	s = strtod(text + strlen(time), NULL);
	if (s > 0 && s <= DAY_S)
		set(l, (uint64_t)(s * 1000));
}
