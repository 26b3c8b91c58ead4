/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Other appliances whose frames come to ports of ours, the clocks of these, and
 * how long their signed frames were on their way.
 *
 * A port whose clocks are on sends a probe now and then, answers those of
 * others, and looks at all that comes: by a tap, so that other ports do not pay
 * for it. Between two steps peers_step() sends; what came in a step waits for
 * that. A frame of another counts while the clock of its sender is known well
 * enough, and is `untimed` elsewhere.
 */
#ifndef PKTGEN_PEERS_H
#define PKTGEN_PEERS_H

#include "measure/far_clock.h"
#include "measure/latency.h"
#include "measure/probe.h"
#include "pktgen/tap.h"

#define PEERS_MAX 8
#define PEERS_PROBE_NS 20000000ull
/* Of a port: probes that are answered yet; what came in a step and waits. */
#define PEERS_ASKED 16
#define PEERS_CAME 8

/* A port of another appliance. */
struct peer {
	uint16_t sender; /* as its signatures have it */
	unsigned port;   /* of ours, where it was heard last */
	struct far_clock clock;
	struct latency latency; /* of its signed frames, by our clock... */
	uint64_t bound_ns;      /* ...each wrong by that at most */
	uint64_t untimed;       /* those whose time is not known */
	uint64_t count[LATENCY_BUCKETS];
};

/* A probe, or an answer, that came. */
struct peers_came {
	struct probe probe;
	uint64_t ns;
};

struct peers_port {
	struct tap tap; /* first */
	struct peers *peers;
	struct tap *behind; /* who else sees what comes; NULL: nobody */
	unsigned port;
	bool on;
	uint32_t number; /* of its next probe */
	/* When it sent one, by its number; 0: the device did not take it. */
	uint64_t asked_ns[PEERS_ASKED];
	unsigned nb_came;
	struct peers_came came[PEERS_CAME];
};

struct pktgen;

struct peers {
	struct pktgen *pg;
	uint64_t within_ns;             /* with a larger bound a time is none */
	uint64_t now_ns;                /* of the last step */
	uint64_t next_ns;               /* when to probe */
	uint64_t nb_probes, nb_answers; /* that were sent */
	unsigned nb;
	struct peer *peer[PEERS_MAX];
	struct peers_port port[];
};

/*
 * Clocks of others are, or are no more, known by way of the ports of `mask`,
 * which are up, to within a bound. With the last port all that is known goes.
 * -ENOMEM; nothing has changed then.
 */
int pktgen_set_clocks(struct pktgen *pg, uint64_t mask, bool on,
		      uint64_t within_ns);

/* The tap for a worker of `port` that is to have `rx`. */
struct tap *peers_tap(struct peers *ps, unsigned port, struct tap *rx);

/* Between two steps: sends what is to be sent. */
void peers_step(struct peers *ps, uint64_t now_ns);

/* Frames that came to `port` count from now on. */
void peers_clear(struct peers *ps, unsigned port);

/* Gives all memory back. */
void peers_close(struct pktgen *pg);

#endif /* PKTGEN_PEERS_H */
