/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker moves the frames of one queue pair. Its engines send (tx), receive
 * (rx) and send back what was received (reflect), or on (forward);
 * worker_step() moves at most one burst in each direction and returns. It never
 * prints, sleeps or allocates from the heap, and takes the time from its
 * caller.
 *
 * The worker alone changes what is in `struct worker` and in its flows. What
 * others want of it is an order, which it takes up at a burst's edge; what they
 * may know is its view, which it writes at a step's end when it is asked to:
 * see worker_give() and worker_look().
 *
 * Receiving goes on whether or not the worker was started: every frame that
 * reaches a port is counted, as received where its mode says so, as ignored
 * elsewhere, and its buffer is given back at once, so that a port never holds
 * up the one it is wired to. start and stop govern sending. A port that
 * reflects or forwards is the exception: where a full ring is to be tried
 * again, it receives no more than it can send.
 */
#ifndef PKTGEN_WORKER_H
#define PKTGEN_WORKER_H

#include <uk/assert.h>
#include <uk/plat/lcpu.h>

#include "measure/arrivals.h"
#include "measure/kinds.h"
#include "measure/track.h"
#include "node/node.h"
#include "pktgen/checker.h"
#include "pktgen/flow.h"
#include "pktgen/forward.h"
#include "pktgen/kv.h"
#include "pktgen/tap.h"
#include "pktgen/turn.h"
#include "pktgen/turns.h"
#include "stats/histogram.h"
#include "stats/stats.h"

#define WORKER_BURST CONFIG_APPUKPKTGEN_BURST

/* Whether ports can have addresses in this image. */
#ifdef CONFIG_APPUKPKTGEN_ADDRESSES
#define NODES true
#else
#define NODES false
#endif

/* A mode is a set of these. */
#define MODE_TX 1u
#define MODE_RX 2u
#define MODE_NULL 4u    /* with TX: all but the device, which gets nothing */
#define MODE_REFLECT 8u /* with RX: sends what it receives back, if started */
#define MODE_ANY 16u    /* with REFLECT: whatever station it is for */
/* With RX: sends it on at the port MODE_TO_PORT(mode), if started. */
#define MODE_FORWARD 32u
#define MODE_IMPAIR 64u /* with FORWARD: through a link, see impair.h */
/* With FORWARD: to the port that learn.h knows, of all in this mode. */
#define MODE_LEARN 128u
#define MODE_KV 256u /* with REFLECT: with the answer to what it asks */
#define MODE_SERVE (MODE_RX | MODE_REFLECT | MODE_KV)
/* With FORWARD: by IP addresses, between all ports in this mode. */
#define MODE_ROUTE 512u
#define MODE_ROUTER (MODE_RX | MODE_FORWARD | MODE_ROUTE)
/* Of several ports that are each other's ways out. */
#define MODE_MESH (MODE_LEARN | MODE_ROUTE)
#define MODE_BRIDGE (MODE_RX | MODE_FORWARD | MODE_LEARN)
#define MODE_TO(port) (MODE_RX | MODE_FORWARD | (unsigned)(port) << 16)
#define MODE_TO_PORT(mode) ((mode) >> 16)
/* Either of the two; what is for the latter is only in images that have it. */
#ifdef CONFIG_APPUKPKTGEN_FORWARD
#define FORWARDS true
#define MODE_RELAYS (MODE_REFLECT | MODE_FORWARD)
#else
#define FORWARDS false
#define MODE_RELAYS MODE_REFLECT
#endif

/* Whether ports can route in this image. */
#if defined(CONFIG_APPUKPKTGEN_ADDRESSES) && defined(CONFIG_APPUKPKTGEN_FORWARD)
#define ROUTES true
#else
#define ROUTES false
#endif

/* Whether there are answers to requests for keys in this image. */
#ifdef CONFIG_APPUKPKTGEN_KV
#define SERVES true
#else
#define SERVES false
#endif

/* Bits, so that those of several workers can be looked at together. */
enum worker_state {
	WORKER_IDLE = 0,
	WORKER_RUNNING = 1,
	WORKER_PAUSED = 2,   /* running, but makes no frame for a moment */
	WORKER_DRAINING = 4, /* makes no more; its last frames are under way */
};

/* A port that has frames due and moves none for this long has stalled. */
#define WORKER_STALL_NS 1000000000ull

/* For a device to give back what it has, before that is taken for lost. */
#define WORKER_DEVICE_NS 1000000000ull

/*
 * Runs that came to their limit by themselves and whose frames are at rest (see
 * rest.h), or that were followed by another; not those that were stopped or
 * whose device failed.
 */
struct worker_done {
	uint64_t runs;      /* counts up */
	uint64_t packets;   /* that the last of them sent */
	uint64_t at_ns;     /* when its last frame went to the device */
	unsigned in_flight; /* what the device did not give back in time */
};

/* ---- Orders go in ------------------------------------------------------- */

enum worker_order_kind {
	/*
	 * From now on the worker sends, if its mode says so, and `flow`, if it
	 * is idle, begins at frame 0, as `plan` says: without a limit until it
	 * is stopped. With one, time counts from the worker's next step, and
	 * each frame counts that is made; frames that the pacer gives up do
	 * not. It waits for `after`, if that takes part and has not ended its
	 * run. A flow that runs goes on as it is. Without a flow only a worker
	 * that reflects starts. An idle worker that begins `together` with
	 * others makes its first frame at once and keeps it until `now_ns`,
	 * from which all its time counts.
	 */
	ORDER_START,
	/* `flow` is one of those that are started now, see chain.h. */
	ORDER_JOIN,
	/*
	 * `flow` makes no more frames, or none until it goes on at its next
	 * frame, at a time that its schedule has. No other is moved by that.
	 * With the last of them a worker that sends is stopped.
	 */
	ORDER_FLOW_STOP,
	ORDER_FLOW_PAUSE,
	ORDER_FLOW_RESUME,
	/*
	 * The worker makes no more frames and gets rid of those it holds. It
	 * drains until ORDER_REST.
	 */
	ORDER_STOP,
	/* The same of one that runs, because its lease has run out; counted. */
	ORDER_END_LEASE,
	/* Its last frame has arrived: one that drains is idle, its run over. */
	ORDER_REST,
	/*
	 * A worker that runs makes no frames until ORDER_RESUME. All that it
	 * has to do is put off by that time: no frame is late, skipped or made
	 * up for, and a run for a time takes as much longer. Of others neither
	 * does anything.
	 */
	ORDER_PAUSE,
	ORDER_RESUME,
	/*
	 * Frees the frames that no device takes, as skipped, and goes idle; for
	 * a drain that timed out and for a device that failed.
	 */
	ORDER_ABANDON,
	ORDER_MODE,    /* `mode`; may change while the worker runs */
	ORDER_HOW,     /* `how` counts from the next burst on */
	ORDER_PROGRAM, /* the next program of `flow` is sent from now on */
	ORDER_WEIGHT,  /* `weight` of `flow` counts from the next round on */
	ORDER_ALIGN,   /* `flow` is due as `to`, at another queue, is */
	/*
	 * `flow` is one more that may be started, by its next program, or is
	 * none any more. There is room for it, see worker_reserve().
	 */
	ORDER_FLOW,
	ORDER_FLOW_REMOVE,
	ORDER_TAP,   /* `taps` see its frames from the next burst on */
	ORDER_NODE,  /* `node` gets what is for it, and has its own sent */
	ORDER_KV,    /* `kv` is what it answers from */
	ORDER_SIGNS, /* whether frames of ours are told by signatures */
	/*
	 * `unplugged`: the device sends nothing, and from now on gets nothing.
	 * What is due is discarded, and counted as tx.link_down.
	 */
	ORDER_LINK,
	ORDER_TRACK, /* `track` counts what it receives; NULL: nothing does */
	ORDER_LOOK,  /* writes the view; with `flow`, what that sent is true */
	ORDER_COUNT, /* the same with `in_flight`, which asks the device */
};

/* Who sees frames, see tap.h; NULL: nobody. */
struct worker_taps {
	struct tap *rx; /* all that come, whether they count or not */
	struct tap *tx; /* what the device takes, or in mode null would */
};

struct worker_order {
	enum worker_order_kind kind;
	uint64_t now_ns;
	struct flow *flow;
	union {
		struct {
			struct flow_plan plan;
			struct flow *after; /* NULL: nobody */
			bool together;
		};
		unsigned mode;
		struct worker_how how;
		struct pacing pacing; /* gap, unpaced, pace and curve */
		uint16_t weight;
		const struct flow *to;
		struct worker_taps taps;
		struct track *track;
		struct node *node;   /* NULL: there is none */
		const struct kv *kv; /* NULL: it has no keys */
		bool signs;
		bool unplugged;
	};
};

/* ---- Views come out ----------------------------------------------------- */

struct worker_view {
	enum worker_state state;
	unsigned mode;          /* MODE_* */
	enum strategy strategy; /* that is in use */
	struct wait wait;       /* of this run, or the last */
	bool limited;           /* a run goes on that will end by itself */
	bool paused;            /* all that runs is paused */
	bool stalled; /* frames are due, and the device takes none since... */
	uint64_t moved_ns;   /* ...when a frame moved, or none was due, last */
	uint64_t stalled_ns; /* what that was when it stalled last... */
	uint64_t stalled_at; /* ...and tx_packets */
	int err;             /* the device's last error, 0 for none */
	unsigned nb_held;    /* made, and not taken by the device */
	unsigned in_flight;  /* frames with the device: of ORDER_COUNT */
	/*
	 * Draining or paused: when it got rid of the last frame it held, 0
	 * before; when its device was last seen with one, unless that took
	 * WORKER_DEVICE_NS and more.
	 */
	uint64_t sent_ns, still_ns;
	bool still; /* it holds none and the device has none, or it took that */
	uint64_t last_rx_ns;  /* when the last frame came */
	uint64_t run_packets; /* tx_packets when the run began */
	/* Frames that it ever gave to its device: not those of mode null. */
	uint64_t sent;
	/* Frames that ever came, whether they counted as received or not. */
	uint64_t received;
	/*
	 * How long, ever, frames that were made found no room in the ring and
	 * the machine stood still, if that was noticed. And of this run, or the
	 * last: how late the latest frame left, and how long it stood still at
	 * most.
	 */
	uint64_t full_ns, stood_ns, lag_ns, gap_ns;
	struct worker_done done;
	struct stats stats;
};

/* ---- The worker --------------------------------------------------------- */

/* Of flows that are not paced: a round of their turns as a list. */
struct worker_round {
	uint64_t at;        /* the last turn's key, before there is a list */
	uint64_t list_from; /* the key that the list may begin with */
	unsigned nb_flows, weight; /* that take part, the sum of theirs */
	bool listed;       /* it is whole: turns are taken from it, by now */
	unsigned nb, next; /* turns that it has, the one that is next */
	unsigned gone;     /* turns of flows that have ended since */
	unsigned max;      /* room */
	uint16_t *list;    /* places of flows */
};

/* Bursts that were pieces of a round, the last of them: see replay.h. */
#define REPLAY_HALF 128
#define REPLAY_BURSTS (2 * REPLAY_HALF)

struct worker_replay {
	bool plays, knows; /* that it does or does not */
	bool paced;        /* turns are due, or go by weight */
	bool edits;        /* frames are each edited by `each`, or shared */
	bool lapped;       /* since it plays each turn has been charged */
	bool out;          /* what is held is the last of what was made */
	bool unsettled;    /* something has been made since it was settled */
	/* Shared frames: what is held and what was sent has no reference. */
	bool kept;
	uint16_t len;   /* of all frames, 0: they differ */
	unsigned turns; /* of the list... */
	/* ...and a multiple of it: frames, some once more behind the last. */
	unsigned frames;
	struct uk_netbuf **pkt;
	struct program_each **each; /* of turns, some once more likewise */
	struct each_shape shape;    /* of the first of these... */
	bool shaped, alike;         /* ...that has one, and of all */
	unsigned next, at;          /* the turn that is made next, its frame */
	unsigned turn;              /* that is sent next */
	/* Since it was settled last: */
	unsigned from;     /* the first turn */
	uint64_t lap;      /* turns that were made, or given up: rounds... */
	unsigned off;      /* ...and more */
	uint64_t given_up; /* rounds */
	uint64_t sent, nb; /* frames, bursts */
	uint64_t most;     /* frames that may be sent before it is settled */
	uint64_t burst_ns[REPLAY_BURSTS];
	uint16_t burst[REPLAY_BURSTS];
	/* Paced: */
	struct gap step;
	uint64_t debt_ns;
};

struct worker {
	struct port_queue *queue;
	unsigned mode; /* MODE_* */
	enum worker_state state;
	struct flow *only; /* the flow, where there is but one, and it runs */
	/*
	 * Whose frames are held, or were sent last, where they are one's...
	 */
	struct flow *sender;
	/* ...and what of `stats` it, and those before, were charged with. */
	uint64_t charged_packets, charged_bytes;
	struct outbox out;
	/* The held frames are of several: those of `out.kept`. */
	bool mixed;
	/* Whose they are, NULL of one that is no more; their bytes with FCS. */
	struct flow *owed[OUTBOX_MAX];
	uint16_t owed_bytes[OUTBOX_MAX];
	bool charged; /* to their flows, though they are not sent yet */
	bool strict;  /* the pacer of one of them wants to know when it went */
	/* Of these, paced ones, and when the first of them was due. */
	unsigned nb_timed;
	uint64_t timed_ns;
	/* Of several flows: see schedule.h. */
	struct turns due, share;
	uint64_t epoch_ns;         /* that the keys of `due` count from */
	struct worker_round round; /* of `share` */
	struct worker_replay replay;
	/* Flows that run or are paused; of these, those that are... */
	unsigned nb_on, nb_paused, nb_limited;
	bool all_over; /* the last of them came to its limit */
	struct frames_room room;
	/*
	 * How late frames went to the device, each as the first of its burst.
	 */
	struct histogram lag;
#ifdef CONFIG_APPUKPKTGEN_TRAILS
	/* Between frames that were received, of a burst all but the first 0. */
	struct histogram gaps;
	uint64_t gap_from_ns; /* when the last came; 0: none has */
#endif
	struct worker_how how;
	struct worker_taps tap;
	struct node *node; /* what the port is besides; NULL: nothing */
	bool watched;      /* there is one of these, or a tap for what comes */
	/* The time of frames that may be signed; NULL: that of the step. */
	uint64_t (*clock_ns)(void);
	bool signs;               /* what comes may be signed by us... */
	struct arrivals arrivals; /* ...and is counted here... */
	uint64_t nb_looked;       /* ...of these frames; ours of before... */
	uint64_t ours_before;     /* ...`arrivals` was cleared */
	/* Of what is received and of what it makes, if `how` says so. */
	struct kinds kinds, kinds_built;
	struct track *track;     /* the same by a field; NULL: not */
	struct checker *checker; /* of its payload; NULL: nobody does */
	bool begins;             /* its first step is to come, or one waits */
	uint64_t from_ns;        /* nothing is sent before; 0: at any time */
	bool starved;            /* the last burst lacked buffers */
	bool unplugged;          /* its link is down */
	bool at_limit;           /* draining since it came to its limit */
	uint64_t run_packets;    /* tx_packets when the run began */
	uint64_t pause_ns;       /* WORKER_PAUSED: since when */
	uint64_t sent_ns, still_ns;
	uint64_t away_ns; /* since, as in struct core */
	bool still;
	uint64_t full_from_ns; /* that the ring is full; 0: it is not... */
	uint64_t full_ns, lag_ns, gap_ns; /* ...see the view for these */
	uint64_t stood_ns;
	uint64_t null_from; /* MODE_NULL: tx_packets when that began... */
	uint64_t nb_null;   /* ...and frames of such times before */
	struct worker_done done;
	struct wait wait;
	struct turn_known turn;     /* MODE_REFLECT */
	const struct kv *kv;        /* MODE_KV; NULL: it has no keys */
	const struct turn_own *own; /* ports that reflect; NULL: none but it */
	struct forward *forward;    /* NULL: its mode never was that */
	unsigned rx_rest;           /* steps without a look at what came */
	uint64_t last_rx_ns;        /* see the view for these */
	uint64_t moved_ns;
	uint64_t stalled_ns;
	uint64_t stalled_at;
	int err;
	struct stats stats;
	unsigned nb_flows, max_flows;
	struct flow **flow; /* that there are, whether they run or not */
	struct worker_view view;
	unsigned core;  /* that steps it, see cores.h... */
	unsigned owner; /* ...and whose it is now: while all stand CPU 0's */
};

/* As it is at first. */
extern const struct worker_how worker_how_default;

/*
 * The queue's port is up; memory from `a`. The worker has no flow yet. 0, or
 * -ENOMEM with nothing to close.
 */
int worker_open(struct worker *w, struct port_queue *queue, unsigned mode,
		struct uk_alloc *a);

/* Once its flows are closed, and the device has gone. */
void worker_close(struct worker *w);

/* Has room for `n` flows; -ENOMEM when there is not enough. */
int worker_reserve(struct worker *w, unsigned n);

/*
 * Has an order obeyed, by the time this returns. The worker's core is the
 * caller's, or stands (cores.h), so this is between two steps and at a burst's
 * edge.
 */
void worker_give(struct worker *w, const struct worker_order *order);

/* In builds for tests: who uses it is its owner, or this is a crash. */
static inline void worker_check_owner(const struct worker *w)
{
#ifdef CONFIG_APPUKPKTGEN_OWNERS
	UK_ASSERT(w->owner == ukplat_lcpu_idx());
#else
	(void)w;
#endif
}

/* An order that is nothing but its kind. */
static inline void worker_tell(struct worker *w, enum worker_order_kind kind,
			       uint64_t now_ns)
{
	const struct worker_order order = {.kind = kind, .now_ns = now_ns};

	worker_give(w, &order);
}

/* What it was at the end of its last step. Valid until it is asked again. */
static inline const struct worker_view *worker_look(struct worker *w)
{
	worker_tell(w, ORDER_LOOK, 0);
	return &w->view;
}

/* The same, and in_flight is true. */
static inline const struct worker_view *worker_count(struct worker *w,
						     uint64_t now_ns)
{
	worker_tell(w, ORDER_COUNT, now_ns);
	return &w->view;
}

/* True from its start until it is stopped or comes to its limit. */
static inline bool worker_runs(enum worker_state state)
{
	return state & (WORKER_RUNNING | WORKER_PAUSED);
}

/* Moves up to one burst each way; returns how many frames moved. */
unsigned worker_step(struct worker *w, uint64_t now_ns);

/* Of one that is idle: takes back what others gave the device. */
void worker_ask(struct worker *w);

#endif /* PKTGEN_WORKER_H */
