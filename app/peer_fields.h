/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a port knows of other appliances, as fields for conditions: their
 * clocks, and how long their frames were on their way. Of several it is what
 * holds for all: the widest bound, the least known clock.
 */
#ifndef APP_PEER_FIELDS_H
#define APP_PEER_FIELDS_H

#include "pktgen/peers.h"

/* What is known of several; of some there is none then. */
enum peer_join { PEER_SUM, PEER_MOST, PEER_LEAST, PEER_ONE };

struct peer_field {
	const char *name;
	const char *help;
	enum peer_join join;
	bool is_time; /* in ns */
};

extern const struct peer_field peer_fields[];
extern const unsigned peer_nb_fields;

/* False where nobody knows. */
bool peer_field_get(const struct peers *ps, unsigned port,
		    const struct peer_field *f, uint64_t *n);

/* Words for clocks of others, from bad to good; NULL at the end. */
extern const char *const peer_clocks[];

/* Which of them: of one, and of all that a port knows. */
unsigned peer_clock(const struct peers *ps, const struct peer *p,
		    uint64_t now_ns);
unsigned peer_clock_of_port(const struct peers *ps, unsigned port);

#endif /* APP_PEER_FIELDS_H */
