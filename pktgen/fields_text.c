/* SPDX-License-Identifier: BSD-3-Clause */
/* What is set, as text. */
#include <stdio.h>

#include "pktgen/fields_impl.h"

static void print_tail(const struct stream *s, const struct stream_field *f,
		       char *buf, size_t size)
{
	const uint8_t *bytes = s->pool.bytes + f->vary.list;
	static const uint8_t steps[] = {
		[PROTO_NUMBER] = 1,
		[PROTO_IPV4] = VALUE_IPV4_BYTES,
		[PROTO_IPV6] = VALUE_IPV6_BYTES,
	};
	const unsigned type = fields_type(s, f), step = steps[type];
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < f->tail_len && used < size; i += step) {
		char one[48];

		if (type == PROTO_IPV6)
			value_ipv6_print(bytes + i, 128, one, sizeof(one));
		else if (type == PROTO_IPV4)
			value_ipv4_print(bytes + i, 32, one, sizeof(one));
		else
			snprintf(one, sizeof(one), "%02x", bytes[i]);
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 step > 1 && i ? "," : "", one);
	}
}

static void print_value(const struct stream *s, const struct stream_field *f,
			char value[FIELDS_VALUE_MAX])
{
	if (fields_is_tail(s, f))
		print_tail(s, f, value, FIELDS_VALUE_MAX);
	else
		vary_print(&f->vary, (enum vary_type)fields_type(s, f),
			   fields_bits(s, f), &s->pool, value,
			   FIELDS_VALUE_MAX);
}

bool fields_at(const struct stream *s, unsigned i, char name[FIELDS_NAME_MAX],
	       char value[FIELDS_VALUE_MAX])
{
	if (i >= s->nb_fields) {
		if (i != s->nb_fields || !fields_goes_via(s))
			return false;
		snprintf(name, FIELDS_NAME_MAX, "eth.dst");
		fields_print_via(s, value);
		return true;
	}
	fields_name(s, &s->field[i], name);
	print_value(s, &s->field[i], value);
	return true;
}

bool fields_get(const struct stream *s, const char *name,
		char value[FIELDS_VALUE_MAX])
{
	struct fields_fault fault;
	struct stream_field f;
	int at;

	if (fields_take_name(s, name, &f, &fault) < 0)
		return false;
	at = fields_find(s, &f);
	if (at >= 0)
		print_value(s, &s->field[at], value);
	else if (fields_goes_via(s) && fields_is_via(s, &f))
		fields_print_via(s, value);
	else
		return false;
	return true;
}

void fields_nested(const struct stream *s, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned nest = 1; nest <= STREAM_NESTED_MAX; nest++)
		for (unsigned i = 0; i < s->nb_fields; i++) {
			char name[FIELDS_NAME_MAX];

			if (s->field[i].nest != nest || used >= size)
				continue;
			fields_name(s, &s->field[i], name);
			used += (size_t)snprintf(buf + used, size - used,
						 "%s%s", used ? " " : "", name);
		}
}
