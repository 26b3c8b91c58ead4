/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of the generator. Private to pktgen/pktgen*.c. */
#ifndef PKTGEN_PKTGEN_IMPL_H
#define PKTGEN_PKTGEN_IMPL_H

#include "pktgen/pktgen.h"
#include "pktgen/pktgen_seen.h"

#define FOR_EACH_PORT_UP(pg, mask, i)                 \
	for (unsigned i = 0; i < (pg)->nb_ports; i++) \
		if ((mask) >> i & 1 && pktgen_up(pg, i))

#define FOR_EACH_WORKER(pg, mask, w)                       \
	for (unsigned i_ = 0; i_ < (pg)->nb_workers; i_++) \
		for (struct worker *w = (pg)->worker[i_];  \
		     w && (mask) >> w->queue->port->id & 1; w = NULL)

/* Those of `mask` that are to be held back, as pktgen_pause() was called. */
void pktgen_hold_back(struct pktgen *pg, uint64_t mask, uint64_t now_ns);

/* Its workers go the way that the mode has; there is memory for it. */
void pktgen_set_forward(struct pktgen *pg, uint64_t mask, unsigned mode);

/* Once no port forwards, and all frames are back, it is as if none ever had. */
void pktgen_end_forward(struct pktgen *pg);

/* Room to count what arrives of the port's streams; -ENOMEM. */
int pktgen_reserve_arrivals(struct pktgen *pg, unsigned port);

/* Its mode is about to be this: frames of mode null arrive nowhere. */
void pktgen_sign_mode(struct pktgen *pg, unsigned port, unsigned mode);
/* The stream is signed or not, from its next frame on. */
void pktgen_trail(struct pktgen *pg, unsigned port, unsigned stream, bool is);

/* It is about to be started: its frames count from 0 again. */
void pktgen_trail_start(struct pktgen *pg, unsigned port,
			struct pktgen_stream *s);

/* Its counts begin here. */
void pktgen_trail_clear(struct pktgen *pg, unsigned port, unsigned stream);

/* What arrived of it and its order, into *v. */
void pktgen_trail_look(const struct pktgen *pg, unsigned port, unsigned stream,
		       struct pktgen_stream_view *v);

/* One above the last number of it that came or is lost; see order_look(). */
uint64_t pktgen_trail_end(const struct pktgen *pg, unsigned port,
			  const struct pktgen_stream *s);

/* Where queue `w` counts what arrives of it; NULL: nowhere. */
struct arrived *pktgen_arrived_at(const struct worker *w, unsigned port,
				  unsigned stream);

/* How many of its queues send this stream, by what else is set of it. */
unsigned pktgen_parts(const struct pktgen *pg, unsigned port,
		      const struct pktgen_stream *s);

/* The `i`th flow of those that may send it, the first being number 0. */
struct flow *pktgen_part(const struct pktgen *pg, unsigned port,
			 const struct pktgen_stream *s, unsigned i);

/* What all of them sent; `built` with the run that is under way. */
struct flow_counts pktgen_sent(const struct pktgen *pg, unsigned port,
			       const struct pktgen_stream *s);

/* FLOW_RUNS while any does. */
enum flow_state pktgen_stream_state(const struct pktgen *pg, unsigned port,
				    const struct pktgen_stream *s);

/* The one whose next frame has the highest number; and the lowest of all. */
const struct flow *pktgen_farthest(const struct pktgen *pg, unsigned port,
				   const struct pktgen_stream *s);
uint64_t pktgen_least(const struct pktgen *pg, unsigned port,
		      const struct pktgen_stream *s);

/*
 * Queues that share a stream are not stopped, or looked at, at the same number.
 * Once it is at rest, what none of them made is not missing; until then it is
 * awaited (measure/order.h). And where counting begins, what some of them had
 * sent is not missing either.
 */
void pktgen_fill_trail(const struct pktgen *pg, unsigned port,
		       const struct pktgen_stream *s);
void pktgen_fill_sent(const struct pktgen *pg, unsigned port,
		      const struct pktgen_stream *s);

/*
 * Their pacing has changed, each on its own: all go on at the times of the one
 * whose frame is next.
 */
void pktgen_align(struct pktgen *pg, unsigned port,
		  const struct pktgen_stream *s);
void pktgen_align_all(struct pktgen *pg, uint64_t mask);

/* Who plays rounds has counted what was made of the stream by now. */
void pktgen_settle_flow(struct pktgen *pg, unsigned port,
			const struct pktgen_stream *s);

/* What a stream has sent by now is of its program, run and mode as they are. */
void pktgen_settle_sizes(struct pktgen *pg, unsigned port,
			 struct pktgen_stream *s);

/* Has payloads compared at a queue, or no more; not where memory is short. */
void pktgen_check(struct pktgen *pg, struct worker *w, bool is);

/* What a port counts by a field begins here. */
void pktgen_track_clear(struct pktgen *pg, unsigned port);

/* An order that is nothing but its kind, to all that have a part of `s`. */
void pktgen_tell(struct pktgen *pg, unsigned port, enum worker_order_kind kind,
		 const struct pktgen_stream *s, uint64_t now_ns);

/* Gives all of the port's streams' memory back. */
void pktgen_close_streams(struct pktgen *pg, unsigned port);

/* Ends the runs of which all is at rest; the last of them teaches us. */
void pktgen_end_runs(struct pktgen *pg, uint64_t now_ns);

/* Before all else is closed. */
void pktgen_stop_cores(struct pktgen *pg, struct uk_alloc *a);

/* Nodes of ports that route are those of one router. */
void pktgen_link_routers(struct pktgen *pg);
/* Has nodes send what they have to say; returns how many frames went. */
unsigned pktgen_step_nodes(struct pktgen *pg);
void pktgen_close_nodes(struct pktgen *pg);

static inline bool pktgen_signs(const struct stream *s, unsigned mode)
{
	return s->sign && !(mode & MODE_NULL);
}

#endif /* PKTGEN_PKTGEN_IMPL_H */
