/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/endpoint.h"

#include <strings.h>

#include "app/traffic.h"

/* Each form is [PORTS], the keyword, the words of the value. */
enum { PORTS, KEYWORD, VALUE };

/* As it was before anybody set it: the port's own address. */
#define DEVICE "device"

static const char *const src_fields[] = {"eth.src", "ipv4.src", "ipv6.src",
					 "udp.src", "tcp.src",  NULL};
static const char *const dst_fields[] = {"eth.dst", "ipv4.dst", "ipv6.dst",
					 "udp.dst", "tcp.dst",  NULL};

/* Without a keyword all of them are asked for. */
static enum call_result set(struct call *c, const char *field,
			    const char *const fields[])
{
	const struct subjects *on = &c->v[PORTS].subjects;

	return c->v[KEYWORD].set ? app_set_field(c, on, field, NULL, VALUE)
				 : app_show_fields(c, on, fields);
}

#define SET(end, keyword, field)                                      \
	static enum call_result end##_##keyword##_run(struct call *c) \
	{                                                             \
		return set(c, field, end##_fields);                   \
	}

/* Nobody's source is a group. */
static enum call_result src_mac_run(struct call *c)
{
	uint8_t mac[VALUE_MAC_BYTES];

	if (c->v[VALUE].set && !strcasecmp(c->v[VALUE].word, DEVICE))
		c->v[VALUE].word = FIELDS_AUTO;
	if (c->v[VALUE].set && !value_mac(c->v[VALUE].word, mac) && mac[0] & 1)
		return call_fail(c, E_RANGE, VALUE,
				 "%s is a group address; 'src mac' takes that "
				 "of one station",
				 c->v[VALUE].word);
	return set(c, "eth.src", src_fields);
}

SET(dst, mac, "eth.dst")
SET(src, ip, "ipv4.src")
SET(dst, ip, "ipv4.dst")
SET(src, ip6, "ipv6.src")
SET(dst, ip6, "ipv6.dst")
SET(src, udp, "udp.src")
SET(dst, udp, "udp.dst")
SET(src, tcp, "tcp.src")
SET(dst, tcp, "tcp.dst")

#define ARGS(end, keyword, keyword_help, value_help)                     \
	static const struct arg end##_##keyword##_args[] = {             \
		APP_STREAMS_TO_SET,                                      \
		{ARG_KEYWORD, .name = #keyword, .help = (keyword_help)}, \
		{ARG_TEXT, .name = "VALUE", .help = (value_help),        \
		 .asked = true, .repeated = true},                       \
		{ARG_NONE},                                              \
	};

#define FORM(end, keyword, help)                                    \
	{                                                           \
		end##_##keyword##_args, end##_##keyword##_run, help \
	}

#define FORMS(end, mac_help)                                       \
	ARGS(end, mac, "MAC address", mac_help)                    \
	ARGS(end, ip, "IPv4 address", "address, prefix or range")  \
	ARGS(end, ip6, "IPv6 address", "address, prefix or range") \
	ARGS(end, udp, "UDP port", "port or range")                \
	ARGS(end, tcp, "TCP port", "port or range")                \
	const struct cmd_form app_##end##_forms[] = {              \
		FORM(end, mac, "set the MAC address"),             \
		FORM(end, ip,                                      \
		     "set the IPv4 address; with a prefix, step "  \
		     "through it"),                                \
		FORM(end, ip6,                                     \
		     "set the IPv6 address; with a prefix, step "  \
		     "through it"),                                \
		FORM(end, udp, "set the UDP port"),                \
		FORM(end, tcp, "set the TCP port"),                \
		{0},                                               \
	};

FORMS(src, "address of a station, or " DEVICE " for the port's own")
FORMS(dst, "address or range")
