/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is told of the order of signed frames, of a stream or of all that a port
 * sends: the one list of these figures, for tables, JSON and conditions.
 */
#ifndef APP_LOSS_H
#define APP_LOSS_H

#include "pktgen/pktgen.h"
#include "pktgen/pktgen_seen.h"
#include "shell/reply.h"

struct loss_field {
	const char *name;
	const char *help;
	bool always; /* known also where there is no window */
	size_t at;   /* in struct order_counts */
};

#define LOSS_LOST 0 /* the first of them */
extern const struct loss_field loss_fields[];
extern const unsigned loss_nb_fields;

/* What of *v it is; false where that is not known. */
bool loss_get(const struct pktgen_stream_view *v, const struct loss_field *f,
	      uint64_t *n);

/*
 * The share of frames that did not come, in thousandths of a percent: rounded
 * as that of a balance.
 */
bool loss_share_milli(const struct pktgen_stream_view *v, uint64_t *milli);

/* All of them, and the share, as keys of the map that is open. */
void loss_show(struct reply *r, const struct pktgen_stream_view *v);

/* What shares of frames did not exceed; NULL: nobody knows. */
void loss_show_quantiles(struct reply *r, const struct latency *l);

/* A number, or none where it is not `known`. */
void loss_show_one(struct reply *r, const char *key, bool known, uint64_t n,
		   const char *unit);

#endif /* APP_LOSS_H */
