/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A trial (RFC 2544, section 23): ports send signed frames at a rate for a
 * time; what was due and did not arrive is lost. Frames of a trial that
 * come later are of an earlier run, and none of the next one's.
 */
#ifndef APP_TRIAL_H
#define APP_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "app/verdict.h"
#include "pktgen/pktgen.h"
#include "search/goal.h"

struct app;

#define FOR_EACH_SENDER(i, mask)                                       \
	for (unsigned i = 0; i < PKTGEN_MAX_PORTS && (mask) >> i; i++) \
		if ((mask) >> i & 1)

enum trial_state {
	TRIAL_SENDS,
	TRIAL_SETTLES, /* frames may still come */
	TRIAL_ENDS,
	TRIAL_DONE,
	TRIAL_FAILED,  /* a device failed */
	TRIAL_CHANGED, /* somebody stopped the ports, or set them */
};

/* Of a port, since its counters were cleared. */
struct trial_counts {
	uint64_t cleared; /* what was sent by then */
	uint64_t sent, arrived;
};

struct trial {
	enum trial_state state;
	uint64_t mask;      /* ports that send, idle ones, of one stream each */
	uint64_t load;      /* of each, thousandths of a frame a second */
	uint64_t ns;        /* to send for */
	uint64_t settle_ns; /* to wait for a frame that is missing */
	uint64_t began_ns, sent_ns;
	uint64_t came, came_ns; /* frames, and when the last was seen */
	uint64_t wake_ns;
	uint64_t changes[PKTGEN_MAX_PORTS];
	struct trial_counts before[PKTGEN_MAX_PORTS];
	/* Once it is done. */
	struct search_trial result;
	uint64_t not_sent; /* of what was offered, as the sender was late */
	enum verdict_grade grade;
	unsigned failed; /* the port */
};

/*
 * Begins a trial of `mask`, `load`, `ns` and `settle_ns`. False: a port cannot
 * keep that rate; nothing was started.
 */
bool trial_begin(struct trial *t, struct app *app, uint64_t now_ns);

/* Goes on, at wake_ns or before. */
void trial_step(struct trial *t, struct app *app, uint64_t now_ns);

/* Whether somebody else has set its ports since it began. */
bool trial_is_changed(const struct trial *t, const struct app *app);

/* Stops one that is not done. */
void trial_abort(struct trial *t, struct app *app, uint64_t now_ns);

#endif /* APP_TRIAL_H */
