/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The balance of what was sent and what arrived: of frames that are signed,
 * whichever port of this appliance they were to come to. Of others nobody can
 * tell.
 *
 * A frame under way is not lost. So what is lost is known once a port is at
 * rest, and while it sends only as far as numbers are missing among those that
 * came. Frames from elsewhere are in no count, so nothing is ever negative. A
 * share is rounded away from 0 and from all: 1 of 10^9 is not 0.
 */
#ifndef APP_BALANCE_H
#define APP_BALANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "shell/cmd.h"

struct app;

struct balance {
	uint64_t sent;    /* signed */
	uint64_t arrived; /* of these, each once */
	uint64_t lost;    /* of these */
	bool known;       /* that is: there are such frames, and so on */
	bool any;         /* there are streams that are signed */
};

/* Since `stats clear`; the port is up. */
void balance_of_port(const struct app *app, unsigned port, struct balance *l);
void balance_of_stream(const struct app *app, struct subject s,
		       struct balance *l);

/* What `part` is of `all` in percent, in millionths; rounded as said above. */
uint64_t balance_share_micro(uint64_t part, uint64_t all);

/* Of what is lost, in thousandths. */
uint64_t balance_share_milli(const struct balance *l);

/* The keys `lost` and `loss`, in percent; in JSON only where they are known. */
void balance_show(const struct call *c, const struct balance *b);

/* Of these ports, those that sent frames of which nobody can tell. */
uint64_t balance_untold(const struct app *app, uint64_t mask);

/* The end of a call: says so to a person, in a second chunk of its reply. */
enum call_result balance_hint(struct call *c, uint64_t mask);

#endif /* APP_BALANCE_H */
