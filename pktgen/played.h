/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A capture that is played: a file of the store, read through once, so that
 * what cannot be sent is known before, and walked from then on without a look
 * at its bounds. Streams that play the same in the same way share one.
 *
 * What cannot be sent: a record of another link type than Ethernet, one that
 * was cut, one that the port does not take, and, of a file that breaks off or
 * is no capture, what stands from there on. The first of these is named, or
 * all are skipped and counted.
 */
#ifndef PKTGEN_PLAYED_H
#define PKTGEN_PLAYED_H

#include <stdbool.h>
#include <stdint.h>
#include <uk/alloc.h>

#include "capture/read.h"
#include "pktgen/feed.h"
#include "pktgen/pacer.h"
#include "pktgen/stream.h"
#include "units/held.h"

#define PLAYED_WHY_MAX (VALUE_NAME_MAX + CAPTURE_PRINT_MAX + 16)

/* Where captures come from; the owner's of the store fills it in. */
struct played_files {
	void *arg;
	/* The file of that name stays where `h` says; false: there is none. */
	bool (*hold)(void *arg, const char *name, struct held *h);
	void (*release)(void *arg, struct held *h);
	struct uk_alloc *heap;
	struct played *all;
	/* The capture that is fed, STREAM_FED; NULL: none is. */
	struct feed *feed;
	void (*end_feed)(void *arg);
};

struct played {
	struct held held;
	struct feed *feed; /* it comes while it is played; NULL: a file */
	struct played_files *files;
	struct played *next; /* of all that there are */
	unsigned refs;
	char name[VALUE_NAME_MAX + 1];
	bool skip, tag;         /* as asked */
	bool plain;             /* pcap: walked by the four behind it */
	bool big;               /* its numbers are big-endian */
	uint32_t tick_ns;       /* of a record's time */
	size_t start;           /* byte of the first record... */
	size_t end;             /* ...and behind the last that can be read */
	unsigned max;           /* bytes of the longest frame, without FCS */
	uint64_t frames, bytes; /* that a round sends, without FCS */
	/* Records that are skipped: each for the first reason it has. */
	struct {
		uint64_t link, cut, length, broken;
	} skipped;
	uint64_t first_ns; /* of the first frame: of pcap since 1970 */
	uint64_t last_ns;  /* when the last one is due, after the first */
	uint64_t turn_ns;  /* from there to the first of the next round */
	/* The first record that is skipped, or at fault, and why. */
	char why[PLAYED_WHY_MAX];
};

/*
 * What `play` asks for, of frames up to `max` bytes without FCS and tags. 0
 * with one more reference in *to; -ENOENT: no such file, or -EBADMSG with
 * the record at fault, both said in `why`, PLAYED_WHY_MAX bytes; or -ENOMEM.
 */
int played_get(struct played_files *files, const struct stream_play *play,
	       unsigned max, struct played **to, char *why);
void played_put(struct played *p);

/* All that is skipped in a round. */
static inline uint64_t played_skipped(const struct played *p)
{
	return p->skipped.link + p->skipped.cut + p->skipped.length +
	       p->skipped.broken;
}

/* ---- Walked ------------------------------------------------------------- */

struct played_frame {
	const uint8_t *data; /* in the file: until the next step */
	unsigned len;
};

/* Where in it somebody is. */
struct played_cursor {
	const struct played *of;
	size_t at;   /* plain: the next record */
	uint64_t ns; /* when the frame taken last is due, after the first... */
	uint64_t round_ns;             /* ...and its round began */
	struct capture_reader *reader; /* of one that is not plain */
};

/* Before the first frame. `reader` is the caller's, NULL of a plain one. */
void played_begin(struct played_cursor *c, const struct played *p,
		  struct capture_reader *reader);

/* The next frame, round and round; and with c->ns. */
void played_next(struct played_cursor *c, struct played_frame *f);
void played_next_timed(struct played_cursor *c, struct played_frame *f);

/* Its gaps, faster or slower; exact, so that none of it adds up. */
struct played_times {
	struct pacer_times times;
	struct played_cursor cursor;
	uint64_t scale; /* 2^-48: ns of a run for one of the file */
	uint64_t ns;    /* of a run, when the frame taken last is due */
	/* Of one that is fed: the first record's time, once that is there. */
	bool begun;
	uint64_t first_ns;
	struct gap gap; /* where scale is 0, and what it has of a ns so far */
	uint32_t frac;
};

/*
 * Of one that is fed: from the frame on that `c` makes next; `gap` where
 * `speed` is 0.
 */
void played_fed_begin(struct played_times *t, const struct played_cursor *c,
		      uint32_t speed, const struct gap *gap);
/* It goes on where another is. */
void played_fed_go_on(struct played_times *t, const struct played_times *from);

/* The record of `c`, which is there; `done`: it is not needed any more then. */
void played_fed_next(struct played_cursor *c, struct played_frame *f,
		     uint64_t *ns, bool done);

/* `speed`, in thousandths, is not 0. */
void played_times_begin(struct played_times *t, const struct played *p,
			uint32_t speed, struct capture_reader *reader);

#endif /* PKTGEN_PLAYED_H */
