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

/* The word up to a '.', with what is begun behind it; false: it has none. */
static bool up_to_dot(const struct complete *c, char word[CMD_TEXT_MAX],
		      const char **begun)
{
	const char *dot = strrchr(c->prefix, '.');
	const size_t len = dot ? (size_t)(dot - c->prefix) : 0;

	if (!dot || len + sizeof(".all") + PARSE_STREAM_NAME_MAX > CMD_TEXT_MAX)
		return false;
	memcpy(word, c->prefix, len);
	word[len] = '\0';
	*begun = dot + 1;
	return true;
}

/* The name of a stream of the last port of a word, "": that has none. */
static const char *name_of(const struct complete *c, const char *word,
			   unsigned stream)
{
	const struct parse_ports *ports = &c->env->ports;
	const char *item = strrchr(word, ',');
	struct subjects s;

	if (!ports->streams ||
	    subjects_take(item ? item + 1 : word, ports->count, &s) ||
	    s.ports & (s.ports - 1))
		return "";
	return ports->streams->name(ports->app,
				    (unsigned)__builtin_ctzll(s.ports), stream);
}

static unsigned next_of(const struct complete *c, const char *word,
			unsigned from)
{
	const char *item = strrchr(word, ',');
	struct subjects s;

	if (subjects_take(item ? item + 1 : word, c->env->ports.count, &s) ||
	    !s.ports)
		return PARSE_NO_STREAM;
	return arg_next_stream(&c->env->ports,
			       (unsigned)__builtin_ctzll(s.ports), from);
}

/* "all" and the names that go on from what is begun; true: there is one. */
static bool offer_names(const struct complete *c, const struct arg *a,
			bool offer)
{
	char word[CMD_TEXT_MAX];
	const char *begun, *name;
	bool any = false;
	struct value v;
	size_t len;

	if (a->scope != SCOPE_STREAM || !up_to_dot(c, word, &begun))
		return false;
	len = strlen(word);
	if (complete_starts("all", begun)) {
		strcpy(word + len, ".all");
		any = !arg_take(a, word, &c->env->ports, &v);
		if (any && offer)
			complete_offer(c, word, a->help);
		word[len] = '\0';
	}
	for (unsigned i = 0; (i = next_of(c, word, i)) != PARSE_NO_STREAM;
	     i++) {
		name = name_of(c, word, i);
		if (!*name || !complete_starts(name, begun))
			continue;
		any = true;
		if (offer) {
			word[len] = '.';
			strcpy(word + len + 1, name);
			complete_offer(c, word, a->help);
			word[len] = '\0';
		}
	}
	return any;
}

void complete_ports(const struct complete *c, const struct arg *a)
{
	offer_numbers(c, a);
	if (c->env->ports.count)
		complete_offer(c, "all", a->help);
	offer_names(c, a, true);
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
	if (offer_names(c, a, false))
		return true;
	memcpy(list, c->prefix, len + 1);
	if (list[len - 1] == ',' || list[len - 1] == '-')
		list[len - 1] = '\0';
	return !arg_take(a, list, &c->env->ports, &v);
}
