/* SPDX-License-Identifier: BSD-3-Clause */
/* Who is on the links of a node, and at which MAC address. */
#include <errno.h>

#include "node/impl.h"

/* Who did not answer is asked again that often, while he is wanted. */
#define AGAIN_NS 1000000000ull

#define FOR_EACH_NEIGHBOUR(h, n)                        \
	for (struct node_neighbour *n = (h)->neighbour; \
	     n < (h)->neighbour + NODE_NEIGHBOURS_MAX; n++)

static bool is_wanted(const struct node_neighbour *n, uint64_t now_ns)
{
	return n->wanted_ns && now_ns - n->wanted_ns < NODE_WANTED_NS;
}

static struct node_neighbour *find(struct node *h, const struct node_ip *ip,
				   uint16_t vlan)
{
	FOR_EACH_NEIGHBOUR(h, n)
	if (n->state != NEIGHBOUR_NONE && n->vlan == vlan &&
	    node_same(&n->ip, ip))
		return n;
	return NULL;
}

/* In place of the one that was heard longest ago, and that nobody wants. */
static struct node_neighbour *make(struct node *h, const struct node_ip *ip,
				   uint16_t vlan, uint64_t now_ns)
{
	struct node_neighbour *oldest = NULL;

	FOR_EACH_NEIGHBOUR(h, n)
	{
		if (n->state != NEIGHBOUR_NONE && is_wanted(n, now_ns))
			continue;
		if (!oldest || n->state == NEIGHBOUR_NONE ||
		    (oldest->state != NEIGHBOUR_NONE &&
		     n->heard_ns < oldest->heard_ns))
			oldest = n;
		if (n->state == NEIGHBOUR_NONE)
			break;
	}
	if (oldest)
		*oldest = (struct node_neighbour){
			.ip = *ip, .vlan = vlan, .due_ns = NEVER};
	return oldest;
}

bool node_heard(struct node *h, const struct node_ip *ip, uint16_t vlan,
		const uint8_t mac[ETH_ALEN], bool anybody, uint64_t now_ns)
{
	struct node_neighbour *n = find(h, ip, vlan);
	const bool had = n;

	if (!n && anybody)
		n = make(h, ip, vlan, now_ns);
	if (!n)
		return false;
	if (!n->has_mac || n->state != NEIGHBOUR_KNOWN ||
	    memcmp(n->mac, mac, ETH_ALEN) != 0)
		h->changes++;
	memcpy(n->mac, mac, ETH_ALEN);
	n->has_mac = true;
	n->state = NEIGHBOUR_KNOWN;
	n->heard_ns = now_ns;
	n->asking = false;
	n->due_ns = now_ns + NODE_FRESH_NS;
	node_wake(h, n->due_ns);
	/* What is due of pings may have waited for it. */
	node_wake(h, now_ns);
	return had;
}

/* ---- Asked --------------------------------------------------------------- */

/* The address by which it is asked for; NULL: there is none by now. */
static const struct node_own *own_for(const struct node *h,
				      const struct node_neighbour *n)
{
	const struct node_own *any = NULL;

	for (unsigned i = 0; i < h->nb_own; i++) {
		const struct node_own *own = &h->own[i];

		if (own->state != NODE_VALID || own->is.vlan != n->vlan ||
		    node_is_ipv4(&own->is.from) != node_is_ipv4(&n->ip))
			continue;
		if (node_on_link(own, &n->ip))
			return own;
		any = own;
	}
	return any;
}

static void ask(struct node *h, struct node_neighbour *n,
		const struct node_own *own, uint64_t now_ns)
{
	if (node_is_ipv4(&n->ip))
		arp_ask(h, &own->is.from, &n->ip, n->vlan);
	else
		nd_ask(h, &own->is.from, &n->ip, n->vlan);
	n->tries--;
	n->due_ns = now_ns + NODE_TRY_NS;
	node_wake(h, n->due_ns);
}

/* Its turn is now. */
static void begin(struct node *h, struct node_neighbour *n, uint64_t now_ns)
{
	n->asking = true;
	n->tries = NODE_TRIES;
	n->due_ns = now_ns;
	node_wake(h, now_ns);
}

static bool is_old(const struct node_neighbour *n, uint64_t now_ns)
{
	return n->state == NEIGHBOUR_KNOWN
		       ? now_ns - n->heard_ns >= NODE_FRESH_NS
		       : n->due_ns == NEVER;
}

int node_resolve(struct node *h, const struct node_own *own,
		 const struct node_ip *ip, uint8_t mac[ETH_ALEN],
		 uint64_t now_ns)
{
	struct node_neighbour *n = find(h, ip, own->is.vlan);

	memset(mac, 0, ETH_ALEN);
	if (!n)
		n = make(h, ip, own->is.vlan, now_ns);
	if (!n)
		return -EHOSTUNREACH;
	n->wanted_ns = now_ns;
	if (n->state == NEIGHBOUR_NONE)
		n->state = NEIGHBOUR_ASKED;
	if (!n->asking && is_old(n, now_ns))
		begin(h, n, now_ns);
	if (n->has_mac)
		memcpy(mac, n->mac, ETH_ALEN);
	return n->state == NEIGHBOUR_KNOWN   ? 1
	       : n->state == NEIGHBOUR_ASKED ? 0
					     : -EHOSTUNREACH;
}

void node_ask_again(struct node *h, const struct node_own *own,
		    const struct node_ip *ip, uint64_t now_ns)
{
	struct node_neighbour *n = find(h, ip, own->is.vlan);

	if (!n || n->state != NEIGHBOUR_SILENT)
		return;
	n->state = NEIGHBOUR_ASKED;
	begin(h, n, now_ns);
}

void node_forget_neighbours(struct node *h)
{
	memset(h->neighbour, 0, sizeof(h->neighbour));
	h->changes++;
}

/* Its turn has come. */
static void due(struct node *h, struct node_neighbour *n, uint64_t now_ns)
{
	const struct node_own *own = own_for(h, n);

	if (n->asking && n->tries && own) {
		ask(h, n, own, now_ns);
	} else if (n->asking && own) {
		n->asking = false;
		n->state = NEIGHBOUR_SILENT;
		n->due_ns = now_ns + AGAIN_NS;
		h->changes++;
	} else if (is_wanted(n, now_ns) && own) {
		begin(h, n, now_ns);
		ask(h, n, own, now_ns);
	} else {
		/* An address that is tentative may be used soon. */
		n->due_ns = is_wanted(n, now_ns) ? now_ns + NODE_TRY_NS : NEVER;
	}
}

uint64_t node_neighbours_due(struct node *h, uint64_t now_ns)
{
	uint64_t next_ns = NEVER;

	FOR_EACH_NEIGHBOUR(h, n)
	{
		if (n->state == NEIGHBOUR_NONE)
			continue;
		if (now_ns >= n->due_ns)
			due(h, n, now_ns);
		if (n->due_ns < next_ns)
			next_ns = n->due_ns;
	}
	return next_ns;
}
