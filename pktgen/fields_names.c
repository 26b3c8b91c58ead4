/* SPDX-License-Identifier: BSD-3-Clause */
/* Fields by name, and what they are of. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pktgen/fields_impl.h"

int fields_refuse(struct fields_fault *fault, enum shell_err err, int word,
		  const char *fmt, ...)
{
	va_list args;

	fault->err = err;
	fault->word = word;
	va_start(args, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
	return -EINVAL;
}

/* ---- Which field --------------------------------------------------------- */

const struct proto *fields_proto(const struct stream *s, unsigned layer)
{
	return protos[s->headers.proto[layer]];
}

/* NULL of bits at an offset, and of what stands at the end. */
const struct proto_field *fields_field(const struct stream *s,
				       const struct stream_field *f)
{
	const struct proto_field *of;

	if (f->layer == STREAM_AT)
		return NULL;
	of = &fields_proto(s, f->layer)->field[f->field];
	return of->name ? of : NULL;
}

bool fields_is_tail(const struct stream *s, const struct stream_field *f)
{
	return f->layer != STREAM_AT && !fields_field(s, f);
}

enum proto_type fields_type(const struct stream *s,
			    const struct stream_field *f)
{
	const struct proto_field *of = fields_field(s, f);

	if (fields_is_tail(s, f))
		return fields_proto(s, f->layer)->tail.type;
	return of ? of->type : PROTO_NUMBER;
}

unsigned fields_bits(const struct stream *s, const struct stream_field *f)
{
	const struct proto_field *of = fields_field(s, f);

	return of ? of->bits : f->nb_bits;
}

void fields_name(const struct stream *s, const struct stream_field *f,
		 char name[FIELDS_NAME_MAX])
{
	if (f->layer == STREAM_AT)
		snprintf(name, FIELDS_NAME_MAX, "@%u.%u", f->at_bit / 8u,
			 f->nb_bits);
	else
		headers_field_name(&s->headers, f->layer, f->field, name,
				   FIELDS_NAME_MAX);
}

/* A decimal number below 100,000; NULL when none stands there. */
static const char *take_number(const char *p, unsigned *n)
{
	const char *const from = p;

	for (*n = 0; *p >= '0' && *p <= '9' && p < from + 5; p++)
		*n = 10 * *n + (unsigned)(*p - '0');
	return p == from ? NULL : p;
}

/* "@34.16": 16 bits from byte 34 on; "@34" is a byte. */
static bool take_at(const char *name, struct stream_field *f)
{
	unsigned at, bits = 8;
	const char *end = take_number(name + 1, &at);

	if (end && *end == '.')
		end = take_number(end + 1, &bits);
	if (!end || *end || at >= STREAM_SIZE_MAX - 64 || bits < 1 || bits > 64)
		return false;
	f->layer = STREAM_AT;
	f->at_bit = (uint16_t)(at * 8);
	f->nb_bits = (uint8_t)bits;
	return true;
}

/* What a header has, "src, dst, ttl", cut where there is no more room. */
static void list_fields(const struct proto *p, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; p->field[i].name && used + 24 < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 used ? ", " : "", p->field[i].name);
	if (p->tail.name && used + 24 < size)
		snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
			 p->tail.name);
}

/* The header that the name is of, as in protos[]; false: there is none such. */
static bool header_of(const char *name, uint8_t *number)
{
	const size_t len = strcspn(name, ".");

	for (uint8_t i = 0; protos[i]; i++)
		if (strlen(protos[i]->name) == len &&
		    !memcmp(protos[i]->name, name, len)) {
			*number = i;
			return true;
		}
	return false;
}

/* Headers with that one as well: in the place of another, or before it. */
static bool with_header(const struct headers *h, uint8_t number, char *buf,
			size_t size)
{
	struct headers with, same;
	const char *end;

	for (unsigned more = 0; more < 2 && h->nb + more <= HEADERS_MAX; more++)
		for (unsigned at = 1; at < h->nb + more; at++) {
			with = *h;
			memmove(with.proto + at + more, with.proto + at,
				h->nb - at);
			with.proto[at] = number;
			with.nb += (uint8_t)more;
			headers_print(&with, buf, size);
			if (headers_take(buf, &same, &end) >= 0)
				return true;
		}
	return false;
}

/* No header of that name is there, or not that often. */
static int refuse_header(const struct stream *s, const char *name,
			 struct fields_fault *fault)
{
	char text[HEADERS_PRINT_MAX], with[HEADERS_PRINT_MAX];
	uint8_t number;

	headers_print(&s->headers, text, sizeof(text));
	/* As Wireshark calls it. */
	if (!strncmp(name, "ip.", 3))
		return fields_refuse(fault, E_SYNTAX, -1,
				     "no field '%s'; did you mean 'ipv4.%s'?",
				     name, name + 3);
	if (stream_plays(s))
		return fields_refuse(
			fault, E_SYNTAX, -1,
			"no field '%s'; of a capture these headers "
			"are set, none in a tunnel: %s; or bits, "
			"such as @34.16",
			name, text);
	if (!header_of(name, &number) ||
	    headers_find(&s->headers, protos[number]->name, 1) >= 0 ||
	    !with_header(&s->headers, number, with, sizeof(with)))
		return fields_refuse(fault, E_SYNTAX, -1,
				     "no field '%s' in %s; see 'headers'", name,
				     text);
	return fields_refuse(fault, E_SYNTAX, -1,
			     "no field '%s' in %s; 'headers %s' has it", name,
			     text, with);
}

int fields_take_name(const struct stream *s, const char *name,
		     struct stream_field *f, struct fields_fault *fault)
{
	char text[HEADERS_PRINT_MAX];
	unsigned layer, field;

	*f = (struct stream_field){0};
	if (name[0] == '@')
		return take_at(name, f)
			       ? 0
			       : fields_refuse(
					 fault, E_SYNTAX, -1,
					 "'@BYTE.BITS' takes a byte of the "
					 "frame and 1..64 bits, such as "
					 "@34.16, "
					 "not '%s'",
					 name);
	if (!headers_field(&s->headers, name, &layer, &field)) {
		f->layer = (uint8_t)layer;
		f->field = (uint8_t)field;
		return 0;
	}
	if (layer < s->headers.nb) {
		list_fields(fields_proto(s, layer), text, sizeof(text));
		return fields_refuse(fault, E_SYNTAX, -1,
				     "no field '%s'; %s has %s", name,
				     fields_proto(s, layer)->name, text);
	}
	return refuse_header(s, name, fault);
}

/* By place: below 0, 0, above 0. */
int fields_compare(const struct stream_field *a, const struct stream_field *b)
{
	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	if (a->layer == STREAM_AT && a->at_bit != b->at_bit)
		return a->at_bit < b->at_bit ? -1 : 1;
	if (a->layer == STREAM_AT)
		return (int)a->nb_bits - b->nb_bits;
	return (int)a->field - b->field;
}

/* Where it is in the list, or -1. */
int fields_find(const struct stream *s, const struct stream_field *f)
{
	for (unsigned i = 0; i < s->nb_fields; i++)
		if (!fields_compare(&s->field[i], f))
			return (int)i;
	return -1;
}

/* Leaves out of the pool what no field has any more. */
void fields_tidy_pool(struct stream *s)
{
	const struct vary_pool was = s->pool;

	memset(&s->pool, 0, sizeof(s->pool));
	for (unsigned i = 0; i < s->nb_fields; i++) {
		struct stream_field *f = &s->field[i];

		if (!fields_is_tail(s, f)) {
			vary_move(&f->vary, fields_bits(s, f), &was, &s->pool);
			continue;
		}
		memcpy(s->pool.bytes + s->pool.used, was.bytes + f->vary.list,
		       f->tail_len);
		f->vary.list = s->pool.used;
		s->pool.used = (uint16_t)(s->pool.used + f->tail_len);
	}
}

/* Those behind a nested field that left come one earlier. */
void fields_leave_nest(struct stream *s, unsigned nest)
{
	for (unsigned i = 0; nest && i < s->nb_fields; i++)
		if (s->field[i].nest > nest)
			s->field[i].nest--;
}
