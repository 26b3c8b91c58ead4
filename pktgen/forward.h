/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker in mode forward has: where its frames go, and those that wait
 * for a place there. What comes in at a queue of one port goes out at a queue
 * of another in the buffer that it came in; until the other's device gives it
 * back, the queue that it came in keeps a reference (port_reflect()). A frame
 * of several buffers goes as a copy in one, which is the other queue's.
 *
 * All of it is counted in the worker's `forward.*`, and each frame that comes
 * in is in one of these counts or held; what the other port's device took is in
 * its `tx.*` as well. The worker uses the other port's transmit queue: both are
 * of one core.
 */
#ifndef PKTGEN_FORWARD_H
#define PKTGEN_FORWARD_H

#include "pktgen/outbox.h"

struct core;
struct impair;
struct learnt;
struct route;
struct worker;

/* A way out. */
struct outlet {
	struct worker *to;
	unsigned nb; /* frames that are held, `from` pkt[from] on */
	unsigned from;
	uint64_t bytes; /* of these, without FCS */
	struct uk_netbuf *pkt[OUTBOX_MAX];
};

/* The first `n` of what is held are gone, with `bytes`. */
static inline void outlet_take_off(struct outlet *o, unsigned n, uint64_t bytes)
{
	o->from += n;
	o->nb -= n;
	o->bytes -= bytes;
	if (!o->nb)
		o->from = 0;
}

/* The same, and `count` grows: nobody sends them. */
void outlet_drop(struct outlet *o, unsigned n, uint64_t *count);

struct forward {
	const struct core *core; /* whose workers have the ways out */
	struct impair *impair;   /* that frames go through; NULL: none */
	struct learnt *learnt;   /* who knows the way out; NULL: there is one */
	struct route *route;     /* MODE_ROUTE: what is known of ways */
	unsigned nb_out, max_out;
	struct outlet out[];
};

/* Room for `max_out` ways out, none of them set; NULL for lack of memory. */
struct forward *forward_new(const struct core *core, unsigned max_out,
			    struct uk_alloc *a);
/* All that `from` has, if it is there, is that of `to`. */
void forward_move(struct forward *to, struct forward *from);
void forward_delete(struct forward *f, struct uk_alloc *a);

/* Frames of the worker that are held; 0 of one that forwards none. */
unsigned forward_held(const struct worker *w);

/*
 * Has devices give back what they have of its frames; returns how many of its
 * own buffers are held.
 */
unsigned forward_reap(struct worker *w);

/* What is held is dropped, and counted as stopped. */
void forward_drop(struct worker *w);

/*
 * Ways out to other ports than these go, with what they hold, which is counted
 * as stopped; returns the ports that no way leads to.
 */
uint64_t forward_keep(struct worker *w, uint64_t ports);

/* The worker starts; what is set of it has changed. */
void forward_begin(struct worker *w);
void forward_how(struct worker *w);

/* Whether frames found no place where they are to go. */
bool forward_blocked(const struct worker *w);

/* Whether they are all that there is room for. */
bool forward_full(const struct worker *w);

/* Sends what is held and due; returns how many frames devices took. */
unsigned forward_step(struct worker *w, uint64_t now_ns);

/*
 * Has `n` received frames leave by `o`, as far as there is room and they fit;
 * returns the bytes of all.
 */
uint64_t forward_hold(struct worker *w, struct outlet *o,
		      struct uk_netbuf *pkts[], unsigned n);

/*
 * The same with the way out of each by its IP address, see route.h.
 */
uint64_t engine_route(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
		      uint64_t now_ns);

/*
 * Sends `n` received frames on, as far as it can, unless the worker does not
 * run; returns the bytes of all.
 */
uint64_t engine_forward(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
			uint64_t now_ns);

#endif /* PKTGEN_FORWARD_H */
