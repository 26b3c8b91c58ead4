/* SPDX-License-Identifier: BSD-3-Clause */
/* A capture that is fed, as played_walk.c has those of a file. */
#include <uk/assert.h>
#include <uk/essentials.h>

#include "pktgen/played.h"
#include "stats/wide.h"

void played_fed_next(struct played_cursor *c, struct played_frame *f,
		     uint64_t *ns, bool done)
{
	struct feed *const feed = c->of->feed;
	/* A cursor has no rounds here, but the number of its record. */
	const struct feed_place from = {c->at, c->round_ns};
	struct feed_place to = from;
	struct feed_record r;

	UK_ASSERT(from.n < feed->records);
	feed_next(feed, &to, &r);
	f->data = r.data;
	f->len = r.len;
	*ns = r.ns;
	c->at = to.at;
	c->round_ns = to.n;
	if (done)
		feed_done(feed, &from, &to);
}

static struct played_times *times_of(struct pacer_times *times)
{
	return (struct played_times *)times;
}

/* Steps to the next record, whose time is kept. */
static void step(struct played_times *t)
{
	struct played_frame f;
	uint64_t ns;

	played_fed_next(&t->cursor, &f, &ns, false);
	if (!t->begun)
		t->first_ns = ns;
	t->begun = true;
	/* One that was taken before another is sent at once behind it. */
	if (ns > t->first_ns && ns - t->first_ns > t->cursor.ns)
		t->cursor.ns = ns - t->first_ns;
}

static uint64_t gap_ns(struct played_times *t)
{
	const uint64_t was_ns = t->ns;
	uint64_t frac;

	if (!t->scale) {
		frac = (uint64_t)t->frac + t->gap.frac;
		t->frac = (uint32_t)frac;
		return t->gap.ns + (frac >> 32);
	}
	t->ns = (uint64_t)((wide)t->cursor.ns * t->scale >> 48);
	return t->ns - was_ns;
}

static uint64_t next_gap(struct pacer_times *times)
{
	struct played_times *t = times_of(times);

	/* Behind the last there is none. */
	if (t->cursor.round_ns < t->cursor.of->feed->records)
		step(t);
	return gap_ns(t);
}

static bool is_ready(struct pacer_times *times, uint64_t now_ns)
{
	struct played_times *t = times_of(times);
	struct feed *const feed = t->cursor.of->feed;
	uint64_t n;

	if (!t->begun && t->cursor.round_ns < feed->records)
		step(t);
	n = t->cursor.round_ns;
	feed->now_ns = now_ns;
	if (t->begun && (n < feed->records || n == feed->frames)) {
		if (unlikely(feed->dry_ns))
			feed->stalled_ns += now_ns - feed->dry_ns;
		feed->dry_ns = 0;
		return true;
	}
	/* Before the first it is only slow to begin. */
	if (!feed->dry_ns && feed->played) {
		feed->dry_ns = now_ns;
		feed->stalls++;
	}
	return false;
}

void played_fed_begin(struct played_times *t, const struct played_cursor *c,
		      uint32_t speed, const struct gap *gap)
{
	*t = (struct played_times){
		.times = {next_gap, is_ready},
		.cursor = *c,
		.scale = speed ? (1000ull << 48) / speed : 0,
		.gap = *gap,
	};
	t->cursor.ns = 0;
}

void played_fed_go_on(struct played_times *t, const struct played_times *from)
{
	const struct played *const of = t->cursor.of;

	t->cursor = from->cursor;
	t->cursor.of = of;
	t->begun = from->begun;
	t->first_ns = from->first_ns;
	t->ns = (uint64_t)((wide)t->cursor.ns * t->scale >> 48);
}
