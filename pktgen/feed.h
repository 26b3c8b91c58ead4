/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture that comes while it is played: records of pcap as they are sent
 * here, in nanoseconds and little-endian, without the file's header. They lie
 * in a ring, each in one piece, until their frame has been made. Who sends them
 * has said before how many there are, so a run is known to end.
 *
 * One reader at a time: the program that plays them, or that takes its place.
 */
#ifndef PKTGEN_FEED_H
#define PKTGEN_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The least room: two windows of the channel, and what the end of it costs. */
#define FEED_ROOM_MIN (160u << 10)

#define FEED_HEAD 16

struct feed {
	unsigned char *mem;
	size_t size;
	uint64_t frames, bytes; /* that come in all; bytes without FCS */
	uint64_t span_ns;       /* from the first to the last */
	unsigned max;           /* bytes of the longest that can be sent */
	/* What came: bytes of the stream, and of the ring, with its gaps. */
	uint64_t received, filled;
	uint64_t records; /* that are whole */
	size_t at;        /* where the next one goes... */
	unsigned char head[FEED_HEAD];
	unsigned nb_head; /* bytes of the head that came */
	uint32_t left;    /* bytes of the body to come */
	uint64_t number;  /* of the record that is wrong, from 1; 0: none is */
	/* What was played. */
	uint64_t emptied; /* of the ring */
	uint64_t played;  /* frames made */
	uint64_t stalls, stalled_ns, dry_ns;
	uint64_t now_ns; /* when it was last looked for */
};

/* Empty; `mem` stays the caller's. */
void feed_init(struct feed *f, void *mem, size_t size);

/*
 * Takes `len` bytes, which there is room for, see feed_limit(). False once a
 * record is wrong: none comes after that.
 */
bool feed_take(struct feed *f, const void *bytes, size_t len);

/* Up to where bytes have room, whatever they are. */
uint64_t feed_limit(const struct feed *f);

/* Where a reader is: the next record, and how many stand before it. */
struct feed_place {
	size_t at;
	uint64_t n;
};

/* A record that is there; `ns` is its time. */
struct feed_record {
	const unsigned char *data;
	uint32_t len;
	uint64_t ns;
};

/* Reads the record at a place, and goes on; n < f->records. */
void feed_next(const struct feed *f, struct feed_place *p,
	       struct feed_record *r);

/* What stands before a place is not needed any more. */
void feed_done(struct feed *f, const struct feed_place *from,
	       const struct feed_place *to);

#endif /* PKTGEN_FEED_H */
