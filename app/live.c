/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/live.h"

#include <string.h>

#include "app/app.h"
#include "app/live_impl.h"
#include "shell/sink.h"

/* The least that a port's part and a figure are put into, and what stands
 * between. "tx l1 100,000.000 Mbit/s" just fits. */
#define LIVE_PART_COLUMNS 64
#define LIVE_FIGURE_COLUMNS 24

/* ---- Counters ----------------------------------------------------------- */

static struct live_count count_of(const struct stats *s)
{
	return (struct live_count){s->tx_packets, s->tx_bytes, s->rx_packets,
				   s->rx_bytes};
}

unsigned live_port_at(uint64_t mask, unsigned i)
{
	while (i--)
		mask &= mask - 1;
	return (unsigned)__builtin_ctzll(mask);
}

unsigned live_nb_ports(uint64_t mask)
{
	unsigned n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

static unsigned nb_places(uint64_t mask)
{
	const unsigned n = live_nb_ports(mask);

	return n < LIVE_PORTS_MAX ? n : LIVE_PORTS_MAX;
}

void live_init(struct live *l, const struct app *app, uint64_t mask,
	       uint64_t interval_ns, uint64_t now_ns)
{
	memset(l, 0, sizeof(*l));
	l->mask = mask;
	l->interval_ns = interval_ns;
	live_sample(l, app, now_ns);
	for (unsigned i = 0; i < nb_places(mask); i++) {
		const struct stats_rate *r =
			&app->port[live_port_at(mask, i)].rate;

		l->port[i].delta = count_of(&r->delta);
		l->port[i].span_ns = r->span_ns;
	}
}

/* At least three digits, which change little enough to be read: "45,120 us". */
#define DIGITS_END 100000

static void add_time(struct sink *s, const char *name, bool known, uint64_t ns)
{
	static const char *const units[] = {" ns", " us", " ms"};
	unsigned i = 0;

	sink_str(s, name);
	if (!known) {
		sink_byte(s, '-');
		return;
	}
	for (; i < 2 && ns >= DIGITS_END; i++)
		ns /= 1000;
	sink_u64(s, ns, true);
	sink_str(s, units[i]);
}

/* Of several streams their sum, where there is memory for it. */
static void take_times(struct live_port *p, const struct app *app,
		       unsigned port)
{
	const struct pktgen *pg = &app->pktgen;
	uint64_t *bins = uk_calloc(pg->heap, LATENCY_BUCKETS, sizeof(bins[0]));
	struct sink s = {.buf = p->took, .size = sizeof(p->took) - 1};
	struct latency l = {.count = bins};
	uint64_t p50 = 0, p99 = 0;
	bool knows;

	p->took[0] = '\0';
	if (pktgen_look_latency(pg, port, &l) && l.frames) {
		knows = l.count && latency_quantile_ns(&l, 500000, &p50);
		add_time(&s, "p50 ", knows, p50);
		knows = l.count && latency_quantile_ns(&l, 990000, &p99);
		add_time(&s, "  p99 ", knows, p99);
		add_time(&s, "  max ", true, l.max_ns);
		p->took[s.used] = '\0';
	}
	uk_free(pg->heap, bins);
}

void live_sample(struct live *l, const struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < nb_places(l->mask); i++) {
		const struct worker_view *v =
			pktgen_look(&app->pktgen, live_port_at(l->mask, i));
		struct live_port *p = &l->port[i];
		struct live_count now;

		if (!v)
			continue;
		now = count_of(&v->stats);
		p->delta.tx_packets = now.tx_packets - p->last.tx_packets;
		p->delta.tx_bytes = now.tx_bytes - p->last.tx_bytes;
		p->delta.rx_packets = now.rx_packets - p->last.rx_packets;
		p->delta.rx_bytes = now.rx_bytes - p->last.rx_bytes;
		p->span_ns = now_ns - p->last_ns;
		p->last = now;
		p->last_ns = now_ns;
		if (TRAILS)
			take_times(p, app, live_port_at(l->mask, i));
	}
}

/* ---- Layout ------------------------------------------------------------- */

bool live_has_rate(const char *group)
{
	return !strcmp(group, "tx") || !strcmp(group, "rx");
}

const char *live_group(unsigned i)
{
	const char *group = NULL;

	for (size_t f = 0; f < stats_nb_fields; f++) {
		/* What is no traffic has no place on a page of rates. */
		if ((group && !strcmp(group, stats_fields[f].group)) ||
		    !live_has_rate(stats_fields[f].group))
			continue;
		group = stats_fields[f].group;
		if (live_has_rate(group) && !i--)
			return group;
	}
	return NULL;
}

bool live_has_loss(const char *group)
{
	return !strcmp(group, "rx");
}

/* All but what a notice tells: two ports are to fit into 24 rows. */
static bool is_shown(const struct stats_field *f, const char *group)
{
	return !strcmp(f->group, group) && strcmp(f->name, "lease_ends") != 0;
}

const struct stats_field *live_field(const char *group, unsigned i)
{
	for (size_t f = 0; f < stats_nb_fields; f++)
		if (is_shown(&stats_fields[f], group) && !i--)
			return &stats_fields[f];
	return NULL;
}

unsigned live_figures(const char *group)
{
	unsigned n = live_has_rate(group) ? LIVE_FIGURES : 0;

	n += live_has_loss(group) ? LIVE_LOSS_FIGURES : 0;
	for (size_t f = 0; f < stats_nb_fields; f++)
		n += is_shown(&stats_fields[f], group);
	return n;
}

unsigned live_group_rows(const char *group, unsigned figures)
{
	return (live_figures(group) + figures - 1) / figures +
	       live_has_rate(group);
}

static void set_width(struct live_layout *y, unsigned across)
{
	const char *group;

	y->across = across;
	y->width = (y->columns + LIVE_GAP) / across - LIVE_GAP;
	y->figures = (y->width + LIVE_GAP) / (LIVE_FIGURE_COLUMNS + LIVE_GAP);
	y->figures += !y->figures;
	y->height = 1;
	for (unsigned i = 0; (group = live_group(i)) != NULL; i++)
		y->height += live_group_rows(group, y->figures);
}

/* As few beside each other as make all fit; else as many. */
static void set_layout(struct live_layout *y, unsigned ports)
{
	const unsigned most =
		(y->columns + LIVE_GAP) / (LIVE_PART_COLUMNS + LIVE_GAP);
	unsigned across = 1, down;

	for (;;) {
		set_width(y, across);
		if ((ports + across - 1) / across * y->height < y->rows) {
			y->shown = ports;
			return;
		}
		if (across >= most || across == ports)
			break;
		across++;
	}
	/* A row says which are left out. */
	down = y->rows < 2 ? 0 : (y->rows - 2) / y->height;
	y->shown = across * (down ? down : 1);
	if (y->shown > ports)
		y->shown = ports;
}

void live_restart(struct live *l, unsigned rows, unsigned columns)
{
	if (l->layout.rows != rows || l->layout.columns != columns) {
		l->layout.rows = rows;
		l->layout.columns = columns;
		set_layout(&l->layout, nb_places(l->mask));
	}
	l->part = l->row = 0;
}
