/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What arrived at a queue of the streams of this appliance: its frames are told
 * apart by their signatures. A worker of the queue counts, and is the only one
 * that does; who asks does so between two of its steps.
 */
#ifndef MEASURE_ARRIVALS_H
#define MEASURE_ARRIVALS_H

#include <uk/alloc.h>
#include <uk/essentials.h>
#include <uk/netbuf.h>

#include "measure/signature.h"
#include "net/proto.h"

/* Frames of one kind; true of those that are signed, once they came. */
struct arrived {
	uint64_t packets, bytes;    /* FCS included */
	uint64_t first_ns, last_ns; /* when they came; 0: none has */
};

struct arrivals_port {
	unsigned nb;
	struct arrived *stream; /* by number */
};

struct arrivals {
	uint64_t ours; /* what the head of each signature of ours begins with */
	unsigned nb_ports;
	struct arrivals_port *port; /* that sent them */
	uint64_t foreign;           /* frames that are signed, but not ours */
};

/* A head less its port and sequence number: magic and appliance. */
#define ARRIVALS_OURS_SHIFT 30

/* From ports 0..nb_ports-1 of `appliance`; memory from `a`. -ENOMEM. */
int arrivals_open(struct arrivals *ar, uint16_t appliance, unsigned nb_ports,
		  struct uk_alloc *a);
void arrivals_close(struct arrivals *ar, struct uk_alloc *a);

/* Counts streams 0..nb-1 that `port` sends, and those that it did: -ENOMEM. */
int arrivals_reserve(struct arrivals *ar, unsigned port, unsigned nb,
		     struct uk_alloc *a);

/*
 * A frame of `len` bytes without FCS, in one piece or as a chain; it may have
 * padding behind its signature.
 */
void arrivals_see(struct arrivals *ar, const uint8_t *frame, size_t len,
		  uint64_t now_ns);
void arrivals_see_chain(struct arrivals *ar, const struct uk_netbuf *nb,
			size_t len, uint64_t now_ns);

#endif /* MEASURE_ARRIVALS_H */
