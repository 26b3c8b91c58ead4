/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The signature of a measured frame: the last 18 bytes of its payload, that
 * is of its innermost packet; padding may follow. Network byte order, no
 * alignment:
 *
 *   offset  bytes
 *        0      3  magic and version, SIGNATURE_MAGIC
 *        3      2  sender: appliance, 10 bits, and port, 6 bits
 *        5      5  sequence number within the run, from 0, modulo 2^40
 *       10      8  stamp: stream, 14 bits; run, 10 bits; and send time, 40
 *                  bits: ns on the sender's clock, modulo 18 minutes
 *
 * It is part of what the UDP checksum covers, and it just fits an IPv4/UDP
 * frame of size 64. A frame of random payload has the magic, a given sender and
 * a given run with a chance of 2^-50.
 *
 * What changes from one frame of a burst to the next are its bytes 8 and 9; the
 * stamp is the burst's.
 *
 * Plain C without dependencies: appliance, tests and bench share it.
 */
#ifndef MEASURE_SIGNATURE_H
#define MEASURE_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define SIGNATURE_LEN 18         /* bytes */
#define SIGNATURE_MAGIC 0xb5c126 /* 0xb5c1, version 2, and what is left */
#define SIGNATURE_SEQ_MASK 0xffffffffffull
#define SIGNATURE_TIME_MASK 0xffffffffffull
#define SIGNATURE_STREAMS 16384
#define SIGNATURE_RUNS 1024
#define SIGNATURE_APPLIANCES 1024
#define SIGNATURE_PORTS 64

struct signature {
	uint16_t sender; /* appliance * SIGNATURE_PORTS + port */
	uint16_t stream, run;
	uint64_t seq;
	uint64_t time_ns;
};

/* Its last 8 bytes as a number; the time is added by signature_stamp_at(). */
static inline uint64_t signature_stamp(unsigned stream, unsigned run)
{
	return (uint64_t)(stream % SIGNATURE_STREAMS) << 50 |
	       (uint64_t)(run % SIGNATURE_RUNS) << 40;
}

static inline uint64_t signature_stamp_at(uint64_t stamp, uint64_t now_ns)
{
	return stamp | (now_ns & SIGNATURE_TIME_MASK);
}

static inline uint64_t signature_stamp_of(const struct signature *s)
{
	return signature_stamp_at(signature_stamp(s->stream, s->run),
				  s->time_ns);
}

/* Its first 8 bytes as a number. */
static inline uint64_t signature_head(uint16_t sender, uint64_t seq)
{
	return (uint64_t)SIGNATURE_MAGIC << 40 | (uint64_t)sender << 24 |
	       (seq & SIGNATURE_SEQ_MASK) >> 16;
}

/* Its bytes 2 to 9 as a number: adding one makes that of the next frame. */
static inline uint64_t signature_middle(uint64_t sender, uint64_t seq)
{
	return (uint64_t)(SIGNATURE_MAGIC & 0xff) << 56 | sender << 40 |
	       (seq & SIGNATURE_SEQ_MASK);
}

/* Writes SIGNATURE_LEN bytes. */
static inline void signature_write(uint8_t *p, uint16_t sender, uint64_t seq,
				   uint64_t stamp)
{
	const uint64_t head = __builtin_bswap64(signature_head(sender, seq));
	const uint16_t seq_low = __builtin_bswap16((uint16_t)seq);

	stamp = __builtin_bswap64(stamp);
	memcpy(p, &head, sizeof(head));
	memcpy(p + 8, &seq_low, sizeof(seq_low));
	memcpy(p + 10, &stamp, sizeof(stamp));
}

/* The same; of each member as many of the lower bits as there is room for. */
static inline void signature_put(uint8_t *p, const struct signature *s)
{
	signature_write(p, s->sender, s->seq, signature_stamp_of(s));
}

/* Reads SIGNATURE_LEN bytes. False when they are no signature; *s is unset. */
static inline bool signature_get(const uint8_t *p, struct signature *s)
{
	uint64_t head, stamp;
	uint16_t seq_low;

	memcpy(&head, p, sizeof(head));
	head = __builtin_bswap64(head);
	if (head >> 40 != SIGNATURE_MAGIC)
		return false;
	memcpy(&seq_low, p + 8, sizeof(seq_low));
	memcpy(&stamp, p + 10, sizeof(stamp));
	stamp = __builtin_bswap64(stamp);
	s->sender = (uint16_t)(head >> 24);
	s->stream = (uint16_t)(stamp >> 50);
	s->run = stamp >> 40 & (SIGNATURE_RUNS - 1);
	s->seq = (head & 0xffffff) << 16 | __builtin_bswap16(seq_low);
	s->time_ns = stamp & SIGNATURE_TIME_MASK;
	return true;
}

#endif /* MEASURE_SIGNATURE_H */
