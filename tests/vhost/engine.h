/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happens to frames. The driver's transmit queues are always emptied; a
 * source fills its receive queues as well.
 */
#ifndef VHOST_ENGINE_H
#define VHOST_ENGINE_H

#include "tests/vhost/fault.h"
#include "tests/vhost/maker.h"
#include "tests/vhost/queue.h"
#include "tests/vhost/sequence.h"
#include "tests/vhost/tally.h"

#define QUEUES_MAX 16 /* receive queues are even, transmit queues odd */

enum mode {
	MODE_SINK,   /* check every frame */
	MODE_SOURCE, /* check every frame, and make some */
	MODE_ECHO,   /* check every frame and send it back */
	MODE_NULL,   /* take frames without a look at them */
};

struct engine {
	enum mode mode;
	bool mrg_rxbuf; /* negotiated: a frame may fill several buffers */
	bool going;     /* the source makes frames */
	unsigned int nb_queues;
	struct queue q[QUEUES_MAX];
	struct maker maker;
	bool mimic;        /* sign as the driver does, once it has */
	uint64_t ahead_ns; /* its clock, of ours */
	struct faults faults;
	uint64_t rate_pps; /* 0: as fast as possible */
	uint64_t count;    /* frames to make; 0: no end */
	uint64_t start_ns; /* when the first of them was due; 0: not yet */
	uint64_t made;     /* since then */
	struct tally in;   /* from the driver */
	struct tally out;  /* to the driver */
	uint64_t no_room;  /* echoed frames too long for the driver's buffers */
	uint64_t verdict[FRAME_VERDICTS];
	uint64_t offload; /* frames that ask the device to finish them: bad */
	uint64_t signed_frames;
	struct seq_stream *stream; /* SEQ_STREAMS of them */
	struct seq_all all;
	uint8_t scratch[NET_HDR_LEN + FRAME_LEN_MAX];
};

/* NULL when there is no memory. Queues are set up, none of them runs. */
struct engine *engine_new(void);
void engine_free(struct engine *e);

/* Moves one batch in each queue; false when there was nothing to do. */
bool engine_step(struct engine *e, uint64_t now);

/* Counts from zero, keeping rings, sequence and faults to come. */
void engine_clear(struct engine *e);

/* Lets the source begin its `count` frames anew, or pauses it. */
void engine_go(struct engine *e, bool going);

/* Bad frames of all kinds. */
uint64_t engine_bad(const struct engine *e);

#endif /* VHOST_ENGINE_H */
