/* SPDX-License-Identifier: BSD-3-Clause */
/* Received frames are counted by the value of a field, see track.h. */
#include "net/port_look.h"
#include "pktgen/engine.h"

/* What there is to know of a frame as it is looked at. */
struct tracking {
	struct track *track;
	struct arrivals *arrivals;
	uint64_t bytes;
};

static NOINLINE void see_other(struct tracking *g, const uint8_t *frame,
			       size_t len)
{
	enum arrival what = ARRIVAL_UNSIGNED;

	if (likely(len >= SIGNATURE_LEN))
		what = arrivals_see_other(g->arrivals, frame, len);
	track_begin(g->track, g->arrivals, what);
}

EDIT_INLINE void see(struct tracking *g, const struct uk_netbuf *nb,
		     const bool signs, const bool simple)
{
	const uint8_t *const frame = nb->data;
	const uint16_t len = nb->len;
	struct track_row *r;

	g->bytes += len;
	if (signs && unlikely(len < SIGNATURE_LEN ||
			      !arrivals_see_row(g->arrivals, frame, len)))
		see_other(g, frame, len);
	r = track_find(g->track, frame, len, simple);
	if (signs)
		track_see(g->track, r, len);
	else
		track_count(r, len);
}

static void see_signed(void *g, const struct uk_netbuf *nb)
{
	see(g, nb, true, false);
}

static void see_simple(void *g, const struct uk_netbuf *nb)
{
	see(g, nb, true, true);
}

static void see_unsigned(void *g, const struct uk_netbuf *nb)
{
	see(g, nb, false, false);
}

/* In one piece or several, of which the first has the headers. */
static void see_any(struct tracking *g, const struct uk_netbuf *nb, bool signs)
{
	const unsigned len = port_frame_len(nb);
	struct track_row *r;

	g->bytes += len;
	if (signs)
		track_begin(g->track, g->arrivals,
			    arrivals_see_chain(g->arrivals, nb, len));
	r = track_find_odd(g->track, nb->data, nb->len, len - nb->len);
	if (signs)
		track_see(g->track, r, len);
	else
		track_count(r, len);
}

static void see_any_signed(void *g, const struct uk_netbuf *nb)
{
	see_any(g, nb, true);
}

static void see_any_unsigned(void *g, const struct uk_netbuf *nb)
{
	see_any(g, nb, false);
}

uint64_t engine_track(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
		      bool large, uint64_t now_ns)
{
	struct tracking g = {w->track, &w->arrivals, 0};
	const bool simple = track_is_simple(w->track);

	if (w->signs) {
		w->nb_looked += n;
		arrivals_begin(g.arrivals,
			       w->clock_ns ? w->clock_ns() : now_ns);
		/* What went on in the row was of the burst before. */
		arrivals_break(g.arrivals);
	}
	if (unlikely(large))
		port_look_and_free(w->queue, pkts, n, true,
				   w->signs ? see_any_signed : see_any_unsigned,
				   &g);
	else if (!w->signs)
		port_look_and_free_each(w->queue, pkts, n, see_unsigned, &g);
	else if (simple)
		port_look_and_free_each(w->queue, pkts, n, see_simple, &g);
	else
		port_look_and_free_each(w->queue, pkts, n, see_signed, &g);
	if (w->signs)
		arrivals_end(g.arrivals, n);
	return g.bytes;
}
