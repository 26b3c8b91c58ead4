/* SPDX-License-Identifier: BSD-3-Clause */
/* What `stats history` replies: a plot, or rows as JSON or CSV. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "files/crc32.h"
#include "shell/sink.h"

enum { PORTS, KEYWORD, SPAN, FILE_WORD, FILE_NAME, CSV };

_Static_assert(HISTORY_STREAMS == 4, "as check() says");

static const struct arg_word span_words[] = {
	[HISTORY_HOUR] = {"hour", "the last hour, by the second"},
	[HISTORY_MINUTE] = {"minute", "the last minute, by 100 ms"},
	{NULL, NULL},
};

const struct arg history_args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
		   .name = "PORTS", .help = "ports to show"},
	[KEYWORD] = {ARG_KEYWORD, .name = "history",
		     .help = "plot what counters did"},
	[SPAN] = {ARG_ENUM, .optional = true, .name = "SPAN",
		  .help = "how far back, and how finely", .words = span_words,
		  .unset = "hour"},
	[FILE_WORD] = {ARG_KEYWORD, .optional = true, .name = "file",
		       .help = "write the rows as CSV into FILE"},
	[FILE_NAME] = {ARG_NAME, .optional = true, .name = "FILE",
		       .help = "file to write", .names = app_file_names},
	[CSV] = {ARG_FLAG, .optional = true, .name = "csv",
		 .help = "reply as CSV: a row for each slot"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* Rows, and lines of CSV, of a call: some 50 us. */
#define ROWS 16
#define ROW_MAX 256
/* Lines that are counted or written into a file at once. */
#define FILE_LINES 256

/* ---- The rows in turn ---------------------------------------------------- */

/* Lives in a call's state. */
struct walk {
	struct series_at at;
	uint64_t end;  /* slots from then on are not shown */
	unsigned next; /* whose rows: line next % HISTORY_LINES of a port */
	bool began;
	/* Of a file: */
	bool counted; /* it is being written */
	uint32_t crc;
	uint64_t size, room; /* bytes written, or counted; that it has */
	char *mem;
};

_Static_assert(sizeof(struct walk) <= sizeof(((struct call *)0)->state),
	       "a call remembers where it is");

static struct walk *walk_of(struct call *c)
{
	return (void *)c->state;
}

static enum history_span span_of(const struct call *c)
{
	return (enum history_span)c->v[SPAN].u;
}

static struct subject subject_of(const struct walk *w)
{
	return (struct subject){w->next / HISTORY_LINES,
				w->next % HISTORY_LINES - 1};
}

/* From w->next on the first that is asked for and is there; NULL: none. */
static const struct history_line *find(const struct call *c, struct walk *w)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	const struct history_line *line;

	for (; w->next < PKTGEN_MAX_PORTS * HISTORY_LINES; w->next++) {
		const struct subject s = subject_of(w);
		const unsigned k = w->next % HISTORY_LINES;

		line = call_app(c)->history.line[s.port][k];
		if (line && on->dotted == (k > 0) &&
		    (k ? subjects_has(on, s) : on->ports >> s.port & 1))
			return line;
	}
	return NULL;
}

static void go_on(struct walk *w)
{
	w->next++;
	memset(&w->at, 0, sizeof(w->at));
}

static void begin(const struct call *c, struct walk *w)
{
	w->next = 0;
	memset(&w->at, 0, sizeof(w->at));
	if (!w->end)
		w->end = c->now_ns / history_slot_ns(span_of(c));
	w->began = true;
}

static bool next_row(const struct call *c, struct walk *w,
		     struct series_row *row)
{
	const struct history_line *line;

	for (; (line = find(c, w)); go_on(w))
		if (series_read(&line->series[span_of(c)], &w->at, row) &&
		    row->slot < w->end)
			return true;
	return false;
}

static unsigned nb_values(const struct call *c)
{
	return c->v[PORTS].subjects.dotted ? HISTORY_STREAM_VALUES
					   : SERIES_VALUES;
}

/* In thousandths of a second. */
static uint64_t time_ms(const struct call *c, uint64_t slots)
{
	return slots * (history_slot_ns(span_of(c)) / 1000000);
}

/* ---- JSON ---------------------------------------------------------------- */

static void show_group(struct call *c, const char *group,
		       const struct series_row *row)
{
	reply_map(c->reply, group, REPLY_TABLE);
	for (unsigned i = 0; i < nb_values(c); i++)
		if (!strcmp(history_values[i].group, group))
			reply_u64(c->reply, history_values[i].name, row->v[i],
				  NULL);
	reply_end(c->reply);
}

static enum call_result run_json(struct call *c, struct walk *w)
{
	struct series_row row;
	unsigned n = 0;

	reply_list(c->reply, "history", REPLY_TABLE);
	for (; n < ROWS && next_row(c, w, &row); n++) {
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_milli(c->reply, "time", time_ms(c, row.slot), "s");
		reply_milli(c->reply, "span", time_ms(c, row.slots), "s");
		reply_id(c->reply, "port", subject_of(w).port);
		if (c->v[PORTS].subjects.dotted)
			reply_id(c->reply, "stream", subject_of(w).stream);
		reply_bool(c->reply, "unseen", row.gap);
		if (!row.gap) {
			show_group(c, "tx", &row);
			show_group(c, "rx", &row);
		}
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return n == ROWS ? CALL_AGAIN : CALL_DONE;
}

/* ---- CSV ----------------------------------------------------------------- */

/* The head, then a row a call; false behind the last. Without a line's end. */
static bool csv_line(const struct call *c, struct walk *w, char line[ROW_MAX])
{
	const bool head = !w->began, dotted = c->v[PORTS].subjects.dotted;
	struct sink s = {.buf = line, .size = ROW_MAX - 1};
	struct series_row row;

	if (head) {
		begin(c, w);
		sink_str(&s,
			 dotted ? "time,span,port,stream" : "time,span,port");
	} else if (next_row(c, w, &row)) {
		sink_milli(&s, time_ms(c, row.slot), false);
		sink_byte(&s, ',');
		sink_milli(&s, time_ms(c, row.slots), false);
		sink_byte(&s, ',');
		sink_u64(&s, subject_of(w).port, false);
		if (dotted) {
			sink_byte(&s, ',');
			sink_u64(&s, subject_of(w).stream, false);
		}
	} else {
		return false;
	}
	for (unsigned i = 0; i < nb_values(c); i++) {
		sink_byte(&s, ',');
		if (head) {
			sink_str(&s, history_values[i].group);
			sink_byte(&s, '_');
			sink_str(&s, history_values[i].name);
		} else if (!row.gap) {
			sink_u64(&s, row.v[i], false);
		}
	}
	line[s.used] = '\0';
	return true;
}

static enum call_result run_csv(struct call *c, struct walk *w)
{
	char line[ROW_MAX];
	unsigned n = 0;

	for (; n < ROWS && csv_line(c, w, line); n++) {
		if (!n)
			reply_list(c->reply, "lines", REPLY_TABLE);
		reply_text(c->reply, NULL, line);
	}
	if (n)
		reply_end(c->reply);
	return n == ROWS ? CALL_AGAIN : CALL_DONE;
}

/* ---- A file -------------------------------------------------------------- */

/* Some lines more are counted, or written; true once all are. */
static bool file_lines(struct call *c, struct walk *w)
{
	char line[ROW_MAX];

	for (unsigned n = 0; n < FILE_LINES; n++) {
		size_t len;

		if (!csv_line(c, w, line))
			return true;
		len = strlen(line);
		line[len++] = '\n';
		/* Rows that came since it was counted are not in it. */
		if (w->counted && w->size + len > w->room)
			return true;
		if (w->counted) {
			memcpy(w->mem + w->size, line, len);
			w->crc = crc32_add(w->crc, line, len);
		}
		w->size += len;
	}
	return false;
}

/* Counts its bytes; then it is written into as many, and is a file at once. */
static enum call_result run_file(struct call *c, struct walk *w)
{
	const char *name = c->v[FILE_NAME].text;
	struct store *store = &call_app(c)->store;

	if (c->cancelled) {
		if (w->counted)
			store_return(store);
		return CALL_DONE;
	}
	if (!file_lines(c, w))
		return CALL_AGAIN;
	if (!w->counted) {
		if (app_check_free(c, FILE_NAME) == CALL_FAIL)
			return CALL_FAIL;
		w->mem = store_lend(store, name, w->size);
		if (!w->mem)
			return app_full(c, FILE_NAME);
		w->counted = true;
		w->room = w->size;
		w->size = 0;
		w->began = false;
		return CALL_AGAIN;
	}
	return store_keep(store, name, w->size, w->crc) ? app_full(c, FILE_NAME)
							: CALL_DONE;
}

/* ---- A plot -------------------------------------------------------------- */

#define COLUMNS 40

struct plot {
	uint64_t per; /* slots of a column */
	unsigned columns;
	uint64_t seen[COLUMNS]; /* slots of it that are no gap */
	uint64_t sum[SERIES_VALUES][COLUMNS];
	uint64_t all[SERIES_VALUES], max[SERIES_VALUES];
};

static void gather(struct plot *p, const struct series *s)
{
	const uint64_t slots = s->next - s->first;
	struct series_at at = {.at = 0};
	struct series_row row;

	memset(p, 0, sizeof(*p));
	p->per = (slots + COLUMNS - 1) / COLUMNS;
	p->columns = slots ? (unsigned)((slots - 1) / p->per + 1) : 0;
	while (series_read(s, &at, &row)) {
		const uint64_t column = (row.slot - s->first) / p->per;

		if (row.gap)
			continue;
		p->seen[column]++;
		for (unsigned i = 0; i < SERIES_VALUES; i++) {
			p->sum[i][column] += row.v[i];
			p->all[i] += row.v[i];
			if (row.v[i] > p->max[i])
				p->max[i] = row.v[i];
		}
	}
}

/* Bytes of a bar, and room for those of a plot and a NUL. */
#define BAR 3
#define BARS_MAX (BAR * COLUMNS + 1)

/* U+2581 to U+2588; a blank for nothing, '-' for a gap. */
static void put_bars(char bars[BARS_MAX], const struct plot *p, unsigned value)
{
	const uint64_t *sum = p->sum[value];
	uint64_t most = 1;

	for (unsigned i = 0; i < p->columns; i++)
		if (p->seen[i] && sum[i] / p->seen[i] > most)
			most = sum[i] / p->seen[i];
	for (unsigned i = 0; i < COLUMNS; i++) {
		if (i >= p->columns || (p->seen[i] && !sum[i])) {
			*bars++ = ' ';
		} else if (!p->seen[i]) {
			*bars++ = '-';
		} else {
			memcpy(bars, "\xe2\x96\x81", BAR);
			bars[BAR - 1] += (char)(sum[i] / p->seen[i] * 7 / most);
			bars += BAR;
		}
	}
	*bars = '\0';
}

static void show_plot(struct call *c, const struct plot *p, unsigned value)
{
	const struct history_value *v = &history_values[value];
	char bars[BARS_MAX], max[32] = "";
	struct sink s = {.buf = max, .size = sizeof(max) - 1};

	put_bars(bars, p, value);
	sink_u64(&s, p->max[value] * 1000 / time_ms(c, 1), true);
	reply_textf(c->reply, NULL, "%s %-9s%s  max %s %s", v->group, v->name,
		    bars, max,
		    *v->name == 'p'   ? "pps"
		    : *v->name == 'b' ? "bytes/s"
				      : "per s");
}

/* Of a figure that never was anything but 0, only packets are shown. */
static void show_plots(struct call *c, struct subject at,
		       const struct series *s)
{
	char of[24], all[32], column[32];
	struct plot p;

	gather(&p, s);
	snprintf(of, sizeof(of),
		 c->v[PORTS].subjects.dotted ? "stream %u.%u" : "port %u",
		 at.port, at.stream);
	value_time_print(time_ms(c, s->next - s->first) * 1000000, all,
			 sizeof(all));
	value_time_print(time_ms(c, p.per) * 1000000, column, sizeof(column));
	reply_textf(c->reply, NULL,
		    p.columns ? "%s: the last %s, %s to a column"
			      : "%s: no slot has ended yet",
		    of, all, column);
	for (unsigned i = 0; i < nb_values(c) && p.columns; i++)
		if (p.all[i] || !strcmp(history_values[i].name, "packets"))
			show_plot(c, &p, i);
}

static enum call_result run_plot(struct call *c, struct walk *w)
{
	const struct history_line *line;

	if (!w->began)
		begin(c, w);
	line = find(c, w);
	if (!line)
		return CALL_DONE;
	reply_list(c->reply, "lines", REPLY_TABLE);
	show_plots(c, subject_of(w), &line->series[span_of(c)]);
	reply_end(c->reply);
	go_on(w);
	return CALL_AGAIN;
}

/* ---- The form ------------------------------------------------------------ */

static enum call_result check(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	const bool both = c->v[CSV].set && c->json;
	struct walk w = {.began = false};

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	if (!both && find(c, &w))
		return CALL_DONE;
	return call_fail(c, both ? E_SURPLUS : E_STATE, both ? CSV : PORTS,
			 "%s",
			 both ? "'stats history' takes --csv or --json, not "
				"both"
			 : on->dotted ? "streams 0..3 of a port that has "
					"several have a history"
				      : "no memory was left for it");
}

enum call_result history_run(struct call *c)
{
	struct walk *w = walk_of(c);

	c->wake_ns = c->now_ns;
	if (!c->cancelled && !c->calls && check(c) == CALL_FAIL)
		return CALL_FAIL;
	if (c->v[FILE_NAME].set)
		return run_file(c, w);
	if (c->cancelled)
		return CALL_DONE;
	if (c->v[CSV].set)
		return run_csv(c, w);
	if (!c->json)
		return run_plot(c, w);
	if (!w->began)
		begin(c, w);
	return run_json(c, w);
}
