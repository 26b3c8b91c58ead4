/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/experiment.h"
#include "app/live_impl.h"
#include "shell/sink.h"

#define NS_PER_S 1000000000ull
/* Behind a sparkline: " max 148,809,523 pps" */
#define MAX_COLUMNS 20

/* A piece of a row, and what is written there. */
struct span {
	struct screen *s;
	unsigned row, column, to;
};

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
	blank(at, at->column + LIVE_GAP, ATTR_PLAIN);
}

/*
 * The name at the left, the value at the right; the value is never cut first.
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
static void put_rate(struct span at, const char *group, enum live_figure figure,
		     const struct live_port *p)
{
	const bool tx = !strcmp(group, "tx");
	const uint64_t packets = tx ? p->delta.tx_packets : p->delta.rx_packets;
	const uint64_t bytes = tx ? p->delta.tx_bytes : p->delta.rx_bytes;
	const char *name = "rate";
	struct number n;

	switch (figure) {
	case LIVE_FIGURE_RATE:
		n = number((stats_rate_milli(packets, p->span_ns) + 500) / 1000,
			   false, "pps");
		break;
	case LIVE_FIGURE_L1:
	case LIVE_FIGURE_L2:
		name = figure == LIVE_FIGURE_L1 ? "l1" : "l2";
		n = number(stats_mbps_l1_milli(
				   figure == LIVE_FIGURE_L1 ? packets : 0,
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

/* The first, or the second: in percent. */
static void put_loss(struct span at, const struct app *app, unsigned port,
		     bool share)
{
	struct number n = {"-"};
	struct balance l;

	balance_of_port(app, port, &l);
	if (l.known && share)
		n = number(balance_share_milli(&l), true, "%");
	else if (l.known)
		n = number(l.lost, false, NULL);
	put_figure(at, "tx", share ? "loss" : "lost", n.text,
		   l.known && l.lost ? ATTR_RED | ATTR_BOLD : ATTR_PLAIN);
}

static void draw_figures(struct span at, const struct live *l,
			 const struct app *app, const char *group,
			 unsigned first)
{
	const unsigned n = live_figures(group);
	const struct live_port *p = &l->port[l->part - 1];
	const unsigned width =
		(l->layout.width + LIVE_GAP) / l->layout.figures - LIVE_GAP;
	const unsigned end = at.to;
	const unsigned port = live_port_at(l->mask, l->part - 1);
	struct stats s;

	app_stats(app, port, &s);
	for (unsigned i = first; i < n && i < first + l->layout.figures; i++) {
		unsigned k = i;

		at.to = at.column + width;
		if (live_has_rate(group) && i < LIVE_FIGURES) {
			put_rate(at, group, (enum live_figure)i, p);
		} else {
			const struct stats_field *f;

			k -= live_has_rate(group) ? LIVE_FIGURES : 0;
			f = live_field(group, k);
			if (f)
				put_counter(at, f, stats_get(&s, f));
			else
				put_loss(at, app, port, i == n - 1);
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

static void draw_settings(struct span *at, const struct stream *stream)
{
	char text[128];

	put(at, ATTR_PLAIN, "set to rate ");
	value_rate_print(&stream->rate, text, sizeof(text));
	put(at, ATTR_PLAIN, text);
	put(at, ATTR_PLAIN, ", size ");
	value_sizes_print(&stream->sizes, text, sizeof(text));
	put(at, ATTR_PLAIN, text);
	if (stream->sizes.count == 1)
		put(at, ATTR_PLAIN, " bytes");
}

/* What frames took; a figure that there is no room for is not begun. */
static void draw_took(struct span *at, const char *took)
{
	const size_t room = at->to - at->column;
	struct span part = *at;
	size_t len = strlen(took);

	if (len > room)
		for (len = room; len && strncmp(took + len, "  ", 2); len--)
			;
	part.to = part.column + (unsigned)len;
	put(&part, ATTR_BOLD, took);
	at->column = part.column;
}

/* What frames took comes before what is set: there is no room for both. */
static void draw_head(struct span at, const struct app *app, unsigned port,
		      const struct live_port *p)
{
	const struct worker_view *v = pktgen_look(&app->pktgen, port);

	put(&at, ATTR_BOLD, "port ");
	put(&at, ATTR_BOLD, number(port, false, NULL).text);
	gap(&at);
	if (!v) {
		put(&at, ATTR_RED, "failed at ");
		put(&at, ATTR_RED, port_step_name(app->pktgen.port[port].step));
		blank(&at, at.to, ATTR_PLAIN);
		return;
	}
	if (v->err)
		put(&at, ATTR_RED, "failed");
	else
		put(&at, v->state == WORKER_IDLE ? ATTR_DIM : ATTR_GREEN,
		    app_state(v));
	if (app_link_is_down(app, port)) {
		gap(&at);
		put(&at, ATTR_RED | ATTR_BOLD, "link down");
	}
	gap(&at);
	put(&at, ATTR_PLAIN, "mode ");
	put(&at, ATTR_PLAIN, app_mode_name(v->mode));
	gap(&at);
	if (p->took[0]) {
		put(&at, ATTR_PLAIN, "latency ");
		draw_took(&at, p->took);
	} else {
		draw_settings(&at, pktgen_stream(&app->pktgen, port, 0));
	}
	blank(&at, at.to, ATTR_PLAIN);
}

static void sink_two(struct sink *s, uint64_t v)
{
	sink_byte(s, (char)('0' + v / 10));
	sink_byte(s, (char)('0' + v % 10));
}

/* Of whom the page is, or how far an experiment is that runs. */
static void sink_subject(struct sink *s, const struct experiment *e,
			 uint64_t now_ns)
{
	char text[EXPERIMENT_PROGRESS_MAX];

	sink_byte(s, ' ');
	if (!OPTION(SEARCH) || !e || e->state != EXPERIMENT_RUNS) {
		sink_str(s, "ukpktgen");
		return;
	}
	experiment_progress(e, now_ns, text, sizeof(text));
	sink_str(s, e->plan.course->experiment);
	sink_byte(s, ' ');
	sink_str(s, text);
}

static void draw_title(struct live *l, const struct app *app, struct screen *s,
		       uint64_t now_ns)
{
	static const char keys[] =
		"s start/stop c clear +- rate p pause q leave ";
	const bool noted = l->note[0] && now_ns < l->note_until_ns;
	static const char few[] = "s c + - p  q leave ";
	static const char leave[] = "q leave ";
	const unsigned few_len = sizeof(few) - 1;
	const unsigned leave_len = sizeof(leave) - 1;
	const unsigned len = sizeof(keys) - 1, columns = l->layout.columns;
	const uint64_t up = now_ns / NS_PER_S;
	struct span at = {s, 0, 0, columns};
	size_t subject; /* columns that the keys leave alone */
	char text[96 + EXPERIMENT_PROGRESS_MAX], every[48];
	struct sink t = {.buf = text, .size = sizeof(text) - 1};

	sink_subject(&t, noted ? NULL : app->experiment, now_ns);
	subject = t.used;
	sink_str(&t, "  up ");
	sink_u64(&t, up / 3600, true);
	sink_byte(&t, ':');
	sink_two(&t, up / 60 % 60);
	sink_byte(&t, ':');
	sink_two(&t, up % 60);
	sink_str(&t, "  every ");
	value_time_print(l->interval_ns, every, sizeof(every));
	sink_str(&t, every);
	sink_str(&t, l->paused ? "  paused" : "");
	if (noted) {
		sink_str(&t, "  ");
		sink_str(&t, l->note);
	}
	text[t.used] = '\0';
	put(&at, ATTR_REVERSE, text);
	blank(&at, at.to, ATTR_REVERSE);
	/* What the keys are has the room that is left. */
	if (columns > len + t.used) {
		at = (struct span){s, 0, columns - len, columns};
		put(&at, ATTR_REVERSE, keys);
	} else if (columns > few_len + t.used) {
		at = (struct span){s, 0, columns - few_len, columns};
		put(&at, ATTR_REVERSE, few);
	} else if (columns > leave_len + subject && !noted) {
		at = (struct span){s, 0, columns - leave_len, columns};
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
	const unsigned place = l->part - 1, port = live_port_at(l->mask, place);
	const unsigned column = place % y->across * (y->width + LIVE_GAP);
	const struct span at = {s, 1 + place / y->across * y->height + l->row,
				column, column + y->width};
	unsigned row = l->row, rows;
	const char *group;

	if (!row) {
		draw_head(at, app, port, &l->port[place]);
		return;
	}
	row--;
	for (unsigned i = 0; (group = live_group(i)) != NULL; i++) {
		rows = live_group_rows(group, y->figures);
		if (row < rows)
			break;
		row -= rows;
	}
	if (!group || !pktgen_up(&app->pktgen, port))
		return;
	if (live_has_rate(group) && row == rows - 1)
		draw_history(at, &app->port[port].history,
			     !strcmp(group, "tx"));
	else
		draw_figures(at, l, app, group, row * y->figures);
}

bool live_draw(struct live *l, const struct app *app, struct screen *s,
	       uint64_t now_ns)
{
	if (!l->part) {
		draw_title(l, app, s, now_ns);
		if (l->layout.shown < live_nb_ports(l->mask))
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
