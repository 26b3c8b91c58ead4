/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/check.h"

#include <stdbool.h>

#include "net/proto.h"
#include "tests/vhost/util.h"

#define ETH_TYPE_IPV6 0x86dd
#define ETH_TYPE_VLAN 0x8100 /* IEEE 802.1Q */
#define ETH_TYPE_QINQ 0x88a8 /* IEEE 802.1ad */
#define IPV6_HLEN 40
#define UDP_HLEN 8
#define FRAGMENT 0x3fff /* more of them, or an offset */

static const char *const names[FRAME_VERDICTS] = {
	[FRAME_OK] = "ok",
	[FRAME_NO_CSUM] = "no_udp_checksum",
	[FRAME_NOT_IP] = "not_ip",
	[FRAME_NOT_UDP] = "not_udp",
	[FRAME_TOO_SHORT] = "too_short",
	[FRAME_TOO_LONG] = "too_long",
	[FRAME_IPV4_CSUM] = "ipv4_checksum",
	[FRAME_IP_LEN] = "ip_length",
	[FRAME_UDP_LEN] = "udp_length",
	[FRAME_UDP_CSUM] = "udp_checksum",
};

const char *verdict_name(enum verdict v)
{
	return names[v];
}

static inline uint16_t get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The carry goes round to the lowest bit. */
static inline uint64_t add(uint64_t sum, uint64_t v)
{
	return sum + v + (sum + v < v);
}

static inline uint64_t sum_words(uint64_t sum, const uint8_t *p, size_t len)
{
	uint64_t other = 0;

	for (; len >= 32; p += 32, len -= 32) {
		sum = add(sum, get64(p));
		other = add(other, get64(p + 8));
		sum = add(sum, get64(p + 16));
		other = add(other, get64(p + 24));
	}
	for (; len >= 8; p += 8, len -= 8)
		sum = add(sum, get64(p));
	if (len & 4) {
		other = add(other, get32(p));
		p += 4;
	}
	if (len & 2) {
		other = add(other, get16(p));
		p += 2;
	}
	if (len & 1)
		other = add(other, *p);
	return add(sum, other);
}

uint64_t sum_add(uint64_t sum, const void *data, size_t len)
{
	return sum_words(sum, data, len);
}

/* UDP at `udp`, which IP says has `len` bytes; `sum` is the addresses'. */
static inline enum verdict check_udp(const uint8_t *udp, size_t len,
				     uint64_t sum, bool v6, const uint8_t **sig)
{
	enum verdict v = FRAME_OK;

	if (unlikely(len < UDP_HLEN || net16(get16(udp + 4)) != len))
		return FRAME_UDP_LEN;
	if (unlikely(!get16(udp + 6))) {
		if (v6)
			return FRAME_UDP_CSUM;
		v = FRAME_NO_CSUM;
	} else {
		/* Pseudo header: protocol and length. */
		sum = add(sum, net16(IP_PROTO_UDP));
		sum = add(sum, net16((uint16_t)len));
		if (unlikely(sum_fold(sum_words(sum, udp, len)) != 0xffff))
			return FRAME_UDP_CSUM;
	}
	if (len >= UDP_HLEN + SIGNATURE_LEN)
		*sig = udp + len - SIGNATURE_LEN;
	return v;
}

/* Padding is for frames that would be too short without it. */
static inline bool length_fits(size_t said, size_t len, size_t head)
{
	return said == len || (said < len && head + len <= FRAME_LEN_MIN);
}

/* `head` bytes are before `ip`, `len` follow. */
static inline enum verdict check_ipv4(const uint8_t *ip, size_t len,
				      size_t head, const uint8_t **sig)
{
	const size_t total = net16(get16(ip + 2)), hlen = (*ip & 15u) * 4;
	uint64_t sum;

	if (unlikely(*ip >> 4 != 4 || hlen < 20 || hlen > len))
		return FRAME_IP_LEN;
	sum = add(add(get64(ip), get64(ip + 8)), get32(ip + 16));
	if (unlikely(hlen > 20))
		sum = sum_words(sum, ip + 20, hlen - 20);
	if (unlikely(sum_fold(sum) != 0xffff))
		return FRAME_IPV4_CSUM;
	if (unlikely(total < hlen || !length_fits(total, len, head)))
		return FRAME_IP_LEN;
	if (unlikely(ip[9] != IP_PROTO_UDP || net16(get16(ip + 6)) & FRAGMENT))
		return FRAME_NOT_UDP;
	return check_udp(ip + hlen, total - hlen, get64(ip + 12), false, sig);
}

static enum verdict check_ipv6(const uint8_t *ip, size_t len, size_t head,
			       const uint8_t **sig)
{
	const size_t said = net16(get16(ip + 4));

	if (len < IPV6_HLEN || *ip >> 4 != 6 ||
	    !length_fits(IPV6_HLEN + said, len, head))
		return FRAME_IP_LEN;
	if (ip[6] != IP_PROTO_UDP)
		return FRAME_NOT_UDP;
	return check_udp(ip + IPV6_HLEN, said, sum_words(0, ip + 8, 32), true,
			 sig);
}

enum verdict frame_check(const uint8_t *frame, size_t len, const uint8_t **sig)
{
	size_t head = ETH_HLEN;
	uint16_t type;

	*sig = NULL;
	if (unlikely(len < FRAME_LEN_MIN))
		return FRAME_TOO_SHORT;
	if (unlikely(len > FRAME_LEN_MAX))
		return FRAME_TOO_LONG;
	type = net16(get16(frame + 12));
	/* Two tags at most: IPv4's 20 bytes are there in any case. */
	while (unlikely((type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ) &&
			head < ETH_HLEN + 8)) {
		type = net16(get16(frame + head + 2));
		head += 4;
	}
	if (likely(type == ETH_TYPE_IPV4))
		return check_ipv4(frame + head, len - head, head, sig);
	if (type == ETH_TYPE_IPV6)
		return check_ipv6(frame + head, len - head, head, sig);
	return FRAME_NOT_IP;
}
