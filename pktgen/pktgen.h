/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The generator: ports, what is set of each, its streams, and the workers that
 * move its frames. `struct pktgen` owns all of them; it is created once and
 * lives as long as the appliance.
 *
 * Ports are named by a mask, bit N for port N. A call that can fail checks
 * every port of the mask before it changes one.
 *
 * Here is what is set, and read where it was set; runs are in pktgen_runs.h,
 * what is seen of them in pktgen_seen.h, and who steps the workers in
 * pktgen_cores.h.
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
	unsigned port, stream;
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

#endif /* PKTGEN_PKTGEN_H */
