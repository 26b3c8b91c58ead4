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

static inline const struct kv_record *kv_look(const struct kv *kv,
					      const uint8_t *key, size_t len)
{
	const uint64_t word = kv_word(key, len);
	const uint32_t mask = (uint32_t)(UINT64_MAX >> kv->shift);
	uint32_t i = kv_begin(kv, key, len, word), at;

	for (; (at = kv->slot[i]) != 0; i = (i + 1) & mask) {
		const struct kv_record *r =
			(const void *)(kv->mem + (size_t)at * 8);

		if (likely(r->word == word && r->key_len == len) &&
		    (likely(len <= 8) ||
		     !memcmp(r->text + KV_KEY_AT, key, len)))
			return r;
	}
	return NULL;
}

#define KV_UDP_AT (ETH_HLEN + 20)
#define KV_HEAD_AT (KV_UDP_AT + 8)
#define KV_TEXT_AT (KV_HEAD_AT + KV_HEAD_LEN)
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

/* Up to 7 bytes more than `len` are written. */
static inline void kv_copy(uint8_t *to, const char *from, size_t len)
{
	for (size_t i = 0; i < len; i += 8)
		turn_store64(to + i, turn_load64((const uint8_t *)from + i));
}

/*
 * A frame that turn_alike() turned, of one key and on one line, as all are that
 * a generator sends: the answer's record. NULL: it is another, and *len is 0,
 * or there is no key of *len bytes that are these.
 */
static inline const struct kv_record *kv_plain(const struct kv *kv,
					       const uint8_t *frame,
					       unsigned *len)
{
	const unsigned udp_len = net16(kv_load16(frame + KV_UDP_AT + 4));
	const unsigned ip_len = net16(kv_load16(frame + ETH_HLEN + 2));
	const unsigned key_len = udp_len - KV_LEAST;
	const uint8_t *const key = frame + KV_TEXT_AT + KV_GET_LEN;

	if (unlikely(frame[ETH_HLEN + 9] != IP_PROTO_UDP ||
		     ip_len != udp_len + 20 || key_len - 1 >= KV_KEY_MAX ||
		     kv_load16(frame + KV_UDP_AT) != net16(KV_PORT) ||
		     turn_load64(frame + KV_HEAD_AT) >> 16 != (uint64_t)net16(1)
								      << 16 ||
		     turn_load32(frame + KV_TEXT_AT) !=
			     turn_load32((const uint8_t *)KV_GET) ||
		     kv_load16(key + key_len) != kv_load16("\r\n")))
		return NULL;
	*len = key_len;
	return kv_look(kv, key, key_len);
}

/* A word that is added to what a checksum is of. */
static inline void kv_change(uint8_t *csum, uint16_t by)
{
	kv_store16(csum, csum_end((uint32_t)(uint16_t)~kv_load16(csum) + by));
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
		kv_store16(udp + 6, csum_end_not_zero((uint32_t)(uint16_t)~sum +
						      r->udp_change));
	kv_copy(frame + KV_TEXT_AT, r->text, r->text_len);
	return (unsigned)KV_TEXT_AT + r->text_len;
}

#endif /* PKTGEN_KV_HOT_H */
