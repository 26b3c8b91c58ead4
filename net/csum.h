/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Internet checksum (RFC 1071). Sums are carried unfolded, so that parts
 * that follow each other can be added up; every part but the last has an even
 * length.
 */
#ifndef NET_CSUM_H
#define NET_CSUM_H

#include <stddef.h>
#include <stdint.h>

#include "net/proto.h"

/* Adds `len` bytes to `sum`. */
uint32_t csum_add(uint32_t sum, const void *data, size_t len);

/* The checksum to store, network byte order. */
uint16_t csum_fold(uint32_t sum);

/*
 * UDP over IPv4 (RFC 768): pseudo header, UDP header with its checksum field 0
 * and `len` bytes in all. Addresses in network byte order. Never 0, since that
 * means "no checksum".
 */
uint16_t csum_udp4(uint32_t src, uint32_t dst, const void *udp, uint16_t len);

/* UDP over IPv6 (RFC 8200, section 8.1), which asks for it in every packet. */
uint16_t csum_udp6(const uint8_t src[IPV6_ALEN], const uint8_t dst[IPV6_ALEN],
		   const void *udp, uint16_t len);

#endif /* NET_CSUM_H */
