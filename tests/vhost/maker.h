/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Makes valid IPv4/UDP frames: sizes in turn, source ports in turn, a signature
 * where the frame has room for one. Checksums are finished by adding to a sum
 * that is kept with the template.
 */
#ifndef VHOST_MAKER_H
#define VHOST_MAKER_H

#include "tests/vhost/check.h"
#include "tests/vhost/util.h"

#define MAKER_SIZES 16
#define MAKER_SIZE_MIN 64   /* with FCS */
#define MAKER_SIZE_MAX 9018 /* with FCS */
#define MAKER_FLOWS_MAX 32768

/* What can be wrong with a frame on purpose. */
enum flaw {
	FLAW_NONE,
	FLAW_IPV4_CSUM,
	FLAW_UDP_CSUM,
};

struct template
{
	uint32_t len; /* with the virtio-net header, without FCS */
	uint64_t sum; /* UDP's, without source port and signature */
	uint8_t bytes[NET_HDR_LEN + MAKER_SIZE_MAX];
};

struct maker {
	struct template t[MAKER_SIZES];
	unsigned int nb_sizes;
	unsigned int turn; /* template of the next frame */
	uint16_t flows;
	uint16_t flow; /* of the next frame */
	bool sign;
	uint16_t stream, streams; /* the first, and how many in turn */
	struct signature next;
};

/*
 * `size` are `nb` sizes with FCS; without `sign` the payload counts up to the
 * end. Frames belong to `stream`, numbered from 0. More
 * `streams` than the one take turns, each with numbers of its own.
 */
void maker_init(struct maker *m, const uint16_t *size, unsigned int nb,
		uint16_t flows, bool sign, uint16_t stream);

/*
 * They all ask a port in mode kv, at 02:00:00:00:00:02, for the key 0000: of
 * 64 bytes and more, without a signature.
 */
void maker_ask(struct maker *m);

/* Bytes that the next frame takes, virtio-net header included. */
static inline uint32_t maker_len(const struct maker *m)
{
	return m->t[m->turn].len;
}

/* Writes the next frame, maker_len() bytes, sent at m->next.time_ns. */
void maker_put(struct maker *m, uint8_t *to, enum flaw flaw);

#endif /* VHOST_MAKER_H */
