/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream: what is to be sent, as configuration. It is compiled into a
 * program, which a worker sends: see pktgen/program.h.
 */
#ifndef PKTGEN_STREAM_H
#define PKTGEN_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "net/proto/proto.h"
#include "pktgen/pacer.h"
#include "pktgen/signature.h"
#include "units/value.h"

#define STREAM_SIZE_MIN ETH_MIN_SIZE
/* The least that holds the headers, which only IPv6's need more than 64 for. */
#define STREAM_SIZE_MIN_IPV6 (UDP6_HEADERS + ETH_FCS_LEN)
#define STREAM_SIZE_MAX 9018

/*
 * Addresses in network byte order. Where a prefix is shorter than the address,
 * the frames of a run go through all addresses that share it, one after
 * another, the given one first and again after the last.
 */
struct endpoint {
	uint8_t mac[ETH_ALEN];
	uint8_t ip[IPV4_ALEN];
	uint8_t ip6[IPV6_ALEN];
	uint8_t ip_prefix;  /* bits, 8..32 */
	uint8_t ip6_prefix; /* bits, 96..128 */
	uint16_t udp;
};

#define STREAM_PREFIX_MIN 8
#define STREAM_PREFIX6_MIN 96

struct stream {
	/* Bytes of layer 2, FCS included, within STREAM_SIZE_MAX. */
	struct sizes sizes;
	struct rate rate; /* the offered load (RFC 2544, RFC 1242 3.4 ff.) */
	struct pace pace; /* the shape of its gaps, what becomes of lag */
	uint64_t linkspeed_bps; /* what RATE_PERCENT refers to */
	bool ipv6;              /* which addresses the frames carry */
	bool sign;              /* each ends in a pktgen/signature.h */
	uint8_t ttl;            /* hop limit of IPv6 */
	struct endpoint src, dst;
	/* The port's address: that of src until src_mac_set, and back. */
	uint8_t device_mac[ETH_ALEN];
	bool src_mac_set;
};

/*
 * The default stream: size 64, rate max, from `src_mac` to broadcast,
 * 198.18.0.1 to 198.18.0.2 (RFC 2544 appendix C), with IPv6 2001:2::1 to
 * 2001:2::2 (RFC 5180 section 8), UDP 5001 to 5001, TTL 64, on a link of
 * 10 Gbit/s, unsigned.
 */
void stream_init(struct stream *s, const uint8_t src_mac[ETH_ALEN]);

/* Makes all frames of one size. */
void stream_set_size(struct stream *s, uint16_t size);

/* What an IP version is: its protocol, and where its fields come from. */
struct stream_family {
	const struct proto *proto;
	unsigned hops, src, dst; /* fields of it... */
	size_t addr, prefix;     /* ...and of struct endpoint, bytes */
};

/* The one whose addresses the frames carry. */
const struct stream_family *stream_family(const struct stream *s);

/* The layers of the stack of stream_stack(). */
enum { STREAM_ETH, STREAM_IP, STREAM_UDP };

/* The headers of its frames, as far as they do not depend on a size. */
void stream_stack(const struct stream *s, struct stack *st);

/* The least size that holds the stream's headers, and its signature. */
unsigned stream_size_min(const struct stream *s);

/* The first size outside `min`..`max`, 0 when all are inside. */
unsigned stream_bad_size(const struct stream *s, unsigned min, unsigned max);

/*
 * The gap between the starts of two frames; *unpaced is set for RATE_MAX. Of
 * several sizes it is that of their weighted mean, the same before each frame,
 * so that a bit rate is exact over each round of weights. Rounded up to 2^-32
 * ns, so that the rate is never above the asked one. -ERANGE for a rate beyond
 * one frame an hour or one a nanosecond; nothing is written then.
 */
int stream_gap(const struct stream *s, struct gap *gap, bool *unpaced);

#endif /* PKTGEN_STREAM_H */
