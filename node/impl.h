/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of a node. Private to node/. */
#ifndef NODE_IMPL_H
#define NODE_IMPL_H

#include "node/node.h"

#define ETH_TYPE_ARP 0x0806
#define IP_PROTO_ICMP 1
#define IP_PROTO_IGMP 2
#define IP_PROTO_ICMP6 58
#define NODE_TTL 64
#define NEVER UINT64_MAX

extern const uint8_t node_all_macs[ETH_ALEN];

/* A received frame behind its tags. */
struct seen {
	const uint8_t *dst, *src; /* MAC addresses */
	uint16_t vlan;            /* 0: no tag, or one with a priority alone */
	uint16_t tag;             /* all of it; 0: there is none */
	uint16_t type;
	const uint8_t *p; /* layer 3 */
	size_t len;
	uint64_t now_ns;
};

/* Behind a tag, where it has one; false: there is less. */
bool node_see(const uint8_t *frame, size_t len, uint64_t now_ns,
	      struct seen *s);
/* A packet of IPv4 or IPv6, of a family as both of its addresses are. */
struct packet {
	struct node_ip from, to;
	uint8_t proto, hops;
	bool alert; /* routers are to look at it, which groups need */
	bool sound; /* received: it is whole, its header is right */
	/* Received: behind all headers of IP; no bytes if it is not sound. */
	const uint8_t *p;
	size_t len;
};

static inline uint16_t load16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t load32(const uint8_t *p)
{
	return (uint32_t)load16(p) << 16 | load16(p + 2);
}

static inline void store16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void store32(uint8_t *p, uint32_t v)
{
	store16(p, v >> 16);
	store16(p + 2, v);
}

/* It is sent to this station alone, or to a group that it may be in. */
static inline bool is_to_us(const struct node *h, const struct seen *s)
{
	return s->dst[0] & 1 || !memcmp(s->dst, h->mac, ETH_ALEN);
}

/*
 * A frame of `len` bytes of layer 3 that will be sent: where these begin, all
 * zero. NULL: there is no room, which counts as dropped.
 */
uint8_t *node_frame(struct node *h, const uint8_t dst[ETH_ALEN], uint16_t vlan,
		    uint16_t type, size_t len);

/* Whether one more answer may be given now; counts as dropped where not. */
bool node_may_answer(struct node *h, uint64_t now_ns);

/* One more of a kind of which there are `per_s` a second, `burst` at once. */
bool node_spend(struct node_credit *c, unsigned per_s, unsigned burst,
		uint64_t now_ns);

/* The protocols that it listens to are others. */
void node_wants(struct node *h);

/* A number to spread what many would do at once. */
uint32_t node_draw(struct node *h);

/* What happens at that time is not to be missed. */
static inline void node_wake(struct node *h, uint64_t at_ns)
{
	if (at_ns < h->due_ns)
		h->due_ns = at_ns;
}

/* Its own address `ip` on that VLAN, tentative ones only if asked for. */
struct node_own *node_find(struct node *h, const struct node_ip *ip,
			   uint16_t vlan, bool tentative);

/*
 * Whether it answers to `ip`, an address on that VLAN; of a router any that it
 * has, on whichever link (RFC 1122, 3.3.4.2: the weak model).
 */
bool node_answers(struct node *h, const struct node_ip *ip, uint16_t vlan);

/* Whether `ip` is on the link of `own`, which is its own. */
bool node_on_link(const struct node_own *own, const struct node_ip *ip);

/* Somebody else says that he has `own`. */
void node_rival(struct node *h, struct node_own *own, const uint8_t *mac,
		uint64_t now_ns);

/* True when a frame told anything of a neighbour that is known or asked. */
bool node_heard(struct node *h, const struct node_ip *ip, uint16_t vlan,
		const uint8_t mac[ETH_ALEN], bool anybody, uint64_t now_ns);

/*
 * Who listens to what: each returns true when it was for the node. `m` is NULL
 * where no packet of IP is in the frame.
 */
#define NODE_LISTENER(name) \
	bool name(struct node *h, const struct seen *s, const struct packet *m)
NODE_LISTENER(arp_take);
NODE_LISTENER(echo_take);
NODE_LISTENER(nd_take);
NODE_LISTENER(auto_take);
NODE_LISTENER(dhcp6_take);
NODE_LISTENER(igmp_take);
NODE_LISTENER(mld_take);
NODE_LISTENER(refuse_take);
NODE_LISTENER(dhcp_take);
NODE_LISTENER(lldp_take);
NODE_LISTENER(cfm_take);

/* By an EtherType, or a protocol of IP. */
bool node_listen(struct node *h, unsigned key, const struct seen *s,
		 const struct packet *m);
bool node_take_ipv4(struct node *h, const struct seen *s);
bool node_take_ipv6(struct node *h, const struct seen *s);

/* A sound packet's checksum above IP is right. */
bool packet_is_right(const struct packet *m);

/* Asks who has an address, from none to check it; says who has one. */
void arp_ask(struct node *h, const struct node_ip *from,
	     const struct node_ip *who, uint16_t vlan);
void arp_announce(struct node *h, const struct node_own *own);
void nd_ask(struct node *h, const struct node_ip *from,
	    const struct node_ip *who, uint16_t vlan);
void nd_announce(struct node *h, const struct node_own *own);
struct node_ip nd_group(const struct node_ip *ip);

/*
 * `len` bytes behind the headers of IP for `m`: NULL as node_frame(). Once they
 * are filled in, all but their checksum.
 */
uint8_t *packet_begin(struct node *h, const uint8_t dst[ETH_ALEN],
		      uint16_t vlan, const struct packet *m, size_t len);
void packet_end(const struct packet *m, uint8_t *p, size_t len);

/* Of a group of IP (RFC 1112, 6.4; RFC 2464, 7). */
void group_mac(const struct node_ip *group, uint8_t mac[ETH_ALEN]);

/* A sound reply to an echo, `p` behind its checksum; whose, it finds out. */
bool node_ping_heard(struct node *h, const struct node_ip *from,
		     const uint8_t *p, size_t len, uint64_t now_ns);

/* What is due of each; the next time. */
uint64_t node_neighbours_due(struct node *h, uint64_t now_ns);
uint64_t node_pings_due(struct node *h, uint64_t now_ns);
uint64_t groups_due(struct node *h, uint64_t now_ns);
uint64_t lldp_due(struct node *h, uint64_t now_ns);
uint64_t dhcp_due(struct node *h, uint64_t now_ns);
uint64_t auto_due(struct node *h, uint64_t now_ns);
uint64_t dhcp6_due(struct node *h, uint64_t now_ns);

/* A router says that there is a server; what it gave is given back. */
void dhcp6_begin(struct node *h, uint64_t now_ns);
void dhcp6_end(struct node *h);

/* The address of the link by which routers are asked, once it is valid. */
const struct node_own *auto_link_own(struct node *h);
/* Of the prefix on the link that has `ip`; all 128: none has. */
unsigned auto_link_bits(const struct node *h, const struct node_ip *ip);

/* fe80:: and the MAC address (RFC 4291, appendix A), without a tag. */
struct node_address node_link_local(const struct node *h);
/* It is there where another of IPv6 is, or is to be, and nowhere else. */
void node_keep_link_local(struct node *h, uint64_t now_ns);

static inline bool node_is_link_local(const struct node_ip *ip)
{
	return ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80;
}

/* An address that it has by itself; false: there is no room. */
bool node_add_own(struct node *h, const struct node_address *a,
		  enum node_origin origin, uint64_t now_ns);
void node_remove_own(struct node *h, struct node_own *own);

/* The first that it has by itself, of that origin; NULL: there is none. */
struct node_own *node_own_by(struct node *h, enum node_origin origin);
/* Removes that, if there is one. */
void node_remove_by(struct node *h, enum node_origin origin);

#endif /* NODE_IMPL_H */
