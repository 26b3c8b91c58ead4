/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of the worker. Private to pktgen/worker*.c. */
#ifndef PKTGEN_WORKER_IMPL_H
#define PKTGEN_WORKER_IMPL_H

#include "pktgen/engine.h"

#define FOR_EACH_FLOW(w, f)                             \
	for (unsigned i_ = 0; i_ < (w)->nb_flows; i_++) \
		for (struct flow *f = (w)->flow[i_]; f; f = NULL)

/* Frames that it has, and the device has not. */
static inline unsigned worker_held(const struct worker *w)
{
	return w->out.nb + (FORWARDS ? forward_held(w) : 0);
}

/* ---- worker.c ------------------------------------------------------------ */

/* Where it runs, and is alone, its frames are made without a look at others. */
void worker_set_only(struct worker *w);

/* See ORDER_FLOW_STOP. */
void worker_stop_flow(struct worker *w, struct flow *f, uint64_t now_ns);

/* ---- worker_flows.c: see the orders -------------------------------------- */

void worker_set_flow(struct worker *w, struct flow *f, uint64_t now_ns);
void worker_add_flow(struct worker *w, struct flow *f, uint64_t now_ns);
void worker_remove_flow(struct worker *w, struct flow *f, uint64_t now_ns);
void worker_set_how(struct worker *w, const struct worker_how *how,
		    uint64_t now_ns);
void worker_set_mode(struct worker *w, unsigned mode, uint64_t now_ns);

/* ---- worker_view.c ------------------------------------------------------- */

/* Not running: when was all that it had sent with nobody any more? */
void worker_settle(struct worker *w, uint64_t now_ns);

/* All but in_flight, which is true only where it was asked for. */
void worker_write_view(struct worker *w);

/* The same, and in_flight is. */
void worker_write_count(struct worker *w, uint64_t now_ns);

#endif /* PKTGEN_WORKER_IMPL_H */
