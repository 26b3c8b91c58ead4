/* SPDX-License-Identifier: BSD-3-Clause */
/* What ports receive by the value of a field, at all their queues together. */
#include <errno.h>
#include <string.h>

#include "pktgen/pktgen_impl.h"

/* ---- Sizes that were sent ------------------------------------------------ */

void pktgen_settle_sizes(struct pktgen *pg, unsigned port,
			 struct pktgen_stream *s)
{
	struct pktgen_port *set = &pg->set[port];
	const struct flow *f = s->flow;

	if (!set->sizes)
		return;
	pktgen_settle_flow(pg, port, s);
	if (pktgen_signs(&s->stream, set->mode))
		sent_sizes_add(set->sizes, f->program, &f->at,
			       f->at.frame - s->sized_from);
	s->sized_from = f->at.frame;
}

static void settle_all(struct pktgen *pg, unsigned port)
{
	unsigned i = 0;

	for (; (i = pktgen_next_stream(pg, port, i)) != PKTGEN_NO_STREAM; i++)
		pktgen_settle_sizes(pg, port, pg->set[port].stream[i]);
}

static bool tracks_sizes(const struct pktgen *pg)
{
	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->track && w->track->find.kind == FIND_SIZE)
			return true;
	return false;
}

/* While any port tracks sizes they are known of all. */
static int set_sizes(struct pktgen *pg)
{
	const bool is = tracks_sizes(pg);

	FOR_EACH_PORT_UP(pg, ~0ull, i) {
		struct pktgen_port *set = &pg->set[i];

		if (is && !set->sizes) {
			set->sizes =
				uk_calloc(pg->heap, 1, sizeof(*set->sizes));
			if (!set->sizes)
				return -ENOMEM;
			/* What was sent before is none of it. */
			settle_all(pg, i);
			*set->sizes = (struct sent_sizes){0};
		} else if (!is) {
			uk_free(pg->heap, set->sizes);
			set->sizes = NULL;
		}
	}
	return 0;
}

/* The one port whose frames come here, and nowhere else; -1: there is none. */
static int sender_of(const struct pktgen *pg, unsigned port)
{
	int sender = -1;

	FOR_EACH_WORKER(pg, 1ull << port, w)
		for (unsigned i = 0; i < w->arrivals.nb_ports; i++) {
			if (!w->arrivals.port[i].heard || sender == (int)i)
				continue;
			if (sender >= 0)
				return -1;
			sender = (int)i;
		}
	FOR_EACH_WORKER(pg, sender < 0 ? 0 : ~(1ull << port), w)
		if (w->arrivals.port[sender].heard)
			return -1;
	return sender;
}

/* Of those that are tracked, if sizes are; NULL: nobody knows. */
static const struct sent_sizes *sizes_of(const struct pktgen *pg, unsigned port,
					 int *sender)
{
	const struct sent_sizes *s;

	if (pktgen_tracked(pg, port)->kind != FIND_SIZE)
		return NULL;
	*sender = sender_of(pg, port);
	s = *sender < 0 ? NULL : pg->set[*sender].sizes;
	return s && !s->unknown ? s : NULL;
}

static uint64_t timed(const struct track_row *r)
{
	return r->frames - r->untimed;
}

/* Whether what was sent and came since the same moment is at rest. */
static bool sizes_agree(const struct pktgen *pg, unsigned port, int sender,
			const struct sent_sizes *s)
{
	struct pktgen_signed sum;
	uint64_t came = 0;

	FOR_EACH_WORKER(pg, 1ull << port, w)
		for (unsigned i = 0; i < w->track->nb; i++)
			came += timed(&w->track->row[i]);
	pktgen_sum_signed(pg, (unsigned)sender, &sum);
	return !sum.unsure && sum.arrived == came &&
	       sum.sent == sent_sizes_all(s) &&
	       pktgen_look(pg, (unsigned)sender)->state == WORKER_IDLE;
}

static void add_sent(const struct pktgen *pg, unsigned port, uint64_t value,
		     struct pktgen_tracked *to)
{
	int sender;
	const struct sent_sizes *s = sizes_of(pg, port, &sender);

	if (!s)
		return;
	to->has_sent = true;
	to->sent = sent_sizes_of(s, (unsigned)value);
	to->has_lost =
		sizes_agree(pg, port, sender, s) && to->sent >= timed(&to->row);
	to->lost = to->sent - timed(&to->row);
}

/* ---- Tables -------------------------------------------------------------- */

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
		arrivals_forget_values(&w->arrivals);
	}
	if (!what)
		return set_sizes(pg);
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		order.track = track_open(what, pg->heap);
		rc = order.track ? rc : -ENOMEM;
		worker_give(w, &order);
	}
	if (!rc)
		rc = set_sizes(pg);
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
		arrivals_forget_values(&w->arrivals);
	}
	/* The port's own streams may be tracked elsewhere. */
	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->track)
			track_forget_streams(w->track);
}

bool pktgen_track_next(const struct pktgen *pg, unsigned port, bool first,
		       uint64_t *value)
{
	int sender;
	const struct sent_sizes *s = sizes_of(pg, port, &sender);
	uint64_t least = UINT64_MAX;
	bool any = false;

	for (unsigned i = 0; s && i < s->nb; i++) {
		if (!first && s->of[i].size <= *value)
			continue;
		any = true;
		least = MIN(least, (uint64_t)s->of[i].size);
	}
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
	trail_settle(s->trail);
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
	if (pktgen_tracked(pg, port)->kind == FIND_SIZE)
		add_sent(pg, port, value, to);
	else
		add_lost(pg, port, value, to);
}

bool pktgen_track_bins(const struct pktgen *pg, unsigned port, uint64_t value,
		       uint64_t *count)
{
	bool known = true;

	memset(count, 0, LATENCY_BUCKETS * sizeof(count[0]));
	FOR_EACH_WORKER(pg, 1ull << port, w) {
		const struct track_row *r = track_look(w->track, value);
		const uint64_t *bins = r ? track_bins(w->track, r) : NULL;

		/* Frames without a time have no part in it. */
		known &= bins || !r || !timed(r);
		for (unsigned i = 0; bins && i < LATENCY_BUCKETS; i++)
			count[i] += bins[i];
	}
	return known;
}

/* Whether frames that `from` sends come to this port. */
static bool is_heard(const struct pktgen *pg, unsigned port, unsigned from)
{
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (w->arrivals.port[from].heard)
			return true;
	return false;
}

void pktgen_track_sum(struct pktgen *pg, unsigned port,
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
	FOR_EACH_WORKER(pg, ~0ull, w)
		arrivals_settle(&w->arrivals);
	FOR_EACH_PORT_UP(pg, ~0ull, i)
		settle_all(pg, i);
	if (pktgen_tracked(pg, port)->kind == FIND_SIZE)
		return;
	for (; pktgen_next_of(pg, &all, &s); s.stream++) {
		const struct pktgen_stream *of =
			pg->set[s.port].stream[s.stream];

		if (of->trail && is_heard(pg, port, s.port) &&
		    !value_of(pg, port, s, &value) &&
		    lost_of(pg, s.port, of, &lost))
			to->unassigned += lost;
	}
}
