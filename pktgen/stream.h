/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream: what is to be sent, as configuration. It is compiled into a
 * program (the frame, its rate as a gap), which a worker sends; a changed
 * stream is compiled aside and takes effect at a burst's edge.
 */
#ifndef PKTGEN_STREAM_H
#define PKTGEN_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "net/proto.h"
#include "pktgen/pacer.h"

/* Units of an offered load (RFC 2544, RFC 1242 section 3.4 ff.). */
enum load_unit {
	LOAD_MAX,     /* as fast as the device takes it */
	LOAD_PPS,     /* packets per second */
	LOAD_BPS_L2,  /* bits per second, layer 2 with FCS */
	LOAD_BPS_L1,  /* the same with preamble, SFD and inter-frame gap */
	LOAD_PERCENT, /* of the link's speed, layer 1 */
};

struct load {
	enum load_unit unit;
	uint64_t micro; /* millionths of the unit */
};

struct stream {
	uint32_t size; /* bytes of layer 2, FCS included */
	struct load rate;
	uint64_t linkspeed_bps; /* what LOAD_PERCENT refers to */
	uint8_t dst_mac[ETH_ALEN];
	uint8_t src_mac[ETH_ALEN];
	uint32_t src_ip; /* host byte order */
	uint32_t dst_ip;
	uint16_t src_port;
	uint16_t dst_port;
	uint8_t ttl;
};

#define STREAM_SIZE_MIN ETH_MIN_SIZE
#define STREAM_SIZE_MAX 9018

/* What a stream compiles to. */
struct program {
	uint16_t len; /* bytes handed to the device: size less FCS */
	bool unpaced; /* LOAD_MAX */
	struct gap gap;
	uint8_t frame[STREAM_SIZE_MAX];
};

/*
 * The default stream: size 64, rate max, from `src_mac` to broadcast,
 * 198.18.0.1 to 198.18.0.2 (RFC 2544 appendix C), UDP 5001 to 5001, TTL 64,
 * on a link of 10 Gbit/s.
 */
void stream_init(struct stream *s, const uint8_t src_mac[ETH_ALEN]);

/*
 * The gap between the starts of two frames; *unpaced is set for LOAD_MAX.
 * Rounded up, so that the rate is never above the asked one. -ERANGE for a rate
 * beyond one frame an hour or one a nanosecond; nothing is written then.
 */
int stream_gap(const struct stream *s, struct gap *gap, bool *unpaced);

/* Compiles `s`; -ERANGE as above or for a size out of range. */
int stream_compile(const struct stream *s, struct program *prog);

#endif /* PKTGEN_STREAM_H */
