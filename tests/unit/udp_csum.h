/* SPDX-License-Identifier: BSD-3-Clause */
/* A UDP checksum over IPv4 as RFC 768 has it, for frames that tests make. */
#ifndef TESTS_UDP_CSUM_H
#define TESTS_UDP_CSUM_H

#include "net/csum.h"
#include "net/proto.h"

/* `len` bytes with the header, its checksum 0; addresses in network order. */
static inline uint16_t csum_udp4(uint32_t src, uint32_t dst, const void *udp,
				 uint16_t len)
{
	const uint32_t addresses[2] = {src, dst};
	const uint16_t tail[2] = {net16(IP_PROTO_UDP), net16(len)};
	uint32_t sum = csum_add(0, addresses, sizeof(addresses));
	uint16_t csum;

	sum = csum_add(csum_add(sum, tail, sizeof(tail)), udp, len);
	csum = csum_end(sum);
	return csum ? csum : UINT16_MAX;
}

#endif /* TESTS_UDP_CSUM_H */
