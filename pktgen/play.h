/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program whose frames are those of a capture, with what was set of their
 * fields. Frame N of a run is the capture's frame N modulo how many it has;
 * which headers it has is found out anew for each.
 *
 * The fields that can be set are those of play_headers(), which stand for what
 * a frame may have: `vlan.2.id` is set in those with two tags. Checksums are
 * adjusted (RFC 1624): what was wrong stays wrong, a checksum of UDP that is
 * absent stays absent. Or they are made again, but for those of fragments.
 */
#ifndef PKTGEN_PLAY_H
#define PKTGEN_PLAY_H

#include "pktgen/played.h"
#include "pktgen/program.h"

#define PLAYS(prog) (STREAM_PLAYS && (prog)->play)

enum play_layer {
	PLAY_ETH,
	PLAY_VLAN,
	PLAY_VLAN_2,
	PLAY_ARP,
	PLAY_IPV4,
	PLAY_IPV6,
	PLAY_ICMP,
	PLAY_ICMPV6,
	PLAY_UDP,
	PLAY_TCP,
	PLAY_LAYERS
};

/* Where the headers of a frame are: bytes from its start, 0: not there. */
struct play_places {
	uint16_t at[PLAY_LAYERS];
	uint16_t ip;           /* IP's... */
	uint16_t end;          /* ...and where what it carries ends */
	uint8_t ip_layer, top; /* PLAY_*; PLAY_LAYERS: it has none */
	uint8_t ip_len;        /* bytes of IPv4's header, as it was recorded */
	bool part;             /* of a fragmented packet */
	bool pseudo;           /* the checksum of `top` covers addresses */
};

void play_headers(struct headers *h);

/* `len` is 14 and more. */
void play_find(const uint8_t *frame, unsigned len, struct play_places *p);

/* The layers of play_headers(), `len` 0 of those that it has not. */
void play_stack(const uint8_t *frame, unsigned len, struct stack *st);

/*
 * As program_new(), which has *to be given back by program_free(), with `p`.
 * That stays the caller's where it fails.
 */
int play_new(struct program **to, const struct stream *s, struct played *p,
	     struct uk_alloc *a);

/* A run begins with the first frame. */
void play_begin(const struct program *prog);

/* `to` goes on where `from` is, if both play the same. */
void play_switch(const struct program *from, const struct program *to);

/* Frames of a run: UINT64_MAX where it goes on for ever. */
uint64_t play_frames(const struct program *prog);

const struct played *play_of(const struct program *prog);

/* NULL where frames are not due at the capture's own times. */
struct pacer_times *play_times(const struct program *prog);

/* As program_next(), of the frames in turn. */
uint16_t play_next(const struct program *prog, struct program_at *at,
		   uint8_t *buf);

/*
 * Frame at->frame, whatever was made before: false for lack of memory, and of
 * what is fed.
 */
bool play_frame(const struct program *prog, struct program_at *at,
		struct uk_alloc *a, uint8_t *buf, uint16_t *len);

#endif /* PKTGEN_PLAY_H */
