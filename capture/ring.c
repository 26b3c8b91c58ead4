/* SPDX-License-Identifier: BSD-3-Clause */
#include "capture/ring.h"

#include <string.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))

void capture_ring_begin(struct capture_ring *r, void *mem, size_t size,
			enum capture_keep keep, uint32_t snap)
{
	memset(r, 0, sizeof(*r));
	capture_write_header(mem, snap);
	r->mem = (unsigned char *)mem + CAPTURE_HEADER_BYTES;
	r->size = size - CAPTURE_HEADER_BYTES;
	r->keep = keep;
}

/* `n` is at most the ring's size. */
static inline void advance(const struct capture_ring *r,
			   struct capture_place *p, size_t n)
{
	p->pos += n;
	p->at += n;
	if (p->at >= r->size)
		p->at -= r->size;
}

static void copy_out(const struct capture_ring *r, size_t at, void *to,
		     size_t len)
{
	const size_t first = MIN(len, r->size - at);

	memcpy(to, r->mem + at, first);
	memcpy((unsigned char *)to + first, r->mem, len - first);
}

/* Bytes of the record that begins there. */
static inline size_t record_bytes(const struct capture_ring *r, size_t at)
{
	uint32_t record[CAPTURE_RECORD_BYTES / 4];

	if (r->size - at >= sizeof(record))
		memcpy(record, r->mem + at, sizeof(record));
	else
		copy_out(r, at, record, sizeof(record));
	return CAPTURE_RECORD_BYTES + record[2];
}

static bool make_room(struct capture_ring *r, size_t bytes)
{
	if (bytes > r->size)
		return false;
	while (r->end.pos + bytes - r->tail.pos > r->size) {
		/* Those of this burst stay. */
		if (r->keep != CAPTURE_KEEP_LAST || r->tail.pos == r->head.pos)
			return false;
		advance(r, &r->tail, record_bytes(r, r->tail.at));
		r->overwritten++;
	}
	return true;
}

void capture_ring_add(struct capture_ring *r, const void *bytes, size_t len)
{
	const size_t left = r->size - r->end.at;

	if (len <= left) {
		memcpy(r->mem + r->end.at, bytes, len);
	} else {
		memcpy(r->mem + r->end.at, bytes, left);
		memcpy(r->mem, (const unsigned char *)bytes + left, len - left);
	}
	advance(r, &r->end, len);
}

bool capture_ring_put(struct capture_ring *r, uint64_t ns, uint32_t len,
		      uint32_t orig_len)
{
	unsigned char record[CAPTURE_RECORD_BYTES];

	if (!make_room(r, sizeof(record) + len))
		return false;
	if (r->size - r->end.at >= sizeof(record)) {
		capture_write_record(r->mem + r->end.at, ns, len, orig_len);
		advance(r, &r->end, sizeof(record));
		return true;
	}
	capture_write_record(record, ns, len, orig_len);
	capture_ring_add(r, record, sizeof(record));
	return true;
}

void capture_ring_commit(struct capture_ring *r, unsigned n)
{
	while (n--)
		advance(r, &r->head, record_bytes(r, r->head.at));
	r->end = r->head;
}

size_t capture_ring_read(const struct capture_ring *r, uint64_t pos, void *to,
			 size_t len)
{
	size_t n, at;

	if (pos < CAPTURE_HEADER_BYTES) {
		n = MIN(len, CAPTURE_HEADER_BYTES - (size_t)pos);
		memcpy(to, r->mem - CAPTURE_HEADER_BYTES + pos, n);
		return n;
	}
	pos -= CAPTURE_HEADER_BYTES;
	if (pos < r->tail.pos || pos >= r->head.pos)
		return 0;
	n = (size_t)MIN(len, r->head.pos - pos);
	at = r->tail.at + (size_t)(pos - r->tail.pos);
	copy_out(r, at < r->size ? at : at - r->size, to, n);
	return n;
}

void capture_ring_done(struct capture_ring *r, uint64_t pos)
{
	const uint64_t to = MIN(pos, capture_ring_to(r));

	if (r->keep == CAPTURE_KEEP_UNREAD && to > capture_ring_from(r))
		advance(r, &r->tail, (size_t)(to - capture_ring_from(r)));
}

static void swap(unsigned char *a, unsigned char *b, size_t n)
{
	unsigned char t[256];

	for (size_t part; n; n -= part, a += part, b += part) {
		part = MIN(n, sizeof(t));
		memcpy(t, a, part);
		memcpy(a, b, part);
		memcpy(b, t, part);
	}
}

/* [left | right] becomes [right | left], by swaps of pieces of one length. */
static void rotate(unsigned char *mem, size_t left, size_t right)
{
	unsigned char *const middle = mem + left;

	while (left && right) {
		if (left <= right) {
			swap(middle - left, middle + right - left, left);
			right -= left;
		} else {
			swap(middle - left, middle, right);
			left -= right;
		}
	}
}

size_t capture_ring_line_up(struct capture_ring *r)
{
	const size_t bytes = (size_t)(r->head.pos - r->tail.pos);

	rotate(r->mem, r->tail.at, r->size - r->tail.at);
	r->tail.at = 0;
	r->head.at = r->end.at = bytes < r->size ? bytes : 0;
	return CAPTURE_HEADER_BYTES + bytes;
}
