/* SPDX-License-Identifier: BSD-3-Clause */
#include "live.h"

#include <string.h>

#include "app.h"
#include "shell/sink.h"
#include "version.h"

#define NS_PER_S 1000000000ull

/* The least that a port's part and a figure are put into, and what stands
 * between. "tx l1 100,000.000 Mbit/s" just fits. */
#define PART_COLUMNS 64
#define FIGURE_COLUMNS 24
#define GAP 2
/* Behind a sparkline: " max 148,809,523 pps" */
#define MAX_COLUMNS 20

/* What comes before the counters of a direction. */
enum figure { FIGURE_RATE, FIGURE_L1, FIGURE_L2, FIGURE_MEAN, FIGURES };

/* A piece of a row, and what is written there. */
struct span {
	struct screen *s;
	unsigned row, column, to;
};

/* ---- Counters ----------------------------------------------------------- */

static struct live_count count_of(const struct stats *s)
{
	return (struct live_count){s->tx_packets, s->tx_bytes, s->rx_packets,
				   s->rx_bytes};
}

/* The number of the port that has place `i` on the page. */
static unsigned port_at(uint64_t mask, unsigned i)
{
	while (i--)
		mask &= mask - 1;
	return (unsigned)__builtin_ctzll(mask);
}

static unsigned nb_ports(uint64_t mask)
{
	unsigned n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

static unsigned nb_places(uint64_t mask)
{
	const unsigned n = nb_ports(mask);

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
		const struct stats_rate *r = &app->rate[port_at(mask, i)];

		l->port[i].delta = count_of(&r->delta);
		l->port[i].span_ns = r->span_ns;
	}
}

void live_sample(struct live *l, const struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < nb_places(l->mask); i++) {
		const struct worker *w =
			app->pktgen.worker[port_at(l->mask, i)];
		struct live_port *p = &l->port[i];
		struct live_count now;

		if (!w)
			continue;
		now = count_of(&w->stats);
		p->delta.tx_packets = now.tx_packets - p->last.tx_packets;
		p->delta.tx_bytes = now.tx_bytes - p->last.tx_bytes;
		p->delta.rx_packets = now.rx_packets - p->last.rx_packets;
		p->delta.rx_bytes = now.rx_bytes - p->last.rx_bytes;
		p->span_ns = now_ns - p->last_ns;
		p->last = now;
		p->last_ns = now_ns;
	}
}

/* ---- Layout ------------------------------------------------------------- */

/* The counters' groups, in the order of the list; NULL behind the last. */
static const char *group_at(unsigned i)
{
	const char *group = NULL;

	for (size_t f = 0; f < stats_nb_fields; f++) {
		if (group && !strcmp(group, stats_fields[f].group))
			continue;
		group = stats_fields[f].group;
		if (!i--)
			return group;
	}
	return NULL;
}

static bool has_rate(const char *group)
{
	return !strcmp(group, "tx") || !strcmp(group, "rx");
}

static const struct stats_field *field_at(const char *group, unsigned i)
{
	for (size_t f = 0; f < stats_nb_fields; f++)
		if (!strcmp(stats_fields[f].group, group) && !i--)
			return &stats_fields[f];
	return NULL;
}

/* Figures of a group: those that follow from counters, then the counters. */
static unsigned nb_figures(const char *group)
{
	unsigned n = has_rate(group) ? FIGURES : 0;

	for (size_t f = 0; f < stats_nb_fields; f++)
		n += !strcmp(stats_fields[f].group, group);
	return n;
}

/* Rows of a group: its figures, and a sparkline where there are rates. */
static unsigned group_rows(const char *group, unsigned figures)
{
	return (nb_figures(group) + figures - 1) / figures + has_rate(group);
}

static void set_width(struct live_layout *y, unsigned across)
{
	const char *group;

	y->across = across;
	y->width = (y->columns + GAP) / across - GAP;
	y->figures = (y->width + GAP) / (FIGURE_COLUMNS + GAP);
	y->figures += !y->figures;
	y->height = 1;
	for (unsigned i = 0; (group = group_at(i)) != NULL; i++)
		y->height += group_rows(group, y->figures);
}

/* As few beside each other as make all fit; else as many. */
static void set_layout(struct live_layout *y, unsigned ports)
{
	const unsigned most = (y->columns + GAP) / (PART_COLUMNS + GAP);
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

/* ---- Drawing ------------------------------------------------------------ */

/* Writes at the start of a piece, and leaves a piece that is shorter. */
static void put(struct span *at, unsigned attr, const char *text)
{
	size_t len = strlen(text), room = at->to - at->column;

	len = len < room ? len : room;
	screen_put(at->s, at->row, at->column, attr, text, (unsigned)len);
	at->column += (unsigned)len;
}

static void blank(struct span *at, unsigned to, unsigned attr)
{
	to = to < at->to ? to : at->to;
	if (to <= at->column)
		return;
	screen_blank(at->s, at->row, at->column, to, attr);
	at->column = to;
}

static void gap(struct span *at)
{
	blank(at, at->column + GAP, ATTR_PLAIN);
}

/* The name at the left, the value at the right; the value is never cut first.
 */
static void put_figure(struct span at, const char *group, const char *name,
		       const char *value, unsigned attr)
{
	const unsigned width = at.to - at.column;
	size_t len = strlen(value);
	struct span right = at;
	char label[40];
	struct sink s = {.buf = label, .size = sizeof(label) - 1};

	right.column = len < width ? at.to - (unsigned)len : at.column;
	at.to = right.column;
	sink_str(&s, group);
	sink_byte(&s, ' ');
	for (; *name; name++)
		sink_byte(&s, *name == '_' ? ' ' : *name);
	label[s.used] = '\0';
	put(&at, ATTR_DIM, label);
	blank(&at, at.to, ATTR_PLAIN);
	put(&right, attr, value);
}

struct number {
	char text[40];
};

static struct number number(uint64_t v, bool milli, const char *unit)
{
	struct number n;
	struct sink s = {.buf = n.text, .size = sizeof(n.text) - 1};

	if (milli)
		sink_milli(&s, v, true);
	else
		sink_u64(&s, v, true);
	if (unit) {
		sink_byte(&s, ' ');
		sink_str(&s, unit);
	}
	n.text[s.used] = '\0';
	return n;
}

/* One that follows from the counters of an interval. */
static void put_rate(struct span at, const char *group, enum figure figure,
		     const struct live_port *p)
{
	const bool tx = !strcmp(group, "tx");
	const uint64_t packets = tx ? p->delta.tx_packets : p->delta.rx_packets;
	const uint64_t bytes = tx ? p->delta.tx_bytes : p->delta.rx_bytes;
	const char *name = "rate";
	struct number n;

	switch (figure) {
	case FIGURE_RATE:
		n = number((stats_rate_milli(packets, p->span_ns) + 500) / 1000,
			   false, "pps");
		break;
	case FIGURE_L1:
	case FIGURE_L2:
		name = figure == FIGURE_L1 ? "l1" : "l2";
		n = number(
			stats_mbps_l1_milli(figure == FIGURE_L1 ? packets : 0,
					    bytes, p->span_ns),
			true, "Mbit/s");
		break;
	default:
		name = "mean size";
		n = number(packets ? (bytes + packets / 2) / packets : 0, false,
			   "bytes");
		break;
	}
	put_figure(at, group, name, n.text, ATTR_BOLD);
}

static void put_counter(struct span at, const struct stats_field *f, uint64_t v)
{
	const bool wrong = v && !strcmp(f->name, "errors");
	const struct number n = number(v, false, f->unit);

	put_figure(at, f->group, f->name, n.text,
		   wrong ? ATTR_RED | ATTR_BOLD : ATTR_PLAIN);
}

static void draw_figures(struct span at, const struct live *l,
			 const struct app *app, const char *group,
			 unsigned first)
{
	const unsigned n = nb_figures(group);
	const struct live_port *p = &l->port[l->part - 1];
	const unsigned width =
		(l->layout.width + GAP) / l->layout.figures - GAP;
	const unsigned end = at.to;
	struct stats s;

	app_stats(app, port_at(l->mask, l->part - 1), &s);
	for (unsigned i = first; i < n && i < first + l->layout.figures; i++) {
		unsigned k = i;

		at.to = at.column + width;
		if (has_rate(group) && i < FIGURES) {
			put_rate(at, group, (enum figure)i, p);
		} else {
			const struct stats_field *f;

			k -= has_rate(group) ? FIGURES : 0;
			f = field_at(group, k);
			put_counter(at, f, stats_get(&s, f));
		}
		at.column = at.to;
		at.to = end;
		gap(&at);
	}
	blank(&at, end, ATTR_PLAIN);
}

/* The last minute, its newest second at the right. */
static void draw_history(struct span at, const struct stats_history *h, bool tx)
{
	const uint32_t *pps = tx ? h->tx_pps : h->rx_pps;
	const unsigned room = at.to - at.column;
	unsigned n = room > MAX_COLUMNS + 8 ? room - MAX_COLUMNS : 0;
	char bar[STATS_HISTORY] = "";
	uint32_t max = 0;
	struct number most;

	n = n < STATS_HISTORY ? n : STATS_HISTORY;
	for (unsigned i = 0; i < STATS_HISTORY; i++)
		max = pps[i] > max ? pps[i] : max;
	for (unsigned i = 0; i < n; i++) {
		const uint64_t v =
			pps[(h->next + STATS_HISTORY - n + i) % STATS_HISTORY];

		bar[i] = v ? SCREEN_BLOCK(1 + (unsigned)(v * 7 / max)) : ' ';
	}
	screen_put(at.s, at.row, at.column, tx ? ATTR_GREEN : ATTR_PLAIN, bar,
		   n);
	at.column += n;
	most = number(max, false, "pps");
	put(&at, ATTR_DIM, n ? " max " : "max ");
	put(&at, ATTR_PLAIN, most.text);
	blank(&at, at.to, ATTR_PLAIN);
}

static void draw_head(struct span at, const struct app *app, unsigned port)
{
	static const char *const states[] = {
		[WORKER_IDLE] = "idle",
		[WORKER_RUNNING] = "running",
		[WORKER_DRAINING] = "draining",
	};
	const struct worker *w = app->pktgen.worker[port];
	const struct stream *stream = &app->pktgen.stream[port];
	const struct rate rate = app_rate(stream);
	char text[40];

	put(&at, ATTR_BOLD, "port ");
	put(&at, ATTR_BOLD, number(port, false, NULL).text);
	gap(&at);
	if (!w) {
		put(&at, ATTR_RED, "failed at ");
		put(&at, ATTR_RED, port_step_name(app->pktgen.port[port].step));
		blank(&at, at.to, ATTR_PLAIN);
		return;
	}
	if (w->err)
		put(&at, ATTR_RED, strerror(-w->err));
	else
		put(&at, w->state == WORKER_IDLE ? ATTR_DIM : ATTR_GREEN,
		    states[w->state]);
	gap(&at);
	put(&at, ATTR_PLAIN, "mode ");
	put(&at, ATTR_PLAIN, app_modes[w->mode]);
	gap(&at);
	put(&at, ATTR_PLAIN, "set to rate ");
	value_rate_print(&rate, text, sizeof(text));
	put(&at, ATTR_PLAIN, text);
	put(&at, ATTR_PLAIN, ", size ");
	put(&at, ATTR_PLAIN, number(stream->size, false, "bytes").text);
	blank(&at, at.to, ATTR_PLAIN);
}

static void sink_two(struct sink *s, uint64_t v)
{
	sink_byte(s, (char)('0' + v / 10));
	sink_byte(s, (char)('0' + v % 10));
}

static void draw_title(struct live *l, struct screen *s, uint64_t now_ns)
{
	static const char leave[] = "any key leaves ";
	const unsigned len = sizeof(leave) - 1, columns = l->layout.columns;
	const uint64_t up = now_ns / NS_PER_S;
	struct span at = {s, 0, 0, columns};
	char text[96], every[48];
	struct sink t = {.buf = text, .size = sizeof(text) - 1};

	sink_str(&t, " ukpktgen " UKPKTGEN_VERSION "  up ");
	sink_u64(&t, up / 3600, true);
	sink_byte(&t, ':');
	sink_two(&t, up / 60 % 60);
	sink_byte(&t, ':');
	sink_two(&t, up % 60);
	sink_str(&t, "  every ");
	value_time_print(l->interval_ns, every, sizeof(every));
	sink_str(&t, every);
	text[t.used] = '\0';
	put(&at, ATTR_REVERSE, text);
	blank(&at, at.to, ATTR_REVERSE);
	if (columns > len) {
		at = (struct span){s, 0, columns - len, columns};
		put(&at, ATTR_REVERSE, leave);
	}
}

/* The last row: which ports the page has no room for. */
static void draw_rest(const struct live *l, struct screen *s)
{
	struct span at = {s, l->layout.rows - 1, 0, l->layout.columns};
	uint64_t mask = l->mask;
	char ports[96];

	for (unsigned i = 0; i < l->layout.shown; i++)
		mask &= mask - 1;
	value_set_print(mask, ports, sizeof(ports));
	put(&at, ATTR_BOLD, "not shown, for want of room: port ");
	put(&at, ATTR_BOLD, ports);
}

static void draw_part(const struct live *l, const struct app *app,
		      struct screen *s)
{
	const struct live_layout *y = &l->layout;
	const unsigned place = l->part - 1, port = port_at(l->mask, place);
	const unsigned column = place % y->across * (y->width + GAP);
	const struct span at = {s, 1 + place / y->across * y->height + l->row,
				column, column + y->width};
	unsigned row = l->row, rows;
	const char *group;

	if (!row) {
		draw_head(at, app, port);
		return;
	}
	row--;
	for (unsigned i = 0; (group = group_at(i)) != NULL; i++) {
		rows = group_rows(group, y->figures);
		if (row < rows)
			break;
		row -= rows;
	}
	if (!group || !app->pktgen.worker[port])
		return;
	if (has_rate(group) && row == rows - 1)
		draw_history(at, &app->history[port], !strcmp(group, "tx"));
	else
		draw_figures(at, l, app, group, row * y->figures);
}

bool live_draw(struct live *l, const struct app *app, struct screen *s,
	       uint64_t now_ns)
{
	if (!l->part) {
		draw_title(l, s, now_ns);
		if (l->layout.shown < nb_ports(l->mask))
			draw_rest(l, s);
		l->part = 1;
		return l->layout.shown > 0;
	}
	if (l->part > l->layout.shown)
		return false;
	draw_part(l, app, s);
	if (++l->row < l->layout.height)
		return true;
	l->row = 0;
	return ++l->part <= l->layout.shown;
}
