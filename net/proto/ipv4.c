/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "net/csum.h"
#include "net/proto/impl.h"

static void begin(uint8_t *h)
{
	/* RFC 2544, appendix C; the protocol is for experiments (RFC 3692). */
	static const uint8_t unset[] = {0x45, 0,  0,   0,  0, 0,   0x40,
					0,    64, 253, 0,  0, 198, 18,
					0,    1,  198, 18, 0, 2};

	memcpy(h, unset, sizeof(unset));
}

static void end(const struct stack *st, unsigned i, uint8_t *h, size_t len)
{
	const struct proto *next = next_of(st, i);

	h[0] = (uint8_t)((h[0] & 0xf0) | (st->layer[i].len / 4 & 15));
	put16(h + 2, len);
	if (next && next->ip_proto)
		h[9] = next->ip_proto;
}

static uint32_t pseudo(const uint8_t *h, const uint8_t *dst, size_t len,
		       uint8_t ip_proto)
{
	const struct ipv4_hdr *ip = (const void *)h;

	(void)dst;
	return csum_add(csum_pseudo(ip_proto, len), &ip->src, 2 * IPV4_ALEN);
}

static const struct proto_field fields[] = {
	[IPV4_VERSION] = {"version", "version of IP, 4", 0, 4},
	[IPV4_IHL] = {"ihl", "length of the header, in 4 bytes", 4, 4,
		      .follows = true},
	[IPV4_DSCP] = {"dscp", "class of service", 8, 6},
	[IPV4_ECN] = {"ecn", "congestion notification", 14, 2},
	[IPV4_LEN] = {"len", "length with all that is carried, in bytes", 16,
		      16, .follows = true},
	[IPV4_ID] = {"id", "identification, of fragments", 32, 16},
	[IPV4_RB] = {"rb", "reserved bit", 48, 1},
	[IPV4_DF] = {"df", "1: do not fragment", 49, 1},
	[IPV4_MF] = {"mf", "1: more fragments follow", 50, 1},
	[IPV4_OFFSET] = {"offset", "of the fragment, in 8 bytes", 51, 13},
	[IPV4_TTL] = {"ttl", "time to live, in hops", 64, 8},
	[IPV4_PROTO] = {"proto", "what is carried", 72, 8, .follows = true},
	[IPV4_CSUM] = {"checksum", "of the header", 80, 16, .follows = true},
	[IPV4_SRC] = {"src", "source address", 96, 32, PROTO_IPV4,
		      .above = true},
	[IPV4_DST] = {"dst", "destination address", 128, 32, PROTO_IPV4,
		      .above = true},
	{0},
};

const struct proto proto_ipv4 = {
	.name = "ipv4",
	.title = "IPv4",
	.source = "RFC 791, 3.1",
	.len = sizeof(struct ipv4_hdr),
	.ether_type = ETH_TYPE_IPV4,
	.field = fields,
	.tail = {"options", "options, filled up to 4 bytes", 4, 0, 40},
	.begin = begin,
	.on = on_eth,
	.end = end,
	.pseudo = pseudo,
	.csum = CSUM_HEADER_ONLY,
	.csum_at = 10,
};
