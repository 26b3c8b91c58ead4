/* SPDX-License-Identifier: BSD-3-Clause */
/* A destination that is the MAC address of a gateway, whatever that is. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "node/node.h"
#include "pktgen/fields_impl.h"

bool fields_is_via(const struct stream *s, const struct stream_field *f)
{
	unsigned layer, field;

	return !headers_field(&s->headers, "eth.dst", &layer, &field) &&
	       f->layer == layer && f->field == field;
}

bool fields_goes_via(const struct stream *s)
{
	unsigned layer, field;

	return STREAM_VIA && s->via.kind && !stream_plays(s) &&
	       !headers_field(&s->headers, "eth.dst", &layer, &field);
}

int fields_take_via(struct stream *s, const char *const words[], unsigned nb,
		    struct fields_fault *fault)
{
	struct stream_via *v = &s->via;
	uint8_t addr[VALUE_IPV6_BYTES];
	struct node_ip ip;

	if (stream_plays(s))
		return fields_refuse(fault, E_STATE, 0,
				     "frames of a capture have no gateway; "
				     "type 'play off' first");
	if (nb < 2)
		return fields_refuse(fault, E_MISSING, 0,
				     "'via' needs the address of a gateway; "
				     "type 'via 10.0.0.1', or 'via auto'");
	if (nb > 2)
		return fields_refuse(fault, E_SURPLUS, 2, "one word too many");
	if (!strcasecmp(words[1], FIELDS_AUTO)) {
		v->kind = VIA_AUTO;
		return 0;
	}
	if (!value_ipv4(words[1], addr, NULL))
		ip = node_ipv4(addr);
	else if (!value_ipv6(words[1], ip.b, NULL))
		;
	else
		return fields_refuse(fault, E_SYNTAX, 1,
				     "'via' takes an address such as 10.0.0.1, "
				     "or 'auto', not '%s'",
				     words[1]);
	if (!node_is_station(&ip))
		return fields_refuse(fault, E_RANGE, 1,
				     "%s is the address of no station",
				     words[1]);
	v->kind = VIA_STATION;
	memcpy(v->ip, ip.b, sizeof(v->ip));
	return 0;
}

void fields_print_via(const struct stream *s, char value[FIELDS_VALUE_MAX])
{
	char text[48] = FIELDS_AUTO;
	struct node_ip ip;

	memcpy(ip.b, s->via.ip, sizeof(ip.b));
	if (s->via.kind == VIA_STATION && node_is_ipv4(&ip))
		value_ipv4_print(ip.b + NODE_IPV4_AT, 32, text, sizeof(text));
	else if (s->via.kind == VIA_STATION)
		value_ipv6_print(ip.b, 128, text, sizeof(text));
	snprintf(value, FIELDS_VALUE_MAX, FIELDS_VIA " %s", text);
}

bool fields_destination(const struct stream *s, uint8_t addr[IPV6_ALEN])
{
	unsigned layer4, layer6, field4, field6;
	const bool has4 =
		!headers_field(&s->headers, "ipv4.dst", &layer4, &field4);
	const bool has6 =
		!headers_field(&s->headers, "ipv6.dst", &layer6, &field6);
	struct node_ip ip;
	struct stack st;

	if ((!has4 && !has6) || fields_stack(s, &st) < 0)
		return false;
	if (has4 && (!has6 || layer4 < layer6)) {
		ip = node_ipv4(st.header +
			       stack_field_at(&st, layer4, field4) / 8);
		memcpy(addr, ip.b, sizeof(ip.b));
		return true;
	}
	memcpy(addr, st.header + stack_field_at(&st, layer6, field6) / 8,
	       IPV6_ALEN);
	return true;
}
