/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the checks work with: two devices and every netbuf that goes round
 * between them and the checks. A netbuf has a slot that says who owns it, so
 * that one which is freed by somebody else, twice or not at all is seen.
 * What every call has to keep is
 * looked at all the time, by the rules below: what is broken is noted and the
 * run goes on.
 */
#ifndef TESTS_NETDEV_RIG_H
#define TESTS_NETDEV_RIG_H

#include <stdbool.h>

#include "tests/netdev/suite.h"

/* Netbufs in use at once: the rings of two devices, and some. */
#define RIG_SLOTS 2048
/* Of a plain frame, without FCS. */
#define RIG_FRAME_BYTES 60
/* Frames that a check sends at once. */
#define RIG_BATCH 32
/* The sequence number of a frame that is sent several times. */
#define RIG_SEQ_SHARED UINT32_MAX

/* Whose a netbuf is; with no owner the slot is free. */
enum rig_owner { RIG_NOBODY, RIG_CHECK, RIG_SENDER, RIG_RECEIVER };

struct rig;

struct rig_slot {
	struct rig *rig;
	enum rig_owner owner;
	unsigned side; /* of the device that it is for */
	uint32_t seq;  /* of a frame that is sent */
	uint16_t len;  /* of it, or the room that was offered */
	char *data;    /* likewise */
};

/* What every call and every netbuf is measured by. */
#define RIG_RULES(R)                                  \
	R(FLAGS, "status-has-known-flags")            \
	R(TX_MORE, "tx-more-only-with-success")       \
	R(TX_MORE_TRUE, "tx-more-is-true")            \
	R(RX_MORE, "rx-more-only-with-success")       \
	R(RX_MORE_TRUE, "rx-more-is-true")            \
	R(UNDERRUN_SAID, "rx-underrun-is-said")       \
	R(UNDERRUN_TRUE, "rx-underrun-is-true")       \
	R(REFUSED, "tx-refused-frame-is-unchanged")   \
	R(FREED, "freed-by-its-owner")                \
	R(SENT_INTACT, "tx-frame-is-only-read")       \
	R(HEADROOM, "tx-writes-only-to-its-headroom") \
	R(RX_OURS, "rx-buffer-was-given")             \
	R(RX_BOUNDS, "rx-frame-is-within-its-buffer") \
	R(RX_REFCOUNT, "rx-frame-has-one-reference")  \
	R(RX_LENGTH, "rx-length")                     \
	R(RX_BYTES, "rx-bytes")                       \
	R(RX_ORDER, "rx-order")

enum rig_rule {
#define R(id, name) RIG_##id,
	RIG_RULES(R)
#undef R
		RIG_RULES_COUNT
};

struct rig_dev {
	struct rig *rig;
	struct uk_netdev *dev;
	struct uk_netdev_info info;
	uint16_t mtu;
	unsigned give;     /* buffers that its receive queue may still have */
	unsigned nb_asked; /* that it asked for, ever */
	unsigned nb_given; /* that it has */
	bool refused;      /* it got fewer than it asked for in this call */
	bool tx_more, rx_more; /* the last call said MORE */
	uint32_t seq_sent;     /* of the next that it is given to send */
	uint32_t seq_due;      /* of the next of these that arrives */
	unsigned nb_flying;    /* frames that it has not given back... */
	unsigned nb_back;      /* ...and those that it has, ever */
};

struct rig {
	struct uk_alloc *a;
	struct rig_dev dev[2];
	const char *during; /* the name of the check that runs */
	unsigned next_slot;
	bool freeing;               /* by the check itself */
	bool seen[RIG_RULES_COUNT]; /* there was something to look at */
	bool broken[RIG_RULES_COUNT];
	char why[RIG_RULES_COUNT][NETDEV_WHY_MAX];
	struct rig_slot slot[RIG_SLOTS];
};

/* Room for one rig from `a`; NULL without memory. */
struct rig *rig_new(struct uk_alloc *a, struct uk_netdev *dev[2]);

/*
 * Notes that a rule was looked at, and with `holds` false that it is broken:
 * the first time counts, with a text of `fmt` and `n`.
 */
void rig_rule(struct rig *r, enum rig_rule rule, bool holds, const char *fmt,
	      long got, long want);

/*
 * A frame of `len` bytes without FCS, with `headroom` bytes before it, for
 * device `side` to send; it is the check's. NULL without memory.
 */
struct uk_netbuf *rig_frame(struct rig *r, unsigned side, unsigned len,
			    unsigned headroom);
/* Of RIG_FRAME_BYTES, with more headroom than the device asks for. */
struct uk_netbuf *rig_plain(struct rig *r, unsigned side);

struct rig_slot *rig_slot(const struct uk_netbuf *nb);

/* Writes what a frame with this number holds. */
void rig_stamp(struct uk_netbuf *nb, uint32_t seq);

/* Whether `n` bytes are the first of a frame of `len`. */
bool rig_is_frame(const char *data, unsigned n, uint32_t seq, unsigned len);

/* Whether the frame is as rig_stamp() left it, of the same place and length. */
bool rig_unchanged(const struct uk_netbuf *nb);

/* A check gives a frame, or its reference to it, back. */
void rig_free(struct rig *r, struct uk_netbuf *nb);

/*
 * Before `n` frames are handed to device `side`: they get their numbers. After
 * it took the first `taken` of them the others are the check's again.
 */
void rig_offer(struct rig *r, unsigned side, struct uk_netbuf *nb[],
	       unsigned n);
void rig_offered(struct rig *r, unsigned side, struct uk_netbuf *nb[],
		 unsigned n, unsigned taken);

/* What a status has to keep, of a call for up to `max` frames that got `n`. */
void rig_tx_status(struct rig *r, unsigned side, int status, unsigned max,
		   unsigned n);
void rig_rx_status(struct rig *r, unsigned side, int status, unsigned max,
		   unsigned n);

/* A received frame: looked at and given back. */
void rig_got(struct rig *r, unsigned side, struct uk_netbuf *nb);

/* Sends a frame; what is not taken stays the check's. Returns the status. */
int rig_tx(struct rig *r, unsigned side, struct uk_netbuf *nb);

/* Receives a frame, looks at it, gives it back; whether there was one. */
bool rig_rx(struct rig *r, unsigned side, int *status);

/* Receives what device `side` has sent; false when not all arrives in time. */
bool rig_settle(struct rig *r, unsigned side);

/* Sends `n` plain frames from device `side`, and receives them. */
bool rig_pass(struct rig *r, unsigned side, unsigned n);

/* Has device `side` give back what it can, by sending a frame if need be. */
bool rig_reap_some(struct rig *r, unsigned side);

/* Waits until device `side` has given back what it holds now. */
bool rig_reap(struct rig *r, unsigned side);

/* For the receive queue's configuration; `argp` is its struct rig_dev. */
uint16_t rig_alloc_rxpkts(void *argp, struct uk_netbuf *pkts[], uint16_t count);

/* In a loop that waits for a device: false once that takes too long. */
struct rig_wait {
	uint64_t since_ns;
	unsigned polls;
};
bool rig_waits(struct rig_wait *w);

#endif /* TESTS_NETDEV_RIG_H */
