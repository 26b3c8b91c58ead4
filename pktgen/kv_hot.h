/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a key is found, and how a plain request, UDP in IPv4 without tags and
 * options, becomes its answer by the word. Private to kv.c, engine_kv.c and
 * tests.
 */
#ifndef PKTGEN_KV_HOT_H
#define PKTGEN_KV_HOT_H

#include "net/csum.h"
#include "net/proto.h"
#include "pktgen/kv.h"
#include "pktgen/turn_alike.h"

#define KV_HASH 0x9e3779b97f4a7c15ull

/* The first 8 of a key's bytes, behind which 8 more can be read. */
static inline uint64_t kv_word(const uint8_t *key, size_t len)
{
	const uint64_t v = turn_load64(key);

	return likely(len < 8) ? v & ~(UINT64_MAX << 8 * len) : v;
}

/* Where a search for it begins. */
static inline uint32_t kv_begin(const struct kv *kv, const uint8_t *key,
				size_t len, uint64_t word)
{
	uint64_t hash = word * KV_HASH;

	for (size_t at = 8; unlikely(at < len); at += 8) {
		const size_t from = at + 8 <= len ? at : len - 8;

		hash = (hash ^ hash >> 32 ^ turn_load64(key + from)) * KV_HASH;
	}
	return (uint32_t)(hash >> kv->shift);
}

#define KV_KEY_AT 6 /* in a record's text, behind "VALUE " */

/* What it has of a key; the one at 0, where there is none, has no key. */
static inline const struct kv_record *kv_at(const struct kv *kv, uint32_t at)
{
	return (const void *)(kv->mem + (size_t)at * 8);
}

/* A key of 1 to 8 bytes, which are read. */
static inline const struct kv_record *kv_look_short(const struct kv *kv,
						    const uint8_t *key,
						    unsigned len)
{
	const uint64_t word =
		turn_load64(key) & UINT64_MAX >> (-(8 * len) & 63);
	uint64_t i = word * KV_HASH >> kv->shift;

	for (;; i = (i + 1) & kv->mask) {
		const struct kv_record *r = kv_at(kv, kv->slot[i]);

		if (likely(!((r->word ^ word) | (r->key_len ^ len))))
			return r;
		if (r == kv_at(kv, 0))
			return NULL;
	}
}

#define KV_UDP_AT (ETH_HLEN + 20)
#define KV_HEAD_AT (KV_UDP_AT + 8)
#define KV_TEXT_AT (KV_HEAD_AT + KV_HEAD_LEN)
#define KV_PLAIN_KEY_AT (KV_TEXT_AT + KV_GET_LEN)
#define KV_GET "get "
#define KV_GET_LEN 4
#define KV_LINE_LEN 2 /* its end */
/* A request's length behind IPv4, without its key. */
#define KV_LEAST (8 + KV_HEAD_LEN + KV_GET_LEN + KV_LINE_LEN)

static inline uint16_t kv_load16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline void kv_store16(void *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* Of a text, none of which is shorter; up to 7 bytes more are written. */
#define KV_TEXT_MIN 20
static inline void kv_copy(uint8_t *to, const char *from, size_t len)
{
	const uint8_t *const p = (const uint8_t *)from;

	_Static_assert(KV_TEXT_MIN + 7 >= 24, "what is written at least");
	turn_store64(to, turn_load64(p));
	turn_store64(to + 8, turn_load64(p + 8));
	turn_store64(to + 16, turn_load64(p + 16));
	for (size_t i = 24; i < len; i += 8)
		turn_store64(to + i, turn_load64(p + i));
}

/* The bits of IPv4 behind its length and number, to be UDP in one piece. */
#define KV_PACKET 0xff00ff3fu

/*
 * Whether it is a request as it came, whose MAC addresses and IPv4 header up to
 * the length have been looked at, of one key and on one line, as all are that a
 * generator sends; no, where `other` is not 0. All is compared at once, as an
 * emulated CPU is slow where it has to branch.
 */
static inline bool kv_plain(const uint8_t *frame, size_t len, uint64_t other,
			    unsigned *key_len)
{
	static const uint8_t one[8] = "\0\1\0\0" KV_GET;
	const uint64_t packet = turn_load64(frame + TURN_WORD_AT);
	const uint64_t udp = turn_load64(frame + KV_UDP_AT + 4);
	const uint64_t ip_len = net16((uint16_t)packet);
	const uint64_t key = (uint64_t)net16((uint16_t)udp) - KV_LEAST;

	other |= ((uint32_t)(packet >> 32) ^ (uint32_t)IP_PROTO_UDP << 24) &
		 KV_PACKET;
	other |= ip_len ^ (key + KV_LEAST + 20);
	other |= turn_load32(frame + KV_UDP_AT) >> 16 ^ net16(KV_PORT);
	/* It is the first datagram of one. */
	other |= udp >> 48;
	other |= turn_load64(frame + KV_HEAD_AT + 4) ^ turn_load64(one);
	/* None of them is negative. */
	other |= ((key - 1) | (KV_KEY_MAX - key) | (len - ETH_HLEN - ip_len)) >>
		 63;
	*key_len = (unsigned)key;
	return likely(!other) && likely(kv_load16(frame + KV_PLAIN_KEY_AT +
						  key) == kv_load16("\r\n"));
}

/* A number less by another, as checksums are (RFC 1624, eqn. 4). */
static inline uint16_t kv_less(uint16_t sum, uint16_t by)
{
	return (uint16_t)(sum - by - (sum < by));
}

/* The same of one that may be absent: see csum_end_not_zero(). */
static inline uint16_t kv_less_not_zero(uint16_t sum, uint16_t by)
{
	return (uint16_t)(kv_less((uint16_t)(sum - 1), by) + 1);
}

/* A word that is added to what a checksum is of. */
static inline void kv_change(uint8_t *csum, uint16_t by)
{
	kv_store16(csum, kv_less(kv_load16(csum), by));
}

/* What kv_plain_miss() has in place of a request's length and text. */
#define KV_MISS_LEN (8 + KV_HEAD_LEN + KV_END_LEN)

/* Makes it the answer that there is no such key; returns the frame's bytes. */
static inline unsigned kv_plain_miss(uint8_t *frame, unsigned key_len)
{
	static const uint8_t end[8] = KV_END;
	uint8_t *const udp = frame + KV_UDP_AT, *const text =
							frame + KV_TEXT_AT;
	const unsigned asked = KV_LEAST + key_len;
	const uint16_t sum = kv_load16(udp + 6);
	uint32_t was;

	was = net16((uint16_t)(asked + 20));
	kv_store16(frame + ETH_HLEN + 2, net16(KV_MISS_LEN + 20));
	kv_change(
		frame + ETH_HLEN + 10,
		(uint16_t)csum_fold(net16(KV_MISS_LEN + 20) + (was ^ 0xffff)));
	kv_store16(udp + 4, net16(KV_MISS_LEN));
	if (likely(sum)) {
		was = csum_fold(csum_add(2 * (uint32_t)net16((uint16_t)asked),
					 text, asked - 8 - KV_HEAD_LEN));
		kv_store16(udp + 6,
			   csum_end_not_zero(csum_without(sum, was) +
					     2 * net16(KV_MISS_LEN) +
					     csum_of64(turn_load64(end))));
	}
	turn_store64(text, turn_load64(end));
	kv_store16(text + 8, 0);
	_Static_assert(KV_TEXT_AT + 10 == ETH_MIN_SIZE - ETH_FCS_LEN,
		       "what is behind it is zero");
	return KV_TEXT_AT + 10;
}

/* Makes it the answer; returns the frame's bytes. */
static inline unsigned kv_plain_put(uint8_t *frame, const struct kv_record *r)
{
	uint8_t *const udp = frame + KV_UDP_AT;
	const uint16_t sum = kv_load16(udp + 6);

	kv_store16(frame + ETH_HLEN + 2, r->ip_len);
	kv_change(frame + ETH_HLEN + 10, r->ip_change);
	kv_store16(udp + 4, r->udp_len);
	/* One of 0 says that there is none. */
	if (likely(sum))
		kv_store16(udp + 6, kv_less_not_zero(sum, r->udp_change));
	kv_copy(frame + KV_TEXT_AT, r->text, r->text_len);
	return (unsigned)KV_TEXT_AT + r->text_len;
}

#endif /* PKTGEN_KV_HOT_H */
