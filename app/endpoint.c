/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/endpoint.h"

#include <string.h>

#include "shell/arg.h"

/* Each form is [PORTS], the keyword, the address. */
enum { PORTS, KEYWORD, ADDRESS };

/* What an edit gets. */
struct change {
	bool dst;
	const struct value *v;
};

static struct endpoint *changed_end(struct stream *s, const struct change *ch)
{
	return ch->dst ? &s->dst : &s->src;
}

static void edit_mac(struct stream *s, const void *arg)
{
	const struct change *ch = arg;

	const bool device = ch->v->u;

	memcpy(changed_end(s, ch)->mac, device ? s->device_mac : ch->v->addr,
	       ETH_ALEN);
	if (!ch->dst)
		s->src_mac_set = !device;
}

static void edit_ip(struct stream *s, const void *arg)
{
	const struct change *ch = arg;
	struct endpoint *end = changed_end(s, ch);

	memcpy(end->ip, ch->v->addr, IPV4_ALEN);
	end->ip_prefix = (uint8_t)ch->v->prefix;
}

static void edit_ip6(struct stream *s, const void *arg)
{
	const struct change *ch = arg;
	struct endpoint *end = changed_end(s, ch);

	memcpy(end->ip6, ch->v->addr, IPV6_ALEN);
	end->ip6_prefix = (uint8_t)ch->v->prefix;
}

static void edit_udp(struct stream *s, const void *arg)
{
	const struct change *ch = arg;

	changed_end(s, ch)->udp = (uint16_t)ch->v->u;
}

/* The word for the port's own, and where that is what nobody has changed. */
static const char *const src_mac_words[] = {"device", NULL};
#define dst_mac_words NULL

static void get_mac(const struct stream *s, const struct endpoint *end,
		    struct value *v)
{
	memcpy(v->addr, end->mac, ETH_ALEN);
	v->unset = end == &s->src && !s->src_mac_set;
	v->u = v->unset;
}

static void get_ip(const struct stream *s __unused, const struct endpoint *end,
		   struct value *v)
{
	memcpy(v->addr, end->ip, IPV4_ALEN);
	v->prefix = end->ip_prefix;
}

static void get_ip6(const struct stream *s __unused, const struct endpoint *end,
		    struct value *v)
{
	memcpy(v->addr, end->ip6, IPV6_ALEN);
	v->prefix = end->ip6_prefix;
}

static void get_udp(const struct stream *s __unused, const struct endpoint *end,
		    struct value *v)
{
	v->u = end->udp;
}

/* Nobody's source is a group. */
static enum call_result check_mac(struct call *c, bool dst)
{
	const uint8_t *mac = c->v[ADDRESS].addr;
	char text[ARG_PRINT_MAX];

	if (c->form->args[ADDRESS].type != ARG_MAC || dst || !(mac[0] & 1))
		return CALL_DONE;
	value_mac_print(mac, text, sizeof(text));
	return call_fail(c, E_RANGE, ADDRESS,
			 "'src mac' takes the address of one station; %s is a "
			 "group's",
			 text);
}

static enum call_result change(struct call *c, bool dst,
			       void (*edit)(struct stream *s, const void *arg))
{
	const struct change ch = {dst, &c->v[ADDRESS]};

	if (check_mac(c, dst) != CALL_DONE)
		return CALL_FAIL;
	return app_edit(c, c->v[PORTS].mask, edit, &ch, ADDRESS);
}

#define src_MAC_HELP "the port's own, or an address on layer 2"
#define dst_MAC_HELP "address on layer 2"

/* The functions and arguments of one form of one end. */
#define FORM(end, field, keyword_help, ...)                              \
	static void end##_get_##field(const void *app, unsigned port,    \
				      struct value *v)                   \
	{                                                                \
		const struct stream *s = app_stream(app, port);          \
                                                                         \
		get_##field(s, &s->end, v);                              \
	}                                                                \
	static enum call_result end##_set_##field(struct call *c)        \
	{                                                                \
		return change(c, #end[0] == 'd', edit_##field);          \
	}                                                                \
	static const struct arg end##_##field[] = {                      \
		[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS", \
			   .help = "ports to set"},                      \
		[KEYWORD] = {ARG_KEYWORD, .name = #field,                \
			     .help = keyword_help},                      \
		[ADDRESS] = {__VA_ARGS__, .get = end##_get_##field},     \
		{ARG_NONE},                                              \
	};

#define FORMS(end)                                                            \
	FORM(end, mac, "of Ethernet", ARG_MAC, .name = "MAC",                 \
	     .help = end##_MAC_HELP, .words = end##_mac_words)                \
	FORM(end, ip, "of IPv4", ARG_IPV4, .name = "IPV4[/PREFIX]",           \
	     .help = "address while the protocol is IPv4", .prefix = true,    \
	     .min = STREAM_PREFIX_MIN, .max = IPV4_BITS)                      \
	FORM(end, ip6, "of IPv6", ARG_IPV6, .name = "IPV6[/PREFIX]",          \
	     .help = "address while the protocol is IPv6", .prefix = true,    \
	     .min = STREAM_PREFIX6_MIN, .max = IPV6_BITS)                     \
	FORM(end, udp, "of UDP", ARG_INT, .name = "PORT", .help = "UDP port", \
	     .max = 65535)                                                    \
	const struct cmd_form app_##end##_forms[] = {                         \
		{end##_mac, end##_set_mac, "set the MAC address"},            \
		{end##_ip, end##_set_ip,                                      \
		 "set the IPv4 address; with a prefix, each frame has the "   \
		 "next of its addresses, the given one first"},               \
		{end##_ip6, end##_set_ip6, "the same of IPv6"},               \
		{end##_udp, end##_set_udp, "set the UDP port"},               \
		{0},                                                          \
	};

FORMS(src)
FORMS(dst)
