/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/csum.h"

#include <string.h>

uint32_t csum_add(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t acc = sum;
	uint16_t word;

	for (; len >= 2; p += 2, len -= 2) {
		memcpy(&word, p, 2);
		acc += word;
	}
	if (len)
		acc += *p;
	while (acc >> 32)
		acc = (acc & 0xffffffff) + (acc >> 32);
	return (uint32_t)acc;
}

uint16_t csum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* `sum` is that of the addresses. */
static uint16_t csum_udp(uint32_t sum, const void *udp, uint16_t len)
{
	const uint16_t tail[2] = {net16(IP_PROTO_UDP), net16(len)};
	uint16_t csum;

	sum = csum_add(sum, tail, sizeof(tail));
	csum = csum_fold(csum_add(sum, udp, len));
	return csum ? csum : 0xffff;
}

uint16_t csum_udp4(uint32_t src, uint32_t dst, const void *udp, uint16_t len)
{
	uint32_t sum = csum_add(0, &src, sizeof(src));

	return csum_udp(csum_add(sum, &dst, sizeof(dst)), udp, len);
}

uint16_t csum_udp6(const uint8_t src[IPV6_ALEN], const uint8_t dst[IPV6_ALEN],
		   const void *udp, uint16_t len)
{
	uint32_t sum = csum_add(0, src, IPV6_ALEN);

	return csum_udp(csum_add(sum, dst, IPV6_ALEN), udp, len);
}
