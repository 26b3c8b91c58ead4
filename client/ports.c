/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/ports.h"

#include <string.h>

#include "client/json.h"
#include "client/run.h"
#include "client/wait.h"

/* "@! SECONDS port N failed at WHERE", or that there is no such device. */
static bool take_notice(void *arg, const char *line, size_t len)
{
	struct ports *p = arg;
	unsigned port;
	int end = 0;

	(void)len;
	if (*p->fault || strncmp(line, "@! ", 3) != 0)
		return false;
	line += 3 + strcspn(line + 3, " ");
	line += *line == ' ';
	sscanf(line, "port %u failed at %n", &port, &end);
	if (!end && strncmp(line, "no network device ", 18) != 0)
		return false;
	snprintf(p->fault, sizeof(p->fault), "%s", line);
	return true;
}

void ports_init(struct ports *p, struct client *c, unsigned wanted)
{
	p->wanted = wanted;
	p->watch.take = take_notice;
	p->watch.arg = p;
	if (wanted)
		hear_add(&c->hear, &p->watch);
}

static void take_ports(void *arg, char *text, size_t len)
{
	struct ports *p = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const cJSON *port = json_items(json, "ports");

	p->told = true;
	p->found = 0;
	for (; port; port = port->next) {
		const char *state = json_text(port, "state");

		p->found++;
		if (!*p->fault && !strncmp(state, "failed ", 7))
			snprintf(p->fault, sizeof(p->fault), "port %u %s",
				 (unsigned)json_number(port, "port", 0), state);
	}
	cJSON_Delete(json);
}

enum status ports_verdict(const struct ports *p, struct client *c)
{
	if (*p->fault)
		ui_note(&c->ui, "the appliance has booted, but %s", p->fault);
	else if (p->told && p->found != p->wanted)
		ui_note(&c->ui,
			"the appliance has booted, but takes %u of its %u "
			"ports",
			p->found, p->wanted);
	else
		return STATUS_OK;
	return STATUS_UNREACHABLE;
}

enum status ports_check(struct ports *p, struct client *c, unsigned ms)
{
	struct request r = {.line = take_ports, .arg = p};

	if (!p->wanted)
		return STATUS_OK;
	request_send(&c->requests, &r, "port --json");
	if (wait_reply_for(c, &r, ms) == REQUEST_LOST)
		return run_lost(c);
	return ports_verdict(p, c);
}
