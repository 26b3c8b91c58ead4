/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares the payload of received frames that streams of this appliance have
 * signed with what they sent: frame N of a run is made again from the program.
 * The payload is looked for from the signature backwards, so that tags and
 * tunnels that were put on or taken off on the way do not matter.
 *
 * That is done where it is asked for, and costs as much as making the frame. Of
 * frames that the program before has made nothing is known.
 */
#ifndef PKTGEN_CHECKER_H
#define PKTGEN_CHECKER_H

#include "measure/kinds.h"
#include "measure/signature.h"
#include "pktgen/program.h"

/* What a stream sends, as of now. */
struct checker_source {
	const struct program *prog;
	uint64_t changes; /* counts up with each that is set */
	uint16_t run;     /* as in a signature */
	uint64_t made;    /* frames of the run, or some more */
	/* The first that is of this program, and its place in the order. */
	uint64_t from;
	unsigned order;
};

struct checker {
	/* False: there is no such stream, or it is not signed. */
	bool (*find)(void *arg, unsigned port, unsigned stream,
		     struct checker_source *is);
	void *arg;
	uint16_t appliance;
	uint64_t bad; /* frames whose signature is ours but for its head */
	/* The frame that comes next, of whom. */
	const struct program *of;
	uint64_t changes;
	struct program_at at;
	uint8_t frame[STREAM_SIZE_MAX];
};

/* `n` received frames; those that are chains are not looked at. */
void checker_see(struct checker *k, struct kinds *to,
		 struct uk_netbuf *const pkts[], unsigned n);

#endif /* PKTGEN_CHECKER_H */
