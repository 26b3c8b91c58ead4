/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/peer_fields.h"

#include <string.h>

const char *const peer_clocks[] = {"unknown", "too wide", "known", NULL};

unsigned peer_clock(const struct peers *ps, const struct peer *p,
		    uint64_t now_ns)
{
	if (!far_clock_known(&p->clock, now_ns))
		return 0;
	return far_clock_bound(&p->clock, now_ns) > ps->within_ns ? 1 : 2;
}

/* The next from `i` on that the port heard; NULL: there is none. */
static const struct peer *next(const struct peers *ps, unsigned port,
			       unsigned *i)
{
	while (ps && *i < ps->nb)
		if (ps->peer[(*i)++]->port == port)
			return ps->peer[*i - 1];
	return NULL;
}

unsigned peer_clock_of_port(const struct peers *ps, unsigned port)
{
	const struct peer *p;
	unsigned i = 0, least = 2, nb = 0;

	for (; (p = next(ps, port, &i)); nb++)
		least = MIN(least, peer_clock(ps, p, ps->now_ns));
	return nb ? least : 0;
}

/* ---- Of one -------------------------------------------------------------- */

static uint64_t distance(const struct peer *p, uint64_t now_ns)
{
	const int64_t ahead = (int64_t)far_clock_ahead(&p->clock, now_ns);

	return (uint64_t)(ahead < 0 ? -ahead : ahead);
}

/* What it is of one; false where that is not known. */
static bool get_clock(const struct peer *p, const char *name, uint64_t now_ns,
		      uint64_t *n)
{
	const struct far_clock *const c = &p->clock;

	*n = !strcmp(name, "offset")  ? distance(p, now_ns)
	     : !strcmp(name, "bound") ? far_clock_bound(c, now_ns)
				      : c->trip_ns;
	return far_clock_known(c, now_ns);
}

static bool get_time(const struct peer *p, const char *name, uint64_t *n)
{
	const struct latency *const l = &p->latency;

	if (!strcmp(name, "p50"))
		return latency_quantile_ns(l, 500000, n);
	if (!strcmp(name, "p99"))
		return latency_quantile_ns(l, 990000, n);
	*n = !strcmp(name, "min")    ? l->min_ns
	     : !strcmp(name, "mean") ? latency_mean_ns(l)
	     : !strcmp(name, "max")  ? l->max_ns
				     : p->bound_ns;
	return l->frames;
}

static bool get(const struct peers *ps, const struct peer *p, const char *name,
		uint64_t *n)
{
	const char *const last = strchr(name, '.') + 1;

	if (!strncmp(name, "clock.", 6))
		return get_clock(p, last, ps->now_ns, n);
	if (!strcmp(last, "frames") || !strcmp(last, "untimed")) {
		*n = *last == 'f' ? p->latency.frames : p->untimed;
		return true;
	}
	return get_time(p, last, n);
}

/* ---- Of a port ----------------------------------------------------------- */

const struct peer_field peer_fields[] = {
	{"clock.offset", "by how much another's clock is ahead or behind",
	 PEER_ONE, true},
	{"clock.bound", "by how much that is wrong at most", PEER_MOST, true},
	{"clock.round_trip", "shortest way there and back", PEER_MOST, true},
	{"peers.frames", "timed frames of other appliances", PEER_SUM, false},
	{"peers.untimed", "their frames whose time is not known", PEER_SUM,
	 false},
	{"peers.min", "shortest time of their frames", PEER_LEAST, true},
	{"peers.mean", "mean of these times", PEER_ONE, true},
	{"peers.p50", "what half of these times do not exceed", PEER_ONE, true},
	{"peers.p99", "what 99 percent of them do not exceed", PEER_ONE, true},
	{"peers.max", "longest of them", PEER_MOST, true},
	{"peers.bound", "by how much these times are wrong at most", PEER_MOST,
	 true},
};
const unsigned peer_nb_fields = ARRAY_SIZE(peer_fields);

static uint64_t join(enum peer_join by, uint64_t a, uint64_t b)
{
	return by == PEER_SUM ? a + b : by == PEER_MOST ? MAX(a, b) : MIN(a, b);
}

bool peer_field_get(const struct peers *ps, unsigned port,
		    const struct peer_field *f, uint64_t *n)
{
	unsigned i = 0, nb = 0;
	const struct peer *p;

	*n = 0;
	for (; (p = next(ps, port, &i)); nb++) {
		uint64_t is;

		if (!get(ps, p, f->name, &is) || (nb && f->join == PEER_ONE))
			return false;
		*n = nb ? join(f->join, *n, is) : is;
	}
	return nb || f->join == PEER_SUM;
}
