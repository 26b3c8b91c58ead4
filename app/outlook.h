/* SPDX-License-Identifier: BSD-3-Clause */
/* What a stream would send, as it is set: how much, for how long, how fast. */
#ifndef APP_OUTLOOK_H
#define APP_OUTLOOK_H

#include "app/app.h"

/* What a stream would send; 0 where that is not known, or has no end. */
struct outlook {
	uint64_t frames, time_ns; /* of all its runs */
	uint64_t size_milli;      /* mean, bytes with FCS */
	uint64_t pps_milli, peak_milli;
	uint64_t l2_milli, l1_milli, peak_l1_milli; /* Mbit/s */
};

/* What it sends once its port starts with that limit. */
void outlook_look(const struct pktgen *pg, struct subject s,
		  const struct flow_limit *limit, struct outlook *o);

/* False: a run of it goes on until it is stopped. */
bool outlook_ends(const struct pktgen_stream *s,
		  const struct flow_limit *limit);

/* False: as fast as its port takes them. */
bool outlook_is_paced(const struct pktgen_stream *s);

/* The mean gap between two frames, in thousandths of a ns; 0: not paced. */
uint64_t outlook_gap_milli(const struct pktgen_stream *s);

/* Frames after which sizes, or the frames of a capture, recur; 0: never. */
uint64_t outlook_round(const struct pktgen_stream *s);

#endif /* APP_OUTLOOK_H */
