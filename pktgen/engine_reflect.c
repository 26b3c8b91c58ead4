/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sends what was received back where it came from: the netbuf itself, its
 * addresses and ports swapped, which changes no checksum.
 */
#include <string.h>

#include "pktgen/engine.h"

#define IP_PROTO_TCP 6
#define IPV4_FRAGMENT_OFFSET 0x1fff

static void swap(uint8_t *a, uint8_t *b, size_t len)
{
	uint8_t t[IPV6_ALEN];

	memcpy(t, a, len);
	memcpy(a, b, len);
	memcpy(b, t, len);
}

static void swap_ports(uint8_t *p, const uint8_t *end, uint8_t proto)
{
	if ((proto == IP_PROTO_UDP || proto == IP_PROTO_TCP) && end - p >= 4)
		swap(p, p + 2, 2);
}

static void turn_ipv4(uint8_t *p, const uint8_t *end)
{
	struct ipv4_hdr *ip = (void *)p;

	if ((size_t)(end - p) < sizeof(*ip))
		return;
	swap((uint8_t *)&ip->src, (uint8_t *)&ip->dst, IPV4_ALEN);
	/* Ports stand in the first fragment alone, behind the options. */
	p += (ip->version_ihl & 15) * 4;
	if (!(ip->frag & net16(IPV4_FRAGMENT_OFFSET)) && p < end &&
	    p >= (uint8_t *)(ip + 1))
		swap_ports(p, end, ip->proto);
}

static void turn_ipv6(uint8_t *p, const uint8_t *end)
{
	struct ipv6_hdr *ip = (void *)p;

	if ((size_t)(end - p) < sizeof(*ip))
		return;
	swap(ip->src, ip->dst, IPV6_ALEN);
	swap_ports((uint8_t *)(ip + 1), end, ip->next_header);
}

/* Frames are at least an Ethernet header long. */
static void turn(uint8_t *frame, size_t len, const uint8_t mac[ETH_ALEN])
{
	struct eth_hdr *eth = (void *)frame;

	swap(eth->dst, eth->src, ETH_ALEN);
	/* Nobody's source is a group. */
	if (unlikely(eth->src[0] & 1))
		memcpy(eth->src, mac, ETH_ALEN);
	if (likely(eth->type == net16(ETH_TYPE_IPV4)))
		turn_ipv4((uint8_t *)(eth + 1), frame + len);
	else if (eth->type == net16(ETH_TYPE_IPV6))
		turn_ipv6((uint8_t *)(eth + 1), frame + len);
}

uint64_t engine_reflect(struct worker *w, struct uk_netbuf *pkts[], unsigned n)
{
	struct frames *const f = &w->frames;
	/* What another mode left waits, and there is no place behind it. */
	const bool full = f->nb_held;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *nb = pkts[i];

		bytes += port_frame_len(nb);
		/* No device sends a chain. */
		if (unlikely(full || nb->next)) {
			w->stats.tx_dropped++;
			port_rx_free(w->port, nb);
			continue;
		}
		turn(nb->data, nb->len, w->port->mac);
		port_reflect(w->port, nb);
		frames_hold(f, nb);
	}
	if (!full && f->nb_held)
		engine_tx_flush(w);
	return bytes;
}
