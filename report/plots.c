/* SPDX-License-Identifier: BSD-3-Clause */
/* What of a result is drawn. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/plot.h"

/* What is the same of two results has the same colour. */
static struct series *series(struct plot *p, enum plot_style style,
			     const char *name)
{
	struct series *s;
	unsigned colour = p->nb_series;

	for (unsigned i = 0; i < p->nb_series; i++) {
		if (!strcmp(p->s[i].name, name))
			return &p->s[i];
		if (name[0] == 'B' && !strcmp(p->s[i].name + 1, name + 1))
			colour = p->s[i].colour;
	}
	if (p->nb_series == PLOT_SERIES)
		return NULL;
	s = &p->s[p->nb_series++];
	*s = (struct series){.style = style,
			     .colour = colour % PLOT_OF_SERIES,
			     .second = colour + 1 != p->nb_series};
	snprintf(s->name, sizeof(s->name), "%s", name);
	return s;
}

static void point(struct series *s, double x, double y)
{
	double *xy;

	if (!s || !isfinite(x) || !isfinite(y))
		return;
	if (s->points == s->room) {
		xy = realloc(s->xy, (s->room + 64) * 4 * sizeof(*xy));
		if (!xy)
			return;
		s->xy = xy;
		s->room = (s->room + 64) * 2;
	}
	s->xy[2 * s->points] = x;
	s->xy[2 * s->points + 1] = y;
	s->points++;
}

/* A word of a result: what is no plain name is not drawn as one. */
static void plain(char *to, size_t room, const char *word)
{
	size_t n = 0;

	for (; *word && n + 1 < room; word++)
		if (*word == '.' || *word == '%' || *word == '-' ||
		    *word == ' ' || *word == ':' || *word == ',' ||
		    (*word >= '0' && *word <= '9') ||
		    ((*word | 0x20) >= 'a' && (*word | 0x20) <= 'z'))
			to[n++] = *word;
	to[n] = '\0';
}

/* "ndr", or "A ndr" of several results; `word` may be NULL. */
static void name_of(char *name, size_t room, const char *word, unsigned which,
		    unsigned nb)
{
	char text[20] = "";

	if (word)
		plain(text, sizeof(text), word);
	if (nb > 1)
		snprintf(name, room, "%c%s%s", 'A' + (int)which,
			 *text ? " " : "", text);
	else
		snprintf(name, room, "%s", text);
}

/* "64 bytes" of a row or trial, or its mix; false: it says neither. */
static bool size_word(const cJSON *row, char *word, size_t room)
{
	const cJSON *size = json_number(row, "size");
	const char *mix = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(row, "mix"));

	if (size)
		snprintf(word, room, "%.0f bytes", size->valuedouble);
	else if (mix)
		plain(word, room, mix);
	return size || mix;
}

static const char *text_of(const cJSON *row, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, key));
}

/* ---- Throughput by size -------------------------------------------------- */

static void by_size(struct plot *p, const struct result *r, unsigned which,
		    unsigned nb)
{
	const cJSON *row;

	for (row = json_first(result_list(r, "rows")); row; row = row->next) {
		const cJSON *size = json_number(row, "size");
		const cJSON *rate = json_number(row, "throughput");
		const cJSON *part = json_number(row, "part");
		const char *goal = text_of(row, "goal");
		char name[32];

		if (!size || !rate)
			continue;
		name_of(name, sizeof(name), goal ? goal : "throughput", which,
			nb);
		point(series(p, PLOT_BOTH, name), size->valuedouble,
		      rate->valuedouble);
		name_of(name, sizeof(name), "largest rate", which, nb);
		if (part && part->valuedouble > 0)
			point(series(p, PLOT_LIMIT, name), size->valuedouble,
			      rate->valuedouble * 100 / part->valuedouble);
	}
}

/* ---- Loss by rate -------------------------------------------------------- */

static bool counts(const cJSON *trial)
{
	return !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(trial, "good"));
}

static void loss_curve(struct plot *p, const struct result *r, unsigned which,
		       unsigned nb)
{
	const cJSON *trial;

	for (trial = json_first(result_list(r, "trials")); trial;
	     trial = trial->next) {
		const cJSON *rate = json_number(trial, "rate");
		const cJSON *loss = json_number(trial, "loss");
		char word[20] = "", name[32];

		if (!rate || !loss || !counts(trial))
			continue;
		size_word(trial, word, sizeof(word));
		name_of(name, sizeof(name), *word ? word : "trials", which, nb);
		point(series(p, PLOT_POINTS, name), rate->valuedouble,
		      loss->valuedouble);
	}
}

/* ---- Latency by percentile ----------------------------------------------- */

static void percentiles(struct plot *p, const cJSON *row, const char *name,
			enum plot_style style)
{
	static const struct {
		const char *key;
		double nines;
	} at[] = {{"min", 0}, {"p50", 0.30103}, {"p90", 1},
		  {"p99", 2}, {"p999", 3},      {"p9999", 4}};
	struct series *s = series(p, style, name);

	/* Of the trials of a size it is the last that is drawn. */
	if (s)
		s->points = 0;
	for (unsigned i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		const cJSON *v = json_number(row, at[i].key);

		if (v)
			point(s, at[i].nines, v->valuedouble / 1000);
	}
}

/* Of the rows, or the last trial of each size that counts and lost nothing. */
static void latency(struct plot *p, const struct result *r, unsigned which,
		    unsigned nb)
{
	const cJSON *row, *list = result_list(r, "rows");
	const bool of_rows = list && json_number(list->child, "p50");

	if (!of_rows)
		list = result_list(r, "trials");
	for (row = json_first(list); row; row = row->next) {
		const cJSON *loss = json_number(row, "loss");
		const cJSON *part = json_number(row, "part");
		char word[20] = "", name[32];

		if (!json_number(row, "p50") || !counts(row) ||
		    (!of_rows && loss && loss->valuedouble > 0) ||
		    (of_rows && part && part->valuedouble < 100 &&
		     json_number(row, "cut_through")))
			continue;
		if (!size_word(row, word, sizeof(word)) && of_rows)
			return; /* rows of time or of a value: see there */
		name_of(name, sizeof(name), *word ? word : "latency", which,
			nb);
		percentiles(p, row, name, PLOT_BOTH);
	}
}

/* ---- Search as it went on ------------------------------------------------ */

static void converged(struct plot *p, const struct result *r, unsigned which,
		      unsigned nb)
{
	static const char *const names[] = {"no loss", "loss", "repeated"};
	const cJSON *trial;

	if (nb > 1)
		return;
	for (unsigned i = 0; i < 3; i++) /* which has which colour */
		series(p, PLOT_POINTS, names[i]);
	for (trial = json_first(result_list(r, "trials")); trial;
	     trial = trial->next) {
		const cJSON *number = json_number(trial, "trial");
		const cJSON *rate = json_number(trial, "rate");
		const cJSON *lost = json_number(trial, "lost");
		const unsigned kind = !counts(trial)                  ? 2
				      : lost && lost->valuedouble > 0 ? 1
								      : 0;

		if (number && rate && rate->valuedouble > 0)
			point(series(p, PLOT_POINTS, names[kind]),
			      number->valuedouble, rate->valuedouble);
	}
	(void)which;
}

/* ---- Over time ----------------------------------------------------------- */

/* Of rows with a time each, one figure of each. */
static void over_time(struct plot *p, const struct result *r, unsigned which,
		      unsigned nb, const char *key, double scale)
{
	const cJSON *row;
	char name[32];

	for (row = json_first(result_list(r, "rows")); row; row = row->next) {
		const cJSON *from = json_number(row, "since");
		const cJSON *v = json_number(row, key);

		name_of(name, sizeof(name), key, which, nb);
		if (from && v)
			point(series(p, PLOT_BOTH, name), from->valuedouble,
			      v->valuedouble / scale);
	}
}

static void loss_history(struct plot *p, const struct result *r, unsigned which,
			 unsigned nb)
{
	over_time(p, r, which, nb, "loss", 1);
}

static void latency_history(struct plot *p, const struct result *r,
			    unsigned which, unsigned nb)
{
	over_time(p, r, which, nb, "p50", 1000);
	over_time(p, r, which, nb, "p99", 1000);
	over_time(p, r, which, nb, "max", 1000);
}

/* ---- Steps of an axis ---------------------------------------------------- */

/* Rows of values, of a ramp or a sweep, by their order. */
static void steps(struct plot *p, const struct result *r, unsigned which,
		  unsigned nb)
{
	const cJSON *row;
	unsigned n = 0;
	char name[32];

	name_of(name, sizeof(name), "loss", which, nb);
	for (row = json_first(result_list(r, "rows")); row; row = row->next) {
		const cJSON *loss = json_number(row, "loss");

		n++;
		if (loss && text_of(row, "value"))
			point(series(p, PLOT_BOTH, name), n, loss->valuedouble);
	}
}

/* ---- All of them --------------------------------------------------------- */

static const struct {
	struct plot p;
	void (*fill)(struct plot *p, const struct result *r, unsigned which,
		     unsigned nb);
} all[] = {
	{{.title = "Throughput by frame size",
	  .x = "frame size [bytes]",
	  .y = "throughput [pps]",
	  .sizes = true,
	  .from_zero = true},
	 by_size},
	{{.title = "Loss by offered rate",
	  .x = "offered rate [pps]",
	  .y = "loss [%]",
	  .log_x = true,
	  .from_zero = true},
	 loss_curve},
	{{.title = "Latency by percentile",
	  .x = "percentile",
	  .y = "latency [us]",
	  .log_y = true,
	  .nines = true},
	 latency},
	{{.title = "Loss over time",
	  .x = "time [s]",
	  .y = "loss [%]",
	  .from_zero = true},
	 loss_history},
	{{.title = "Latency over time",
	  .x = "time [s]",
	  .y = "latency [us]",
	  .log_y = true},
	 latency_history},
	{{.title = "Loss by step",
	  .x = "step",
	  .whole = true,
	  .y = "loss [%]",
	  .from_zero = true},
	 steps},
	{{.title = "Offered rate, trial by trial",
	  .x = "trial",
	  .whole = true,
	  .y = "offered rate [pps]",
	  .log_y = true},
	 converged},
};

/* What an axis that is logarithmic has no place for. */
static void drop_hidden(struct plot *p)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < p->nb_series; i++) {
		struct series *s = &p->s[i];
		unsigned n = 0;

		for (unsigned k = 0; k < s->points; k++) {
			const double x = s->xy[2 * k], y = s->xy[2 * k + 1];

			if ((p->log_x && x <= 0) || (p->log_y && y <= 0))
				continue;
			s->xy[2 * n] = x;
			s->xy[2 * n++ + 1] = y;
		}
		s->points = n;
		if (n)
			p->s[kept++] = *s;
		else
			free(s->xy);
	}
	p->nb_series = kept;
}

bool plot_make(struct plot *p, unsigned which, const struct result *r,
	       unsigned nb)
{
	if (which >= sizeof(all) / sizeof(all[0]))
		return false;
	*p = all[which].p;
	for (unsigned i = 0; i < nb; i++)
		all[which].fill(p, &r[i], i, nb);
	drop_hidden(p);
	return true;
}

void plot_free(struct plot *p)
{
	for (unsigned i = 0; i < p->nb_series; i++)
		free(p->s[i].xy);
	p->nb_series = 0;
}
