/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whoever wants to see a worker's frames gives it a tap, one for those that
 * come and one for those that go, which may be the same. It is called once a
 * burst, in the worker's step; without one a burst costs a comparison.
 */
#ifndef PKTGEN_TAP_H
#define PKTGEN_TAP_H

#include "net/port.h"

struct tap {
	/*
	 * Frames that came, which may be chains, or that the device is to get:
	 * up to OUTBOX_MAX, in order. They go back, or on, when it returns.
	 */
	void (*offer)(struct tap *t, struct uk_netbuf *const pkts[], unsigned n,
		      uint64_t now_ns);
	/* Of these the first `n` count: all that came, those that were sent. */
	void (*count)(struct tap *t, unsigned n);
};

static inline void tap_received(struct tap *t, struct uk_netbuf *const pkts[],
				unsigned n, uint64_t now_ns)
{
	t->offer(t, pkts, n, now_ns);
	t->count(t, n);
}

#endif /* PKTGEN_TAP_H */
