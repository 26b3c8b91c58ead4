/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A table of keys and values, and what it answers to requests in memcached's
 * UDP protocol (its doc/protocol.txt): behind the UDP header 8 bytes (request,
 * number and count of datagrams, reserved), then "get KEY\r\n", with one key or
 * more. An answer has a datagram for each key that is there,
 * "VALUE KEY FLAGS BYTES\r\n...\r\n", and "END\r\n" behind the last.
 *
 * The table is filled once, and then only read. What an answer says, and what
 * that changes of lengths and checksums, is reckoned when its key is added.
 */
#ifndef PKTGEN_KV_H
#define PKTGEN_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uk/alloc.h>

#define KV_PORT 11211
#define KV_KEY_MAX 250
/* Of a datagram, without the UDP header: memcached's own limit. */
#define KV_DATAGRAM_MAX 1400
#define KV_HEAD_LEN 8
#define KV_TEXT_MAX (KV_DATAGRAM_MAX - KV_HEAD_LEN)
#define KV_END "END\r\n"
#define KV_END_LEN 5
/* Keys of a request that are answered, of all its lines. */
#define KV_ANSWERS_MAX 32

/* What is answered to a key; in memory it takes a multiple of 8 bytes. */
struct kv_record {
	uint64_t word; /* the first 8 bytes of the key, and zeros */
	uint16_t key_len, text_len;
	/*
	 * Of the answer to "get KEY\r\n" by IPv4, as they are sent; and sums
	 * of what that changes in the checksums of IP and UDP.
	 */
	uint16_t ip_len, udp_len;
	uint16_t ip_change, udp_change;
	uint32_t unused;
	char text[]; /* "VALUE KEY FLAGS BYTES\r\n...\r\nEND\r\n" */
};

struct kv {
	uint32_t *slot; /* where a record is, by 8 bytes; 0: none */
	char *mem;
	unsigned shift;    /* of a hash: 64 less the bits of a slot's number */
	uint32_t mask;     /* of a slot's number */
	uint32_t nb;       /* keys */
	unsigned longest;  /* of their texts */
	size_t used, size; /* bytes of `mem` */
	struct uk_alloc *heap;
};

/* Bytes that a record takes. */
size_t kv_record_bytes(size_t key_len, uint32_t flags, size_t value_len);

/*
 * Bytes of the answer to a key: a table takes no more than KV_TEXT_MAX.
 */
size_t kv_text_len(size_t key_len, uint32_t flags, size_t value_len);

/*
 * Room for `nb` keys whose records take `bytes` together; NULL where there is
 * not as much memory.
 */
struct kv *kv_new(uint32_t nb, size_t bytes, struct uk_alloc *a);
void kv_delete(struct kv *kv);

/*
 * Adds a key of 1..KV_KEY_MAX bytes, none of them a blank or a control
 * character; false where it is there already, or there is no room.
 */
bool kv_add(struct kv *kv, const void *key, size_t key_len, uint32_t flags,
	    const void *value, size_t value_len);

/* Bytes that all of it takes. */
size_t kv_memory(const struct kv *kv);

/* NULL: there is no such key; `kv` may be NULL. */
const struct kv_record *kv_find(const struct kv *kv, const char *key,
				size_t len);

/* The same where there is one of 1..KV_KEY_MAX bytes, and 8 more are read. */
const struct kv_record *kv_look(const struct kv *kv, const uint8_t *key,
				unsigned len);

/* ---- Answers ------------------------------------------------------------- */

struct kv_answers {
	unsigned nb; /* datagrams, each with these bytes behind its head */
	struct {
		const char *text;
		uint16_t len;
	} a[KV_ANSWERS_MAX];
	unsigned hits, misses; /* keys */
	bool malformed;        /* one says so, or there is none */
};

/* What is said to a request, which is all of a datagram behind UDP. */
void kv_answer(const struct kv *kv, const uint8_t *request, size_t len,
	       struct kv_answers *to);

/* ---- Frames -------------------------------------------------------------- */

/* Where things are in a frame. */
struct kv_frame {
	uint16_t ip, udp; /* headers */
	uint16_t len;     /* of the request: behind the UDP header */
	bool is_ipv6;
};

/*
 * Whether a frame that was turned round is a request to KV_PORT: behind tags,
 * a whole datagram of IPv4 or IPv6 without extension headers.
 */
bool kv_frame_find(const uint8_t *frame, size_t len, struct kv_frame *to);

/*
 * Makes the request the answer that says `text`: returns the frame's bytes,
 * without FCS. A checksum that was right is right, a wrong one wrong, and none
 * is none. There is room for it.
 */
size_t kv_frame_put(uint8_t *frame, const struct kv_frame *at, const char *text,
		    size_t len);

#endif /* PKTGEN_KV_H */
