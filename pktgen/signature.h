/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The signature of a measured frame: the last 18 bytes of its payload, that
 * is of its IP packet; padding may follow. Network byte order, no alignment:
 *
 *   offset  bytes
 *        0      2  magic and version, SIGNATURE_MAGIC
 *        2      2  stream, 0..65535
 *        4      6  sequence number within the stream, from 0, modulo 2^48
 *       10      8  send time in ns, on the sender's clock
 *
 * It is part of what the UDP checksum covers, and it just fits an IPv4/UDP
 * frame of size 64. A receiver knows a signed frame by its magic alone, so one
 * unsigned frame of random payload in 65,536 is taken for a signed one.
 *
 * Plain C without dependencies: appliance, tests and bench share it.
 */
#ifndef PKTGEN_SIGNATURE_H
#define PKTGEN_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SIGNATURE_LEN 18       /* bytes */
#define SIGNATURE_MAGIC 0xb5c1 /* 0xb5c, version 1 */
#define SIGNATURE_SEQ_MASK 0xffffffffffffull

struct signature {
	uint16_t stream;
	uint64_t seq;
	uint64_t time_ns;
};

/* Writes SIGNATURE_LEN bytes; of the sequence number the lower 48 bits. */
static inline void signature_put(uint8_t *p, const struct signature *s)
{
	const uint64_t head = __builtin_bswap64(
		(uint64_t)SIGNATURE_MAGIC << 48 | (uint64_t)s->stream << 32 |
		(s->seq & SIGNATURE_SEQ_MASK) >> 16);
	const uint16_t seq_low = __builtin_bswap16((uint16_t)s->seq);
	const uint64_t time = __builtin_bswap64(s->time_ns);

	memcpy(p, &head, sizeof(head));
	memcpy(p + 8, &seq_low, sizeof(seq_low));
	memcpy(p + 10, &time, sizeof(time));
}

/* Reads SIGNATURE_LEN bytes. False when they are no signature; *s is unset. */
static inline bool signature_get(const uint8_t *p, struct signature *s)
{
	uint64_t head, time;
	uint16_t seq_low;

	memcpy(&head, p, sizeof(head));
	head = __builtin_bswap64(head);
	if (head >> 48 != SIGNATURE_MAGIC)
		return false;
	memcpy(&seq_low, p + 8, sizeof(seq_low));
	memcpy(&time, p + 10, sizeof(time));
	s->stream = (uint16_t)(head >> 32);
	s->seq = (head & 0xffffffff) << 16 | __builtin_bswap16(seq_low);
	s->time_ns = __builtin_bswap64(time);
	return true;
}

#endif /* PKTGEN_SIGNATURE_H */
