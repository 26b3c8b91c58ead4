/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ports and streams are at, and what came of their frames: read from views
 * of the workers, while these stand still (pktgen_cores.h).
 */
#ifndef PKTGEN_PKTGEN_SEEN_H
#define PKTGEN_PKTGEN_SEEN_H

#include "pktgen/pktgen.h"

/*
 * What the port's workers were at the end of their last step, as one; NULL when
 * it is not up. Valid until it is asked again.
 */
const struct worker_view *pktgen_look(const struct pktgen *pg, unsigned port);

/* The same of one of its queues. */
const struct worker_view *pktgen_look_queue(const struct pktgen *pg,
					    unsigned port, unsigned queue);

/*
 * The same with `in_flight`, which has the device give back what it is done
 * with first.
 */
const struct worker_view *pktgen_count(const struct pktgen *pg, unsigned port,
				       uint64_t now_ns);

/* What a stream is at, and what of it was sent since its base. */
struct pktgen_stream_view {
	enum flow_state state;   /* FLOW_WAITS also for another turn */
	bool limited;            /* its run ends by itself */
	enum strategy strategy;  /* that is in use */
	struct flow_counts sent; /* `built`: of all runs */
	/*
	 * At ports of this appliance, in a mode that receives: of what is
	 * signed.
	 */
	bool is_signed;
	struct arrived received;
	/*
	 * Frames that were sent signed, not those of mode null; `unsure`: only
	 * nearly as many, as the signature was set while the stream was sent.
	 */
	uint64_t sent_signed;
	bool unsure;
	/* Where it has a window of order, and how long that is; 0: none. */
	uint32_t window;
	/*
	 * Frames of the stream came, or of others of its port; otherwise
	 * nobody knows where they go, and what is lost is not known.
	 */
	bool heard;
	struct order_counts order; /* see trail_count() */
};

void pktgen_look_stream(const struct pktgen *pg, unsigned port, unsigned stream,
			struct pktgen_stream_view *v);

/* Frames that came, each once: all that is lost is told by it. */
static inline uint64_t pktgen_came_once(const struct pktgen_stream_view *v)
{
	return v->received.packets -
	       MIN(v->received.packets, v->order.duplicate);
}

/*
 * Of all signed streams of a port together: what came of them, and where each
 * has a window, `order`. False where it has none that is signed.
 */
bool pktgen_look_signed(const struct pktgen *pg, unsigned port,
			struct pktgen_stream_view *v);

/* All that is known of the order of a stream's frames; see trail_look(). */
void pktgen_look_order(const struct pktgen *pg, unsigned port, unsigned stream,
		       struct order_counts *c);

/* False where its window is too short for that, or it has none. */
bool pktgen_look_density(const struct pktgen *pg, unsigned port,
			 unsigned stream, struct density_counts *c);

/*
 * How long the frames of a stream took; what *l counts in is not to be written.
 * False where its histogram is not known, or not of it alone.
 */
bool pktgen_look_stream_latency(const struct pktgen *pg, unsigned port,
				unsigned stream, struct latency *l);

/*
 * The same of all signed streams of a port; returns how many there are. Of
 * several the histogram goes into `l->count`, which is the caller's, and
 * cleared, or NULL. Frames of different streams are no pair, and they have no
 * jitter.
 */
unsigned pktgen_look_latency(const struct pktgen *pg, unsigned port,
			     struct latency *l);

/* Of all streams of a port that is up, since their base. */
struct pktgen_signed {
	uint64_t sent;    /* frames that were signed... */
	uint64_t arrived; /* ...and came to a port that receives, each once */
	uint64_t lost;    /* numbers missing among those that came... */
	bool tells;       /* ...where these are followed */
	bool unsure;      /* of one the counts are not exact, see above */
	bool any;         /* there are streams that are signed */
};

void pktgen_sum_signed(const struct pktgen *pg, unsigned port,
		       struct pktgen_signed *s);

/* What has come to a port, ever, while there were streams that are signed. */
struct pktgen_came {
	uint64_t looked; /* frames that were received then; of these... */
	uint64_t ours;   /* ...signed by a stream of this appliance... */
	uint64_t old;    /* ...the same, but of an epoch that is over... */
	uint64_t others; /* ...and signed, but by no such stream */
	uint64_t bad;    /* whose signature is damaged, of either */
};

void pktgen_look_came(const struct pktgen *pg, unsigned port,
		      struct pktgen_came *came);

/*
 * The kinds that a port has received since its streams' base, and of those that
 * it made: none are checked.
 */
void pktgen_look_kinds(const struct pktgen *pg, unsigned port, struct kinds *k,
		       struct kinds *built);

/*
 * Has a port that is up count what it receives by the value of a field, from
 * zero, or no more (NULL). -ENOMEM.
 */
int pktgen_track(struct pktgen *pg, unsigned port, const struct find *what,
		 uint64_t now_ns);

/* What it counts by; NULL: by nothing. */
const struct find *pktgen_tracked(const struct pktgen *pg, unsigned port);

/* The least value above `*value`, or where `first` from 0 on, that came. */
bool pktgen_track_next(const struct pktgen *pg, unsigned port, bool first,
		       uint64_t *value);

/* What came with a value. */
struct pktgen_tracked {
	struct track_row row; /* bytes have FCS */
	uint64_t lost, sent;  /* of these, where it is known: */
	bool has_lost, has_sent;
};

void pktgen_track_look(const struct pktgen *pg, unsigned port, uint64_t value,
		       struct pktgen_tracked *to);

/*
 * The times of a value, of all queues together, into LATENCY_BUCKETS of `count`
 * as those of struct latency; false where one of them has none of it.
 */
bool pktgen_track_bins(const struct pktgen *pg, unsigned port, uint64_t value,
		       uint64_t *count);

/* Of the whole table; what was sent of sizes is as it is now. */
struct pktgen_track_sum {
	unsigned values, room;    /* that came, that there are rows for */
	struct track_row without; /* frames that lack the field... */
	struct track_row beyond;  /* ...or for whose value there is no row */
	/* Lost of streams of which it is not known what value they have. */
	uint64_t unassigned;
};

void pktgen_track_sum(struct pktgen *pg, unsigned port,
		      struct pktgen_track_sum *to);

/*
 * The streams' counts begin here, those of kinds, and the first and last frame
 * of their run.
 */
void pktgen_clear_streams(struct pktgen *pg, unsigned port);

/* How late its frames were, of all streams; false when it is not up. */
bool pktgen_lag(const struct pktgen *pg, unsigned port, struct histogram *lag);

/*
 * The times between the frames that a port's queues received since its streams'
 * base; those that were taken together have none. False when it is not up.
 */
bool pktgen_gaps(const struct pktgen *pg, unsigned port,
		 struct histogram *gaps);

/* The mask of ports that are not idle. */
uint64_t pktgen_active(const struct pktgen *pg);

#endif /* PKTGEN_PKTGEN_SEEN_H */
