/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames that teach switches where stations are, before a trial (RFC 2544, 23;
 * RFC 2889): each port says its own MAC address and the sources of its streams,
 * and announces its addresses.
 */
#ifndef APP_LEARN_H
#define APP_LEARN_H

#include "app/config.h"

/* Frames a second of a port; sources of a stream that are said, at most. */
#define LEARN_PER_S 10000
#define LEARN_SOURCES_MAX 16384

struct learn {
	uint64_t ports; /* that say theirs, which are up */
	/*
	 * Ports of whose streams they say the destinations, too: theirs behind
	 * a bridge (RFC 2544), no one's behind a router.
	 */
	uint64_t senders;
	unsigned count;  /* rounds */
	uint64_t frames; /* that were made */
	/* Where it is: 0 at first. */
	unsigned round, port, stream;
	uint64_t frame, due_ns;
	uint8_t last[ETH_ALEN]; /* what was said last */
	bool begun;
};

/*
 * Makes what is due by now; true: call it again at l->due_ns. False: all is
 * made, or there is no memory (*err is -ENOMEM then, else 0). A switch may want
 * up to two seconds from then on (RFC 2544, 23).
 */
bool learn_step(struct app *app, struct learn *l, uint64_t now_ns, int *err);

/* It is over before that. */
void learn_end(struct app *app, struct learn *l, uint64_t now_ns);

#endif /* APP_LEARN_H */
