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

static void turn_any(uint8_t *frame, size_t len, const uint8_t mac[ETH_ALEN])
{
	struct eth_hdr *eth = (void *)frame;

	swap(eth->dst, eth->src, ETH_ALEN);
	/* Nobody's source is a group. */
	if (eth->src[0] & 1)
		memcpy(eth->src, mac, ETH_ALEN);
	if (eth->type == net16(ETH_TYPE_IPV4))
		turn_ipv4((uint8_t *)(eth + 1), frame + len);
	else if (eth->type == net16(ETH_TYPE_IPV6))
		turn_ipv6((uint8_t *)(eth + 1), frame + len);
}

static inline uint64_t load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void store64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void store32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

/*
 * Frames are at least an Ethernet header long. Most are UDP or TCP in IPv4,
 * without options, whole and from no group: these are turned by the word, the
 * rest by turn_any().
 */
static inline void turn(uint8_t *frame, size_t len, const uint8_t mac[ETH_ALEN])
{
	const struct ipv4_hdr *ip = (void *)(frame + ETH_HLEN);
	uint64_t macs, ips;
	uint32_t rest, ports;

	/* Type, version and length of the header: one comparison. */
	if (unlikely(len < UDP4_HEADERS ||
		     (load32(frame + 12) & 0xffffff) != 0x450008 ||
		     (ip->proto != IP_PROTO_UDP && ip->proto != IP_PROTO_TCP) ||
		     ip->frag & net16(IPV4_FRAGMENT_OFFSET) || frame[0] & 1)) {
		turn_any(frame, len, mac);
		return;
	}
	macs = load64(frame);
	rest = load32(frame + 8);
	ips = load64((const uint8_t *)&ip->src);
	ports = load32((const uint8_t *)(ip + 1));
	store64(frame, macs >> 48 | (uint64_t)rest << 16 | macs << 48);
	store32(frame + 8, (uint32_t)(macs >> 16));
	store64(frame + ETH_HLEN + 12, ips >> 32 | ips << 32);
	store32(frame + ETH_HLEN + 20, ports >> 16 | ports << 16);
}

uint64_t engine_reflect(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
			uint64_t now_ns)
{
	/* What another mode left waits, and there is no place behind it. */
	const bool full = w->out.nb;
	uint64_t bytes = 0;
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *nb = pkts[i];

		bytes += port_frame_len(nb);
		/* No device sends a chain. */
		if (unlikely(full || nb->next)) {
			w->stats.tx_dropped++;
			port_rx_free(w->queue, nb);
			continue;
		}
		turn(nb->data, nb->len, w->queue->port->mac);
		pkts[kept++] = nb;
	}
	if (kept) {
		port_reflect(w->queue, pkts, kept);
		outbox_hold(&w->out, pkts, kept);
		if (unlikely(w->sender))
			engine_set_sender(w, NULL);
		/* What it takes none of is due from now on, or is dropped. */
		if (engine_tx_flush(w, now_ns) || !w->how.drops)
			w->moved_ns = now_ns;
		else
			engine_tx_watch(w, now_ns);
	}
	return bytes;
}
