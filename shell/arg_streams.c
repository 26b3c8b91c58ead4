/* SPDX-License-Identifier: BSD-3-Clause */
/* Which streams of which ports a word is about, by number or by name. */
#include <stdio.h>
#include <string.h>

#include "shell/arg.h"

unsigned arg_next_stream(const struct parse_ports *ports, unsigned port,
			 unsigned from)
{
	if (ports->streams)
		return ports->streams->next(ports->app, port, from);
	return from ? PARSE_NO_STREAM : 0;
}

static bool has_stream(const struct parse_ports *ports, unsigned port,
		       unsigned stream)
{
	return arg_next_stream(ports, port, stream) == stream;
}

/* Those between the ends of a range need not be. */
bool arg_missing(const struct parse_ports *ports, const struct subjects *s,
		 struct subject *missing)
{
	for (unsigned i = 0; i < s->nb_parts; i++) {
		const struct subject_part *p = &s->part[i];

		for (unsigned port = p->port; port <= p->last_port; port++) {
			unsigned n = p->stream;

			if (has_stream(ports, port, n) &&
			    has_stream(ports, port, p->last_stream))
				continue;
			while (has_stream(ports, port, n))
				n++;
			*missing = (struct subject){port, n};
			return true;
		}
	}
	return false;
}

void arg_missing_text(const struct parse_ports *ports, struct subject missing,
		      char *buf, size_t size)
{
	const unsigned port = missing.port;

	if (ports->streams)
		snprintf(buf, size,
			 "port %u has no stream %u; 'stream %u' lists them, "
			 "'stream %u.%u add' adds it",
			 port, missing.stream, port, port, missing.stream);
	else
		snprintf(buf, size, "port %u has no stream %u; type '%u'", port,
			 missing.stream, port);
}

/* ---- Names of streams --------------------------------------------------- */

#define ALL "all"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool arg_stream_name(const char *text, size_t len)
{
	if (!len || len > PARSE_STREAM_NAME_MAX || !is_letter(text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_letter(text[i]) && !strchr("0123456789_-", text[i]))
			return false;
	return len != strlen(ALL) || (text[0] | 0x20) != ALL[0] ||
	       (text[1] | 0x20) != ALL[1] || (text[2] | 0x20) != ALL[2];
}

/* An item of a set: "0-1.voice". */
struct named {
	struct subjects ports;
	const char *name; /* NULL: it has none, and is as it stands */
	int len;          /* of the name, or of the item */
};

/* Takes the item at `s`; false where a name, or what has it, is wrong. */
static bool take_named(const char *s, const struct parse_ports *ports,
		       struct named *n)
{
	const size_t len = strcspn(s, ",");
	const char *dot = memchr(s, '.', len);
	char word[CMD_TEXT_MAX];

	n->name = NULL;
	n->len = (int)len;
	if (!dot || !is_letter(dot[1]) ||
	    !arg_stream_name(dot + 1, len - (size_t)(dot + 1 - s)) ||
	    (size_t)(dot - s) >= sizeof(word))
		return true;
	snprintf(word, sizeof(word), "%.*s", (int)(dot - s), s);
	n->name = dot + 1;
	n->len = (int)(len - (size_t)(dot + 1 - s));
	return !subjects_take(word, ports->count, &n->ports);
}

/* The number of the stream of this name that a port has. */
static unsigned find_named(const struct parse_ports *ports, unsigned port,
			   const struct named *n)
{
	char name[PARSE_STREAM_NAME_MAX + 1];

	if (!ports->streams)
		return PARSE_NO_STREAM;
	snprintf(name, sizeof(name), "%.*s", n->len, n->name);
	return ports->streams->find(ports->app, port, name);
}

bool arg_unknown_name(const struct parse_ports *ports, const char *word,
		      char *buf, size_t size)
{
	struct named n;

	for (const char *s = word; s; s = strchr(s, ',')) {
		s += *s == ',';
		if (!take_named(s, ports, &n))
			return false;
		for (unsigned i = 0; n.name && i < ports->count; i++) {
			if (!(n.ports.ports >> i & 1) ||
			    find_named(ports, i, &n) != PARSE_NO_STREAM)
				continue;
			snprintf(buf, size,
				 "port %u has no stream '%.*s'; 'stream %u' "
				 "lists them",
				 i, n.len, n.name, i);
			return true;
		}
	}
	return false;
}

enum shell_err arg_subjects(const char *word, const struct parse_ports *ports,
			    struct subjects *s)
{
	char text[SUBJECTS_PRINT_MAX], none[SUBJECTS_PRINT_MAX];
	struct named n;
	size_t at = 0;

	if (!strchr(word, '.') || strlen(word) >= sizeof(text) ||
	    !word[strspn(word, "0123456789.,-")])
		return subjects_take(word, ports->count, s);
	if (arg_unknown_name(ports, word, none, sizeof(none)))
		return E_RANGE;
	for (const char *item = word; item; item = strchr(item, ',')) {
		item += *item == ',';
		if (!take_named(item, ports, &n))
			return E_SYNTAX;
		if (!n.name)
			at += (size_t)snprintf(text + at, sizeof(text) - at,
					       "%s%.*s", at ? "," : "", n.len,
					       item);
		for (unsigned i = 0; n.name && i < ports->count; i++)
			if (n.ports.ports >> i & 1 && at < sizeof(text))
				at += (size_t)snprintf(
					text + at, sizeof(text) - at, "%s%u.%u",
					at ? "," : "", i,
					find_named(ports, i, &n));
		if (at >= sizeof(text))
			return E_RANGE;
	}
	return subjects_take(text, ports->count, s);
}
