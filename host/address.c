/* SPDX-License-Identifier: BSD-3-Clause */
/* The addresses of a host, and whether anybody else has them. */
#include <errno.h>

#include "host/impl.h"

#define ANNOUNCE_TIMES 2
#define ANNOUNCE_NS 1000000000ull /* from one to the next */

static const uint8_t mapped[HOST_IPV4_AT] = {[10] = 255, [11] = 255};

struct host_ip host_ipv4(const uint8_t addr[IPV4_ALEN])
{
	struct host_ip ip;

	memcpy(ip.b, mapped, sizeof(mapped));
	memcpy(ip.b + HOST_IPV4_AT, addr, IPV4_ALEN);
	return ip;
}

bool host_is_ipv4(const struct host_ip *ip)
{
	return !memcmp(ip->b, mapped, sizeof(mapped));
}

bool host_is_none(const struct host_ip *ip)
{
	static const struct host_ip none;

	return host_same(ip, &none);
}

bool host_is_station(const struct host_ip *ip)
{
	const uint8_t *const p = ip->b + HOST_IPV4_AT;
	static const struct host_ip loopback = {{[15] = 1}};

	if (host_is_ipv4(ip))
		return p[0] && p[0] != 127 && p[0] < 224;
	return ip->b[0] != 255 && !host_is_none(ip) &&
	       !host_same(ip, &loopback);
}

void host_prefix(const struct host_ip *ip, unsigned bits, struct host_ip *first,
		 struct host_ip *last)
{
	for (unsigned i = 0; i < IPV6_ALEN; i++) {
		const unsigned left = bits > 8 * i ? bits - 8 * i : 0;
		const uint8_t rest = (uint8_t)(left >= 8 ? 0 : 255 >> left);

		first->b[i] = ip->b[i] & (uint8_t)~rest;
		last->b[i] = ip->b[i] | rest;
	}
}

static bool is_between(const struct host_ip *ip, const struct host_ip *from,
		       const struct host_ip *to)
{
	return memcmp(ip, from, sizeof(*ip)) >= 0 &&
	       memcmp(ip, to, sizeof(*ip)) <= 0;
}

static bool is_range(const struct host_address *a)
{
	return !host_same(&a->from, &a->to);
}

bool host_on_link(const struct host_own *own, const struct host_ip *ip)
{
	struct host_ip first, last;

	host_prefix(&own->is.from, own->is.bits, &first, &last);
	return own->state != HOST_TAKEN && is_between(ip, &first, &last);
}

/* ---- Set ------------------------------------------------------------------
 */

int host_add(struct host *h, const struct host_address *a, uint64_t now_ns)
{
	struct host_own *own = h->own;

	while (own < h->own + h->nb_own && !host_same(&own->is.from, &a->from))
		own++;
	if (own == h->own + HOST_ADDRESSES_MAX)
		return -ENOSPC;
	if (own == h->own + h->nb_own)
		h->nb_own++;
	else if (!memcmp(&own->is, a, sizeof(*a)) && own->state == HOST_VALID)
		return 0;
	*own = (struct host_own){.is = *a, .due_ns = now_ns};
	own->left = HOST_TRIES;
	if (is_range(a)) {
		own->state = HOST_VALID;
		own->left = ANNOUNCE_TIMES;
	}
	h->changes++;
	host_wake(h, now_ns);
	return 0;
}

bool host_remove(struct host *h, const struct host_ip *from)
{
	for (unsigned i = 0; i < h->nb_own; i++) {
		if (!host_same(&h->own[i].is.from, from))
			continue;
		h->nb_own--;
		memmove(&h->own[i], &h->own[i + 1],
			(h->nb_own - i) * sizeof(h->own[0]));
		h->changes++;
		return true;
	}
	return false;
}

void host_remove_all(struct host *h)
{
	h->nb_own = 0;
	h->changes++;
	host_forget_neighbours(h);
}

/* ---- Found ----------------------------------------------------------------
 */

struct host_own *host_find(struct host *h, const struct host_ip *ip,
			   uint16_t vlan, bool tentative)
{
	for (unsigned i = 0; i < h->nb_own; i++) {
		struct host_own *const own = &h->own[i];

		if (own->is.vlan == vlan &&
		    (own->state == HOST_VALID ||
		     (own->state == HOST_TENTATIVE && tentative)) &&
		    is_between(ip, &own->is.from, &own->is.to))
			return own;
	}
	return NULL;
}

const struct host_own *host_own_of(const struct host *h,
				   const struct host_ip *ip)
{
	for (unsigned i = 0; i < h->nb_own; i++)
		if (is_between(ip, &h->own[i].is.from, &h->own[i].is.to))
			return &h->own[i];
	return NULL;
}

const struct host_own *host_link_of(const struct host *h,
				    const struct host_ip *ip)
{
	const struct host_own *best = NULL;

	for (unsigned i = 0; i < h->nb_own; i++)
		if (host_on_link(&h->own[i], ip) &&
		    (!best || h->own[i].is.bits > best->is.bits))
			best = &h->own[i];
	return best;
}

const struct host_own *host_route(const struct host *h,
				  const struct host_ip *ip,
				  struct host_ip *next)
{
	const struct host_own *own = host_link_of(h, ip);

	*next = *ip;
	for (unsigned i = 0; !own && i < h->nb_own; i++)
		if (h->own[i].state != HOST_TAKEN &&
		    !host_is_none(&h->own[i].is.gateway) &&
		    host_is_ipv4(&h->own[i].is.from) == host_is_ipv4(ip)) {
			own = &h->own[i];
			*next = own->is.gateway;
		}
	return own;
}

/* ---- Whether anybody else has it ------------------------------------------
 */

void host_rival(struct host *h, struct host_own *own, const uint8_t *mac,
		uint64_t now_ns)
{
	memcpy(own->rival, mac, ETH_ALEN);
	own->nb_rivals++;
	h->changes++;
	if (own->state == HOST_TENTATIVE) {
		own->state = HOST_TAKEN;
		own->due_ns = NEVER;
		return;
	}
	/* It is defended, once a second at most (RFC 5227, 2.4). */
	if (own->left)
		return;
	own->left = 1;
	own->due_ns = now_ns + ANNOUNCE_NS;
	host_wake(h, own->due_ns);
}

static void announce(struct host *h, const struct host_own *own)
{
	if (host_is_ipv4(&own->is.from))
		arp_announce(h, own);
	else
		nd_announce(h, own);
}

static void probe(struct host *h, const struct host_own *own)
{
	static const struct host_ip none;

	if (host_is_ipv4(&own->is.from))
		arp_ask(h, &none, &own->is.from, own->is.vlan);
	else
		nd_ask(h, &none, &own->is.from, own->is.vlan);
}

/* The next of what `own` has to send; when it goes on. */
static void own_due(struct host *h, struct host_own *own, uint64_t now_ns)
{
	if (own->state == HOST_TENTATIVE && own->left) {
		probe(h, own);
		own->left--;
		own->due_ns = now_ns + HOST_TRY_NS;
		return;
	}
	if (own->state == HOST_TENTATIVE) {
		own->state = HOST_VALID;
		own->left = ANNOUNCE_TIMES;
		h->changes++;
	}
	if (own->state == HOST_VALID && own->left) {
		announce(h, own);
		own->left--;
	}
	own->due_ns = own->left ? now_ns + ANNOUNCE_NS : NEVER;
}

void host_announce(struct host *h, uint64_t now_ns)
{
	for (unsigned i = 0; i < h->nb_own; i++) {
		struct host_own *const own = &h->own[i];

		if (own->state == HOST_TENTATIVE)
			own->left = HOST_TRIES;
		else
			own->left = ANNOUNCE_TIMES;
		own->due_ns = own->state == HOST_TAKEN ? NEVER : now_ns;
	}
	host_wake(h, now_ns);
}

void host_make_due(struct host *h, uint64_t now_ns)
{
	uint64_t due_ns;

	h->due_ns = NEVER;
	for (unsigned i = 0; i < h->nb_own; i++) {
		if (now_ns >= h->own[i].due_ns)
			own_due(h, &h->own[i], now_ns);
		host_wake(h, h->own[i].due_ns);
	}
	due_ns = host_neighbours_due(h, now_ns);
	host_wake(h, due_ns);
	due_ns = host_pings_due(h, now_ns);
	host_wake(h, due_ns);
}
