/* SPDX-License-Identifier: BSD-3-Clause */
/* Echoes that a node sends, and how long their replies take. */
#include <errno.h>

#include "node/impl.h"

#define ECHO_LEN 8 /* type, code, checksum, id, sequence number */
#define ECHO_REQUEST 8
#define ECHO6_REQUEST 128
#define SEQ (NODE_PING_SEQS - 1)
/* Somebody who has to be asked first is looked at that often. */
#define LOOK_NS 1000000ull
/* Replies that come later count, but nobody stays awake for them. */
#define AWAKE_NS 1000000000ull

int node_ping_begin(struct node *h, struct node_ping *p, uint64_t now_ns)
{
	for (unsigned i = 0; i < NODE_PINGS_MAX; i++) {
		if (h->ping[i])
			continue;
		h->ping[i] = p;
		p->id = ++h->next_id;
		p->due_ns = now_ns;
		p->min_ns = NEVER;
		node_wake(h, now_ns);
		return 0;
	}
	return -EBUSY;
}

void node_ping_end(struct node *h, struct node_ping *p)
{
	for (unsigned i = 0; i < NODE_PINGS_MAX; i++)
		if (h->ping[i] == p)
			h->ping[i] = NULL;
}

bool node_awaits(const struct node *h, uint64_t now_ns)
{
	for (unsigned i = 0; i < NODE_PINGS_MAX; i++)
		if (h->ping[i] && (h->ping[i]->due_ns != NEVER ||
				   now_ns - h->ping[i]->sent_ns < AWAKE_NS))
			return true;
	return false;
}

static void put(struct node *h, struct node_ping *p, const struct node_own *own,
		const uint8_t mac[ETH_ALEN], uint64_t now_ns)
{
	const size_t len = (size_t)ECHO_LEN + p->size;
	const bool ipv4 = node_is_ipv4(&p->to);
	const struct packet m = {
		.from = own->is.from,
		.to = p->to,
		.proto = ipv4 ? IP_PROTO_ICMP : IP_PROTO_ICMP6,
		.hops = NODE_TTL,
	};
	uint8_t *icmp = packet_begin(h, mac, own->is.vlan, &m, len);

	if (!icmp)
		return;
	icmp[0] = ipv4 ? ECHO_REQUEST : ECHO6_REQUEST;
	store16(icmp + 4, p->id);
	store16(icmp + 6, (uint16_t)p->sent);
	for (unsigned i = 0; i < p->size; i++)
		icmp[ECHO_LEN + i] = (uint8_t)i;
	packet_end(&m, icmp, len);
	p->at[p->sent & SEQ] = now_ns;
}

/* Sends the next, if its station is known, or gives it up. */
static bool ping_due(struct node *h, struct node_ping *p, uint64_t now_ns)
{
	uint8_t mac[ETH_ALEN];
	struct node_ip next;
	const struct node_own *own = node_route(h, &p->to, &next);
	int rc = own ? node_resolve(h, own, &next, mac, now_ns) : -EHOSTUNREACH;

	/* A reply to an address that is being checked would be lost. */
	if (!rc || (own && own->state == NODE_TENTATIVE))
		return false;
	p->silent = rc < 0;
	p->at[p->sent & SEQ] = 0;
	if (rc > 0)
		put(h, p, own, mac, now_ns);
	p->sent++;
	p->sent_ns = now_ns;
	/* What could not be sent in time is not made up for. */
	p->due_ns = p->sent >= p->count ? NEVER : now_ns + p->every_ns;
	return true;
}

uint64_t node_pings_due(struct node *h, uint64_t now_ns)
{
	uint64_t next_ns = NEVER;

	for (unsigned i = 0; i < NODE_PINGS_MAX; i++) {
		struct node_ping *p = h->ping[i];

		if (!p)
			continue;
		if (now_ns >= p->due_ns && !ping_due(h, p, now_ns))
			next_ns = MIN(next_ns, now_ns + LOOK_NS);
		else
			next_ns = MIN(next_ns, p->due_ns);
	}
	return next_ns;
}

/* The sequence number's echo, if it is one of the last that were sent. */
static uint64_t *find(struct node_ping *p, unsigned seq)
{
	const uint64_t behind = (uint16_t)(p->sent - 1 - seq);

	return p->sent && behind < NODE_PING_SEQS && behind < p->sent
		       ? &p->at[seq & SEQ]
		       : NULL;
}

static bool is_whole(const struct node_ping *p, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != (uint8_t)i)
			return false;
	return len == p->size;
}

static void heard(struct node_ping *p, const uint8_t *data, size_t len,
		  uint64_t now_ns)
{
	uint64_t *at = find(p, load16(data + 2)), ns;

	if (!at || !is_whole(p, data + 4, len - 4)) {
		p->bad++;
		return;
	}
	if (!*at) {
		p->doubled++;
		return;
	}
	ns = now_ns - *at;
	*at = 0;
	p->received++;
	p->last_ns = ns;
	p->sum_ns += ns;
	p->min_ns = MIN(p->min_ns, ns);
	p->max_ns = MAX(p->max_ns, ns);
}

bool node_ping_heard(struct node *h, const struct node_ip *from,
		     const uint8_t *p, size_t len, uint64_t now_ns)
{
	for (unsigned i = 0; i < NODE_PINGS_MAX; i++) {
		if (!h->ping[i] || !node_same(&h->ping[i]->to, from) ||
		    h->ping[i]->id != load16(p))
			continue;
		heard(h->ping[i], p, len, now_ns);
		return true;
	}
	return false;
}
