/* SPDX-License-Identifier: BSD-3-Clause */
/* From frame to frame of a capture that was read through. */
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/outbox.h"
#include "pktgen/played_impl.h"
#include "stats/wide.h"

#define RECORD_BYTES 16 /* of pcap, before the frame */
#define NS_PER_S 1000000000ull

static inline uint32_t number(const struct played *p, const uint8_t *at)
{
	uint32_t v;

	memcpy(&v, at, sizeof(v));
	return p->big ? __builtin_bswap32(v) : v;
}

static void begin_round(struct played_cursor *c)
{
	c->at = c->of->start;
	if (!c->of->plain)
		capture_begin(c->reader);
}

void played_begin(struct played_cursor *c, const struct played *p,
		  struct capture_reader *reader)
{
	*c = (struct played_cursor){.of = p, .reader = reader};
	begin_round(c);
}

/* The next record of the round; false behind the last. */
static inline bool next_plain(struct played_cursor *c, struct played_frame *f,
			      uint64_t *ns, const bool timed)
{
	const struct played *const p = c->of;
	const uint8_t *at;

	do {
		if (unlikely(c->at >= p->end))
			return false;
		at = p->held.data + c->at;
		f->len = number(p, at + 8);
		f->data = at + RECORD_BYTES;
		c->at += RECORD_BYTES + f->len;
	} while (unlikely(p->skip && (f->len < number(p, at + 12) ||
				      !played_fits(p, f->data, f->len))));
	if (timed)
		*ns = number(p, at) * NS_PER_S +
		      (uint64_t)number(p, at + 4) * p->tick_ns;
	return true;
}

static NOINLINE bool next_any(struct played_cursor *c, struct played_frame *f,
			      uint64_t *ns)
{
	const struct played *const p = c->of;
	const struct capture_bytes bytes = {p->held.data, 0, p->held.size,
					    true};
	struct capture_record r;

	do {
		if (capture_next(c->reader, &bytes, &r) != CAPTURE_RECORD)
			return false;
	} while (unlikely(p->skip && (capture_fit(&r) != CAPTURE_FITS ||
				      !played_fits(p, r.data, r.len))));
	f->data = r.data;
	f->len = r.len;
	*ns = c->reader->first_ns + (uint64_t)r.ns;
	return true;
}

/* *ns is not known of a plain one unless `timed`. */
EDIT_INLINE void step(struct played_cursor *c, struct played_frame *f,
		      uint64_t *ns, const bool timed)
{
	const struct played *const p = c->of;

	while (unlikely(!(likely(p->plain) ? next_plain(c, f, ns, timed)
					   : next_any(c, f, ns)))) {
		c->round_ns += p->last_ns + p->turn_ns;
		begin_round(c);
	}
}

void played_next(struct played_cursor *c, struct played_frame *f)
{
	uint64_t ns;

	step(c, f, &ns, false);
}

void played_next_timed(struct played_cursor *c, struct played_frame *f)
{
	uint64_t ns, due_ns;

	step(c, f, &ns, true);
	ns -= c->of->first_ns;
	due_ns = c->round_ns + ns;
	/* One that was taken before another is sent at once behind it. */
	if (likely((int64_t)ns >= 0 && due_ns > c->ns))
		c->ns = due_ns;
}

static uint64_t next_gap(struct pacer_times *times)
{
	struct played_times *t = (struct played_times *)times;
	const uint64_t was_ns = t->ns;
	struct played_frame f;

	played_next_timed(&t->cursor, &f);
	t->ns = (uint64_t)((wide)t->cursor.ns * t->scale >> 48);
	return t->ns - was_ns;
}

void played_times_begin(struct played_times *t, const struct played *p,
			uint32_t speed, struct capture_reader *reader)
{
	struct played_frame f;

	t->times.next_ns = next_gap;
	t->scale = (1000ull << 48) / speed;
	t->ns = 0;
	played_begin(&t->cursor, p, reader);
	played_next_timed(&t->cursor, &f);
}
