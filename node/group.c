/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups that a port is in, for switches and routers that ask: IGMPv3 (RFC
 * 3376) and MLDv2 (RFC 3810), all sources, and the older versions of each where
 * somebody who speaks these was heard.
 */
#include <errno.h>

#include "node/impl.h"

#define MS 1000000ull
#define REPORTS 2            /* of what is new, as each may be lost... */
#define NEWS_NS (1000 * MS)  /* ...within that of each other */
#define OLD_NS (260000 * MS) /* how long an older router is believed in */
#define QUERY 0x11
#define REPORT1 0x12
#define REPORT2 0x16
#define LEAVE2 0x17
#define REPORT3 0x22
#define QUERY6 130
#define REPORT6 131
#define DONE6 132
#define REPORT6_2 143
/* Of records. */
#define IS_EXCLUDE 2
#define TO_INCLUDE 3
#define TO_EXCLUDE 4

static const struct node_ip all_routers4 = {{[10] = 255, 255, 224, 0, 0, 2}};
static const struct node_ip reports_to4 = {{[10] = 255, 255, 224, 0, 0, 22}};
static const struct node_ip all_routers6 = {{255, 2, [15] = 2}};
static const struct node_ip reports_to6 = {{255, 2, [15] = 22}};

bool node_is_group(const struct node_ip *ip)
{
	static const struct node_ip all4 = {{[10] = 255, 255, 224, 0, 0, 1}};
	static const struct node_ip all6 = {{255, 2, [15] = 1}};

	if (node_is_ipv4(ip))
		return ip->b[NODE_IPV4_AT] >> 4 == 14 && !node_same(ip, &all4);
	return ip->b[0] == 255 && !node_same(ip, &all6);
}

/* ---- Told ---------------------------------------------------------------- */

/* On a VLAN, as packets about groups are from; there may be none yet. */
static struct node_ip from_for(const struct node *h, const struct node_ip *ip,
			       uint16_t vlan)
{
	const bool ipv4 = node_is_ipv4(ip);

	for (unsigned i = 0; i < h->nb_own; i++) {
		const struct node_own *own = &h->own[i];
		const struct node_ip *is = &own->is.from;

		if (own->state == NODE_VALID && own->is.vlan == vlan &&
		    node_is_ipv4(is) == ipv4 &&
		    (ipv4 || (is->b[0] == 0xfe && is->b[1] >> 6 == 2)))
			return *is;
	}
	return ipv4 ? node_ipv4((const uint8_t[IPV4_ALEN]){0})
		    : (struct node_ip){{0}};
}

/* The version that all routers understand. */
static unsigned version(const struct node *h, bool ipv4, uint64_t now_ns)
{
	const unsigned i = !ipv4;

	return now_ns < h->lab.v1_until_ns[i]   ? 1
	       : now_ns < h->lab.v2_until_ns[i] ? 2
						: 3;
}

/* A message of the older kinds, about a group. */
static void put_old(struct node *h, const struct lab_group *g,
		    const struct node_ip *to, uint8_t type)
{
	const bool ipv4 = node_is_ipv4(&g->ip);
	const size_t len = ipv4 ? 8 : 24;
	const struct packet m = {
		.from = from_for(h, &g->ip, g->vlan),
		.to = *to,
		.proto = ipv4 ? IP_PROTO_IGMP : IP_PROTO_ICMP6,
		.hops = 1,
		.alert = true,
	};
	uint8_t mac[ETH_ALEN], *p;

	group_mac(to, mac);
	p = packet_begin(h, mac, g->vlan, &m, len);
	if (!p)
		return;
	p[0] = type;
	if (ipv4)
		memcpy(p + 4, g->ip.b + NODE_IPV4_AT, IPV4_ALEN);
	else
		memcpy(p + 8, g->ip.b, IPV6_ALEN);
	packet_end(&m, p, len);
}

static void put_record(struct node *h, const struct lab_group *g, uint8_t kind)
{
	const bool ipv4 = node_is_ipv4(&g->ip);
	const size_t alen = ipv4 ? IPV4_ALEN : IPV6_ALEN, len = 12 + alen;
	const struct packet m = {
		.from = from_for(h, &g->ip, g->vlan),
		.to = ipv4 ? reports_to4 : reports_to6,
		.proto = ipv4 ? IP_PROTO_IGMP : IP_PROTO_ICMP6,
		.hops = 1,
		.alert = true,
	};
	uint8_t mac[ETH_ALEN], *p;

	group_mac(&m.to, mac);
	p = packet_begin(h, mac, g->vlan, &m, len);
	if (!p)
		return;
	p[0] = ipv4 ? REPORT3 : REPORT6_2;
	p[7] = 1; /* record */
	p[8] = kind;
	memcpy(p + 12, g->ip.b + IPV6_ALEN - alen, alen);
	packet_end(&m, p, len);
}

/* What there is to say of a group, in the routers' version. */
static void tell(struct node *h, const struct lab_group *g, uint64_t now_ns)
{
	const bool ipv4 = node_is_ipv4(&g->ip);
	const unsigned v = version(h, ipv4, now_ns);

	if (v == 3) {
		put_record(h, g,
			   g->leaving   ? TO_INCLUDE
			   : g->joining ? TO_EXCLUDE
					: IS_EXCLUDE);
		return;
	}
	if (!g->leaving)
		put_old(h, g, &g->ip,
			!ipv4    ? REPORT6
			: v == 1 ? REPORT1
				 : REPORT2);
	else if (!ipv4)
		put_old(h, g, &all_routers6, DONE6);
	else if (v == 2)
		put_old(h, g, &all_routers4, LEAVE2);
}

/* Of addresses of IPv6 the groups that they are asked for by (RFC 4861). */
static uint64_t owns_due(struct node *h, uint64_t now_ns)
{
	uint64_t next_ns = NEVER;

	for (unsigned i = 0; i < h->nb_own; i++) {
		struct node_own *const own = &h->own[i];
		const struct lab_group g = {
			.ip = nd_group(&own->is.from),
			.vlan = own->is.vlan,
			.joining = true,
		};

		if (now_ns >= own->report_ns) {
			tell(h, &g, now_ns);
			own->reports -= own->reports > 0;
			own->report_ns =
				own->reports
					? now_ns + 1 + node_draw(h) % NEWS_NS
					: NEVER;
		}
		next_ns = MIN(next_ns, own->report_ns);
	}
	return next_ns;
}

uint64_t groups_due(struct node *h, uint64_t now_ns)
{
	struct lab *const lab = &h->lab;
	uint64_t next_ns = owns_due(h, now_ns);

	for (unsigned i = lab->nb_groups; i--;) {
		struct lab_group *const g = &lab->group[i];

		if (now_ns >= g->due_ns) {
			tell(h, g, now_ns);
			g->left--;
			g->joining &= g->left > 0;
			g->due_ns =
				g->left ? now_ns + 1 + node_draw(h) % NEWS_NS
					: NEVER;
		}
		if (!g->left && g->leaving) {
			lab->nb_groups--;
			memmove(g, g + 1, (lab->nb_groups - i) * sizeof(*g));
			h->changes++;
			node_wants(h);
			continue;
		}
		next_ns = MIN(next_ns, g->due_ns);
	}
	return next_ns;
}

/* ---- Joined -------------------------------------------------------------- */

static struct lab_group *find(struct node *h, const struct node_ip *ip,
			      uint16_t vlan)
{
	for (unsigned i = 0; i < h->lab.nb_groups; i++) {
		struct lab_group *g = &h->lab.group[i];

		if (node_same(&g->ip, ip) && g->vlan == vlan)
			return g;
	}
	return NULL;
}

int node_join(struct node *h, const struct node_ip *ip, uint16_t vlan,
	      uint64_t now_ns)
{
	struct lab_group *g = find(h, ip, vlan);

	if (g && !g->leaving)
		return -EEXIST;
	if (!g && h->lab.nb_groups == LAB_GROUPS_MAX)
		return -ENOSPC;
	if (!g)
		g = &h->lab.group[h->lab.nb_groups++];
	*g = (struct lab_group){
		.ip = *ip,
		.vlan = vlan,
		.joining = true,
		.left = REPORTS,
		.due_ns = now_ns,
	};
	h->changes++;
	node_wants(h);
	node_wake(h, now_ns);
	return 0;
}

bool node_leave(struct node *h, const struct node_ip *ip, uint64_t now_ns)
{
	bool any = false;

	for (unsigned i = 0; i < h->lab.nb_groups; i++) {
		struct lab_group *g = &h->lab.group[i];

		if (g->leaving || (ip && !node_same(&g->ip, ip)))
			continue;
		g->leaving = any = true;
		g->left = REPORTS;
		g->due_ns = now_ns;
	}
	h->changes++;
	node_wake(h, now_ns);
	return any;
}

void node_leave_all(struct node *h, uint64_t now_ns)
{
	node_leave(h, NULL, now_ns);
}

/* ---- Asked --------------------------------------------------------------- */

/* A mantissa of `bits` behind a bit that says there is an exponent. */
static uint64_t code(unsigned value, unsigned bits)
{
	const unsigned mantissa = value & ((1u << bits) - 1);

	if (!(value >> (bits + 3)))
		return value;
	return (uint64_t)(mantissa | 1u << bits) << ((value >> bits & 7) + 3);
}

/* A group's answer is due some time within `most_ns`, if it is meant. */
static void answer_one(struct node *h, const struct seen *s,
		       const struct node_ip *asked, const struct node_ip *ip,
		       uint16_t vlan, uint64_t *due_ns, uint64_t most_ns)
{
	const bool all = node_is_ipv4(asked) ? !load32(asked->b + NODE_IPV4_AT)
					     : node_is_none(asked);

	if (vlan != s->vlan || node_is_ipv4(ip) != node_is_ipv4(asked) ||
	    (!all && !node_same(ip, asked)))
		return;
	/* In units in which the longest of MLD times any number has 64 bits. */
	*due_ns = MIN(*due_ns,
		      s->now_ns + 1 + (node_draw(h) * (most_ns >> 12) >> 20));
	node_wake(h, *due_ns);
}

static void answer(struct node *h, const struct seen *s,
		   const struct node_ip *asked, uint64_t most_ns)
{
	for (unsigned i = 0; i < h->lab.nb_groups; i++) {
		struct lab_group *g = &h->lab.group[i];

		if (g->leaving)
			continue;
		answer_one(h, s, asked, &g->ip, g->vlan, &g->due_ns, most_ns);
		if (!g->left && g->due_ns != NEVER)
			g->left = 1;
	}
	for (unsigned i = 0; i < h->nb_own && !node_is_ipv4(asked); i++) {
		struct node_own *own = &h->own[i];
		const struct node_ip ip = nd_group(&own->is.from);

		if (!node_is_ipv4(&own->is.from) &&
		    node_same(&own->is.from, &own->is.to))
			answer_one(h, s, asked, &ip, own->is.vlan,
				   &own->report_ns, most_ns);
	}
}

static bool listens(const struct node *h, const struct seen *s, bool ipv4)
{
	for (unsigned i = 0; i < h->lab.nb_groups; i++)
		if (h->lab.group[i].vlan == s->vlan &&
		    node_is_ipv4(&h->lab.group[i].ip) == ipv4)
			return true;
	for (unsigned i = 0; i < h->nb_own && !ipv4; i++)
		if (h->own[i].is.vlan == s->vlan &&
		    !node_is_ipv4(&h->own[i].is.from))
			return true;
	return false;
}

bool igmp_take(struct node *h, const struct seen *s, const struct packet *m)
{
	uint64_t most_ns, *older = NULL;
	struct node_ip ip;

	if (!m->sound || m->p[0] != QUERY || !node_is_ipv4(&m->to) ||
	    !listens(h, s, true) || !packet_is_right(m))
		return false;
	if (m->len >= 12) {
		most_ns = code(m->p[1], 4) * 100 * MS;
	} else {
		most_ns = (m->p[1] ? m->p[1] : 100) * 100 * MS;
		older = m->p[1] ? h->lab.v2_until_ns : h->lab.v1_until_ns;
	}
	if (older)
		older[0] = s->now_ns + OLD_NS;
	ip = node_ipv4(m->p + 4);
	answer(h, s, &ip, most_ns);
	return true;
}

bool mld_take(struct node *h, const struct seen *s, const struct packet *m)
{
	const bool is_old = m->len == 24;
	struct node_ip ip;

	if (node_is_ipv4(&m->to) || (!is_old && m->len < 28) ||
	    m->p[0] != QUERY6 || m->hops != 1 || !listens(h, s, false) ||
	    !packet_is_right(m) || !node_ipv6(m->p + 8, &ip))
		return false;
	if (is_old)
		h->lab.v2_until_ns[1] = s->now_ns + OLD_NS;
	answer(h, s, &ip,
	       (is_old ? load16(m->p + 4) : code(load16(m->p + 4), 12)) * MS);
	return true;
}

/* ---- Counted ------------------------------------------------------------- */

void node_count_group(struct node *h, const uint8_t *frame, size_t len)
{
	uint16_t type, vlan = 0;
	size_t at = ETH_HLEN;
	struct lab_group *g;
	struct node_ip ip;

	if (!h->lab.nb_groups || len < ETH_HLEN + 4 + sizeof(struct ipv4_hdr))
		return;
	type = load16(frame + 12);
	if (type == ETH_TYPE_VLAN) {
		vlan = load16(frame + 14) & 0xfff;
		type = load16(frame + 16);
		at += 4;
	}
	if (type == ETH_TYPE_IPV4)
		ip = node_ipv4(frame + at + 16);
	else if (type == ETH_TYPE_IPV6 && len >= at + 40)
		node_ipv6(frame + at + 24, &ip);
	else
		return;
	g = find(h, &ip, vlan);
	if (g)
		g->frames++;
}
