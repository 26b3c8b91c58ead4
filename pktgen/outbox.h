/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The frames that a worker holds: made, or received to be sent back, and not
 * yet sent. One burst at most. Each has a reference of its own, which goes to
 * the device with it.
 */
#ifndef PKTGEN_OUTBOX_H
#define PKTGEN_OUTBOX_H

#include "net/port.h"
#include "pktgen/hot.h"

#define OUTBOX_MAX 256 /* frames of a burst */

struct frames;
struct frames_room;

struct outbox {
	struct uk_netbuf **pkt; /* in this order */
	unsigned nb;
	uint16_t len; /* of each of them, without FCS; 0: they differ */
	/* They are of port_rx_burst(), for port_tx_received(). */
	bool received;
	uint64_t bytes;      /* of all, FCS included */
	struct frames *from; /* in whose memory `pkt` is; NULL: in `kept` */
	struct frames_room *room; /* where they were made; NULL: none was */
	struct uk_netbuf *kept[OUTBOX_MAX];
};

/* Nothing is held. */
void outbox_init(struct outbox *o);

/* Holds `n`, up to OUTBOX_MAX, where none is held. */
void outbox_hold(struct outbox *o, struct uk_netbuf *const pkts[], unsigned n);

/*
 * Where none is held: the first `n` of `pkts`, up to OUTBOX_MAX, are, of
 * `bytes` without FCS. They are where they are until outbox_keep().
 */
static inline void outbox_hold_these(struct outbox *o, struct uk_netbuf **pkts,
				     unsigned n, uint64_t bytes)
{
	o->pkt = pkts;
	o->from = NULL;
	o->nb = n;
	o->len = 0;
	o->bytes = bytes + (uint64_t)n * ETH_FCS_LEN;
}

/* What is held stays so when the memory that it is in goes to others. */
void outbox_keep(struct outbox *o);

/* See outbox_sent(). */
uint64_t outbox_sent_some(struct outbox *o, unsigned n);

/*
 * The first `n` are not held any more: the device took them. Returns the bytes
 * of those. The netbufs are not touched.
 */
static inline uint64_t outbox_sent(struct outbox *o, unsigned n)
{
	const uint64_t bytes = o->bytes;

	if (unlikely(n != o->nb))
		return outbox_sent_some(o, n);
	o->nb = 0;
	o->bytes = 0;
	return bytes;
}

/* The first `n` go back unsent. Returns their bytes. */
uint64_t outbox_drop(struct outbox *o, unsigned n);

#endif /* PKTGEN_OUTBOX_H */
