/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/endpoint.h"

#include <string.h>

#include "shell/arg.h"

/* Each form is [PORTS], the keyword, the address. */
enum { PORTS, KEYWORD, ADDRESS };

static void get_mac(const struct endpoint *end, struct value *v)
{
	memcpy(v->addr, end->mac, ETH_ALEN);
}

static void set_mac(struct endpoint *end, const struct value *v)
{
	memcpy(end->mac, v->addr, ETH_ALEN);
}

static void get_ip(const struct endpoint *end, struct value *v)
{
	memcpy(v->addr, end->ip, IPV4_ALEN);
	v->prefix = end->ip_prefix;
}

static void set_ip(struct endpoint *end, const struct value *v)
{
	memcpy(end->ip, v->addr, IPV4_ALEN);
	end->ip_prefix = (uint8_t)v->prefix;
}

static void get_ip6(const struct endpoint *end, struct value *v)
{
	memcpy(v->addr, end->ip6, IPV6_ALEN);
	v->prefix = end->ip6_prefix;
}

static void set_ip6(struct endpoint *end, const struct value *v)
{
	memcpy(end->ip6, v->addr, IPV6_ALEN);
	end->ip6_prefix = (uint8_t)v->prefix;
}

static void get_udp(const struct endpoint *end, struct value *v)
{
	v->u = end->udp;
}

static void set_udp(struct endpoint *end, const struct value *v)
{
	end->udp = (uint16_t)v->u;
}

/* ---- The source's MAC address, which may be the port's own --------------- */

/* It is no choice of anybody's, so `save` leaves it out. */
#define DEVICE "device"

static const struct arg_word src_mac_words[] = {
	{DEVICE, "the port's own address"},
	{NULL},
};

static void src_get_mac(const struct config *c, struct value *v)
{
	get_mac(&c->stream.src, v);
	v->u = !c->stream.src_mac_set;
}

static void src_set_mac(struct config *c, const struct value *v)
{
	set_mac(&c->stream.src, v);
	c->stream.src_mac_set = !v->u;
	if (v->u)
		memcpy(c->stream.src.mac, c->stream.device_mac, ETH_ALEN);
}

/* Nobody's source is a group. */
static enum call_result src_run_mac(struct call *c)
{
	const uint8_t *mac = c->v[ADDRESS].addr;
	char text[ARG_PRINT_MAX];

	if (!c->v[ADDRESS].set || !(mac[0] & 1))
		return app_set(c);
	value_mac_print(mac, text, sizeof(text));
	return call_fail(c, E_RANGE, ADDRESS,
			 "%s is a group address; 'src mac' takes that of one "
			 "station",
			 text);
}

#define dst_run_mac app_set

/* ---- The forms ----------------------------------------------------------- */

/* How one value of one end is read and set. */
#define ACCESS(end, field)                                                     \
	static void end##_get_##field(const struct config *c, struct value *v) \
	{                                                                      \
		get_##field(&c->stream.end, v);                                \
	}                                                                      \
	static void end##_set_##field(struct config *c, const struct value *v) \
	{                                                                      \
		set_##field(&c->stream.end, v);                                \
	}

/* The arguments of its form. */
#define ARGS(end, field, keyword_help, word, unsaved, ...)             \
	static const struct arg_setting end##_##field##_setting = {    \
		.get = end##_get_##field,                              \
		.set = end##_set_##field,                              \
		.initial = (word),                                     \
		.initial_unsaved = (unsaved),                          \
	};                                                             \
	static const struct arg end##_##field[] = {                    \
		APP_STREAMS_TO_SET,                                    \
		{ARG_KEYWORD, .name = #field, .help = (keyword_help)}, \
		{__VA_ARGS__, .setting = &end##_##field##_setting},    \
		{ARG_NONE},                                            \
	};

/* All of one end, but for the MAC address, whose words differ. */
#define FORMS(end, ip_word, ip6_word)                                       \
	ACCESS(end, ip)                                                     \
	ACCESS(end, ip6)                                                    \
	ACCESS(end, udp)                                                    \
	ARGS(end, ip, "IPv4 address or prefix", ip_word, false, ARG_IPV4,   \
	     .name = "IPV4[/PREFIX]", .help = "used with proto ipv4",       \
	     .prefix = true, .min = STREAM_PREFIX_MIN, .max = IPV4_BITS)    \
	ARGS(end, ip6, "IPv6 address or prefix", ip6_word, false, ARG_IPV6, \
	     .name = "IPV6[/PREFIX]", .help = "used with proto ipv6",       \
	     .prefix = true, .min = STREAM_PREFIX6_MIN, .max = IPV6_BITS)   \
	ARGS(end, udp, "UDP port", "5001", false, ARG_INT, .name = "PORT",  \
	     .help = "UDP port", .max = 65535)                              \
	const struct cmd_form app_##end##_forms[] = {                       \
		{end##_mac, end##_run_mac, "set the MAC address"},          \
		{end##_ip, app_set,                                         \
		 "set the IPv4 address; with a prefix, step through it"},   \
		{end##_ip6, app_set,                                        \
		 "set the IPv6 address; with a prefix, step through it"},   \
		{end##_udp, app_set, "set the UDP port"},                   \
		{0},                                                        \
	};

ARGS(src, mac, "MAC address", DEVICE, true, ARG_MAC, .name = "MAC",
     .help = "address of a station", .words = src_mac_words)
FORMS(src, "198.18.0.1", "2001:2::1")

ACCESS(dst, mac)
ARGS(dst, mac, "MAC address", "ff:ff:ff:ff:ff:ff", false, ARG_MAC,
     .name = "MAC", .help = "MAC address")
FORMS(dst, "198.18.0.2", "2001:2::2")
