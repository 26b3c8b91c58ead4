/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/kinds.h"

#include <stdbool.h>
#include <string.h>
#include <uk/essentials.h>

#include "net/csum.h"
#include "net/proto.h"

#define TAGS_MAX 4
#define TAG_LEN 4
#define FRAGMENT_OR_MORE 0x3fff
#define PROTO_ICMP 1
#define PROTO_TCP 6
#define PROTO_ICMP6 58

static enum kind cast_of(const uint8_t *dst)
{
	static const uint8_t all[ETH_ALEN] = {255, 255, 255, 255, 255, 255};

	if (!(dst[0] & 1))
		return KIND_unicast;
	return memcmp(dst, all, ETH_ALEN) ? KIND_multicast : KIND_broadcast;
}

/* `size` has the FCS. */
static enum kind size_of(unsigned size)
{
	static const uint16_t last[] = {63, 64, 127, 255, 511, 1023, 1518};
	unsigned i = 0;

	while (i < ARRAY_SIZE(last) && size > last[i])
		i++;
	return (enum kind)(KIND_size_runt + i);
}

static uint16_t load16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool is_tag(unsigned type)
{
	return type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ ||
	       type == ETH_TYPE_VLAN_9100;
}

static enum kind kind_of(unsigned type)
{
	switch (type) {
	case 0x0806:
		return KIND_arp;
	case ETH_TYPE_IPV4:
		return KIND_ipv4;
	case ETH_TYPE_IPV6:
		return KIND_ipv6;
	default:
		return KIND_other;
	}
}

/* `sum` is that of the pseudo header, of ICMP 0. */
static void check_above_ip(struct kinds *k, unsigned proto, const uint8_t *p,
			   size_t len, uint32_t sum, bool ipv6)
{
	if (proto == PROTO_ICMP)
		sum = 0;
	else if (proto != PROTO_TCP && proto != IP_PROTO_UDP &&
		 !(proto == PROTO_ICMP6 && ipv6))
		return;
	/* None was made: RFC 768 allows that over IPv4. */
	if (proto == IP_PROTO_UDP && !ipv6 && len >= 8 && !load16(p + 6))
		return;
	if (csum_fold(csum_add(sum, p, len)) != UINT16_MAX)
		k->count[KIND_bad_checksum]++;
}

static void check_ipv4(struct kinds *k, const uint8_t *p, size_t len)
{
	const size_t head = (p[0] & 15u) * 4;
	const size_t total = len >= head && head > 4 ? load16(p + 2) : 0;

	if (head < sizeof(struct ipv4_hdr) || head > len)
		return;
	if (csum_fold(csum_add(0, p, head)) != UINT16_MAX) {
		k->count[KIND_bad_ipv4_checksum]++;
		return;
	}
	/* Of what is not all here nobody can tell. */
	if (total < head || total > len || load16(p + 6) & FRAGMENT_OR_MORE)
		return;
	check_above_ip(k, p[9], p + head, total - head,
		       csum_add(csum_pseudo(p[9], total - head), p + 12,
				2 * IPV4_ALEN),
		       false);
}

/* Behind extension headers nothing is checked. */
static void check_ipv6(struct kinds *k, const uint8_t *p, size_t len)
{
	const size_t head = sizeof(struct ipv6_hdr);
	const size_t rest = len >= head ? load16(p + 4) : SIZE_MAX;

	if (rest == SIZE_MAX || rest > len - head || p[6] == PROTO_ICMP)
		return;
	check_above_ip(k, p[6], p + head, rest,
		       csum_add(csum_pseudo(p[6], rest), p + 8, 2 * IPV6_ALEN),
		       true);
}

static void see(struct kinds *k, const struct uk_netbuf *nb, bool checks)
{
	const uint8_t *const frame = nb->data;
	unsigned len = nb->len, at = ETH_HLEN - 2, type;
	enum kind kind;

	for (const struct uk_netbuf *n = nb->next; n; n = n->next)
		len += n->len;
	k->frames++;
	k->count[size_of(len + ETH_FCS_LEN)]++;
	if (nb->len < ETH_HLEN)
		return;
	k->count[cast_of(frame)]++;
	type = load16(frame + at);
	if (is_tag(type))
		k->count[KIND_vlan]++;
	for (unsigned i = 0;
	     i < TAGS_MAX && is_tag(type) && at + TAG_LEN + 2 <= nb->len; i++) {
		at += TAG_LEN;
		type = load16(frame + at);
	}
	kind = kind_of(type);
	k->count[kind]++;
	if (!checks || nb->next)
		return;
	at += 2;
	if (kind == KIND_ipv4 && nb->len > at)
		check_ipv4(k, frame + at, nb->len - at);
	else if (kind == KIND_ipv6)
		check_ipv6(k, frame + at, nb->len - at);
}

void kinds_see(struct kinds *k, struct uk_netbuf *const pkts[], unsigned n,
	       enum kinds_how how)
{
	for (unsigned i = 0; i < n; i++)
		see(k, pkts[i], how >= KINDS_CHECKSUMS);
}
