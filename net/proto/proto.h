/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Protocols as data, one in a file of its own below net/proto/: its fields, its
 * length, what names it in the layer below, and how it ends, which is what
 * follows from the layers around it: lengths, the next protocol, a checksum.
 *
 * A stack is the headers of a frame, outermost first, as they are before
 * lengths and checksums are known. Pure data: no state, no allocation, not for
 * the hot path.
 */
#ifndef NET_PROTO_PROTO_H
#define NET_PROTO_PROTO_H

#include <stdbool.h>

#include "net/proto.h"

#define PROTO_FIELDS_MAX 12

struct proto_field {
	const char *name; /* NULL ends the list */
	uint16_t at;      /* bits from the header's start */
	uint16_t bits;
	bool above; /* checksums of the layer above cover it (pseudo header) */
};

struct proto {
	const char *name;
	const char *source; /* the RFC or standard that the fields are from */
	uint8_t len;        /* bytes of the header */
	/* What names it in Ethernet's header, and in IP's; 0: nothing. */
	uint16_t ether_type;
	uint8_t ip_proto;
	struct proto_field field[PROTO_FIELDS_MAX];
	/* Of a header that is all 0: what is not 0 unless it is set. */
	void (*begin)(uint8_t *h);
	/*
	 * Writes lengths and the next protocol, where the protocol has them:
	 * `len` bytes from the header's start to the frame's end. NULL: none.
	 */
	void (*end)(uint8_t *h, size_t len, const struct proto *next);
	/*
	 * The sum of the pseudo header for a layer above of `len` bytes; NULL:
	 * has none.
	 */
	uint32_t (*pseudo)(const uint8_t *h, size_t len, uint8_t ip_proto);
	/* A checksum: where, whether it covers all behind the header, too, and
	 * the pseudo header. */
	bool has_csum;
	uint8_t csum_at;
	bool csum_all;
};

enum eth_field { ETH_DST, ETH_SRC, ETH_TYPE };
enum ipv4_field {
	IPV4_VERSION,
	IPV4_IHL,
	IPV4_TOS,
	IPV4_LEN,
	IPV4_ID,
	IPV4_FLAGS,
	IPV4_OFFSET,
	IPV4_TTL,
	IPV4_PROTO,
	IPV4_CSUM,
	IPV4_SRC,
	IPV4_DST
};
enum ipv6_field {
	IPV6_VERSION,
	IPV6_CLASS,
	IPV6_FLOW,
	IPV6_LEN,
	IPV6_NEXT,
	IPV6_HOPS,
	IPV6_SRC,
	IPV6_DST
};
enum udp_field { UDP_SRC, UDP_DST, UDP_LEN, UDP_CSUM };

extern const struct proto proto_eth, proto_ipv4, proto_ipv6, proto_udp;

/* ---- Stacks ------------------------------------------------------------- */

#define STACK_LAYERS_MAX 3
#define STACK_BYTES_MAX UDP6_HEADERS

struct stack_layer {
	const struct proto *proto;
	uint16_t at; /* bytes from the frame's start */
};

struct stack {
	unsigned nb;
	uint16_t len; /* bytes of all headers */
	struct stack_layer layer[STACK_LAYERS_MAX];
	uint8_t header[STACK_BYTES_MAX];
};

/* One more layer, above those there are; returns which. */
unsigned stack_push(struct stack *st, const struct proto *proto);

/* Sets a field to a number of its width, or to bytes in network order. */
void stack_set(struct stack *st, unsigned layer, unsigned field, uint64_t v);
void stack_set_bytes(struct stack *st, unsigned layer, unsigned field,
		     const uint8_t *bytes);

/* Where the field is, in bytes from the frame's start, rounded down. */
unsigned stack_field_at(const struct stack *st, unsigned layer, unsigned field);

/* Writes the headers of a frame of `len` bytes, their checksums 0. */
void stack_put(const struct stack *st, uint8_t *frame, size_t len);

/* Writes a layer's checksum; all that it covers is there, and itself 0. */
void stack_put_csum(const struct stack *st, unsigned layer, uint8_t *frame,
		    size_t len);

/* Whether the checksum of layer `of` covers that field. */
bool stack_covers(const struct stack *st, unsigned of, unsigned layer,
		  unsigned field);

#endif /* NET_PROTO_PROTO_H */
