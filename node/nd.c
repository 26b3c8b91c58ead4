/* SPDX-License-Identifier: BSD-3-Clause */
/* IPv6 neighbour discovery (RFC 4861), duplicate addresses (RFC 4862). */
#include "node/impl.h"

#define ND_HOPS 255
#define ND_SOLICIT 135
#define ND_ADVERT 136
#define ND_LEN 24    /* type, code, checksum, flags, target */
#define OPTION_LEN 8 /* type, length in eights, a MAC address */
#define OPTION_SOURCE 1
#define OPTION_TARGET 2
#define FLAG_SOLICITED 0x40
#define FLAG_OVERRIDE 0x20
enum { FLAGS = 4, TARGET = 8 };

static const struct node_ip all_nodes = {{255, 2, [15] = 1}};

/* ff02::1:ffXX:XXXX of an address (RFC 4291, 2.7.1). */
struct node_ip nd_group(const struct node_ip *ip)
{
	struct node_ip group = {{255, 2, [11] = 1, [12] = 255}};

	memcpy(group.b + 13, ip->b + 13, 3);
	return group;
}

static struct packet message(const struct node_ip *from,
			     const struct node_ip *to)
{
	return (struct packet){
		.from = *from,
		.to = *to,
		.proto = IP_PROTO_ICMP6,
		.hops = ND_HOPS,
	};
}

static void put_option(uint8_t *p, uint8_t type, const uint8_t mac[ETH_ALEN])
{
	p[0] = type;
	p[1] = 1;
	memcpy(p + 2, mac, ETH_ALEN);
}

void nd_ask(struct node *h, const struct node_ip *from,
	    const struct node_ip *who, uint16_t vlan)
{
	const struct node_ip group = nd_group(who);
	/* Who has no address yet says nothing of his MAC (RFC 4861, 4.3). */
	const size_t len = ND_LEN + (node_is_none(from) ? 0 : OPTION_LEN);
	const struct packet m = message(from, &group);
	uint8_t mac[ETH_ALEN], *p;

	group_mac(&group, mac);
	p = packet_begin(h, mac, vlan, &m, len);
	if (!p)
		return;
	p[0] = ND_SOLICIT;
	memcpy(p + TARGET, who->b, sizeof(who->b));
	if (len > ND_LEN)
		put_option(p + ND_LEN, OPTION_SOURCE, h->mac);
	packet_end(&m, p, len);
}

/* To all nodes unless somebody asked. */
static void advertise(struct node *h, const struct node_ip *own, uint16_t vlan,
		      const struct node_ip *to, const uint8_t *mac)
{
	const size_t len = ND_LEN + OPTION_LEN;
	const struct packet m = message(own, to ? to : &all_nodes);
	uint8_t group[ETH_ALEN], *p;

	group_mac(&all_nodes, group);
	p = packet_begin(h, to ? mac : group, vlan, &m, len);
	if (!p)
		return;
	p[0] = ND_ADVERT;
	p[FLAGS] = FLAG_OVERRIDE | (to ? FLAG_SOLICITED : 0);
	memcpy(p + TARGET, own->b, sizeof(own->b));
	put_option(p + ND_LEN, OPTION_TARGET, h->mac);
	packet_end(&m, p, len);
}

void nd_announce(struct node *h, const struct node_own *own)
{
	advertise(h, &own->is.from, own->is.vlan, NULL, NULL);
}

/*
 * The MAC address of an option: NULL in *mac where there is none. False where
 * options are malformed, with which the message is invalid.
 */
static bool find_mac(const uint8_t *p, size_t len, uint8_t type,
		     const uint8_t **mac)
{
	*mac = NULL;
	while (len) {
		const size_t size = len < 2 ? 0 : p[1] * (size_t)8;

		if (!size || size > len)
			return false;
		if (p[0] == type && size == OPTION_LEN && !(p[2] & 1))
			*mac = p + 2;
		p += size;
		len -= size;
	}
	return true;
}

static bool take_solicit(struct node *h, const struct seen *s,
			 const struct packet *m, const struct node_ip *target)
{
	const struct node_ip group = nd_group(target);
	const bool probes = node_is_none(&m->from);
	struct node_own *own = node_find(h, target, s->vlan, true);
	const uint8_t *mac;

	if (!own ||
	    !find_mac(m->p + ND_LEN, m->len - ND_LEN, OPTION_SOURCE, &mac))
		return false;
	/* To its group, or to itself, which a probe is not. */
	if (!node_same(&m->to, &group) &&
	    (probes || !node_same(&m->to, target)))
		return false;
	if (probes && mac)
		return false;
	if (own->state == NODE_TENTATIVE) {
		if (probes)
			node_rival(h, own, s->src, s->now_ns);
		return true;
	}
	if (!probes && !node_is_station(&m->from))
		return false;
	if (!node_may_answer(h, s->now_ns))
		return true;
	if (!mac)
		mac = s->src;
	if (!probes)
		node_heard(h, &m->from, s->vlan, mac, true, s->now_ns);
	advertise(h, target, s->vlan, probes ? NULL : &m->from, mac);
	return true;
}

static bool take_advert(struct node *h, const struct seen *s,
			const struct packet *m, const struct node_ip *target)
{
	struct node_own *own = node_find(h, target, s->vlan, true);
	const uint8_t *mac;

	/* What goes to a group was not asked for. */
	if (!find_mac(m->p + ND_LEN, m->len - ND_LEN, OPTION_TARGET, &mac) ||
	    (m->to.b[0] == 255 && m->p[FLAGS] & FLAG_SOLICITED))
		return false;
	if (!mac)
		mac = s->src;
	if (own) {
		node_rival(h, own, mac, s->now_ns);
		return true;
	}
	/* Somebody who speaks for another does not overrule him. */
	if (!(m->p[FLAGS] & (FLAG_OVERRIDE | FLAG_SOLICITED)))
		return false;
	return node_heard(h, target, s->vlan, mac, false, s->now_ns);
}

bool nd_take(struct node *h, const struct seen *s, const struct packet *m)
{
	struct node_ip target;

	if (node_is_ipv4(&m->to) || m->len < ND_LEN || m->hops != ND_HOPS)
		return false;
	if ((m->p[0] != ND_SOLICIT && m->p[0] != ND_ADVERT) || m->p[1] ||
	    !packet_is_right(m))
		return false;
	if (!node_ipv6(m->p + TARGET, &target) || !node_is_station(&target))
		return false;
	return m->p[0] == ND_SOLICIT ? take_solicit(h, s, m, &target)
				     : take_advert(h, s, m, &target);
}
