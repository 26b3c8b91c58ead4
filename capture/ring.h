/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records of a capture in a block of memory, as they are written. A record is
 * put in first and counts once it is committed, so that frames can be written
 * down before it is known whether they are sent. What stands in the block goes
 * round its end; capture_ring_line_up() makes one piece of it, a pcap file.
 */
#ifndef CAPTURE_RING_H
#define CAPTURE_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/copy.h"
#include "capture/write.h"

/* What happens when no record fits any more. */
enum capture_keep {
	CAPTURE_KEEP_FIRST,  /* it ends */
	CAPTURE_KEEP_LAST,   /* the oldest make room */
	CAPTURE_KEEP_UNREAD, /* those that were read have made room, or none */
};

/* A place in the stream of all records, and where in the block that is. */
struct capture_place {
	uint64_t pos; /* bytes of records before it */
	size_t at;
};

struct capture_ring {
	unsigned char *mem; /* behind the header */
	size_t size;
	enum capture_keep keep;
	/* The oldest, the end of those that count, and of all. */
	struct capture_place tail, head, end;
	uint64_t overwritten; /* records that made room */
};

/* Room for the header and one record at least. */
#define CAPTURE_RING_MIN 4096

/*
 * An empty ring in `size` bytes, CAPTURE_RING_MIN or more, of the caller's, who
 * keeps them. `snap` is for the header.
 */
void capture_ring_begin(struct capture_ring *r, void *mem, size_t size,
			enum capture_keep keep, uint32_t snap);

/*
 * Puts a record in, `len` bytes of which follow by capture_ring_add(). False
 * where there is no room for it: nothing is changed.
 */
bool capture_ring_put(struct capture_ring *r, uint64_t ns, uint32_t len,
		      uint32_t orig_len);
void capture_ring_add(struct capture_ring *r, const void *bytes, size_t len);

/* ---- Many at once -------------------------------------------------------- */

/*
 * Puts records in one after another, as long as the end of the block is far:
 * begin, put, finish, with nothing between that changes the ring. What is not
 * put is left to the functions above.
 */
struct capture_writer {
	unsigned char *to;
	size_t left; /* to the end of the block */
	size_t room; /* to the oldest record */
};

static inline struct capture_writer capture_writer_begin(
	const struct capture_ring *r)
{
	return (struct capture_writer){
		r->mem + r->end.at, r->size - r->end.at,
		r->size - (size_t)(r->end.pos - r->tail.pos)};
}

/* The oldest makes room, if it may and no end cuts it. */
static inline bool capture_writer_drop(struct capture_writer *w,
				       struct capture_ring *r)
{
	uint32_t len;
	size_t all;

	if (r->keep != CAPTURE_KEEP_LAST || r->tail.pos == r->head.pos ||
	    r->size - r->tail.at < CAPTURE_RECORD_BYTES)
		return false;
	memcpy(&len, r->mem + r->tail.at + 8, sizeof(len));
	all = CAPTURE_RECORD_BYTES + (size_t)len;
	r->tail.pos += all;
	r->tail.at += all;
	if (r->tail.at >= r->size)
		r->tail.at -= r->size;
	r->overwritten++;
	w->room += all;
	return true;
}

/* The first `len` bytes of a frame of `orig_len`, `time` by capture_time(). */
static inline bool capture_writer_put(struct capture_writer *w,
				      struct capture_ring *r, uint64_t time,
				      const void *bytes, uint32_t len,
				      uint32_t orig_len)
{
	const size_t all = CAPTURE_RECORD_BYTES + (size_t)len;

	if (all >= w->left)
		return false;
	while (all > w->room)
		if (!capture_writer_drop(w, r))
			return false;
	capture_write_at(w->to, time, len, orig_len);
	capture_copy(w->to + CAPTURE_RECORD_BYTES, bytes, len);
	w->to += all;
	w->left -= all;
	w->room -= all;
	return true;
}

static inline void capture_writer_finish(const struct capture_writer *w,
					 struct capture_ring *r)
{
	const size_t at = (size_t)(w->to - r->mem);

	r->end.pos += at - r->end.at;
	r->end.at = at;
}

/* ---- What counts --------------------------------------------------------- */

/* All records that were put in count. */
static inline void capture_ring_commit_all(struct capture_ring *r)
{
	r->head = r->end;
}

/* Of the records that were put in since the last call the first `n` count. */
void capture_ring_commit(struct capture_ring *r, unsigned n);

/*
 * Copies up to `len` bytes of the file from byte `pos` of it on, the header
 * included, and returns how many; 0 where it is too far on, or not there any
 * more.
 */
size_t capture_ring_read(const struct capture_ring *r, uint64_t pos, void *to,
			 size_t len);

/* Bytes of the file before `pos` have been read: CAPTURE_KEEP_UNREAD. */
void capture_ring_done(struct capture_ring *r, uint64_t pos);

/* The first byte of records that is there, and the end of the file. */
static inline uint64_t capture_ring_from(const struct capture_ring *r)
{
	return r->tail.pos + CAPTURE_HEADER_BYTES;
}

static inline uint64_t capture_ring_to(const struct capture_ring *r)
{
	return r->head.pos + CAPTURE_HEADER_BYTES;
}

/*
 * Ends it: the block begins with a file of this many bytes, which it returns.
 * Moves what there is, once.
 */
size_t capture_ring_line_up(struct capture_ring *r);

#endif /* CAPTURE_RING_H */
