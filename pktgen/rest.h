/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When all that a port has sent is over: none of its frames is held or with the
 * device, and where they come back to a port of ours, that has counted them.
 * The one answer to this for `stop`, `wait idle`, the notice `done` and
 * `stats clear`.
 *
 * How long a frame takes that no device of ours has, nobody says: the back end
 * may hold it, and a loaded host may keep that from running. What tells is the
 * counts. Since all was last at rest a port has sent as many frames as another
 * has received: then these are they. Where that never comes to be so, for loss,
 * for frames from elsewhere, or as they go to somebody else, the wait ends by
 * time: soonest of a port whose frames did not come back the last time, latest
 * of one whose frames did, as they are only late. Of frames that are signed it
 * is known whether they are here. Where some are, of signed ones or of one
 * whose frames are known to come back, the others may be late, for as long
 * after each that comes. Time in which the host did not run us is no time that
 * frames had to come in.
 */
#ifndef PKTGEN_REST_H
#define PKTGEN_REST_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Behind WORKER_DEVICE_NS for a device to give back what it has: for frames
 * that a port of ours is known to get, for those that may come back, and for
 * others.
 */
#define REST_KNOWN_NS 900000000ull
#define REST_PATIENCE_NS 100000000ull
#define REST_QUIET_NS 10000000ull

#define REST_PEER_UNKNOWN (-1)
#define REST_PEER_NONE (-2)

struct rest_port {
	uint64_t sent, received; /* when all was last at rest */
	int peer; /* the port that gets what this one sends, or REST_PEER_* */
	uint64_t signed_sent; /* of it, since `stats clear` */
	uint64_t lacked;      /* and what had not arrived of that */
	uint64_t look_ns;     /* when that is looked at again... */
	bool some_lack;       /* ...whether some came since, and some did not */
	uint64_t arrived;     /* of signed ones, when it was looked last... */
	uint64_t came;        /* ...and at the peer, of fewer than it sent... */
	uint64_t still_ns;    /* ...since when the device is still... */
	uint64_t wait_ns;     /* ...and core_awake_ns() of the later of both */
};

struct pktgen;

/* Nothing is known yet. */
void rest_init(struct pktgen *pg);

/* Before a worker starts: where none sends, counts begin here. */
void rest_begin(struct pktgen *pg);

/*
 * Whether all is over of what port `i`, which is up, had sent until it was
 * stopped or paused. Of one that runs, whether it holds no frame.
 */
bool rest_reached(struct pktgen *pg, unsigned i, uint64_t now_ns);

/* Whether a port may still send by itself. */
bool rest_any_sends(const struct pktgen *pg);

/* All are at rest: learns whose frames come where, and counts begin here. */
void rest_learn(struct pktgen *pg);

#endif /* PKTGEN_REST_H */
