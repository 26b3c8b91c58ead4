/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Internet checksum (RFC 1071), and what changes it (RFC 1624): all folds
 * there are. Sums are of 16-bit words as they lie in memory, and are carried
 * unfolded, below 2^31, so that parts that follow each other can be added up;
 * every part but the last has an even length. In the other byte order a sum is
 * as good (RFC 1071, 2(B)).
 */
#ifndef NET_CSUM_H
#define NET_CSUM_H

#include <stddef.h>
#include <stdint.h>

#define CSUM_INLINE static inline __attribute__((always_inline))

/* Adds `len` bytes to `sum`. */
uint32_t csum_add(uint32_t sum, const void *data, size_t len);

/* In 0..0xffff; 0 of 0 alone. */
CSUM_INLINE uint32_t csum_fold(uint32_t sum)
{
	return (sum + (sum << 16 | sum >> 16)) >> 16;
}

/* The checksum to store. */
CSUM_INLINE uint16_t csum_end(uint32_t sum)
{
	return (uint16_t)~csum_fold(sum);
}

/*
 * The same of a checksum that may be absent, which 0 says (RFC 768): it is that
 * of 0xffff, which one more and one less turns into 0.
 */
CSUM_INLINE uint16_t csum_end_not_zero(uint32_t sum)
{
	return (uint16_t)-csum_fold(sum + 1);
}

/* The sum of a number's words. */
CSUM_INLINE uint32_t csum_of32(uint32_t v)
{
	return (v & UINT16_MAX) + (v >> 16);
}

CSUM_INLINE uint32_t csum_of64(uint64_t v)
{
	return (uint16_t)v + (uint32_t)(uint16_t)(v >> 16) +
	       (uint16_t)(v >> 32) + (uint16_t)(v >> 48);
}

/* A folded sum in the other byte order: also that of an odd address. */
CSUM_INLINE uint32_t csum_swap(uint32_t sum)
{
	return __builtin_bswap16((uint16_t)sum);
}

/*
 * The sum of all that a stored checksum covers but for `out`, which is folded.
 * In 1..0xffff: 0xffff stands for 0, as no header is all 0.
 */
CSUM_INLINE uint16_t csum_without(uint16_t csum, uint32_t out)
{
	const uint32_t sum = csum_fold((uint16_t)~csum + (out ^ 0xffff));

	return sum ? (uint16_t)sum : UINT16_MAX;
}

/* What an IP pseudo header adds besides the addresses. */
CSUM_INLINE uint32_t csum_pseudo(uint8_t ip_proto, size_t len)
{
	return __builtin_bswap16(ip_proto) +
	       (uint32_t)__builtin_bswap16((uint16_t)len);
}

#endif /* NET_CSUM_H */
