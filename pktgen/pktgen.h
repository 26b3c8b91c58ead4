/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The generator: all ports with their stream and worker. `struct pktgen` owns
 * them; it is created once and lives as long as the appliance.
 *
 * Ports are named by a mask, bit N for port N. A call that can fail checks
 * every port of the mask before it changes one.
 */
#ifndef PKTGEN_PKTGEN_H
#define PKTGEN_PKTGEN_H

#include "pktgen/rest.h"
#include "pktgen/worker.h"

#define PKTGEN_MAX_PORTS CONFIG_APPUKPKTGEN_MAX_PORTS

struct pktgen {
	unsigned nb_ports; /* those that failed to come up included */
	struct port port[PKTGEN_MAX_PORTS];
	struct stream stream[PKTGEN_MAX_PORTS];
	struct worker *worker[PKTGEN_MAX_PORTS]; /* NULL: port is not up */
	struct rest_port rest[PKTGEN_MAX_PORTS];
	unsigned nb_pauses; /* that were begun and have not ended */
	uint64_t held_back; /* mask: the ports of these */
};

/*
 * Brings up every port there is, memory from `a`. Port 0 sends, the others
 * receive. A port that fails stays as it is, see port_step_name().
 */
void pktgen_open(struct pktgen *pg, struct uk_alloc *a);

/* Gives all memory back to `a`, once the devices have gone: for tests. */
void pktgen_close(struct pktgen *pg, struct uk_alloc *a);

/* The mode of a port that nobody has set. */
static inline unsigned pktgen_first_mode(unsigned port)
{
	return port ? MODE_RX : MODE_TX;
}

/* The mask of all ports. */
uint64_t pktgen_all(const struct pktgen *pg);

/* The first port of `mask` that is not up, or -1. */
int pktgen_first_down(const struct pktgen *pg, uint64_t mask);

/* Why an edit was refused. */
struct pktgen_fault {
	unsigned port;
	unsigned size;     /* -EMSGSIZE: the one at fault, bytes with FCS... */
	unsigned min, max; /* ...and what this port takes of this stream */
};

/*
 * Applies `edit` to the stream of each port of `mask` and has the workers send
 * the result from their next burst on. All or none: -ERANGE when the rate
 * cannot be kept, -EMSGSIZE when a size is less than the headers need or more
 * than a port takes, with *fault saying where. Every port of the mask is up.
 */
int pktgen_edit(struct pktgen *pg, uint64_t mask,
		void (*edit)(struct stream *s, const void *arg),
		const void *arg, uint64_t now_ns, struct pktgen_fault *fault);

/* `mode` is a set of MODE_*. Every port of the mask is up. */
void pktgen_set_mode(struct pktgen *pg, uint64_t mask, unsigned mode,
		     uint64_t now_ns);

/* Applies `edit` to how each port of the mask sends; all are up. */
void pktgen_set_how(struct pktgen *pg, uint64_t mask,
		    void (*edit)(struct worker_how *how, const void *arg),
		    const void *arg, uint64_t now_ns);

/* Every port of the mask is up. */
void pktgen_start(struct pktgen *pg, uint64_t mask, uint64_t now_ns);

/*
 * The same up to `limit` each. Ports whose mode does not send are left alone;
 * those that do neither run nor hold frames.
 */
void pktgen_start_limited(struct pktgen *pg, uint64_t mask,
			  const struct worker_limit *limit, uint64_t now_ns);
void pktgen_stop(struct pktgen *pg, uint64_t mask);

/*
 * True once the runs of these ports are over: each was stopped or came to its
 * limit, and is idle since all that it sent is at rest, see rest.h. Those that
 * were not started are.
 */
bool pktgen_drained(struct pktgen *pg, uint64_t mask, uint64_t now_ns);

/*
 * No port of `mask` makes a frame, unless as an answer, until pktgen_resume()
 * was called as often as this; see worker_pause(). What of them starts in
 * between, or gets a mode that sends, waits as well.
 */
void pktgen_pause(struct pktgen *pg, uint64_t mask, uint64_t now_ns);
void pktgen_resume(struct pktgen *pg, uint64_t now_ns);

/* Between the two: true once all that ports of `mask` sent is at rest. */
bool pktgen_still(struct pktgen *pg, uint64_t mask, uint64_t now_ns);

/* Gives up what did not drain. */
void pktgen_abandon(struct pktgen *pg, uint64_t mask);

/* The mask of ports that are not idle. */
uint64_t pktgen_active(const struct pktgen *pg);

/*
 * How long the caller may sleep after a step that moved nothing; 0: it goes on
 * at once. That is so while a worker is active, and for PKTGEN_AWAKE_NS after a
 * port got a frame, started or not, counted or ignored: a receive ring is
 * short. From then on it is PKTGEN_QUIET_PART of the time without a frame, up
 * to PKTGEN_SLEEP_NS.
 */
#define PKTGEN_AWAKE_NS 2000000ull
#define PKTGEN_QUIET_PART 8
#define PKTGEN_SLEEP_NS 10000000ull
uint64_t pktgen_sleep_ns(const struct pktgen *pg, uint64_t now_ns);

/*
 * Steps every worker once, and has those whose run is over be idle; returns how
 * many frames moved.
 */
unsigned pktgen_step(struct pktgen *pg, uint64_t now_ns);

/*
 * How to wait after a step that moved nothing where pktgen_sleep_ns() is 0, not
 * WAIT_AUTO: as the least patient worker that is active wants to.
 * Where none is, the sender may need this core, so only PKTGEN_PAUSE_NS after
 * a frame are not halted: at a million frames a second there is always one.
 */
#define PKTGEN_PAUSE_NS 20000ull
enum wait_kind pktgen_wait(struct pktgen *pg, uint64_t now_ns);

#endif /* PKTGEN_PKTGEN_H */
