/* SPDX-License-Identifier: BSD-3-Clause */
/* What ports receive by the value of a field, at all their queues together. */
#include <errno.h>
#include <string.h>

#include "pktgen/pktgen_impl.h"

/* Values of streams are known anew as their frames come. */
static void forget_values(struct worker *w)
{
	for (unsigned i = 0; i < w->arrivals.nb_ports; i++)
		for (unsigned k = 0; k < w->arrivals.port[i].nb; k++)
			w->arrivals.port[i].stream[k].value = 0;
}

int pktgen_track(struct pktgen *pg, unsigned port, const struct find *what,
		 uint64_t now_ns)
{
	struct worker_order order = {.kind = ORDER_TRACK, .now_ns = now_ns};
	int rc = 0;

	FOR_EACH_WORKER(pg, 1ull << port, w) {
		struct track *const was = w->track;

		order.track = NULL;
		worker_give(w, &order);
		track_close(was, pg->heap);
		forget_values(w);
	}
	FOR_EACH_WORKER(pg, what ? 1ull << port : 0, w) {
		order.track = track_open(what, pg->heap);
		rc = order.track ? rc : -ENOMEM;
		worker_give(w, &order);
	}
	if (rc < 0)
		pktgen_track(pg, port, NULL, now_ns);
	return rc;
}

const struct find *pktgen_tracked(const struct pktgen *pg, unsigned port)
{
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (w->track)
			return &w->track->find;
	return NULL;
}

void pktgen_track_clear(struct pktgen *pg, unsigned port)
{
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		if (!w->track)
			continue;
		track_clear(w->track);
		forget_values(w);
	}
	/* The port's own streams may be tracked elsewhere. */
	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->track)
			track_forget_streams(w->track);
}

bool pktgen_track_next(const struct pktgen *pg, unsigned port, bool first,
		       uint64_t *value)
{
	uint64_t least = UINT64_MAX;
	bool any = false;

	FOR_EACH_WORKER(pg, 1ull << port, w) {
		uint64_t next = *value;

		if (!track_next(w->track, first, &next))
			continue;
		any = true;
		least = MIN(least, next);
	}
	*value = least;
	return any;
}

static void add_row(struct track_row *to, const struct track_row *r)
{
	to->frames += r->frames;
	to->bytes += r->bytes + r->frames * ETH_FCS_LEN;
	to->untimed += r->untimed;
	to->sum_ns += r->sum_ns;
	to->min_ns = MIN(to->min_ns, r->min_ns);
	to->max_ns = MAX(to->max_ns, r->max_ns);
	to->mixed |= r->mixed;
}

/* What its frames had is told by frames that came to this port alone. */
static bool value_of(const struct pktgen *pg, unsigned port, struct subject s,
		     uint64_t *value)
{
	bool known = false;

	FOR_EACH_WORKER(pg, ~0ull, w) {
		const struct arrived *a =
			pktgen_arrived_at(w, s.port, s.stream);
		uint64_t is;

		if (!a || !a->packets)
			continue;
		if (w->queue->port->id != port ||
		    !track_stream_value(w->track, a, &is) ||
		    (known && is != *value))
			return false;
		known = true;
		*value = is;
	}
	return known;
}

/* What a stream has lost; false where nobody knows. */
static bool lost_of(const struct pktgen *pg, unsigned port,
		    const struct pktgen_stream *s, uint64_t *lost)
{
	struct order_counts c;

	if (!s->trail || !trail_window(s->trail))
		return false;
	trail_count(s->trail, pktgen_trail_end(pg, port, s), &c);
	*lost = c.lost;
	return true;
}

static void add_lost(const struct pktgen *pg, unsigned port, uint64_t value,
		     struct pktgen_tracked *to)
{
	const struct subjects all = subjects_of(pktgen_all(pg));
	struct subject s = {0, 0};
	uint64_t is, lost;
	bool any = false;

	if (to->row.mixed)
		return;
	for (; pktgen_next_of(pg, &all, &s); s.stream++) {
		const struct pktgen_stream *of =
			pg->set[s.port].stream[s.stream];

		if (!of->trail || !value_of(pg, port, s, &is) || is != value)
			continue;
		if (!lost_of(pg, s.port, of, &lost))
			return;
		to->lost += lost;
		any = true;
	}
	to->has_lost = any;
}

void pktgen_track_look(const struct pktgen *pg, unsigned port, uint64_t value,
		       struct pktgen_tracked *to)
{
	memset(to, 0, sizeof(*to));
	to->row.min_ns = UINT64_MAX;
	to->row.value = value;
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		const struct track_row *r = track_look(w->track, value);

		if (r)
			add_row(&to->row, r);
	}
	add_lost(pg, port, value, to);
}

/* Whether frames that `from` sends come to this port. */
static bool is_heard(const struct pktgen *pg, unsigned port, unsigned from)
{
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (w->arrivals.port[from].heard)
			return true;
	return false;
}

void pktgen_track_sum(const struct pktgen *pg, unsigned port,
		      struct pktgen_track_sum *to)
{
	const struct subjects all = subjects_of(pktgen_all(pg));
	struct subject s = {0, 0};
	uint64_t value = 0, lost;

	memset(to, 0, sizeof(*to));
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		add_row(&to->without, &w->track->without);
		add_row(&to->beyond, &w->track->beyond);
		for (unsigned i = 0; i < w->track->nb; i++)
			to->values += w->track->row[i].frames > 0;
		to->room = w->track->max;
	}
	for (; pktgen_next_of(pg, &all, &s); s.stream++) {
		const struct pktgen_stream *of =
			pg->set[s.port].stream[s.stream];

		if (of->trail && is_heard(pg, port, s.port) &&
		    !value_of(pg, port, s, &value) &&
		    lost_of(pg, s.port, of, &lost))
			to->unassigned += lost;
	}
}
