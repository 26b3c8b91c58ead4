/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flow: one stream on one queue. Where a stream is spread over several queues
 * its frames are parted into blocks of FLOW_BLOCK, of which each queue sends
 * each Nth: the flow passes over the frames of the others, in number and time,
 * as if it had sent them. So all of them together send what one would, each
 * number once and when it is due.
 *
 * It has what the stream compiled to, where in its run it is, when its next
 * frame is due, how frames are made, and what of it was sent. Its worker steps
 * it and is its only user, but for the next program, which is compiled aside.
 */
#ifndef PKTGEN_FLOW_H
#define PKTGEN_FLOW_H

#include "pktgen/frames.h"
#include "pktgen/impair.h"
#include "pktgen/pacer.h"
#include "pktgen/play.h"
#include "pktgen/program.h"
#include "pktgen/wait.h"

/* How much a run is to send; FLOW_NO_LIMIT where it is not limited. */
#define FLOW_NO_LIMIT UINT64_MAX

#define FLOW_BLOCK 64

struct flow_limit {
	uint64_t frames; /* of each flow */
	/*
	 * Sends the frames that fall due before start + time_ns, also when it
	 * is late with them; without pacing it ends at that time.
	 */
	uint64_t time_ns;
};

/* How frames are made and sent. */
struct worker_how {
	enum strategy strategy; /* that is asked for, see frames_strategy() */
	bool drops; /* what a full ring does not take, instead of holding it */
	unsigned burst;      /* the most frames of a step each way, 1..256 */
	enum wait_kind wait; /* while the ring is full */
	unsigned queues;     /* of the port's, that send a stream: the most */
	unsigned kinds;      /* enum kinds_how: of what it receives */
	/* Which step its queues, in turn: `cores` from `core` on; 0: any. */
	unsigned core, cores;
	struct impair_how impair; /* MODE_IMPAIR */
};

/* What it does when it is started. */
#define FLOW_FOR_EVER UINT32_MAX

struct flow_plan {
	struct flow_limit limit; /* of each run */
	uint64_t delay_ns;       /* from the start, or the end of another... */
	uint32_t turns;          /* more after the first; FLOW_FOR_EVER */
	uint32_t phase;          /* of each run, see struct pacing */
	/* It is flow `part` of `parts` of the stream; 0 or 1 parts: alone. */
	unsigned part, parts;
};

/* Which runs follow which, see chain.h. */
struct flow_chain {
	struct flow *after, *first, *next; /* whom it follows, who follows it */
	uint64_t delay_ns;
	uint32_t turns; /* that are to come after this one */
	unsigned open;  /* of those that follow it, turns that are not over */
	bool joined;    /* it takes part */
	bool ran;       /* its run has ended, its turn has not */
	bool held;      /* FLOW_PAUSED: it was waiting */
};

enum flow_state {
	FLOW_IDLE,
	FLOW_RUNS,
	FLOW_PAUSED, /* makes no frame until it is resumed */
	FLOW_WAITS,  /* begins at until_ns, FLOW_NO_LIMIT: that is not known */
};

#define FLOW_WEIGHT_MAX 1000

/* What of it was sent; true once its worker was asked for it. */
struct flow_counts {
	uint64_t packets, bytes; /* since it was opened, FCS included */
	/* Frames of runs that are over; given up as sending fell behind. */
	uint64_t built, skipped;
	/* When the first and the last frame of its run went; 0: none has. */
	uint64_t first_ns, last_ns;
};

struct flow {
	struct program *program; /* that is being sent; NULL at first */
	struct program *next;    /* compiled aside; NULL: none is */
	struct program_at at;    /* the next frame of the run */
	uint64_t frames_left;    /* to make, of its block; FLOW_NO_LIMIT */
	uint64_t left_behind;    /* the block: frames of the run... */
	uint64_t passed;       /* ...and those that others of its parts send */
	uint64_t until_ns;     /* no frame due from then on, FLOW_NO_LIMIT */
	enum flow_state state; /* changed by its worker alone: schedule.h */
	bool limited;          /* its run ends by itself */
	bool begins;           /* its first step is still to come */
	uint16_t weight;       /* of what is not paced: 1..FLOW_WEIGHT_MAX */
	unsigned index;        /* its place among its worker's */
	uint32_t number;       /* of the stream, for its signatures */
	uint32_t run;          /* how often it was started */
	uint64_t stamp;        /* of its signatures, less the time */
	struct flow_counts sent;
	struct flow_share {
		bool on;
		uint16_t weight, left; /* turns: of a round, of this one */
		uint64_t step, round, key;
	} share;                     /* see schedule.h */
	uint64_t start_ns, pause_ns; /* when it was */
	struct flow_plan plan;
	struct flow_chain chain;
	struct pacer pacer;
	struct pacing pacing; /* but for the burst, the worker's */
	struct frames frames; /* the current program's */
};

/* The queue's port is up; the room is the queue's. It has no program yet. */
void flow_open(struct flow *f, struct frames_room *room, uint64_t seed);

/* Gives its memory back to the room's heap. */
void flow_close(struct flow *f);

/*
 * Compiles `s` to the next program, in place of another that was not switched
 * to; then flow_switch(). -ENOMEM, or as program_new(); then there is none. Of
 * one that plays `p`, the reference goes to the program, or is given back.
 */
int flow_compile(struct flow *f, const struct stream *s, struct played *p);

/* The next program is not sent: gives its memory back. */
void flow_drop(struct flow *f);

/*
 * Sends the next program from the next frame on, by the gap and pace of
 * `pacing`; then flow_set().
 */
void flow_switch(struct flow *f, const struct pacing *pacing);

/*
 * Frames are made, and due, as `how` says, and held by `out`; whether it is
 * alone on its queue. One that `runs` keeps what it has still to send.
 */
void flow_set(struct flow *f, struct outbox *out, const struct worker_how *how,
	      bool alone, bool runs, uint64_t now_ns);

/* It is to run as `plan` says, from `now_ns` on or later, from frame 0 on. */
void flow_start(struct flow *f, const struct flow_plan *plan, uint64_t now_ns);

/* A run: the next frame is due at `now_ns` and its phase. */
void flow_run(struct flow *f, const struct worker_how *how, uint64_t now_ns);

/*
 * What falls due from then on begins at `now_ns`, and so does the time that it
 * waits or runs.
 */
void flow_begin(struct flow *f, const struct worker_how *how, uint64_t now_ns);

/* What was not sent until `now_ns` is no debt. */
void flow_forgive(struct flow *f, const struct worker_how *how,
		  uint64_t now_ns);

/* All that is due, and the end, is `ns` later. */
void flow_delay(struct flow *f, uint64_t ns);

/* It goes on at its next frame, at a time that its schedule has. */
void flow_resume(struct flow *f, uint64_t now_ns);

/*
 * It has made all of a block: goes on with its next, past those of the other
 * parts. False: there is none, its run is over.
 */
bool flow_next_block(struct flow *f);

/* Frames of its run that it made. */
static inline uint64_t flow_made(const struct flow *f)
{
	return f->at.frame - f->passed;
}

/*
 * Its frames are due when `to`, a part as it is that made fewer, would send
 * them; or by whole rounds of all parts sooner, as far as its own time is.
 */
void flow_align(struct flow *f, const struct flow *to);

/* True while it makes frames or will: of a mode that `sends`. */
static inline bool flow_over(const struct flow *f, bool sends, uint64_t now_ns)
{
	if (likely(f->frames_left && now_ns < f->until_ns))
		return false;
	/* Late frames are still made, but not of a mode that does not send. */
	return !f->frames_left || !sends || f->pacer.unpaced ||
	       pacer_next_ns(&f->pacer) >= f->until_ns;
}

#endif /* PKTGEN_FLOW_H */
