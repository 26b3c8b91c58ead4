/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Protocols as data, near relatives in a file below net/proto/: their fields,
 * their length, what names them in the layer below, and how they end, which is
 * what follows from the layers around them: lengths, the next protocol.
 *
 * `struct headers` is a stack as it is typed, outermost first: "eth/vlan/ipv4".
 * `struct stack` is the headers of a frame as they are before lengths and
 * checksums are known. Pure data: no state, no allocation, not for the hot
 * path.
 */
#ifndef NET_PROTO_PROTO_H
#define NET_PROTO_PROTO_H

#include <stdbool.h>

#include "net/proto.h"

/* How a field's value is written. */
enum proto_type { PROTO_NUMBER, PROTO_MAC, PROTO_IPV4, PROTO_IPV6 };

#define PROTO_FIELDS_MAX 32

struct proto_field {
	const char *name; /* of its RFC or of Wireshark; NULL ends the list */
	const char *help; /* one clause: "hop limit" */
	uint16_t at;      /* bits from the start of its part */
	uint8_t bits;     /* 1..128 */
	uint8_t type;     /* enum proto_type */
	uint8_t part;     /* 0: the header; N: its part[N - 1] */
	bool above;       /* checksums above cover it (pseudo header) */
	bool follows;     /* from the stack, unless it is set: a length */
	bool station;     /* who sends; one that follows is that around it */
};

/*
 * Bytes that are there only where a field of them is set, or a flag that says
 * so, such as GRE's key; they lie behind the header in this order. Of several
 * flags the protocol's end() sets those that apply.
 */
struct proto_part {
	uint8_t len;
	uint8_t flag_at, flag; /* the header's byte, and bits in it */
};

/* What may stand at a header's end: options, segments, raw bytes. */
struct proto_tail {
	const char *name; /* NULL: none */
	const char *help;
	uint8_t unit;  /* the header with it is a multiple: filled up with 0 */
	uint8_t least; /* bytes, also where it is not set: as begin() has it */
	uint8_t max;   /* bytes */
	uint8_t type;  /* PROTO_NUMBER: in hex; else a list of addresses */
	uint8_t part;  /* N: needs part[N - 1] before it; 0: none */
};

enum proto_csum {
	CSUM_NONE,
	CSUM_HEADER_ONLY,
	CSUM_ALL,
	CSUM_ALL_PSEUDO,
	CSUM_CRC32C /* RFC 9260, appendix A: four bytes, of all */
};

/* What a protocol is to those that may stand on it, a bit each. */
enum proto_is {
	IS_NOTHING = 1 << 0, /* the frame's start */
	IS_ETH = 1 << 1,     /* Ethernet, and tags */
	IS_SNAP = 1 << 2,
	IS_LLC = 1 << 3,
	IS_PPPOE = 1 << 4,
	IS_MPLS = 1 << 5,
	IS_IPV4 = 1 << 6,
	IS_IPV6 = 1 << 7,
	IS_IPV6_EXT = 1 << 8, /* IPv6's pseudo header goes through it */
	IS_UDP = 1 << 9,
	IS_GRE = 1 << 10,
	IS_GENEVE = 1 << 11,
	IS_ETH_ALONE = 1 << 12, /* VXLAN, a control word */
	IS_GTPU = 1 << 13,
	IS_RAW = 1 << 14,
	IS_LAST = 1 << 15, /* carries bytes alone */
};

#define IS_IP (IS_IPV4 | IS_IPV6 | IS_IPV6_EXT)

struct stack;

struct proto {
	const char *name;   /* as it is typed: "eth" */
	const char *title;  /* "Ethernet" */
	const char *source; /* what defines its fields: "RFC 791, 3.1" */
	uint16_t is;        /* enum proto_is; 0: nothing stands on it */
	uint16_t on;        /* bits of those that it can stand on */
	uint8_t len;        /* bytes of the header without parts and tail */
	/* What names it in IP's header, in Ethernet's, as UDP's port. */
	uint8_t ip_proto;
	uint16_t ether_type;
	uint16_t udp_port;
	const struct proto_field *field; /* ends with a NULL name */
	const struct proto_part *part;   /* ends with a len of 0; or NULL */
	struct proto_tail tail;
	/* Of a header that is all 0: what is not 0 unless it is set. */
	void (*begin)(uint8_t *h);
	/*
	 * Writes what follows for layer `i` of `st` into its header at `h`:
	 * `len` bytes from the header's start to stack_end(). NULL: none.
	 */
	void (*end)(const struct stack *st, unsigned i, uint8_t *h, size_t len);
	/*
	 * The sum of the pseudo header for a layer above of `len` bytes, with
	 * the destination `dst` instead of its own unless it is NULL. NULL: has
	 * none.
	 */
	uint32_t (*pseudo)(const uint8_t *h, const uint8_t *dst, size_t len,
			   uint8_t ip_proto);
	/*
	 * The final destination that a routing header leads to, bytes from the
	 * frame's start; 0: that of IPv6.
	 */
	unsigned (*final)(const struct stack *st, unsigned i);
	/* It ends at a multiple of that power of two; 0: anywhere. */
	uint8_t unit;
	uint8_t csum; /* enum proto_csum */
	uint8_t csum_at;
	bool csum_not_0; /* 0 says that it is absent; 0xffff is the same sum */
	/* Its checksum is 0 in IPv4 where this stands on it (VXLAN). */
	bool below_csum_0;
	bool no_payload; /* what stands behind it is padding: zeros (ARP) */
};

/* All of them, NULL at the end; a number below is an index. */
extern const struct proto *const protos[];

enum eth_field { ETH_DST, ETH_SRC, ETH_TYPE };
enum vlan_field { VLAN_PRIO, VLAN_DEI, VLAN_ID, VLAN_TYPE };
enum ipv4_field {
	IPV4_VERSION,
	IPV4_IHL,
	IPV4_DSCP,
	IPV4_ECN,
	IPV4_LEN,
	IPV4_ID,
	IPV4_RB,
	IPV4_DF,
	IPV4_MF,
	IPV4_OFFSET,
	IPV4_TTL,
	IPV4_PROTO,
	IPV4_CSUM,
	IPV4_SRC,
	IPV4_DST
};
enum ipv6_field {
	IPV6_VERSION,
	IPV6_DSCP,
	IPV6_ECN,
	IPV6_FLOW,
	IPV6_LEN,
	IPV6_NEXT,
	IPV6_HOPS,
	IPV6_SRC,
	IPV6_DST
};
enum udp_field { UDP_SRC, UDP_DST, UDP_LEN, UDP_CSUM };

extern const struct proto proto_eth, proto_vlan, proto_ipv4, proto_ipv6,
	proto_udp;

/* ---- As typed ----------------------------------------------------------- */

#define HEADERS_MAX 16

struct headers {
	uint8_t nb;
	uint8_t proto[HEADERS_MAX]; /* indexes of protos[] */
};

/*
 * Takes "eth/vlan/ipv4/udp", letters of either case. 0, or with *at the place
 * of the word at fault: -ENOENT: there is no such header, -EPROTO: it cannot
 * stand there, -E2BIG: too many; *h stays as it was.
 */
int headers_take(const char *text, struct headers *h, const char **at);

/* Holds any, NUL included. */
#define HEADERS_PRINT_MAX 160
void headers_print(const struct headers *h, char *buf, size_t size);

/*
 * Finds a field by "ipv4.src", "vlan.2.id", "vlan.1.id" (the first is meant
 * without a number); the tail has the number of the field that ends the list.
 * 0, or -ENOENT: these headers have none, *layer is nb where no header has that
 * name, else the layer that lacks the field.
 */
int headers_field(const struct headers *h, const char *name, unsigned *layer,
		  unsigned *field);

/* "vlan.2.id"; the number only where the header stands more than once. */
#define HEADERS_FIELD_MAX 40
void headers_field_name(const struct headers *h, unsigned layer, unsigned field,
			char *buf, size_t size);

/* How often the header of layer `i` stands up to there, itself included. */
unsigned headers_instance(const struct headers *h, unsigned i);

/* The layer of the n-th (1..) header of that name, or -1. */
int headers_find(const struct headers *h, const char *name, unsigned n);

/* ---- Of a protocol ------------------------------------------------------ */

/* How many fields it has, the tail not counted: the tail's number. */
unsigned proto_fields(const struct proto *proto);

/*
 * The parts that a field brings with it when it is set to a value (the last
 * `bits` of 16 bytes in network order): that which has it, or that whose flag
 * it sets. Bit N: part[N].
 */
unsigned proto_parts(const struct proto *proto, unsigned field,
		     const uint8_t value[16]);

/* ---- Made --------------------------------------------------------------- */

#define STACK_BYTES_MAX 512

struct stack_layer {
	const struct proto *proto;
	uint32_t set;     /* bit N: field N was set, end() leaves it alone */
	uint16_t at;      /* bytes from the frame's start */
	uint16_t len;     /* with parts and tail */
	uint8_t parts;    /* bit N: part[N] is there */
	uint8_t tail_len; /* bytes at its end */
	bool csum;        /* its checksum is to be made */
};

struct stack {
	unsigned nb;
	uint16_t len; /* bytes of all headers */
	struct stack_layer layer[HEADERS_MAX];
	uint8_t header[STACK_BYTES_MAX];
};

/*
 * One more layer, above those there are, with these parts, also that which the
 * tail needs, and this tail (NULL: its least). Returns which, or -E2BIG for
 * more than HEADERS_MAX of them, a tail beyond its max, or headers beyond
 * STACK_BYTES_MAX. Once all are there and all fields are set, stack_done()
 * decides which checksums are made.
 */
int stack_push(struct stack *st, const struct proto *proto, unsigned parts,
	       const uint8_t *tail, unsigned tail_len);
void stack_done(struct stack *st);

/*
 * Sets a field to the last `bits` of 16 bytes in network order, or to a number;
 * what follows from the stack stays as it is set here. The field's part is
 * there; a tail is not set by this.
 */
void stack_set(struct stack *st, unsigned layer, unsigned field,
	       const uint8_t value[16]);
void stack_set_number(struct stack *st, unsigned layer, unsigned field,
		      uint64_t value);

/* Where the field or the tail is: bits from the frame's start. */
unsigned stack_field_at(const struct stack *st, unsigned layer, unsigned field);

/*
 * Where a frame of `len` bytes ends to its headers: what is behind is padding,
 * which no length counts and no checksum covers. That is all behind ARP and
 * IGMP, and up to three bytes behind SCTP, whose chunks are filled up to four.
 */
size_t stack_end(const struct stack *st, size_t len);

/*
 * Writes the headers of a frame of `len` bytes, at least st->len, checksums
 * that are to be made 0.
 */
void stack_put(const struct stack *st, uint8_t *frame, size_t len);

/*
 * Writes a layer's checksum; all that it covers is there (inner ones are made
 * first), and itself 0.
 */
void stack_put_csum(const struct stack *st, unsigned layer, uint8_t *frame,
		    size_t len);

/* Whether a layer's checksum covers a pseudo header, with its own length. */
bool stack_has_pseudo(const struct stack *st, unsigned layer);

/*
 * Whether the checksum of layer `of` is made and covers that field, or (field:
 * PROTO_PAYLOAD) what stands behind all headers.
 */
#define PROTO_PAYLOAD 255
bool stack_covers(const struct stack *st, unsigned of, unsigned layer,
		  unsigned field);

#endif /* NET_PROTO_PROTO_H */
