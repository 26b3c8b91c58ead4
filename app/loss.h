/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What of a port's frames has not arrived: of those that are signed, whichever
 * port of this appliance they were to come to. Of others nobody can tell.
 *
 * A frame under way is not lost. So while a port sends, only frames count as
 * lost that were sent two seconds ago and longer; once it is at rest, all that
 * have not come. Frames from elsewhere are in neither count, so nothing is ever
 * negative. A share is rounded away from 0 and from all: 1 of 10^9 is not 0.
 */
#ifndef APP_LOSS_H
#define APP_LOSS_H

#include <stdbool.h>
#include <stdint.h>

#include "shell/cmd.h"

struct app;

struct loss {
	uint64_t sent;    /* signed */
	uint64_t due;     /* of these, what should have arrived by now */
	uint64_t arrived; /* each once */
	bool known;       /* there are such frames, and they were counted */
	bool any;         /* there are streams that are signed */
};

/*
 * What was sent of a port's frames by then, for each of the last seconds, the
 * oldest first. The machine may have stood still just after it, so the second
 * behind it counts for nothing.
 */
struct loss_past {
	uint64_t sent[3];
	unsigned nb;
};

/* Since `stats clear`; the port is up. */
void loss_of_port(const struct app *app, unsigned port, struct loss *l);
void loss_of_stream(const struct app *app, struct subject s, struct loss *l);

/* Once a second: what was sent two seconds ago is due from now on. */
void loss_watch(struct app *app, unsigned port);

/* All streams of the port count from zero. */
void loss_clear(struct app *app, unsigned port);

/* Of what is known. */
static inline uint64_t loss_lost(const struct loss *l)
{
	return l->due > l->arrived ? l->due - l->arrived : 0;
}

/* Frames that came though none was sent of them. */
static inline uint64_t loss_surplus(const struct loss *l)
{
	return l->arrived > l->sent ? l->arrived - l->sent : 0;
}

/* What `part` is of `all` in percent, in millionths; rounded as said above. */
uint64_t loss_share_micro(uint64_t part, uint64_t all);

/* Of what is lost, in thousandths. */
uint64_t loss_share_milli(const struct loss *l);

/* The keys `lost` and `loss`, the latter in percent; there may be no number. */
void loss_show(const struct loss *l, struct reply *r);

/* Of these ports, those that sent frames of which nobody can tell. */
uint64_t loss_untold(const struct app *app, uint64_t mask);

/* The end of a call: says so to a person, in a second chunk of its reply. */
enum call_result loss_hint(struct call *c, uint64_t mask);

#endif /* APP_LOSS_H */
