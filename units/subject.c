/* SPDX-License-Identifier: BSD-3-Clause */
#include "units/subject.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "units/value.h"

#define ALL "all"

/* Numbers from..to, as they were typed, or all that there are. */
struct range {
	uint64_t from, to;
	bool all;
};

/* Bits 0 to n - 1. */
static uint64_t low_bits(unsigned n)
{
	return n >= 64 ? UINT64_MAX : (1ull << n) - 1;
}

struct subjects subjects_of(uint64_t ports)
{
	return (struct subjects){.ports = ports, .whole = ports};
}

static bool is_all(const char *s)
{
	char word[sizeof(ALL)] = "";

	strncpy(word, s, sizeof(ALL) - 1);
	return !strcasecmp(word, ALL);
}

/* "all" or a range, as value_range() does. */
static const char *take_range(const char *s, struct range *r)
{
	r->all = is_all(s);
	return r->all ? s + strlen(ALL) : value_range(s, &r->from, &r->to);
}

static enum shell_err add_part(struct subjects *s, const struct range *ports,
			       const struct range *streams)
{
	if (streams->from > streams->to || streams->to > SUBJECT_STREAM_MAX ||
	    s->nb_parts == SUBJECT_PARTS_MAX)
		return E_RANGE;
	s->part[s->nb_parts++] = (struct subject_part){
		(uint8_t)ports->from,
		(uint8_t)ports->to,
		(uint16_t)streams->from,
		(uint16_t)streams->to,
	};
	return E_OK;
}

/* "PORTS" or "PORTS.STREAMS" up to a ',' or the end; moves *at behind it. */
static enum shell_err take_item(const char **at, unsigned nb_ports,
				struct subjects *s)
{
	struct range ports, streams = {.all = true};
	uint64_t mask;

	*at = take_range(*at, &ports);
	if (*at && **at == '.') {
		s->dotted = true;
		*at = take_range(*at + 1, &streams);
	}
	if (!*at || (**at && **at != ','))
		return E_SYNTAX;
	if (ports.all)
		ports = (struct range){.to = nb_ports - 1};
	if (!nb_ports || ports.from > ports.to || ports.to >= nb_ports)
		return E_RANGE;
	mask = low_bits((unsigned)ports.to + 1) &
	       ~low_bits((unsigned)ports.from);
	s->ports |= mask;
	if (!streams.all)
		return add_part(s, &ports, &streams);
	s->whole |= mask;
	return E_OK;
}

enum shell_err subjects_take(const char *word, unsigned nb_ports,
			     struct subjects *s)
{
	enum shell_err err = E_OK, one;
	struct subjects found = {0};
	const char *at = word;

	if (nb_ports > SUBJECT_PORTS_MAX)
		nb_ports = SUBJECT_PORTS_MAX;
	for (;; at++) {
		/* It stands alone. */
		if (at != word && is_all(at))
			return E_SYNTAX;
		one = take_item(&at, nb_ports, &found);
		if (one == E_SYNTAX)
			return one;
		if (one)
			err = one;
		if (!*at)
			break;
		if (is_all(word))
			return E_SYNTAX;
	}
	if (err)
		return err;
	*s = found;
	return E_OK;
}

/* "3" or "3-5". */
static int print_range(char *buf, size_t size, unsigned from, unsigned to)
{
	return from == to ? snprintf(buf, size, "%u", from)
			  : snprintf(buf, size, "%u-%u", from, to);
}

void subjects_print(const struct subjects *s, char *buf, size_t size)
{
	char text[SUBJECTS_PRINT_MAX] = "";
	size_t n;

	if (s->whole || !s->nb_parts)
		value_set_print(s->whole, text, sizeof(text));
	n = strlen(text);
	for (unsigned i = 0; i < s->nb_parts; i++) {
		const struct subject_part *p = &s->part[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
				      n ? "," : "");
		n += (size_t)print_range(text + n, sizeof(text) - n, p->port,
					 p->last_port);
		n += (size_t)snprintf(text + n, sizeof(text) - n, ".");
		n += (size_t)print_range(text + n, sizeof(text) - n, p->stream,
					 p->last_stream);
	}
	snprintf(buf, size, "%s", text);
}

bool subjects_has(const struct subjects *s, struct subject one)
{
	if (s->whole >> one.port & 1)
		return true;
	for (unsigned i = 0; i < s->nb_parts; i++) {
		const struct subject_part *p = &s->part[i];

		if (one.port >= p->port && one.port <= p->last_port &&
		    one.stream >= p->stream && one.stream <= p->last_stream)
			return true;
	}
	return false;
}

/* The first of a part from `stream` on; past all where there is none. */
static unsigned next_of(const struct subject_part *p, struct subject one)
{
	if (one.port < p->port || one.port > p->last_port ||
	    one.stream > p->last_stream)
		return SUBJECT_STREAM_MAX + 1;
	return one.stream > p->stream ? one.stream : p->stream;
}

bool subjects_next(const struct subjects *s, struct subject *one)
{
	for (; one->port < SUBJECT_PORTS_MAX; one->port++, one->stream = 0) {
		unsigned first = SUBJECT_STREAM_MAX + 1, next;

		if (s->whole >> one->port & 1)
			return true;
		if (!(s->ports >> one->port & 1))
			continue;
		for (unsigned i = 0; i < s->nb_parts; i++) {
			next = next_of(&s->part[i], *one);
			first = next < first ? next : first;
		}
		if (first <= SUBJECT_STREAM_MAX) {
			one->stream = first;
			return true;
		}
	}
	return false;
}

bool subjects_equal(const struct subjects *a, const struct subjects *b)
{
	return a->whole == b->whole && a->nb_parts == b->nb_parts &&
	       !memcmp(a->part, b->part, a->nb_parts * sizeof(a->part[0]));
}
