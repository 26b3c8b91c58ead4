/* SPDX-License-Identifier: BSD-3-Clause */
/* ARP (RFC 826), probes and announcements (RFC 5227). */
#include "node/impl.h"

#define ARP_LEN 28
#define ARP_REQUEST 1
#define ARP_REPLY 2

/* Bytes from its start: hardware 1, protocol IPv4, lengths 6 and 4. */
static const uint8_t arp_head[] = {0, 1, 8, 0, ETH_ALEN, IPV4_ALEN};
enum { OP = 6, SENDER_MAC = 8, SENDER = 14, TARGET_MAC = 18, TARGET = 24 };

static void put(struct node *h, const uint8_t dst[ETH_ALEN], uint16_t vlan,
		unsigned op, const struct node_ip *sender,
		const uint8_t target_mac[ETH_ALEN],
		const struct node_ip *target)
{
	uint8_t *p = node_frame(h, dst, vlan, ETH_TYPE_ARP, ARP_LEN);

	if (!p)
		return;
	memcpy(p, arp_head, sizeof(arp_head));
	store16(p + OP, op);
	memcpy(p + SENDER_MAC, h->mac, ETH_ALEN);
	memcpy(p + SENDER, sender->b + NODE_IPV4_AT, IPV4_ALEN);
	if (target_mac)
		memcpy(p + TARGET_MAC, target_mac, ETH_ALEN);
	memcpy(p + TARGET, target->b + NODE_IPV4_AT, IPV4_ALEN);
}

void arp_ask(struct node *h, const struct node_ip *from,
	     const struct node_ip *who, uint16_t vlan)
{
	put(h, node_all_macs, vlan, ARP_REQUEST, from, NULL, who);
}

void arp_announce(struct node *h, const struct node_own *own)
{
	put(h, node_all_macs, own->is.vlan, ARP_REQUEST, &own->is.from, NULL,
	    &own->is.from);
}

/* Somebody with another MAC says, or is about to, that he has ours. */
static bool see_rival(struct node *h, const struct seen *s,
		      const struct node_ip *sender,
		      const struct node_ip *target)
{
	const bool probes = node_is_none(sender);
	struct node_own *own =
		node_find(h, probes ? target : sender, s->vlan, true);

	if (!own || (probes && own->state != NODE_TENTATIVE))
		return false;
	node_rival(h, own, s->p + SENDER_MAC, s->now_ns);
	return true;
}

bool arp_take(struct node *h, const struct seen *s, const struct packet *m)
{
	static const uint8_t zero[IPV4_ALEN];
	const uint8_t *const p = s->p;
	struct node_ip sender = {{0}}, target;
	const struct node_own *own;
	const bool is_ours = load16(p + OP) == ARP_REPLY && !(s->dst[0] & 1);
	bool heard;

	(void)m;
	if (s->len < ARP_LEN || memcmp(p, arp_head, sizeof(arp_head)) != 0 ||
	    load16(p + OP) < ARP_REQUEST || load16(p + OP) > ARP_REPLY)
		return false;
	/* Nobody answers for a group, and nobody else for this station. */
	if (p[SENDER_MAC] & 1 || !memcmp(p + SENDER_MAC, h->mac, ETH_ALEN))
		return false;
	target = node_ipv4(p + TARGET);
	if (memcmp(p + SENDER, zero, sizeof(zero)) != 0) {
		sender = node_ipv4(p + SENDER);
		if (!node_is_station(&sender))
			return false;
	}
	if (see_rival(h, s, &sender, &target))
		return true;
	own = node_find(h, &target, s->vlan, false);
	heard = !node_is_none(&sender) &&
		node_heard(h, &sender, s->vlan, p + SENDER_MAC,
			   own && load16(p + OP) == ARP_REQUEST, s->now_ns);
	/* What others ask each other is not ours, though it is heard. */
	if (!own || load16(p + OP) != ARP_REQUEST)
		return own ||
		       (heard && (is_ours || node_same(&sender, &target)));
	if (node_may_answer(h, s->now_ns))
		put(h, p + SENDER_MAC, s->vlan, ARP_REPLY, &target,
		    p + SENDER_MAC, &sender);
	return true;
}
