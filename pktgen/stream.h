/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stream: what is to be sent, as configuration. It is compiled into a
 * program, which a worker sends: see pktgen/program.h.
 */
#ifndef PKTGEN_STREAM_H
#define PKTGEN_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "measure/signature.h"
#include "net/proto/proto.h"
#include "pktgen/pacer.h"
#include "units/value.h"
#include "units/vary.h"

#define STREAM_SIZE_MIN ETH_MIN_SIZE
#define STREAM_SIZE_MAX 9018

#define STREAM_FIELDS_MAX 20  /* that are set */
#define STREAM_VARYING_MAX 10 /* of these */
#define STREAM_NESTED_MAX 8

/* stream_field.layer of bits at an offset, which are in no header. */
#define STREAM_AT 255

/* A field that is set. */
struct stream_field {
	uint8_t layer, field; /* of the headers, see net/proto/proto.h */
	uint8_t nb_bits;      /* STREAM_AT: 1..64... */
	uint8_t nest;         /* 1.. in the order of those that are nested */
	uint16_t at_bit;      /* ...from there on, from the frame's start */
	/* What stands at a header's end: its bytes in the pool. */
	uint16_t tail_len;
	struct vary vary;
};

enum payload {
	PAYLOAD_INCREMENT, /* 0, 1, 2, ... so that a shifted frame shows */
	PAYLOAD_ZEROS,
	PAYLOAD_ONES,
	PAYLOAD_RANDOM,  /* from the seed, the same in all frames */
	PAYLOAD_PATTERN, /* bytes, over and over */
};

#define STREAM_PATTERN_MAX 64

/* In place of frames that are made: those of a capture. */
struct stream_play {
	char file[VALUE_NAME_MAX + 1]; /* "": there is none */
	uint64_t loops; /* rounds of a run; 0: until it is stopped */
	uint32_t speed; /* thousandths of its own; 0: the stream's rate */
	uint8_t skip;   /* what cannot be sent, which else is refused */
	uint8_t tag;    /* a VLAN tag is put into each */
	uint8_t csums;  /* checksums are made again, not adjusted */
	uint8_t unused;
};

/* Whose MAC address is the destination, unless that is set. */
enum via_kind {
	VIA_NONE,
	VIA_STATION, /* that has `ip` */
	VIA_AUTO,    /* the first destination, or the gateway to it */
};

struct stream_via {
	uint8_t kind;          /* enum via_kind */
	uint8_t mac[ETH_ALEN]; /* as it is known by now; 0: it is not */
	uint8_t unused;
	uint8_t ip[IPV6_ALEN]; /* of IPv4 as struct node_ip has it */
};

/* Whether there can be any in this image. */
#ifdef CONFIG_APPUKPKTGEN_ADDRESSES
#define STREAM_VIA true
#else
#define STREAM_VIA false
#endif

#define STREAM_SPEED 1000 /* as it was recorded */
/* How the rate changes over time; each begins with the first rate. */
enum shape {
	SHAPE_OFF,
	SHAPE_RAMP,     /* to the second, where it stays */
	SHAPE_SAW,      /* to the second, then from the first again */
	SHAPE_TRIANGLE, /* to the second and back */
	SHAPE_SINE,     /* the same, smoothly */
	SHAPE_SQUARE,   /* the first, then the second for its share of time */
};

#define SHAPE_NS_MIN 10000
#define SHAPE_NS_MAX PACE_PART_NS_MAX
#define SHAPE_DUTY_ALL 100000000 /* of all its time */

struct stream_shape {
	uint32_t kind; /* enum shape */
	uint32_t duty; /* SHAPE_SQUARE: 1..SHAPE_DUTY_ALL - 1 */
	uint64_t ns;   /* how long the ramp, or a round, takes */
	struct rate from, to;
};

struct stream {
	/* Bytes of layer 2, FCS included, within STREAM_SIZE_MAX. */
	struct sizes sizes;
	struct rate rate; /* the offered load (RFC 2544, RFC 1242 3.4 ff.) */
	struct stream_shape shape; /* instead of that, unless SHAPE_OFF */
	struct pace pace;       /* the shape of its gaps, what becomes of lag */
	uint64_t linkspeed_bps; /* what RATE_PERCENT refers to */
	bool sign;              /* each ends in a measure/signature.h */
	uint16_t sender;        /* of these */
	uint8_t payload;        /* enum payload */
	uint8_t pattern_len;
	uint8_t pattern[STREAM_PATTERN_MAX];
	uint16_t port_size; /* the largest that its port takes, untagged */
	uint32_t seed;      /* of whatever is random in it */
	uint8_t device_mac[ETH_ALEN]; /* the first source, unless set */
	/*
	 * Of a capture that is played: those whose fields can be set, where
	 * frames have them, see play.h.
	 */
	struct headers headers;
	uint8_t nb_fields;
	struct stream_field field[STREAM_FIELDS_MAX];
	struct vary_pool pool; /* values of lists, and tails */
	struct stream_play play;
	struct stream_via via;
};

/* Whether captures can be played in this image. */
#ifdef CONFIG_APPUKPKTGEN_PLAY
#define STREAM_PLAYS true
#else
#define STREAM_PLAYS false
#endif

static inline bool stream_plays(const struct stream *s)
{
	return STREAM_PLAYS && s->play.file[0];
}

/* In place of a file's name: it comes while it is played. */
#define STREAM_FED "-"

static inline bool stream_is_fed(const struct stream *s)
{
	return stream_plays(s) && s->play.file[0] == '-' && !s->play.file[1];
}

#define STREAM_HEADERS "eth/ipv4/udp"

/*
 * The default stream: size 64, rate max, STREAM_HEADERS as their protocols are
 * at first, from `src_mac` to broadcast, 198.18.0.1 to 198.18.0.2 (RFC 2544
 * appendix C; with IPv6 2001:2::1 to 2001:2::2, RFC 5180 section 8), on a link
 * of 10 Gbit/s, unsigned.
 */
void stream_init(struct stream *s, const uint8_t src_mac[ETH_ALEN]);

/* Makes all frames of one size. */
void stream_set_size(struct stream *s, uint16_t size);

/*
 * The least size that holds the stream's headers, and its signature; more than
 * STREAM_SIZE_MAX where they are longer than a stack can be.
 */
unsigned stream_size_min(const struct stream *s);

/* The same of one whose headers are these. */
unsigned stream_size_min_of(const struct stream *s, const struct stack *st);

/* Its frames have a VLAN tag, which an MTU does not count. */
bool stream_tagged(const struct stream *s);

/* What the letter z of a genome stands for: the largest that its port takes. */
unsigned stream_size_z(const struct stream *s);

/* The first size outside `min`..`max`, 0 when all are inside. */
unsigned stream_bad_size(const struct stream *s, unsigned min, unsigned max);

/*
 * The rate of a shape as the pacer has it, and in *gap the mean of what is
 * repeated. -ERANGE where a rate is out of range, -EDOM for a rate without end
 * or a shape that has no frame.
 */
int stream_curve(const struct stream *s, struct pace_curve *curve,
		 struct gap *gap);

/*
 * The gap between the starts of two frames; *unpaced is set for RATE_MAX. Of
 * several sizes it is that of their mean, the same before each frame, so that a
 * bit rate is exact over each round; of random ones of the mean that is
 * expected. Rounded up to 2^-32
 * ns, so that the rate is never above the asked one. -ERANGE for a rate beyond
 * one frame an hour or one a nanosecond; nothing is written then.
 */
int stream_gap(const struct stream *s, struct gap *gap, bool *unpaced);

/* The same of frames that together have `bytes`, with FCS. */
int stream_gap_of(const struct stream *s, uint64_t frames, uint64_t bytes,
		  struct gap *gap, bool *unpaced);

#endif /* PKTGEN_STREAM_H */
