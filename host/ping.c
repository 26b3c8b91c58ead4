/* SPDX-License-Identifier: BSD-3-Clause */
/* Echoes that a host sends, and how long their replies take. */
#include <errno.h>

#include "host/impl.h"

#define ECHO_LEN 8 /* type, code, checksum, id, sequence number */
#define ECHO_REQUEST 8
#define ECHO6_REQUEST 128
#define SEQ (HOST_PING_SEQS - 1)
/* Somebody who has to be asked first is looked at that often. */
#define LOOK_NS 1000000ull
/* Replies that come later count, but nobody stays awake for them. */
#define AWAKE_NS 1000000000ull

int host_ping_begin(struct host *h, struct host_ping *p, uint64_t now_ns)
{
	for (unsigned i = 0; i < HOST_PINGS_MAX; i++) {
		if (h->ping[i])
			continue;
		h->ping[i] = p;
		p->id = ++h->next_id;
		p->due_ns = now_ns;
		p->min_ns = NEVER;
		host_wake(h, now_ns);
		return 0;
	}
	return -EBUSY;
}

void host_ping_end(struct host *h, struct host_ping *p)
{
	for (unsigned i = 0; i < HOST_PINGS_MAX; i++)
		if (h->ping[i] == p)
			h->ping[i] = NULL;
}

bool host_awaits(const struct host *h, uint64_t now_ns)
{
	for (unsigned i = 0; i < HOST_PINGS_MAX; i++)
		if (h->ping[i] && (h->ping[i]->due_ns != NEVER ||
				   now_ns - h->ping[i]->sent_ns < AWAKE_NS))
			return true;
	return false;
}

static void put(struct host *h, struct host_ping *p, const struct host_own *own,
		const uint8_t mac[ETH_ALEN], uint64_t now_ns)
{
	const size_t len = (size_t)ECHO_LEN + p->size;
	const bool ipv4 = host_is_ipv4(&p->to);
	uint8_t *icmp;

	if (ipv4)
		icmp = host_icmp4(h, mac, own->is.vlan, &own->is.from, &p->to,
				  len);
	else
		icmp = host_icmp6(h, mac, own->is.vlan, &own->is.from, &p->to,
				  HOST_TTL, len);
	if (!icmp)
		return;
	icmp[0] = ipv4 ? ECHO_REQUEST : ECHO6_REQUEST;
	store16(icmp + 4, p->id);
	store16(icmp + 6, (uint16_t)p->sent);
	for (unsigned i = 0; i < p->size; i++)
		icmp[ECHO_LEN + i] = (uint8_t)i;
	if (ipv4)
		host_icmp4_end(icmp, len);
	else
		host_icmp6_end(icmp, len);
	p->at[p->sent & SEQ] = now_ns;
}

/* Sends the next, if its station is known, or gives it up. */
static void ping_due(struct host *h, struct host_ping *p, uint64_t now_ns)
{
	uint8_t mac[ETH_ALEN];
	struct host_ip next;
	const struct host_own *own = host_route(h, &p->to, &next);
	int rc = own ? host_resolve(h, own, &next, mac, now_ns) : -EHOSTUNREACH;

	if (!rc)
		return;
	p->silent = rc < 0;
	p->at[p->sent & SEQ] = 0;
	if (rc > 0)
		put(h, p, own, mac, now_ns);
	p->sent++;
	p->sent_ns = now_ns;
	/* What could not be sent in time is not made up for. */
	p->due_ns = p->sent >= p->count ? NEVER : now_ns + p->every_ns;
}

uint64_t host_pings_due(struct host *h, uint64_t now_ns)
{
	uint64_t next_ns = NEVER;

	for (unsigned i = 0; i < HOST_PINGS_MAX; i++) {
		struct host_ping *p = h->ping[i];

		if (!p)
			continue;
		if (now_ns >= p->due_ns)
			ping_due(h, p, now_ns);
		if (p->due_ns < next_ns)
			next_ns = MAX(p->due_ns, now_ns + LOOK_NS);
	}
	return next_ns;
}

/* The sequence number's echo, if it is one of the last that were sent. */
static uint64_t *find(struct host_ping *p, unsigned seq)
{
	const uint64_t behind = (uint16_t)(p->sent - 1 - seq);

	return p->sent && behind < HOST_PING_SEQS && behind < p->sent
		       ? &p->at[seq & SEQ]
		       : NULL;
}

static bool is_whole(const struct host_ping *p, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != (uint8_t)i)
			return false;
	return len == p->size;
}

static void heard(struct host_ping *p, const uint8_t *data, size_t len,
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

bool host_ping_heard(struct host *h, const struct host_ip *from,
		     const uint8_t *p, size_t len, uint64_t now_ns)
{
	for (unsigned i = 0; i < HOST_PINGS_MAX; i++) {
		if (!h->ping[i] || !host_same(&h->ping[i]->to, from) ||
		    h->ping[i]->id != load16(p))
			continue;
		heard(h->ping[i], p, len, now_ns);
		return true;
	}
	return false;
}
