/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engines of a worker, each in a file of its own, and what they share with
 * it. A step moves at most how.burst frames and returns how many. Private to
 * pktgen/.
 */
#ifndef PKTGEN_ENGINE_H
#define PKTGEN_ENGINE_H

#include "pktgen/worker.h"

/* Frames with the device; what it is done with has been taken back. */
unsigned worker_in_flight(struct worker *w);

/* See ORDER_ABANDON. */
void worker_abandon(struct worker *w);

unsigned engine_tx_step(struct worker *w, uint64_t now_ns);
unsigned engine_rx_step(struct worker *w, uint64_t now_ns);

/* Makes the first frame, if one is due at `at_ns`, which is to come. */
void engine_tx_ready(struct worker *w, uint64_t at_ns);

/* Sends what is held; returns how many frames the device took. */
unsigned engine_tx_flush(struct worker *w, uint64_t now_ns);

/* Makes what is due of several flows; returns how many frames are. */
unsigned engine_make_many(struct worker *w, uint64_t now_ns);

/* Of a burst that is mixed, w->owed[from..end-1], the first `sent` were. */
void engine_charge_many(struct worker *w, unsigned from, unsigned sent,
			unsigned end, uint64_t now_ns);

/*
 * What is held is mixed from now on, and that which was of `from`, or was not
 * mixed, is counted as `to`'s; NULL: nobody's.
 */
void engine_owe(struct worker *w, const struct flow *from, struct flow *to);

/*
 * What was sent since the last call was the sender's: counts it there. Only
 * another sender, or a look, needs to know. One that reflects has none, and
 * neither has a burst of several flows.
 */
void engine_charge(struct worker *w);
void engine_set_sender(struct worker *w, struct flow *f);

/*
 * Frames are due and the device took none of them: counts a stall, once, when
 * none has moved for WORKER_STALL_NS.
 */
void engine_tx_watch(struct worker *w, uint64_t now_ns);

/*
 * Counts what its pacer gave up: of the times of all parts of a stream each has
 * its share. What is less than a frame is kept.
 */
COLD void engine_skip(struct worker *w, struct flow *f);

/* What was held is not any more: the ring is not full, if it was. */
static inline void engine_tx_room(struct worker *w, uint64_t now_ns)
{
	if (likely(!w->full_from_ns))
		return;
	/* It may be of frames that are ready for a moment to come. */
	w->full_ns += MAX(now_ns, w->full_from_ns) - w->full_from_ns;
	w->full_from_ns = 0;
}

/*
 * Sends `n` received frames back, as far as it can; returns the bytes of all.
 */
uint64_t engine_reflect(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
			bool large, uint64_t now_ns);

/*
 * The same with the answers of w->kv to requests for keys.
 */
uint64_t engine_kv(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
		   uint64_t now_ns);

/* Turns any frame round; false: it does not go back, which is counted. */
bool engine_turn(struct worker *w, uint8_t *frame, size_t len);

/*
 * Sends `n` that were turned, of `bytes`, where none is held; `received`: all
 * of them are buffers of the receive queue.
 */
void engine_turned(struct worker *w, struct uk_netbuf **pkts, unsigned n,
		   uint64_t bytes, bool received, uint64_t now_ns);

/* What is held is not for port_tx_received() any more. */
void engine_reflect_held(struct worker *w);

/*
 * Looks at `n` received frames of a worker that tracks a field, and gives them
 * back; returns the bytes of all.
 */
uint64_t engine_track(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
		      bool large, uint64_t now_ns);

/*
 * Has the node take what is for it of `n` received frames, which are free then;
 * returns how many are left.
 */
unsigned engine_node_take(struct worker *w, struct uk_netbuf *pkts[],
			  unsigned n, uint64_t now_ns);

/* Sends what the node has to say; returns how many frames the device took. */
unsigned engine_node_step(struct worker *w, uint64_t now_ns);

#endif /* PKTGEN_ENGINE_H */
