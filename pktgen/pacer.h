/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pacer says how many frames are due. When is fixed from the start on, in
 * 2^-32 ns, so that no rate drifts; the shape says how:
 *
 *   even     frame k is due at start + k * gap
 *   burst    as many frames as a group has are due together, the next group
 *            as many gaps later
 *   poisson  gaps are random, exponentially distributed about their mean; any
 *            EXPONENTIAL_STEPS of them add up to as many mean gaps, counted
 *            from the start
 *
 * Even gaps may be of a rate that changes, see pacer_shape.h.
 *
 * What was not sent when it was due is lag, and the debt says what becomes of
 * it. All frames that are given up are counted, never silently forgotten.
 *
 *   catchup  sent as soon as possible, up to a lag of PACER_CATCHUP_NS
 *   forgive  up to a lag of a burst's worth of gaps, within the bounds that
 *            the other two have
 *   strict   up to a lag of PACER_STRICT_NS, what a look at all else may take;
 *            and once in each second all that follows is put off by the worst
 *            lag there was in it. So two frames that are due a second or more
 *            apart are never sent closer together than that, and no second
 *            has more frames than the shape has in one.
 *
 * All state is the caller's. No division unless frames are given up or put off.
 */
#ifndef PKTGEN_PACER_H
#define PKTGEN_PACER_H

#include <stdbool.h>
#include <stdint.h>

#include "pktgen/exponential.h"
#include "pktgen/pacer_shape.h"

#define PACER_CATCHUP_NS 100000000ull
#define PACER_STRICT_NS 100000ull
#define PACER_GROUP_MAX 65536 /* frames that are due together */
#define PACER_AGAIN_NS 100000ull
#define PACER_NEVER (UINT64_MAX / 2) /* when what is due next is not */

/* From the start of a frame to the start of the next: ns and 2^-32 ns. */
struct gap {
	uint64_t ns;
	uint32_t frac;
};

enum pace_shape { PACE_EVEN, PACE_BURST, PACE_POISSON };
enum pace_debt { PACE_CATCHUP, PACE_FORGIVE, PACE_STRICT };

struct pace {
	enum pace_shape shape;
	enum pace_debt debt;
	unsigned group; /* PACE_BURST: 1..PACER_GROUP_MAX frames */
	/*
	 * PACE_BURST: from the start of a group to the start of the next, in
	 * whole multiples of this, as many as its frames take with their gap;
	 * 0: so that the mean gap holds, and they are due together.
	 */
	uint64_t every_ns;
};

/* Random gaps: the steps in an order that is shuffled as they are taken. */
struct pacer_random {
	uint64_t state;
	unsigned at; /* the next, of the order */
	uint16_t order[EXPONENTIAL_STEPS];
};

/* Gaps that somebody knows who plays what was recorded. */
struct pacer_times {
	/* From the frame taken last to the next one, in ns. */
	uint64_t (*next_ns)(struct pacer_times *t);
	/*
	 * Whether the next frame is there, and that gap known; it is asked
	 * again PACER_AGAIN_NS later. NULL: they always are.
	 */
	bool (*ready)(struct pacer_times *t, uint64_t now_ns);
};

/* What there is to set. */
struct pacing {
	struct gap gap; /* the mean, up to an hour */
	bool unpaced;   /* always due, whatever else is set */
	struct pace pace;
	unsigned burst; /* frames that PACE_FORGIVE catches up */
	uint64_t seed;  /* of PACE_POISSON: the same gaps in every run */
	/* Room for the order of PACE_POISSON, whose gaps are even without. */
	struct pacer_random *random;
	/*
	 * How much of a step, in 2^-32, the first frame is later than the
	 * start: so those of several streams do not all come at once.
	 */
	uint32_t phase;
	/*
	 * How the rate changes, of which `gap` is the mean, with PACE_EVEN, and
	 * room for where it is. NULL: it does not.
	 */
	const struct pace_curve *curve;
	struct pacer_shape *shape;
	/*
	 * In place of gap, shape and phase, unless NULL. What exceeds the debt
	 * is not given up, but all that follows comes as much later; once a
	 * second, of PACE_STRICT, nothing more happens.
	 */
	struct pacer_times *times;
};

struct pacer {
	bool unpaced;
	bool poisson;
	struct gap gap;   /* the mean */
	struct gap step;  /* between groups: the gap of all their frames */
	struct gap inner; /* between the frames of a group... */
	struct gap rest;  /* ...and behind its last one */
	unsigned group;
	unsigned left;    /* frames of the group, or piece, that is due next */
	unsigned again;   /* frames given back, due since due_ns */
	uint64_t next_ns; /* when the next frame is due */
	uint32_t next_frac;
	uint64_t due_ns;    /* when the first of those taken last was */
	uint64_t debt_ns;   /* the lag that is caught up */
	uint64_t worst_ns;  /* lag of a frame in this second that was sent */
	uint64_t second_ns; /* its end; UINT64_MAX unless PACE_STRICT */
	uint64_t lost_ns;   /* put off, less than a gap */
	uint64_t skipped;   /* frames given up; the user may set it back to 0 */
	/* Each frame is a step, and none is given up unless it is late. */
	bool plain;
	uint32_t phase;
	struct pacer_random *random;
	struct pacer_times *times;
	struct pacer_shape *shape; /* NULL: the rate is constant */
};

/* The first frame is due at `now_ns`, or its phase later. */
void pacer_start(struct pacer *p, const struct pacing *pacing, uint64_t now_ns);

/*
 * Another pacing for what follows the frame taken last. The next frame keeps
 * its time, or comes one new step, less its phase, from now if that is sooner.
 */
void pacer_change(struct pacer *p, const struct pacing *pacing,
		  uint64_t now_ns);

/* See pacer_take(); of one that is paced. */
unsigned pacer_take_paced(struct pacer *p, uint64_t now_ns, unsigned max);

/* How many frames are due at `now_ns`, at most `max`; they count as taken. */
static inline unsigned pacer_take(struct pacer *p, uint64_t now_ns,
				  unsigned max)
{
	return p->unpaced ? max : pacer_take_paced(p, now_ns, max);
}

/* Of what was taken, the last `n` were not: they are due again. */
void pacer_give_back(struct pacer *p, unsigned n);

/* The next `n` frames are another's: what follows them is due when it was. */
void pacer_pass(struct pacer *p, uint64_t n);

/*
 * The same pacing as `to`, and what follows next is due when it would be there,
 * but for `n` frames before it.
 */
void pacer_follow(struct pacer *p, const struct pacer *to, uint64_t n);

/* All that is due, and is going to be, is due `ns` later. */
void pacer_delay(struct pacer *p, uint64_t ns);

/*
 * Was not to send until `now_ns`: what fell due before is neither sent nor
 * counted, and what follows keeps its times. Returns by how much what is due
 * next was put off, in ns.
 */
uint64_t pacer_resume(struct pacer *p, uint64_t now_ns);

/*
 * Some of what was taken last went out at `now_ns`. Returns how late the first
 * of them was.
 */
static inline uint64_t pacer_sent(struct pacer *p, uint64_t now_ns)
{
	const uint64_t lag_ns = now_ns - p->due_ns;

	if (lag_ns > p->worst_ns)
		p->worst_ns = lag_ns;
	return lag_ns;
}

/* When the next frame is due: 0 when it always is. */
static inline uint64_t pacer_next_ns(const struct pacer *p)
{
	return p->unpaced ? 0 : p->again ? p->due_ns : p->next_ns;
}

/* The same as pacer_take() of one frame that is due, for the hot path. */
static inline unsigned pacer_take_one(struct pacer *p, uint64_t now_ns)
{
	uint64_t frac;

	if (__builtin_expect(!p->plain || p->again ||
				     now_ns - p->next_ns > p->debt_ns,
			     0))
		return pacer_take(p, now_ns, 1);
	p->due_ns = p->next_ns;
	frac = (uint64_t)p->next_frac + p->step.frac;
	p->next_frac = (uint32_t)frac;
	p->next_ns += p->step.ns + (frac >> 32);
	return 1;
}

#endif /* PKTGEN_PACER_H */
