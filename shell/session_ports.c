/* SPDX-License-Identifier: BSD-3-Clause */
/* Which ports a command means that names none. */
#include <stdio.h>
#include <string.h>

#include "shell/session.h"
#include "shell/session_impl.h"

/* A selection that takes more columns is shown by its number of ports. */
#define SHOWN_MAX 20

uint64_t session_all_ports(const struct session *s)
{
	const unsigned n = s->env.nb_ports(s->env.app);

	return n < 64 ? (1ull << n) - 1 : UINT64_MAX;
}

struct parse_ports session_ports(const struct session *s, uint64_t selected)
{
	return (struct parse_ports){
		.count = s->env.nb_ports(s->env.app),
		.selected = selected,
		.streams = s->env.streams,
		.app = s->env.app,
		.hints = s->env.hints,
	};
}

uint64_t session_selected(const struct session *s)
{
	return (s->caller ? s->caller : s->person)->selected;
}

void session_select(struct session *s, uint64_t mask)
{
	(s->caller ? s->caller : s->person)->selected = mask;
}

static unsigned count(uint64_t mask)
{
	unsigned n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

void session_print_prompt(const struct session *s, uint64_t mask, char *buf,
			  size_t size)
{
	const char *prompt = s->env.prompt;
	const size_t n = strcspn(prompt, ">");
	char ports[96];

	if (mask == session_all_ports(s)) {
		snprintf(buf, size, "%s", prompt);
		return;
	}
	value_set_print(mask, ports, sizeof(ports));
	if (strlen(ports) > SHOWN_MAX)
		snprintf(ports, sizeof(ports), "%u ports", count(mask));
	snprintf(buf, size, "%.*s[%.*s]%s", (int)n, prompt, SHOWN_MAX, ports,
		 prompt + n);
}

void session_set_prompt(struct session *s)
{
	session_print_prompt(s, s->person->selected, s->prompt,
			     sizeof(s->prompt));
}
