/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The generator: ports, what is set of each, its streams, and the workers that
 * move its frames. `struct pktgen` owns all of them; it is created once and
 * lives as long as the appliance.
 *
 * Ports are named by a mask, bit N for port N. A call that can fail checks
 * every port of the mask before it changes one. What is set is read here, where
 * it was set; what a worker is at is read from a view of it.
 */
#ifndef PKTGEN_PKTGEN_H
#define PKTGEN_PKTGEN_H

#include "pktgen/cores.h"
#include "pktgen/peers.h"
#include "pktgen/rest.h"
#include "pktgen/sent_sizes.h"
#include "pktgen/worker.h"
#include "units/subject.h"

#define PKTGEN_MAX_PORTS CONFIG_APPUKPKTGEN_MAX_PORTS
/* Streams of a port. */
#ifdef CONFIG_APPUKPKTGEN_MAX_STREAMS
#define PKTGEN_MAX_STREAMS CONFIG_APPUKPKTGEN_MAX_STREAMS
#else
#define PKTGEN_MAX_STREAMS 1
#endif
#define PKTGEN_NO_STREAM UINT32_MAX

/* Who has a port to himself. */
enum pktgen_owner {
	OWNER_NOBODY,     /* an experiment may take it */
	OWNER_EXPERIMENT, /* a `bench`: not paused by `stats clear` */
};

#define STREAM_NAME_MAX 15

/* When a stream runs, once it is started: see struct flow_plan. */
struct stream_plan {
	uint64_t frames, time_ns; /* of each run; 0: no limit */
	uint64_t delay_ns;        /* before the first one... */
	uint32_t turns;           /* ...and more after it */
	uint16_t after;           /* it follows the port's stream `after`... */
	uint16_t follows;         /* ...unless this is 0 */
};

/*
 * What a stream may have and is accepted by where it is a service (ITU-T
 * Y.1564); 0: nothing of its own.
 */
struct stream_service {
	uint64_t delay_ns, variation_ns;
	uint32_t eir, loss, avail; /* millionths: of its rate, frames, time */
	uint32_t cbs, ebs;         /* bytes of a burst, of one in excess */
	uint32_t yellow; /* the stream of its port that has what is in excess */
};

/* How a stream is used, besides what it sends. */
struct stream_use {
	struct stream_plan plan;
	struct stream_service service;
	bool disabled;   /* not started with its port, only by number */
	uint16_t weight; /* its share where it has no rate */
	char name[STREAM_NAME_MAX + 1]; /* "": it has none */
};

/*
 * A stream and the flows that send it: at each queue of its port one, of which
 * that at `queue` is the first, and the only one where it is not spread.
 */
struct pktgen_stream {
	struct stream stream;
	struct stream_use use;
	unsigned queue;    /* of the port */
	struct flow *flow; /* the first */
	struct flow *part[PORT_QUEUES_MAX];
	struct flow_counts base; /* see pktgen_clear_streams() */
	/*
	 * Frames of it that were signed since the base: before the signature,
	 * or the mode, was set last, and from that one on.
	 */
	uint64_t signed_before, signed_from;
	bool signed_unsure;  /* it was set while frames were under way */
	uint64_t sized_from; /* frames of its run that are in `sizes` below */
	/* The first of its run that is of its program, and its at.order. */
	uint64_t made_from;
	unsigned made_order;
	struct trail *trail; /* of one that is signed; NULL: no memory */
};

/* What is set of a port that is up, and what is known of it. */
struct pktgen_port {
	unsigned mode; /* MODE_* */
	struct worker_how how;
	enum pktgen_owner owner;
	uint64_t changes; /* counts whatever is set, streams included */
	/* By number, of which some may have none; number 0 always is. */
	struct pktgen_stream **stream;
	unsigned nb_streams;  /* that there are */
	unsigned end_streams; /* behind the highest number */
	unsigned max_streams; /* for which there is room */
	unsigned nb_follow;   /* that follow another, by their plans */
	struct rest_port rest;
	/*
	 * How many signed frames arrived of streams that are signed no more,
	 * or are gone, and how long they took all together.
	 */
	uint64_t gone_timed, gone_ns;
	/* Signed frames that it sent, while any port tracks sizes; else NULL */
	struct sent_sizes *sizes;
	struct worker_taps taps;
	struct worker_view *sum; /* of several queues; NULL: it has one */
	enum port_link link;
	uint64_t link_ns; /* when that changed last; 0: never */
};

struct pktgen {
	struct uk_alloc *heap;
	unsigned nb_ports; /* those that failed to come up included */
	struct port port[PKTGEN_MAX_PORTS];
	struct pktgen_port set[PKTGEN_MAX_PORTS];
	struct node *node[PKTGEN_MAX_PORTS]; /* NULL: it never had addresses */
	unsigned nb_workers;
	struct worker *worker[CORE_WORKERS_MAX]; /* by port, then by queue */
	struct core core;                        /* CPU 0 */
	struct cores *cores;       /* the others; NULL: there are none */
	struct turn_own own;       /* addresses of ports that reflect */
	struct played_files files; /* the captures that are played */
	uint16_t appliance;        /* in the signatures of what it sends */
	unsigned nb_signed;        /* streams that are */
	struct trails trails;      /* of these */
	struct learnt *learnt;     /* of ports in MODE_LEARN; NULL: none is */
	uint64_t starts_ns;        /* see pktgen_start_together() */
	unsigned nb_pauses;        /* that were begun and have not ended */
	uint64_t held_back;        /* mask: the ports of these */
	struct kv *kv;             /* MODE_KV; NULL: no keys were loaded */
	struct peers *peers;       /* NULL: no clock of others is asked for */
	uint64_t links_ns;         /* when links were looked at last */
};

/*
 * Brings up every port there is, memory from `a`, with up to `nb_queues` queue
 * pairs each. Port 0 sends, the others receive; each has one stream, on its
 * first queue. A port that fails stays as it is, see port_step_name().
 */
void pktgen_open(struct pktgen *pg, unsigned nb_queues, struct uk_alloc *a);

/* Sets what tells the time, in ns, where it is wanted within a step. */
void pktgen_set_clock(struct pktgen *pg, uint64_t (*clock_ns)(void));

/* Gives all memory back to `a`, once the devices have gone: for tests. */
void pktgen_close(struct pktgen *pg, struct uk_alloc *a);

/* The mode of a port that nobody has set. */
static inline unsigned pktgen_first_mode(unsigned port)
{
	return port ? MODE_RX : MODE_TX;
}

/* The mask of all ports. */
uint64_t pktgen_all(const struct pktgen *pg);

static inline bool pktgen_up(const struct pktgen *pg, unsigned port)
{
	return port_up(&pg->port[port]);
}

/* The mask of those that are `owner`'s. */
uint64_t pktgen_owned(const struct pktgen *pg, enum pktgen_owner owner);

/* The first port of `mask` that is not up, or -1. */
int pktgen_first_down(const struct pktgen *pg, uint64_t mask);

/* The worker of the port's queue `queue`, or NULL. */
struct worker *pktgen_worker(struct pktgen *pg, unsigned port, unsigned queue);

/* ---- What is set -------------------------------------------------------- */

/*
 * Stream `number` on a port that is up, as stream_init() has it, sent by queue
 * `queue` of it. It is idle. -EEXIST, -ENOSPC beyond PKTGEN_MAX_STREAMS, or
 * -ENOMEM; nothing has changed then.
 */
int pktgen_add_stream(struct pktgen *pg, unsigned port, unsigned number,
		      unsigned queue, uint64_t now_ns);

/*
 * No stream any more, whether it is sent or not; not number 0. Those that
 * follow it in their plans follow none.
 */
void pktgen_remove_stream(struct pktgen *pg, unsigned port, unsigned number,
			  uint64_t now_ns);

/* The first number from `from` on, or PKTGEN_NO_STREAM. The port is up. */
static inline unsigned pktgen_next_stream(const struct pktgen *pg,
					  unsigned port, unsigned from)
{
	const struct pktgen_port *set = &pg->set[port];

	for (; from < set->end_streams; from++)
		if (set->stream[from])
			return from;
	return PKTGEN_NO_STREAM;
}

/* The one that has this name, or PKTGEN_NO_STREAM. */
unsigned pktgen_find_stream(const struct pktgen *pg, unsigned port,
			    const char *name);

/*
 * The first stream of a set, from *s on, into *s; false when there is none. A
 * port that is not up has the one stream `down`: 0, or PKTGEN_NO_STREAM.
 */
bool pktgen_next_or(const struct pktgen *pg, const struct subjects *on,
		    unsigned down, struct subject *s);

/* The same of ports that are up alone. */
static inline bool pktgen_next_of(const struct pktgen *pg,
				  const struct subjects *on, struct subject *s)
{
	return pktgen_next_or(pg, on, PKTGEN_NO_STREAM, s);
}

/* There is a stream of this number. */
static inline const struct stream *pktgen_stream(const struct pktgen *pg,
						 unsigned port, unsigned stream)
{
	return &pg->set[port].stream[stream]->stream;
}

static inline const struct stream_use *pktgen_stream_use(
	const struct pktgen *pg, unsigned port, unsigned stream)
{
	return &pg->set[port].stream[stream]->use;
}

/* Disabled while it is sent it stops. A plan counts from its next start on. */
void pktgen_set_use(struct pktgen *pg, unsigned port, unsigned stream,
		    const struct stream_use *use, uint64_t now_ns);

/* Why a stream was refused. */
struct pktgen_fault {
	unsigned port;
	unsigned size;     /* -EMSGSIZE: the one at fault, bytes with FCS... */
	unsigned min, max; /* ...and what this port takes of this stream */
	unsigned z;        /* stream_size_z() of it */
	struct headers headers; /* of the stream */
	bool sign;
	/* -EBADMSG, of a capture: the record at fault, and why. */
	char why[PLAYED_WHY_MAX];
};

/*
 * Whether the port can send its stream as `s`: -ERANGE when the rate cannot be
 * kept, -ENOENT and -EBADMSG as played_get(), -EMSGSIZE when a size is less
 * than the headers need or more than the port takes, or as program_new() fails,
 * with *fault saying where. The port is up. What was tried last can be taken by
 * pktgen_take_stream(), whose next burst has it.
 */
int pktgen_try_stream(struct pktgen *pg, unsigned port, unsigned stream,
		      const struct stream *s, struct pktgen_fault *fault);
void pktgen_take_stream(struct pktgen *pg, unsigned port, unsigned stream,
			const struct stream *s, uint64_t now_ns);

/* Gives back the memory of what was tried and is not taken. */
void pktgen_drop_stream(struct pktgen *pg, unsigned port, unsigned stream);

/*
 * Memory for a mode that forwards: 0, or -ENOMEM. What a port has for it stays
 * its own.
 */
int pktgen_reserve_forward(struct pktgen *pg, uint64_t mask, unsigned mode);

/* How many addresses ports in MODE_LEARN know. */
unsigned pktgen_learnt(const struct pktgen *pg);

/* Of a port in a mode that impairs: see impair_room(). */
unsigned pktgen_impair_room(const struct pktgen *pg, unsigned port);

/*
 * `mode` is a set of MODE_*; one that forwards needs the memory for it, and is
 * MODE_RX without. Every port of the mask, and the one it forwards to, is up.
 */
void pktgen_set_mode(struct pktgen *pg, uint64_t mask, unsigned mode,
		     uint64_t now_ns);

/*
 * From now on ports in MODE_KV answer from this table, which is the
 * generator's then; NULL: from none. The one before is given back.
 */
void pktgen_set_kv(struct pktgen *pg, struct kv *kv, uint64_t now_ns);

/* How each port of the mask sends; all are up. */
void pktgen_set_how(struct pktgen *pg, uint64_t mask,
		    const struct worker_how *how, uint64_t now_ns);

/* How many queues of a port that is up send its streams. */
unsigned pktgen_queues(const struct pktgen *pg, unsigned port);

/* How many of them send this one, by what else is set of it. */
unsigned pktgen_parts(const struct pktgen *pg, unsigned port,
		      const struct pktgen_stream *s);

/* Who sees the frames of each port of the mask; all are up. */
void pktgen_set_taps(struct pktgen *pg, uint64_t mask,
		     const struct worker_taps *taps);

/*
 * What the port, which is up, is to its neighbours: made at the first call.
 * NULL where there is no memory for it.
 */
struct node *pktgen_node(struct pktgen *pg, unsigned port);

/* Its addresses have changed: it takes part while it has any. */
void pktgen_use_node(struct pktgen *pg, unsigned port, uint64_t now_ns);

/* Whether its first stream's frames can be made so, see frames_strategy(). */
bool pktgen_has_strategy(const struct pktgen *pg, unsigned port,
			 enum strategy strategy);

/* ---- What is done ------------------------------------------------------- */

/*
 * The stream that this one would wait for if those that it may follow were
 * `after`, as the last of a circle; PKTGEN_NO_STREAM: there is none.
 */
unsigned pktgen_circle(const struct pktgen *pg, unsigned port, unsigned stream,
		       unsigned after);

/*
 * Whether a start of these is about the stream: it is named, or not disabled,
 * and neither is any that it follows.
 */
bool pktgen_is_meant(const struct pktgen *pg, const struct subjects *on,
		     struct subject s);

/*
 * Starts streams: of ports those that are not disabled, with a dot all that are
 * named, each as its plan says. Those that run go on. The first frames of
 * streams that start together are spread over their gaps. Every port is up.
 */
void pktgen_start_streams(struct pktgen *pg, const struct subjects *on,
			  uint64_t now_ns);

/*
 * The same up to `limit` each, whatever their plans say, and once. Ports whose
 * mode does not send are left alone.
 */
void pktgen_start_streams_limited(struct pktgen *pg, const struct subjects *on,
				  const struct flow_limit *limit,
				  uint64_t now_ns);

/*
 * The same of ports that are idle, up to `limit`, or as their plans say if that
 * is NULL. All begin at `at_ns`, which is to come: what is due then has been
 * made by that time, and only has to go.
 */
void pktgen_start_together(struct pktgen *pg, const struct subjects *on,
			   const struct flow_limit *limit, uint64_t at_ns);

/* Whether that time is about to come, or just has: nothing else is begun. */
#define PKTGEN_HUSH_NS 200000ull /* a look at the console may take */
#define PKTGEN_BEGUN_NS 20000ull /* all have had a step */
static inline bool pktgen_hush(const struct pktgen *pg, uint64_t now_ns)
{
	return unlikely(now_ns + PKTGEN_HUSH_NS - pg->starts_ns <
			PKTGEN_HUSH_NS + PKTGEN_BEGUN_NS);
}

/* A port whose last stream is stopped is stopped, as if it was named. */
void pktgen_stop_streams(struct pktgen *pg, const struct subjects *on,
			 uint64_t now_ns);

/* Those that run wait for pktgen_resume_streams(), see ORDER_FLOW_PAUSE. */
void pktgen_pause_streams(struct pktgen *pg, const struct subjects *on,
			  uint64_t now_ns);
void pktgen_resume_streams(struct pktgen *pg, const struct subjects *on,
			   uint64_t now_ns);

/* The same of whole ports. */
void pktgen_start(struct pktgen *pg, uint64_t mask, uint64_t now_ns);
void pktgen_start_limited(struct pktgen *pg, uint64_t mask,
			  const struct flow_limit *limit, uint64_t now_ns);
void pktgen_stop(struct pktgen *pg, uint64_t mask);

/* The same of those that run, as a lease is over. */
void pktgen_end_lease(struct pktgen *pg, uint64_t mask);

/*
 * True once the runs of these ports are over: each was stopped or came to its
 * limit, and is idle since all that it sent is at rest, see rest.h. Those that
 * were not started are.
 */
bool pktgen_drained(struct pktgen *pg, uint64_t mask, uint64_t now_ns);

/*
 * No port of `mask` makes a frame, unless as an answer, until pktgen_resume()
 * was called as often as this; see ORDER_PAUSE. What of them starts in between,
 * or gets a mode that sends, waits as well.
 */
void pktgen_pause(struct pktgen *pg, uint64_t mask, uint64_t now_ns);
void pktgen_resume(struct pktgen *pg, uint64_t now_ns);

/* Between the two: true once all that ports of `mask` sent is at rest. */
bool pktgen_still(struct pktgen *pg, uint64_t mask, uint64_t now_ns);

/* Gives up what did not drain. */
void pktgen_abandon(struct pktgen *pg, uint64_t mask);

/* ---- What is seen ------------------------------------------------------- */

/*
 * What the port's workers were at the end of their last step, as one; NULL when
 * it is not up. Valid until it is asked again.
 */
const struct worker_view *pktgen_look(const struct pktgen *pg, unsigned port);

/* The same of one of its queues. */
const struct worker_view *pktgen_look_queue(const struct pktgen *pg,
					    unsigned port, unsigned queue);

/*
 * The same with `in_flight`, which has the device give back what it is done
 * with first.
 */
const struct worker_view *pktgen_count(const struct pktgen *pg, unsigned port,
				       uint64_t now_ns);

/* What a stream is at, and what of it was sent since its base. */
struct pktgen_stream_view {
	enum flow_state state;   /* FLOW_WAITS also for another turn */
	bool limited;            /* its run ends by itself */
	enum strategy strategy;  /* that is in use */
	struct flow_counts sent; /* `built`: of all runs */
	/*
	 * At ports of this appliance, in a mode that receives: of what is
	 * signed.
	 */
	bool is_signed;
	struct arrived received;
	/*
	 * Frames that were sent signed, not those of mode null; `unsure`: only
	 * nearly as many, as the signature was set while the stream was sent.
	 */
	uint64_t sent_signed;
	bool unsure;
	/* Where it has a window of order, and how long that is; 0: none. */
	uint32_t window;
	/*
	 * Frames of the stream came, or of others of its port; otherwise
	 * nobody knows where they go, and what is lost is not known.
	 */
	bool heard;
	struct order_counts order; /* see trail_count() */
};

void pktgen_look_stream(const struct pktgen *pg, unsigned port, unsigned stream,
			struct pktgen_stream_view *v);

/* Frames that came, each once: all that is lost is told by it. */
static inline uint64_t pktgen_came_once(const struct pktgen_stream_view *v)
{
	return v->received.packets -
	       MIN(v->received.packets, v->order.duplicate);
}

/*
 * Of all signed streams of a port together: what came of them, and where each
 * has a window, `order`. False where it has none that is signed.
 */
bool pktgen_look_signed(const struct pktgen *pg, unsigned port,
			struct pktgen_stream_view *v);

/* All that is known of the order of a stream's frames; see trail_look(). */
void pktgen_look_order(const struct pktgen *pg, unsigned port, unsigned stream,
		       struct order_counts *c);

/* False where its window is too short for that, or it has none. */
bool pktgen_look_density(const struct pktgen *pg, unsigned port,
			 unsigned stream, struct density_counts *c);

/*
 * How long the frames of a stream took; what *l counts in is not to be written.
 * False where its histogram is not known, or not of it alone.
 */
bool pktgen_look_stream_latency(const struct pktgen *pg, unsigned port,
				unsigned stream, struct latency *l);

/*
 * The same of all signed streams of a port; returns how many there are. Of
 * several the histogram goes into `l->count`, which is the caller's, and
 * cleared, or NULL. Frames of different streams are no pair, and they have no
 * jitter.
 */
unsigned pktgen_look_latency(const struct pktgen *pg, unsigned port,
			     struct latency *l);

/* Of all streams of a port that is up, since their base. */
struct pktgen_signed {
	uint64_t sent;    /* frames that were signed... */
	uint64_t arrived; /* ...and came to a port that receives, each once */
	uint64_t lost;    /* numbers missing among those that came... */
	bool tells;       /* ...where these are followed */
	bool unsure;      /* of one the counts are not exact, see above */
	bool any;         /* there are streams that are signed */
};

void pktgen_sum_signed(const struct pktgen *pg, unsigned port,
		       struct pktgen_signed *s);

/* What has come to a port, ever, while there were streams that are signed. */
struct pktgen_came {
	uint64_t looked; /* frames that were received then; of these... */
	uint64_t ours;   /* ...signed by a stream of this appliance... */
	uint64_t others; /* ...and signed, but by no such stream */
	uint64_t bad;    /* whose signature is damaged, of either */
};

void pktgen_look_came(const struct pktgen *pg, unsigned port,
		      struct pktgen_came *came);

/*
 * The kinds that a port has received since its streams' base, and of those that
 * it made: none are checked.
 */
void pktgen_look_kinds(const struct pktgen *pg, unsigned port, struct kinds *k,
		       struct kinds *built);

/*
 * Has a port that is up count what it receives by the value of a field, from
 * zero, or no more (NULL). -ENOMEM.
 */
int pktgen_track(struct pktgen *pg, unsigned port, const struct find *what,
		 uint64_t now_ns);

/* What it counts by; NULL: by nothing. */
const struct find *pktgen_tracked(const struct pktgen *pg, unsigned port);

/* The least value above `*value`, or where `first` from 0 on, that came. */
bool pktgen_track_next(const struct pktgen *pg, unsigned port, bool first,
		       uint64_t *value);

/* What came with a value. */
struct pktgen_tracked {
	struct track_row row; /* bytes have FCS */
	uint64_t lost, sent;  /* of these, where it is known: */
	bool has_lost, has_sent;
};

void pktgen_track_look(const struct pktgen *pg, unsigned port, uint64_t value,
		       struct pktgen_tracked *to);

/*
 * The times of a value, of all queues together, into LATENCY_BUCKETS of `count`
 * as those of struct latency; false where one of them has none of it.
 */
bool pktgen_track_bins(const struct pktgen *pg, unsigned port, uint64_t value,
		       uint64_t *count);

/* Of the whole table; what was sent of sizes is as it is now. */
struct pktgen_track_sum {
	unsigned values, room;    /* that came, that there are rows for */
	struct track_row without; /* frames that lack the field... */
	struct track_row beyond;  /* ...or for whose value there is no row */
	/* Lost of streams of which it is not known what value they have. */
	uint64_t unassigned;
};

void pktgen_track_sum(struct pktgen *pg, unsigned port,
		      struct pktgen_track_sum *to);

/*
 * The streams' counts begin here, those of kinds, and the first and last frame
 * of their run.
 */
void pktgen_clear_streams(struct pktgen *pg, unsigned port);

/* How late its frames were, of all streams; false when it is not up. */
bool pktgen_lag(const struct pktgen *pg, unsigned port, struct histogram *lag);

/*
 * The times between the frames that a port's queues received since its streams'
 * base; those that were taken together have none. False when it is not up.
 */
bool pktgen_gaps(const struct pktgen *pg, unsigned port,
		 struct histogram *gaps);

/* The mask of ports that are not idle. */
uint64_t pktgen_active(const struct pktgen *pg);

/* ---- Cores -------------------------------------------------------------- */

/*
 * Starts the CPUs that there are, whose entry calls pktgen_run_core(). Called
 * once, on CPU 0, as all else here is.
 */
void pktgen_start_cores(struct pktgen *pg, ukplat_lcpu_entry_t entry);
void __noreturn pktgen_run_core(struct pktgen *pg);

/* How many step workers or could: at least 1. */
static inline unsigned pktgen_cores(const struct pktgen *pg)
{
	return CORES_SEVERAL && pg->cores ? pg->cores->nb : 1;
}

/* Whether others than CPU 0 have workers now. */
static inline bool pktgen_others(const struct pktgen *pg)
{
	return CORES_SEVERAL && pg->cores && pg->cores->nb_awake;
}

bool pktgen_hold_others(struct pktgen *pg);
void pktgen_let_others_go(struct pktgen *pg, uint64_t now_ns);

/*
 * All of this page but pktgen_step() and what is said of cores wants every
 * worker to stand still. False: some do not yet; go on stepping and call it
 * again. What is done then is not before pktgen_time().
 */
static inline bool pktgen_hold(struct pktgen *pg)
{
	return !CORES_SEVERAL || likely(!pg->cores) || pktgen_hold_others(pg);
}

/*
 * They go on. Who has frames to move, and nothing in common with others, may be
 * another core's from now on, and who has none is CPU 0's again.
 */
static inline void pktgen_let_go(struct pktgen *pg, uint64_t now_ns)
{
	if (CORES_SEVERAL && unlikely(pg->cores != NULL))
		pktgen_let_others_go(pg, now_ns);
}

/* `now_ns` or the latest time that a worker has been stepped at. */
static inline uint64_t pktgen_time(const struct pktgen *pg, uint64_t now_ns)
{
	return CORES_SEVERAL && unlikely(pg->cores != NULL)
		       ? MAX(now_ns, pg->cores->floor_ns)
		       : now_ns;
}

/* Why CPU 0 has to step a port's queues: what they have in common. */
enum core_need {
	CORE_NEED_NOTHING,
	CORE_NEED_CAPTURE, /* somebody sees its frames, see tap.h */
	CORE_NEED_NODE,
	CORE_NEED_FORWARD,
	CORE_NEED_KV,
	CORE_NEED_SIGNED, /* what comes is looked at for signatures */
	CORE_NEED_TRACK,
	CORE_NEED_PAYLOAD, /* or compared */
	CORE_NEED_PLAY,
};

enum core_need pktgen_core_need(const struct pktgen *pg, unsigned port);

/* Which core has a queue of a port that is up, at this moment. */
unsigned pktgen_core_of(const struct pktgen *pg, unsigned port, unsigned queue);

/* Thousandths of the last second that a core had workers in. */
unsigned pktgen_core_load(const struct pktgen *pg, unsigned core);

/* The core whose clock is the farthest from CPU 0's: when it began. */
struct core_apart pktgen_core_apart(const struct pktgen *pg);

/* ---- Time --------------------------------------------------------------- */

/*
 * Steps every worker of CPU 0 once, and has those whose run is over be idle;
 * returns how many frames moved.
 */
unsigned pktgen_step(struct pktgen *pg, uint64_t now_ns);

/*
 * Looks at the links of all ports, at most each PKTGEN_LINK_NS: while one is
 * down, what its workers would send is discarded. Cheap, call it at will.
 */
#define PKTGEN_LINK_NS 1000000ull
void pktgen_watch_links(struct pktgen *pg, uint64_t now_ns);

/* See core.h. */
/*
 * Before and after a halt: whether frames that arrive at any port end it. False
 * where some wait already: then it is not to begin.
 */
bool pktgen_wake(struct pktgen *pg, bool on);

static inline uint64_t pktgen_sleep_ns(const struct pktgen *pg, uint64_t now_ns)
{
	return core_sleep_ns(&pg->core, now_ns);
}

static inline enum wait_kind pktgen_wait(struct pktgen *pg, uint64_t now_ns)
{
	return core_wait(&pg->core, now_ns);
}

#endif /* PKTGEN_PKTGEN_H */
