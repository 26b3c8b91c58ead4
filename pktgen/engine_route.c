/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends packets on by their addresses: see route.h. */
#include <string.h>

#include "pktgen/core.h"
#include "pktgen/engine.h"
#include "pktgen/route.h"
#include "pktgen/turn_alike.h"

#define TAG_LEN 4
#define IP4_LEN 20
#define IP6_LEN 40
#define FRESH_NS 1000000000ull

/* A packet behind its tag. */
struct packet {
	uint8_t *ip;
	size_t len; /* that is there, padding included */
	uint16_t vlan;
	bool is_ip, is_ipv6;
};

/* ---- Known -------------------------------------------------------------- */

/* Where the two words of an address are. */
static inline struct route_entry *slot_of(struct route *r, uint64_t first,
					  uint64_t second)
{
	return &r->entry[(first * 3 + second) * 0x9e3779b97f4a7c15ull >>
			 (64 - ROUTE_BITS)];
}

/* NULL: nothing is known there of it, by now. */
static inline const struct route_entry *known(struct route *r, uint64_t first,
					      uint64_t second)
{
	const struct route_entry *e = slot_of(r, first, second);

	return likely(turn_load64(e->ip.b) == first &&
		      turn_load64(e->ip.b + 8) == second &&
		      e->stamp == r->stamp)
		       ? e
		       : NULL;
}

/* ::ffff:192.0.2.1, see struct node_ip; its first word is 0. */
static inline uint64_t mapped(uint32_t addr)
{
	return (uint64_t)addr << 32 | 0xffff0000u;
}

/* Once a burst. */
static void begin(const struct forward *f, uint64_t now_ns)
{
	struct route *const r = f->route;
	uint64_t changes = 0;

	for (unsigned i = 0; i < f->nb_out; i++)
		if (f->out[i].to->node)
			changes += f->out[i].to->node->changes + 1;
	if (likely(changes == r->changes && now_ns < r->fresh_ns))
		return;
	r->changes = changes;
	r->fresh_ns = now_ns + FRESH_NS;
	r->stamp++;
}

/* ---- Found -------------------------------------------------------------- */

enum found { FOUND, NO_ROUTE, NO_HOST, ASKED };

/* Whose link has it, the longest prefix first; else whose gateway leads on. */
static struct outlet *choose(struct forward *f, const struct node_ip *ip,
			     const struct node_own **own, struct node_ip *next)
{
	struct outlet *best = NULL;

	*own = NULL;
	for (unsigned i = 0; i < f->nb_out; i++) {
		const struct node *h = f->out[i].to->node;
		const struct node_own *o = h ? node_link_of(h, ip) : NULL;

		if (o && (!*own || o->is.bits > (*own)->is.bits)) {
			best = &f->out[i];
			*own = o;
		}
	}
	*next = *ip;
	for (unsigned i = 0; i < f->nb_out && !best; i++) {
		const struct node *h = f->out[i].to->node;

		*own = h ? node_route(h, ip, next) : NULL;
		if (*own)
			best = &f->out[i];
	}
	return best;
}

static bool is_ours(const struct forward *f, const struct node_ip *ip)
{
	for (unsigned i = 0; i < f->nb_out; i++)
		if (f->out[i].to->node && node_own_of(f->out[i].to->node, ip))
			return true;
	return false;
}

/* Asks for who is next; with a MAC address it goes into the entry. */
static COLD enum found find(struct forward *f, const struct node_ip *ip,
			    const struct route_entry **to, uint64_t now_ns)
{
	struct route_entry *const e =
		slot_of(f->route, turn_load64(ip->b), turn_load64(ip->b + 8));
	const struct node_own *own;
	struct node_ip next;
	struct outlet *o = NULL;
	int rc;

	e->stamp = 0;
	if (node_is_station(ip) && !is_ours(f, ip))
		o = choose(f, ip, &own, &next);
	if (!o)
		return NO_ROUTE;
	rc = node_resolve(o->to->node, own, &next, e->macs, now_ns);
	if (rc <= 0)
		return rc ? NO_HOST : ASKED;
	memcpy(e->macs + ETH_ALEN, o->to->node->mac, ETH_ALEN);
	e->ip = *ip;
	e->vlan = own->is.vlan;
	e->most = (uint16_t)(o->to->queue->port->mtu + ETH_HLEN);
	e->stamp = f->route->stamp;
	e->out = o;
	*to = e;
	return FOUND;
}

/* False: it has none. */
static bool address_of(const struct packet *p, bool of_src, struct node_ip *ip)
{
	if (p->is_ipv6)
		return node_ipv6(p->ip + (of_src ? 8 : 24), ip);
	*ip = node_ipv4(p->ip + (of_src ? 12 : 16));
	return true;
}

/* ---- Refused ------------------------------------------------------------ */

/*
 * It does not go on: its sender is told, if that can be. Nodes have said what
 * they had to of one for the router itself.
 */
static COLD bool refuse(struct worker *w, const struct uk_netbuf *nb,
			const struct packet *p, uint64_t *count,
			enum node_error why, uint64_t now_ns, unsigned mtu)
{
	struct node_ip dst;

	(*count)++;
	address_of(p, false, &dst);
	if (w->node && !is_ours(w->forward, &dst))
		node_tell(w->node, nb->data, nb->len, why, mtu, now_ns);
	return false;
}

/* Another header in front of the packet; false: there is no room. */
static NOINLINE bool change_tag(const struct worker *w, struct uk_netbuf *nb,
				struct packet *p, uint16_t vlan)
{
	uint8_t *const frame = nb->data;
	const size_t head = ETH_HLEN + (vlan ? TAG_LEN : 0);
	size_t len = (size_t)nb->len + head - (size_t)(p->ip - frame);

	if (nb->next || len > w->queue->rx_room)
		return false;
	memmove(frame + head, p->ip, p->len);
	if (vlan) {
		frame[12] = ETH_TYPE_VLAN >> 8;
		frame[13] = ETH_TYPE_VLAN & 255;
		frame[14] = (uint8_t)(vlan >> 8);
		frame[15] = (uint8_t)vlan;
	}
	frame[head - 2] = p->is_ipv6 ? 0x86 : 0x08;
	frame[head - 1] = p->is_ipv6 ? 0xdd : 0;
	for (; len < ETH_MIN_SIZE - ETH_FCS_LEN; len++)
		frame[len] = 0;
	nb->len = (uint16_t)len;
	p->ip = frame + head;
	return true;
}

/* ---- A packet ----------------------------------------------------------- */

/* Whose header's checksum is right. */
static bool is_sound(const uint8_t *ip, size_t len)
{
	const size_t head = (ip[0] & 15u) * 4;

	return head <= len && csum_fold(csum_add(0, ip, head)) == UINT16_MAX;
}

/* A whole one in the first buffer, with hosts' addresses; tags: one. */
static bool find_packet(const struct uk_netbuf *nb, struct packet *p)
{
	uint8_t *const frame = nb->data;
	unsigned type = (unsigned)frame[12] << 8 | frame[13];
	size_t at = ETH_HLEN, all;

	if (type == ETH_TYPE_VLAN && nb->len >= ETH_HLEN + TAG_LEN) {
		p->vlan = (uint16_t)((frame[14] << 8 | frame[15]) & 0xfff);
		type = (unsigned)frame[16] << 8 | frame[17];
		at += TAG_LEN;
	}
	p->ip = frame + at;
	p->len = nb->len - at;
	p->is_ipv6 = type == ETH_TYPE_IPV6;
	p->is_ip = p->is_ipv6 || type == ETH_TYPE_IPV4;
	if (p->is_ipv6) {
		if (p->len < IP6_LEN || p->ip[0] >> 4 != 6)
			return false;
		all = IP6_LEN + ((size_t)p->ip[4] << 8 | p->ip[5]);
		return all <= port_frame_len(nb) - at;
	}
	if (type != ETH_TYPE_IPV4 || p->len < IP4_LEN || p->ip[0] >> 4 != 4)
		return false;
	all = (size_t)p->ip[2] << 8 | p->ip[3];
	return (p->ip[0] & 15) * 4 >= IP4_LEN && all >= (p->ip[0] & 15u) * 4 &&
	       all <= port_frame_len(nb) - at && is_sound(p->ip, p->len);
}

/* One less, and in the checksum of IPv4 one more (RFC 1624). */
static inline void age(uint8_t *ip, bool is_ipv6)
{
	uint16_t csum;

	if (is_ipv6) {
		ip[7]--;
		return;
	}
	ip[8]--;
	memcpy(&csum, ip + 10, sizeof(csum));
	csum = (uint16_t)csum_fold((uint32_t)csum + net16(0x0100));
	memcpy(ip + 10, &csum, sizeof(csum));
}

/* Whether it may go on at all, by what a router looks at first. */
static bool may_go_on(struct worker *w, const struct uk_netbuf *nb,
		      struct packet *p, uint64_t now_ns)
{
	struct node_ip src, dst;

	*p = (struct packet){0};
	if (nb->len < ETH_HLEN ||
	    memcmp(nb->data, w->queue->port->mac, ETH_ALEN) ||
	    !find_packet(nb, p)) {
		if (p->is_ip)
			w->stats.forward_unfit++;
		else
			w->stats.forward_filtered++;
		return false;
	}
	if (!address_of(p, true, &src) || !node_is_station(&src) ||
	    !address_of(p, false, &dst)) {
		w->stats.forward_no_route++;
		return false;
	}
	if (p->ip[p->is_ipv6 ? 7 : 8] <= 1)
		return refuse(w, nb, p, &w->stats.forward_expired, NODE_EXPIRED,
			      now_ns, 0);
	return true;
}

/* By all that there is to look at; NULL: it does not go on. */
static NOINLINE struct outlet *route_any(struct worker *w, struct uk_netbuf *nb,
					 uint64_t now_ns)
{
	struct route *const r = w->forward->route;
	const struct route_entry *e;
	enum found found = FOUND;
	struct node_ip dst;
	struct packet p;
	unsigned mtu;

	if (!may_go_on(w, nb, &p, now_ns))
		return NULL;
	address_of(&p, false, &dst);
	e = known(r, turn_load64(dst.b), turn_load64(dst.b + 8));
	if (!e)
		found = find(w->forward, &dst, &e, now_ns);
	if (found == ASKED) {
		w->stats.forward_unresolved++;
		return NULL;
	}
	if (found) {
		refuse(w, nb, &p,
		       found == NO_ROUTE ? &w->stats.forward_no_route
					 : &w->stats.forward_unresolved,
		       found == NO_ROUTE ? NODE_NO_ROUTE : NODE_NO_HOST, now_ns,
		       0);
		return NULL;
	}
	mtu = e->out->to->queue->port->mtu;
	if (port_frame_len(nb) - (size_t)(p.ip - (uint8_t *)nb->data) > mtu) {
		refuse(w, nb, &p, &w->stats.forward_unfit, NODE_TOO_BIG, now_ns,
		       mtu);
		return NULL;
	}
	if (e->vlan != p.vlan && !change_tag(w, nb, &p, e->vlan)) {
		w->stats.forward_unfit++;
		return NULL;
	}
	memcpy(nb->data, e->macs, sizeof(e->macs));
	age(p.ip, p.is_ipv6);
	return e->out;
}

/* Whether it is as long as its header says. */
static inline bool is_whole(const struct uk_netbuf *nb)
{
	const uint8_t *const len = (const uint8_t *)nb->data + ETH_HLEN + 2;
	uint16_t all;

	memcpy(&all, len, sizeof(all));
	return (unsigned)net16(all) - IP4_LEN <=
	       (unsigned)nb->len - (ETH_HLEN + IP4_LEN);
}

/*
 * Whether the checksum of a header of 20 bytes is right, whose addresses are
 * `ips`: its sum is a multiple of 65535, which a product tells without folds.
 */
static inline bool is_sum_right(const uint8_t *ip, uint64_t ips)
{
	const uint64_t inverse = 0ull - 0x1000100010001ull;
	uint64_t sum;

	sum = turn_load64(ip) + turn_load32(ip + 8);
	sum += sum < turn_load32(ip + 8);
	sum += ips;
	sum += sum < ips;
	return sum * inverse <= UINT64_MAX / UINT16_MAX;
}

/* UDP, TCP or else in IPv4, untagged, to where others have gone. */
static inline struct outlet *route_plain(struct route *r, uint64_t mac,
					 struct uk_netbuf *nb)
{
	uint8_t *const frame = nb->data;
	const struct route_entry *e;
	uint64_t ips;

	if (unlikely(nb->next || nb->len < ETH_HLEN + IP4_LEN ||
		     (turn_load64(frame) ^ mac) << 16 ||
		     (turn_load32(frame + 12) & 0xffffff) != 0x450008 ||
		     frame[ETH_HLEN + 8] <= 1 || !is_whole(nb)))
		return NULL;
	ips = turn_load64(frame + TURN_ADDRS_AT);
	if (unlikely(!is_sum_right(frame + ETH_HLEN, ips)))
		return NULL;
	e = known(r, 0, mapped((uint32_t)(ips >> 32)));
	if (unlikely(!e || !turn_are_hosts(ips) || e->vlan ||
		     nb->len > e->most))
		return NULL;
	memcpy(frame, e->macs, sizeof(e->macs));
	age(frame + ETH_HLEN, false);
	return e->out;
}

/* Those that go the same way, one after another, leave together. */
uint64_t engine_route(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
		      uint64_t now_ns)
{
	struct route *const r = w->forward->route;
	const uint64_t mac = turn_load64(w->queue->port->mac);
	struct uk_netbuf *run[WORKER_BURST];
	struct outlet *to = NULL;
	uint64_t bytes = 0;
	unsigned nb = 0;

	begin(w->forward, now_ns);
	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *const one = pkts[i];
		struct outlet *o;

		bytes += port_frame_len(one);
		o = route_plain(r, mac, one);
		if (unlikely(!o))
			o = route_any(w, one, now_ns);
		if (unlikely(!o)) {
			port_rx_free(w->queue, one);
			continue;
		}
		if (unlikely(o != to && nb)) {
			forward_hold(w, to, run, nb);
			nb = 0;
		}
		to = o;
		run[nb++] = one;
	}
	if (nb)
		forward_hold(w, to, run, nb);
	return bytes;
}
