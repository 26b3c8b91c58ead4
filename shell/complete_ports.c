/* SPDX-License-Identifier: BSD-3-Clause */
/* Sets of ports and streams, as they are completed. */
#include "shell/complete_impl.h"

#include <stdio.h>

/* "0", "0,2", "0-3", "0.2": each number that changes what the word means. */
static void offer_numbers(const struct complete *c, const struct arg *a)
{
	const struct parse_ports *ports = &c->env->ports;
	struct value base = {.mask = 0}, v;
	char word[CMD_TEXT_MAX];
	size_t keep = strlen(c->prefix);

	while (keep && complete_digit(c->prefix[keep - 1]))
		keep--;
	if (keep + 4 > sizeof(word))
		return;
	if (keep) {
		memcpy(word, c->prefix, keep);
		word[keep - 1] = '\0';
		if (arg_take(a, word, ports, &base))
			base.mask = 0;
		word[keep - 1] = c->prefix[keep - 1];
	}
	for (unsigned i = 0; i < SUBJECT_PORTS_MAX; i++) {
		snprintf(word + keep, sizeof(word) - keep, "%u", i);
		if (!arg_take(a, word, ports, &v) &&
		    !(base.mask && subjects_equal(&v.subjects, &base.subjects)))
			complete_offer(c, word, a->help);
	}
}

/* The word up to a '.' and what may be "all" behind it; false: has neither. */
static bool up_to_dot(const struct complete *c, char word[CMD_TEXT_MAX])
{
	const char *dot = strrchr(c->prefix, '.');
	const size_t len = dot ? (size_t)(dot - c->prefix) : 0;

	if (!dot || len + sizeof(".all") > CMD_TEXT_MAX ||
	    !complete_starts("all", dot + 1))
		return false;
	memcpy(word, c->prefix, len);
	word[len] = '\0';
	return true;
}

void complete_ports(const struct complete *c, const struct arg *a)
{
	char word[CMD_TEXT_MAX];
	struct value v;

	offer_numbers(c, a);
	if (c->env->ports.count)
		complete_offer(c, "all", a->help);
	if (!up_to_dot(c, word))
		return;
	strcat(word, ".all");
	if (!arg_take(a, word, &c->env->ports, &v))
		complete_offer(c, word, a->help);
}

bool complete_ports_begun(const struct complete *c, const struct arg *a)
{
	const size_t len = strlen(c->prefix);
	char list[CMD_TEXT_MAX];
	struct value v;

	if (complete_starts("all", c->prefix))
		return true;
	if (len >= sizeof(list))
		return false;
	if (a->scope != SCOPE_STREAM || !up_to_dot(c, list)) {
		memcpy(list, c->prefix, len + 1);
		if (list[len - 1] == ',' || list[len - 1] == '-')
			list[len - 1] = '\0';
	}
	return !arg_take(a, list, &c->env->ports, &v);
}
