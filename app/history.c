/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/history.h"

#include <string.h>

#include "app/app.h"

#ifdef CONFIG_APPUKPKTGEN_HISTORY_KB
#define PORT_BYTES ((size_t)CONFIG_APPUKPKTGEN_HISTORY_KB << 10)
#else
#define PORT_BYTES 0
#endif
/* The least that is worth it, and of how much of the heap it is a part. */
#define LEAST_BYTES 2048
#define PORTS_PART 16
#define STREAM_PART 64

static const struct {
	uint64_t ns, slots;
	size_t part; /* eighths of a line's bytes */
} spans[HISTORY_SPANS] = {
	[HISTORY_HOUR] = {1000000000, 3600, 7},
	[HISTORY_MINUTE] = {100000000, 600, 1},
};

/* Pairs of packets and bytes come first, see stats/series.h. */
#define V(group, name)                                                   \
	{                                                                \
#group, #name,                                           \
			__builtin_offsetof(struct stats, group##_##name) \
	}
const struct history_value history_values[] = {
	V(tx, packets), V(tx, bytes),   V(rx, packets), V(rx, bytes),
	V(tx, skipped), V(tx, dropped), V(rx, ignored), V(rx, oversize),
};

uint64_t history_slot_ns(enum history_span span)
{
	return spans[span].ns;
}

/* ---- Lines --------------------------------------------------------------- */

/* Whether what line `k` of a port is of is there. */
static bool is_there(const struct pktgen *pg, unsigned port, unsigned k)
{
	return pktgen_up(pg, port) &&
	       (!k || pktgen_next_stream(pg, port, k - 1) == k - 1);
}

/* Of streams once all ports are: a stream is received at others. */
static void get_values(const struct pktgen *pg, unsigned port, unsigned k,
		       uint64_t v[SERIES_VALUES])
{
	struct pktgen_stream_view s;

	if (!k) {
		const char *stats = (void *)&pktgen_look(pg, port)->stats;

		for (unsigned i = 0; i < SERIES_VALUES; i++)
			memcpy(&v[i], stats + history_values[i].offset,
			       sizeof(*v));
		return;
	}
	pktgen_look_stream(pg, port, k - 1, &s);
	memset(v, 0, SERIES_VALUES * sizeof(*v));
	v[0] = s.sent.packets;
	v[1] = s.sent.bytes;
	v[2] = s.received.packets;
	v[3] = s.received.bytes;
}

/*
 * With `bytes`, or half of that, and so on, where the heap has not `part` times
 * as many; NULL: it has but little.
 */
static struct history_line *line_new(struct uk_alloc *a, size_t bytes,
				     size_t part, uint64_t now_ns)
{
	struct history_line *line = NULL;
	unsigned char *mem;

	for (; bytes >= LEAST_BYTES; bytes /= 2) {
		line = uk_malloc(a, bytes * part);
		uk_free(a, line);
		if (line)
			break;
	}
	if (line)
		line = uk_calloc(a, 1, sizeof(*line) + bytes);
	if (!line)
		return NULL;
	mem = (unsigned char *)(line + 1);
	for (unsigned i = 0; i < HISTORY_SPANS; i++) {
		const size_t size = bytes / 8 * spans[i].part;

		series_init(&line->series[i], mem, size, spans[i].slots,
			    now_ns / spans[i].ns);
		mem += size;
	}
	return line;
}

/* Counters that are below what they were count from zero again. */
static void look(struct history_line *line, const uint64_t v[SERIES_VALUES])
{
	for (unsigned i = 0; i < SERIES_VALUES; i++) {
		line->total[i] +=
			v[i] - (v[i] < line->now[i] ? 0 : line->now[i]);
		line->now[i] = v[i];
	}
}

/* What moved since the last slot ended is of the one that was open. */
static void end_slot(struct history_line *line, unsigned span, uint64_t now_ns)
{
	struct series *s = &line->series[span];
	const uint64_t slot = now_ns / spans[span].ns;
	uint64_t v[SERIES_VALUES];

	if (slot <= s->next)
		return;
	for (unsigned i = 0; i < SERIES_VALUES; i++)
		v[i] = line->total[i] - line->ended[span][i];
	memcpy(line->ended[span], line->total, sizeof(line->total));
	series_add(s, v);
	if (slot > s->next)
		series_gap(s, slot - s->next);
}

/* ---- All of them --------------------------------------------------------- */

void history_init(struct app *app, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pktgen_up(pg, i))
			app->history.line[i][0] =
				line_new(pg->heap, PORT_BYTES,
					 pg->nb_ports * PORTS_PART, now_ns);
}

void history_end(struct app *app)
{
	for (unsigned i = 0; i < PKTGEN_MAX_PORTS; i++)
		for (unsigned k = 0; k < HISTORY_LINES; k++)
			uk_free(app->pktgen.heap, app->history.line[i][k]);
	memset(&app->history, 0, sizeof(app->history));
}

/* A port with a single stream has its line; a stream that is gone has none. */
static void keep_line(struct app *app, unsigned port, unsigned k,
		      uint64_t now_ns)
{
	struct history_line **line = &app->history.line[port][k];
	struct pktgen *pg = &app->pktgen;
	const bool there = is_there(pg, port, k);

	if (!there) {
		uk_free(pg->heap, *line);
		*line = NULL;
	} else if (!*line && pg->set[port].nb_streams > 1) {
		*line = line_new(pg->heap, PORT_BYTES / 4, STREAM_PART, now_ns);
		if (*line)
			get_values(pg, port, k, (*line)->now);
	}
}

void history_look(struct app *app)
{
	for (unsigned k = 0; k < HISTORY_LINES; k++) {
		for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
			struct history_line *line = app->history.line[i][k];
			uint64_t v[SERIES_VALUES];

			if (!line || !is_there(&app->pktgen, i, k))
				continue;
			get_values(&app->pktgen, i, k, v);
			look(line, v);
		}
	}
}

void history_poll(struct app *app, uint64_t now_ns)
{
	struct app_history *h = &app->history;
	const uint64_t slot_ns = spans[HISTORY_MINUTE].ns;

	if (now_ns < h->due_ns)
		return;
	h->due_ns = (now_ns / slot_ns + 1) * slot_ns;
	history_look(app);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		for (unsigned k = 0; k < HISTORY_LINES; k++) {
			if (k && OPTION(STREAMS))
				keep_line(app, i, k, now_ns);
			for (unsigned s = 0; h->line[i][k] && s < HISTORY_SPANS;
			     s++)
				end_slot(h->line[i][k], s, now_ns);
		}
	}
}
