/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/render.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "stats/fields.h"

#define PREFIX "ukpktgen_"
#define NAME_MAX_LEN 96
/* Of an l1 in Mbit/s. */
#define BYTES_PER_MBIT 125000

enum kind { COUNTER, GAUGE, INFO, UNKNOWN };

/* Samples of one name, of all appliances: they have to stand together. */
struct family {
	struct family *next;
	char name[NAME_MAX_LEN]; /* without the ending of its kind */
	enum kind kind;
	const char *help;
	const char *unit; /* that the name ends with; NULL: it has none */
	struct text samples;
};

struct families {
	struct family *first, **end;
	bool failed;
};

/* ---- Families ------------------------------------------------------------ */

static const char *ending(enum kind kind)
{
	return kind == COUNTER ? "_total" : kind == INFO ? "_info" : "";
}

static bool ends_with(const char *name, const char *end)
{
	const size_t n = strlen(name), m = strlen(end);

	return n > m && !strcmp(name + n - m, end);
}

static const char *unit_of(const char *name)
{
	return ends_with(name, "_bytes")     ? "bytes"
	       : ends_with(name, "_seconds") ? "seconds"
					     : NULL;
}

static struct family *family(struct families *all, const char *name,
			     enum kind kind, const char *help)
{
	struct family *f;

	for (f = all->first; f; f = f->next)
		if (!strcmp(f->name, name))
			return f;
	f = calloc(1, sizeof(*f));
	if (!f) {
		all->failed = true;
		return NULL;
	}
	snprintf(f->name, sizeof(f->name), "%s", name);
	f->kind = kind;
	f->help = help;
	f->unit = unit_of(name);
	*all->end = f;
	all->end = &f->next;
	return f;
}

static void add_escaped(struct text *t, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			text_add(t, "\\n");
		else if (strchr("\\\"", *value))
			text_add(t, "\\%c", *value);
		else
			text_bytes(t, value, 1);
	}
}

/* What a sample is of: labels behind that of the appliance. */
struct labels {
	const char *appliance;
	double port, stream; /* below 0: not of one */
};

static void begin_sample(struct family *f, const struct labels *of)
{
	text_add(&f->samples, "%s%s{appliance=\"", f->name, ending(f->kind));
	add_escaped(&f->samples, of->appliance);
	if (of->port >= 0)
		text_add(&f->samples, "\",port=\"%.0f", of->port);
	if (of->stream >= 0)
		text_add(&f->samples, "\",stream=\"%.0f", of->stream);
}

static void add_number(struct text *t, double v)
{
	text_add(t, fabs(v) < 1e18 && v == floor(v) ? "%.0f" : "%.12g", v);
}

static void sample(struct family *f, const struct labels *of, double v)
{
	if (!f)
		return;
	begin_sample(f, of);
	text_add(&f->samples, "\"} ");
	add_number(&f->samples, v);
	text_add(&f->samples, "\n");
}

/* ---- What there is ------------------------------------------------------- */

static const struct {
	const char *group, *name, *help;
} counters[] = {
#define F(group, name, unit, help) {#group, #name, help},
	STATS_FIELDS(F)
#undef F
};

/* NULL: it is none of the counters. */
static const char *counter_help(const char *group, const char *name)
{
	for (size_t i = 0; i < sizeof(counters) / sizeof(*counters); i++)
		if (!strcmp(counters[i].group, group) &&
		    !strcmp(counters[i].name, name))
			return counters[i].help;
	return NULL;
}

static bool is_name(const char *text)
{
	if (!islower((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!islower((unsigned char)*text) &&
		    !isdigit((unsigned char)*text) && *text != '_')
			return false;
	return true;
}

/*
 * A number of "tx" or "rx": a counter by its name; a rate; times in ns; one
 * that this program does not know, of no kind.
 */
static void add_member(struct families *all, const char *what,
		       const char *group, const cJSON *item,
		       const struct labels *of)
{
	const char *help = counter_help(group, item->string);
	const char *key = item->string;
	enum kind kind = GAUGE;
	char name[NAME_MAX_LEN];
	double v = item->valuedouble;

	if (help) {
		kind = COUNTER;
	} else if (!strcmp(key, "rate")) {
		key = "packets_per_second";
		help = "packets per second, of the last second";
	} else if (!strcmp(key, "l1")) {
		key = "l1_bytes_per_second";
		help = "bytes per second on layer 1, of the last second";
		v *= BYTES_PER_MBIT;
	} else if (!strcmp(key, "first_at") || !strcmp(key, "last_at")) {
		help = *key == 'f' ? "when the first frame was, since boot"
				   : "when the last frame was, since boot";
		key = *key == 'f' ? "first_seconds" : "last_seconds";
		if (v == 0)
			return;
		v /= 1e9;
	} else {
		kind = UNKNOWN;
		help = "as the appliance's stats --json has it";
	}
	snprintf(name, sizeof(name), PREFIX "%s_%s_%s", what, group, key);
	sample(family(all, name, kind, help), of, v);
}

static void add_groups(struct families *all, const char *what, const cJSON *row,
		       const struct labels *of)
{
	const cJSON *group, *item;

	cJSON_ArrayForEach(group, row)
	{
		if (!cJSON_IsObject(group) || !is_name(group->string))
			continue;
		cJSON_ArrayForEach(item, group)
		{
			if (cJSON_IsNumber(item) && is_name(item->string))
				add_member(all, what, group->string, item, of);
		}
	}
}

static double number(const cJSON *row, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(row, key);

	return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

/* Rows of a list that stands in each line of a reply. */
static void add_rows(struct families *all, const struct asked *a,
		     enum ask_for reply, const char *list,
		     void (*add)(struct families *all, const cJSON *row,
				 const struct labels *of))
{
	const cJSON *line, *row;

	cJSON_ArrayForEach(line, a->lines[reply])
	{
		cJSON_ArrayForEach(row,
				   cJSON_GetObjectItemCaseSensitive(line, list))
		{
			const struct labels of = {a->name, number(row, "port"),
						  number(row, "stream")};

			if (of.port >= 0)
				add(all, row, &of);
		}
	}
}

static void add_port(struct families *all, const cJSON *row,
		     const struct labels *of)
{
	add_groups(all, "port", row, of);
}

static void add_stream(struct families *all, const cJSON *row,
		       const struct labels *of)
{
	add_groups(all, "stream", row, of);
}

/* What it is at, and how many streams it has, as they may not be here. */
static void add_state(struct families *all, const cJSON *row,
		      const struct labels *of)
{
	const char *state = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(row, "state"));

	if (!state)
		return;
	sample(family(all, PREFIX "port_sending", GAUGE,
		      "1: the port sends, 0: it does not"),
	       of, !strcmp(state, "sending"));
	sample(family(all, PREFIX "port_streams", GAUGE,
		      "streams that the port has"),
	       of, ask_streams(row));
}

static void add_version(struct families *all, const struct asked *a)
{
	const cJSON *line =
		a->lines[ASK_VERSION] ? a->lines[ASK_VERSION]->child : NULL;
	const char *version = cJSON_GetStringValue(
		cJSON_GetObjectItemCaseSensitive(line, "version"));
	const struct labels of = {a->name, -1, -1};
	struct family *f;

	if (!version)
		return;
	f = family(all, PREFIX "build", INFO, "what the appliance was made of");
	if (!f)
		return;
	begin_sample(f, &of);
	text_add(&f->samples, "\",version=\"");
	add_escaped(&f->samples, version);
	text_add(&f->samples, "\"} 1\n");
}

static void add_all(struct families *all, const struct asked *a, unsigned n)
{
	struct labels of = {NULL, -1, -1};

	for (unsigned i = 0; i < n; i++) {
		of.appliance = a[i].name;
		sample(family(all, PREFIX "up", GAUGE,
			      "1: the appliance answers, 0: it does not"),
		       &of, a[i].up);
	}
	for (unsigned i = 0; i < n; i++) {
		of.appliance = a[i].name;
		sample(family(all, PREFIX "answer_seconds", GAUGE,
			      "what its answer took"),
		       &of, a[i].seconds);
	}
	for (unsigned i = 0; i < n; i++) {
		if (!a[i].up)
			continue;
		add_version(all, &a[i]);
		add_rows(all, &a[i], ASK_PORTS, "ports", add_state);
		add_rows(all, &a[i], ASK_STATS, "ports", add_port);
		add_rows(all, &a[i], ASK_STREAMS, "streams", add_stream);
	}
}

/* ---- As text ------------------------------------------------------------- */

static const char *const kinds[][2] = {
	[COUNTER] = {"counter", "counter"},
	[GAUGE] = {"gauge", "gauge"},
	[INFO] = {"gauge", "info"},
	[UNKNOWN] = {"untyped", "unknown"},
};

static void put(const struct family *f, enum render_format format,
		struct text *out)
{
	const bool open = format == RENDER_OPENMETRICS;
	const char *end = open ? "" : ending(f->kind);

	text_add(out, "# HELP %s%s %s\n# TYPE %s%s %s\n", f->name, end, f->help,
		 f->name, end, kinds[f->kind][open]);
	if (open && f->unit)
		text_add(out, "# UNIT %s %s\n", f->name, f->unit);
	if (f->samples.data)
		text_bytes(out, f->samples.data, f->samples.len);
	out->failed |= f->samples.failed;
}

bool render(const struct asked *a, unsigned n, enum render_format format,
	    struct text *out)
{
	struct families all = {.end = &all.first};

	add_all(&all, a, n);
	for (struct family *f = all.first, *next; f; f = next) {
		next = f->next;
		put(f, format, out);
		text_free(&f->samples);
		free(f);
	}
	if (format == RENDER_OPENMETRICS)
		text_add(out, "# EOF\n");
	return !all.failed && !out->failed;
}

const char *render_type(enum render_format format)
{
	return format == RENDER_OPENMETRICS
		       ? "application/openmetrics-text; version=1.0.0; "
			 "charset=utf-8"
		       : "text/plain; version=0.0.4; charset=utf-8";
}

/* ---- Accept -------------------------------------------------------------- */

/* The value of a parameter of a media range, which ends at a ','. */
static const char *parameter(const char *range, const char *name)
{
	const size_t n = strlen(name);
	const char *end = range + strcspn(range, ",");

	while ((range += strcspn(range, ";,")) < end) {
		range += 1 + strspn(range + 1, " \t");
		if (!strncasecmp(range, name, n) && range[n] == '=')
			return range + n + 1;
	}
	return NULL;
}

static bool is_type(const char *range, const char *type)
{
	const size_t n = strlen(type);

	return !strncasecmp(range, type, n) &&
	       strchr(" \t;,", range[n]); /* or its end */
}

enum render_format render_accepted(const char *accept)
{
	double open = 0, text = 0;

	while (accept && *accept) {
		const char *q, *version;
		double quality;

		accept += strspn(accept, " \t,");
		q = parameter(accept, "q");
		quality = q ? strtod(q, NULL) : 1;
		version = parameter(accept, "version");
		if (is_type(accept, "application/openmetrics-text") &&
		    (!version || !strncmp(version, "1.0.", 4) ||
		     !strncmp(version, "0.0.1", 5)))
			open = fmax(open, quality);
		else if (is_type(accept, "text/plain") ||
			 is_type(accept, "text/*") || is_type(accept, "*/*"))
			text = fmax(text, quality);
		accept += strcspn(accept, ",");
	}
	return open > 0 && open >= text ? RENDER_OPENMETRICS : RENDER_TEXT;
}
