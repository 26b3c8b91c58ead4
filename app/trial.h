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
#include "measure/latency.h"
#include "pktgen/pktgen.h"
#include "search/goal.h"

struct app;

#define FOR_EACH_SENDER(i, mask)                                       \
	for (unsigned i = 0; i < PKTGEN_MAX_PORTS && (mask) >> i; i++) \
		if ((mask) >> i & 1)

enum trial_state {
	TRIAL_RESTS,
	TRIAL_SENDS,
	TRIAL_SETTLES, /* frames may still come */
	TRIAL_ENDS,
	TRIAL_DONE,
	TRIAL_FAILED,  /* a device failed */
	TRIAL_CHANGED, /* somebody stopped the ports, or set them */
	TRIAL_STUCK,   /* a device does not give frames back */
};

/* A figure that nobody knows. */
#define TRIAL_UNKNOWN UINT64_MAX

/* What is measured of the time that frames took, in ns. */
enum trial_time {
	TRIAL_MIN,
	TRIAL_MEAN,
	TRIAL_P50,
	TRIAL_P90,
	TRIAL_P99,
	TRIAL_P999,
	TRIAL_MAX,
	TRIAL_TIMES
};

/* Their keys in replies. */
extern const char *const trial_times[TRIAL_TIMES];

/* What a trial is to be. */
struct trial_ask {
	/* Of each port, thousandths of a frame a second; 0: as it is set. */
	uint64_t load;
	uint64_t ns;        /* to send for */
	uint64_t before_ns; /* before that: to rest */
	uint64_t warm_ns;   /* before all: to send what does not count */
	uint64_t frames;    /* a burst of that many of each port; 0: no burst */
	/* Then at another load for a time; then_ns 0: no more. */
	uint64_t then_load, then_ns;
	/* That stream alone sends, from 1, or another one, too; 0: all do. */
	unsigned only, also;
	uint64_t also_load;
	bool learning; /* not a trial: neighbours learn who is where */
};

/* A stream that takes part. */
struct trial_stream {
	struct subject of;
	uint32_t part_ppb; /* of its port's load */
};

/* What was seen of it before the experiment was resumed. */
struct trial_before {
	uint64_t offered, lost, seconds, down_seconds;
	uint64_t time[TRIAL_TIMES]; /* or TRIAL_UNKNOWN */
};

/* What is kept of each stream, where that is wanted. */
struct trial_service {
	uint64_t rate; /* before, thousandths of a frame a second */
	uint64_t load; /* that it was set to last; 0: none */
	uint64_t offered, lost;
	uint64_t time[TRIAL_TIMES]; /* or TRIAL_UNKNOWN */
	/* Seconds, those in which it was not available, and what was seen. */
	uint64_t seconds, down_seconds, sent, missed;
	struct trial_before before; /* `offered` and so on include that */
	struct stream_service is;   /* what it may have, all of it known */
	unsigned yellow; /* of the trial's streams, from 1; 0: none */
	bool is_yellow;  /* it is another one's */
	unsigned row;    /* seconds one after another that say otherwise */
	bool is_down;
};

/* How long it takes, if no frame is waited for. */
static inline uint64_t trial_ask_ns(const struct trial_ask *a)
{
	return a->warm_ns + a->before_ns + a->ns + a->then_ns;
}

/* That share of a load, rounded down. */
uint64_t trial_part(uint64_t load, uint32_t ppb);

/* Of a port, since its counters were cleared. */
struct trial_counts {
	uint64_t cleared; /* what was sent by then */
	uint64_t sent, arrived;
};

/* What frames of several streams took is added up here. */
struct trial_bins {
	uint64_t all[LATENCY_BUCKETS], port[LATENCY_BUCKETS];
};

/* Frames of all ports, and how long they took. */
struct trial_figures {
	uint64_t sent, arrived, reordered; /* or TRIAL_UNKNOWN */
	uint64_t bytes;     /* of those that count, or TRIAL_UNKNOWN */
	uint64_t stolen_ns; /* the machine stood still, if that was noticed */
	uint64_t time[TRIAL_TIMES]; /* or TRIAL_UNKNOWN */
};

struct trial {
	enum trial_state state;
	struct trial_ask ask;
	uint64_t mask;      /* ports that send, idle ones */
	uint64_t settle_ns; /* to wait for a frame that is missing */
	const struct trial_stream *stream; /* of the mask, by port */
	unsigned nb_streams;
	struct trial_service *service; /* of each, or NULL */
	struct trial_bins *bins; /* NULL: times of several are not known */
	uint64_t began_ns, sent_ns;
	uint64_t switched_ns;   /* when it went to then_load; 0: not yet */
	uint64_t came, came_ns; /* frames, and when the last was seen */
	uint64_t stood_from_ns;
	uint64_t missed, lost_ns; /* lost by now, and when that was seen last */
	uint64_t wake_ns;
	bool is_cut;
	bool warms; /* sends for its warm-up: all else is still to come */
	uint64_t changes[PKTGEN_MAX_PORTS];
	struct trial_counts before[PKTGEN_MAX_PORTS];
	/* Once it is done. */
	struct search_trial result;
	struct trial_figures figures;
	uint64_t outage_ns; /* the longest time without a frame of a stream */
	uint64_t not_sent;  /* of what was offered, as the sender was late */
	enum verdict_grade grade;
	unsigned failed; /* the port */
};

/*
 * Begins a trial of what is set above its `began_ns`. A warm-up is a run of its
 * own at the first load: what of it comes later is of an earlier run. Counters
 * of its streams begin at zero. False: a port cannot keep that rate; nothing
 * was started.
 */
bool trial_begin(struct trial *t, struct app *app, uint64_t now_ns);

/* Goes on, at wake_ns or before. */
void trial_step(struct trial *t, struct app *app, uint64_t now_ns);

/* Ends one that sends, in good order: it is of the time that it took. */
void trial_cut(struct trial *t, uint64_t now_ns);

/* Whether somebody else has set its ports since it began. */
bool trial_is_changed(const struct trial *t, const struct app *app);

/* What its streams lost by now, as far as the numbers that came tell. */
uint64_t trial_lost(const struct trial *t, const struct app *app);

/* What was sent by now. */
uint64_t trial_sent(const struct trial *t, const struct app *app);

/* How long the machine stood still by now. */
uint64_t trial_stolen_ns(const struct trial *t, const struct app *app);

/* Its latency by now; false: none is known. `count` may be the streams' own. */
bool trial_latency(const struct trial *t, const struct app *app,
		   struct latency *l);

/*
 * A second has passed: of each service, whether it was available (ITU-T Y.1563:
 * it changes with ten seconds in a row that lose more than half, or do not).
 */
void trial_second(struct trial *t, const struct app *app);

/*
 * Figures of each service, and what it had before. While it sends they are of
 * frames that came, or are known to be lost.
 */
void trial_take_services(struct trial *t, const struct app *app);

/* What is known of the time that frames took. */
void trial_take_times(const struct latency *l, uint64_t time[TRIAL_TIMES]);

/* Stops one that is not done. */
void trial_abort(struct trial *t, struct app *app, uint64_t now_ns);

#endif /* APP_TRIAL_H */
