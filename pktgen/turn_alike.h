/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Turns frames that are as the one before but for their IP addresses and ports,
 * without a look at what has been seen of that one; see turn.h. Private to
 * engine_reflect.c and tests.
 */
#ifndef PKTGEN_TURN_ALIKE_H
#define PKTGEN_TURN_ALIKE_H

#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/essentials.h>

#include "pktgen/turn.h"

static inline uint64_t turn_load64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t turn_load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void turn_store64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void turn_store32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* Of a frame of IPv4: where 8 bytes end before TOS. */
#define TURN_HEAD_AT 7
/* Of bytes 16 to 23: length, offset of a fragment, and protocol. */
#define TURN_WORD 0xff00ff1f0000ffffull
/* The same without the length. */
#define TURN_PACKET 0xff00ff1f00000000ull
/* Of the addresses, the first byte of each. */
#define TURN_NETS 0x000000ff000000ffull
#define TURN_IPV4_AT ETH_HLEN
#define TURN_WORD_AT (TURN_IPV4_AT + 2)
#define TURN_ADDRS_AT (TURN_IPV4_AT + 12)
#define TURN_PORTS_AT (TURN_IPV4_AT + 20)
#define TURN_PORTS_LEN 4

/* Those of hosts: no group's, nobody's, no loopback. */
static inline bool turn_are_hosts(uint64_t ips)
{
	const uint8_t a = (uint8_t)ips, b = (uint8_t)(ips >> 32);

	return a && b && a < 224 && b < 224 && a != 127 && b != 127;
}

/* Whether its length, as the header says it, is that of ports at least. */
static inline bool turn_is_whole(const uint8_t *frame, size_t len)
{
	const struct ipv4_hdr *ip = (const void *)(frame + TURN_IPV4_AT);
	const size_t least = sizeof(*ip) + TURN_PORTS_LEN;

	return (size_t)net16(ip->total_len) - least <=
	       len - TURN_IPV4_AT - least;
}

/* Swaps what is known to be there. */
static inline void turn_words(uint8_t *frame, uint64_t ips,
			      const struct turn_known *k)
{
	const uint32_t ports = turn_load32(frame + TURN_PORTS_AT);

	turn_store64(frame, k->to_macs);
	turn_store32(frame + 8, k->to_head);
	turn_store64(frame + TURN_ADDRS_AT, ips >> 32 | ips << 32);
	turn_store32(frame + TURN_PORTS_AT, ports >> 16 | ports << 16);
}

/* Whether it has other MAC addresses, or is no IPv4 without options. */
static inline uint64_t turn_differs(const uint8_t *frame,
				    const struct turn_known *k)
{
	return (turn_load64(frame) ^ k->macs) |
	       (turn_load64(frame + TURN_HEAD_AT) ^ k->head);
}

/*
 * What turn_frame() would do is known of the last plain frame, UDP or TCP in
 * IPv4 without options, and is the same for those that have its MAC addresses:
 * these are turned by the word.
 */
static inline bool turn_alike(uint8_t *frame, size_t len,
			      const struct turn_known *k)
{
	uint64_t ips;

	if (unlikely(len < UDP4_HEADERS || turn_load64(frame) != k->macs ||
		     turn_load64(frame + TURN_HEAD_AT) != k->head ||
		     ((turn_load64(frame + TURN_WORD_AT) ^ k->word) &
		      TURN_PACKET) ||
		     !turn_is_whole(frame, len)))
		return false;
	ips = turn_load64(frame + TURN_ADDRS_AT);
	if (unlikely((ips & TURN_NETS) != k->nets) && !turn_are_hosts(ips))
		return false;
	turn_words(frame, ips, k);
	return true;
}

/*
 * The same of those that are as long, too, and have addresses of the same nets:
 * all is compared at once, as an emulated CPU is slow where it has to branch.
 * `other` is not 0 where the frame is another for a reason of the caller's. It
 * lies in a buffer of TURN_ROOM bytes at least.
 */
#define TURN_ROOM UDP4_HEADERS
static inline bool turn_same(uint8_t *frame, size_t len, uint64_t other,
			     const struct turn_known *k)
{
	const uint64_t ips = turn_load64(frame + TURN_ADDRS_AT);

	other |= turn_differs(frame, k) | (len ^ k->len);
	other |= (turn_load64(frame + TURN_WORD_AT) ^ k->word) & TURN_WORD;
	other |= (ips ^ k->nets) & TURN_NETS;
	if (unlikely(other))
		return false;
	turn_words(frame, ips, k);
	return true;
}

/* As it came, to be known if it is plain and was turned. */
static inline bool turn_note(const uint8_t *frame, size_t len,
			     struct turn_known *k)
{
	const struct ipv4_hdr *ip = (const void *)(frame + TURN_IPV4_AT);

	if (len < UDP4_HEADERS ||
	    (turn_load32(frame + TURN_IPV4_AT - 2) & 0xffffff) != 0x450008 ||
	    (ip->proto != IP_PROTO_UDP && ip->proto != IP_PROTO_TCP))
		return false;
	k->macs = turn_load64(frame);
	k->head = turn_load64(frame + TURN_HEAD_AT);
	k->word = turn_load64(frame + TURN_WORD_AT) & TURN_WORD;
	k->len = (uint32_t)len;
	k->nets = turn_load64(frame + TURN_ADDRS_AT) & TURN_NETS;
	/* Ports are in the first fragment, and behind it. */
	return !(k->word >> 32 & 0xffff) && turn_are_hosts(k->nets);
}

/* It was noted as it came, and turned by turn_frame(). */
static inline void turn_know(const uint8_t *frame, struct turn_known *k)
{
	k->to_macs = turn_load64(frame);
	k->to_head = turn_load32(frame + 8);
}

/* It was turned by turn_alike(), and has others like it. */
static inline void turn_know_again(const uint8_t *frame, size_t len,
				   struct turn_known *k)
{
	const uint64_t ips = turn_load64(frame + TURN_ADDRS_AT);

	k->word = turn_load64(frame + TURN_WORD_AT) & TURN_WORD;
	k->nets = (ips >> 32 | ips << 32) & TURN_NETS;
	k->len = (uint32_t)len;
}

#endif /* PKTGEN_TURN_ALIKE_H */
