/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker moves the frames of one port. Its engines send (tx), receive (rx)
 * and send back what was received (reflect); worker_step() moves at most one
 * burst in each direction and returns. It never prints, sleeps or allocates
 * from the heap, and takes the time from its caller.
 *
 * The worker is the only writer of its counters, its pacer and its frames.
 * Others read `stats` by copying it, and change what is sent and how through
 * the functions below, between two steps and so at the edge of a burst.
 *
 * Receiving goes on whether or not the worker was started: every frame that
 * reaches a port is counted, as received where its mode says so, as ignored
 * elsewhere, and its buffer is given back at once, so that a port never holds
 * up the one it is wired to. start and stop govern sending. A port that
 * reflects is the exception: where a full ring is to be tried again, it
 * receives no more than it can send.
 */
#ifndef PKTGEN_WORKER_H
#define PKTGEN_WORKER_H

#include "net/port.h"
#include "pktgen/frames.h"
#include "pktgen/pacer.h"
#include "pktgen/program.h"
#include "pktgen/wait.h"
#include "stats/histogram.h"
#include "stats/stats.h"

#define WORKER_BURST CONFIG_APPUKPKTGEN_BURST

/* A mode is a set of these. */
#define MODE_TX 1u
#define MODE_RX 2u
#define MODE_NULL 4u    /* with TX: all but the device, which gets nothing */
#define MODE_REFLECT 8u /* with RX: sends what it receives back, if started */

/* Bits, so that those of several workers can be looked at together. */
enum worker_state {
	WORKER_IDLE = 0,
	WORKER_RUNNING = 1,
	WORKER_PAUSED = 2,   /* running, but makes no frame for a moment */
	WORKER_DRAINING = 4, /* makes no more; its last frames are under way */
};

/* A port that has frames due and moves none for this long has stalled. */
#define WORKER_STALL_NS 1000000000ull

/* How much a run is to send; WORKER_NO_LIMIT where it is not limited. */
#define WORKER_NO_LIMIT UINT64_MAX

struct worker_limit {
	uint64_t frames;
	/*
	 * Sends the frames that fall due before start + time_ns, also when it
	 * is late with them; without pacing it ends at that time.
	 */
	uint64_t time_ns;
};

/*
 * Runs that came to their limit by themselves and whose frames are at rest (see
 * rest.h), or that were followed by another; not those that were stopped or
 * whose device failed. Only the worker writes it.
 */
struct worker_done {
	uint64_t runs;      /* counts up */
	uint64_t packets;   /* that the last of them sent */
	uint64_t at_ns;     /* when its last frame went to the device */
	unsigned in_flight; /* what the device did not give back in time */
};

/* How frames are made and sent. */
struct worker_how {
	enum strategy strategy; /* that is asked for, see frames_strategy() */
	bool drops; /* what a full ring does not take, instead of holding it */
	unsigned burst;      /* the most frames of a step each way, 1..256 */
	enum wait_kind wait; /* while the ring is full */
	struct pace pace;
};

struct worker {
	struct port *port;
	unsigned mode; /* MODE_* */
	enum worker_state state;
	struct program prog[2];
	unsigned active; /* the program that is being sent */
	/* its first step is still to come: time counts from there */
	bool begins;
	struct pacer pacer;
	struct program_at at; /* the next frame of the run */
	uint64_t frames_left; /* to build, WORKER_NO_LIMIT */
	uint64_t until_ns;    /* no frame due from then on, WORKER_NO_LIMIT */
	bool at_limit;        /* draining since it came to its limit */
	uint64_t run_packets; /* tx_packets when the run began */
	uint64_t pause_ns;    /* WORKER_PAUSED: since when */
	/*
	 * Draining or paused: when it got rid of the last frame it held, 0
	 * before; when its device was last seen with one.
	 */
	uint64_t sent_ns, still_ns;
	uint64_t null_from; /* MODE_NULL: tx_packets when that began... */
	uint64_t nb_null;   /* ...and frames of such times before */
	struct worker_done done;
	struct frames frames; /* the current program's */
	struct worker_how how;
	struct wait wait;    /* of this run, or the last */
	unsigned rx_rest;    /* steps without a look at what came */
	uint64_t last_rx_ns; /* when the last frame came */
	uint64_t moved_ns;   /* when a frame moved, or none was due, last */
	uint64_t stalled_ns; /* what moved_ns was when it stalled last... */
	uint64_t stalled_at; /* ...and tx_packets */
	int err;             /* the device's last error, 0 for none */
	struct stats stats;
	/*
	 * How late frames went to the device, each as the first of its burst.
	 */
	struct histogram lag;
};

/* As it is at first. */
extern const struct worker_how worker_how_default;

/*
 * `port` is up; memory from `a`. 0, or -ENOMEM. The program is set before the
 * first start.
 */
int worker_open(struct worker *w, struct port *port, unsigned mode,
		struct uk_alloc *a);

/* Only once the port's device has gone. */
void worker_close(struct worker *w, struct uk_alloc *a);

/* Where the next program is compiled to; then worker_set_program(). */
struct program *worker_spare_program(struct worker *w);
void worker_set_program(struct worker *w, uint64_t now_ns);

/* MODE_*; may change while the worker runs. */
void worker_set_mode(struct worker *w, unsigned mode, uint64_t now_ns);

/* Counts from the next burst on. */
void worker_set_how(struct worker *w, const struct worker_how *how,
		    uint64_t now_ns);

/*
 * From now on the worker sends, if its mode says so: without a limit, until it
 * is stopped. A worker that runs goes on as it is.
 */
void worker_start(struct worker *w, uint64_t now_ns);

/*
 * The same up to `limit`, with time counted from the worker's next step. Each
 * frame counts that is built; frames that the pacer gives up do not. The worker
 * does not run and holds none: what was held before would count.
 */
void worker_start_limited(struct worker *w, const struct worker_limit *limit,
			  uint64_t now_ns);

/* True from its start until it is stopped or comes to its limit. */
static inline bool worker_runs(const struct worker *w)
{
	return w->state & (WORKER_RUNNING | WORKER_PAUSED);
}

/* True while a run goes on that will end by itself. */
static inline bool worker_limited(const struct worker *w)
{
	return worker_runs(w) && (w->frames_left != WORKER_NO_LIMIT ||
				  w->until_ns != WORKER_NO_LIMIT);
}

/*
 * The worker builds no more frames and gets rid of those it holds. It drains
 * until worker_rest().
 */
void worker_stop(struct worker *w);

/* Its last frame has arrived: one that drains is idle, its run is over. */
void worker_rest(struct worker *w);

/*
 * A worker that runs makes no frames until worker_resume(). All that it has to
 * do is put off by that time: no frame is late, skipped or made up for, and a
 * run for a time takes as much longer. Of others neither does anything.
 */
void worker_pause(struct worker *w, uint64_t now_ns);
void worker_resume(struct worker *w, uint64_t now_ns);

/* The same of one that runs, because its lease has run out; counted. */
void worker_end_lease(struct worker *w);

/*
 * Frees the frames that no device takes, as skipped, and goes idle; for a drain
 * that timed out and for a device that failed.
 */
void worker_abandon(struct worker *w);

/* Moves up to one burst each way; returns how many frames moved. */
unsigned worker_step(struct worker *w, uint64_t now_ns);

/*
 * How to wait after a step that moved nothing; WAIT_AUTO where it is all the
 * same to this worker.
 */
enum wait_kind worker_wait(struct worker *w, uint64_t now_ns);

/*
 * Whether frames have been due for WORKER_STALL_NS and the device took none.
 * In a mode that sends nothing none is due, unless it is still held.
 */
static inline bool worker_stalled(const struct worker *w)
{
	return w->state != WORKER_IDLE && w->stalled_ns == w->moved_ns &&
	       (w->mode & (MODE_TX | MODE_REFLECT) || w->frames.nb_held);
}

/* Frames that it ever gave to its device: those of mode null it did not. */
static inline uint64_t worker_sent(const struct worker *w)
{
	return (w->mode & MODE_NULL ? w->null_from : w->stats.tx_packets) -
	       w->nb_null;
}

/* Frames that ever came, whether they counted as received or not. */
static inline uint64_t worker_received(const struct worker *w)
{
	return w->stats.rx_packets + w->stats.rx_ignored + w->stats.rx_oversize;
}

/* Frames with the device that it has not used yet. */
static inline unsigned worker_in_flight(struct worker *w)
{
	return frames_in_flight(&w->frames);
}

#endif /* PKTGEN_WORKER_H */
