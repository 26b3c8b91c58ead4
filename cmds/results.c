/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/experiment.h"
#include "app/result_read.h"
#include "stats/wide.h"

enum { SHOWN };
enum { COMPARE_WORD, FIRST, SECOND };
enum { DELETE_WORD, DELETED };
/* What a call remembers. */
enum { AT, SERIAL, DEPTH, LISTS, AFTER, LIST, SERIAL_2, TOLD };

#define RESULT_ARG(what)                                  \
	{                                                 \
		ARG_NAME, .name = "RESULT", .help = what, \
			  .names = result_names           \
	}

static const struct arg show_args[] = {
	[SHOWN] = RESULT_ARG("result to show"),
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg compare_args[] = {
	[COMPARE_WORD] = {ARG_KEYWORD, .name = "compare",
			  .help = "show two beside each other"},
	[FIRST] = RESULT_ARG("result to compare with"),
	[SECOND] = RESULT_ARG("result to compare"),
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static const struct arg delete_args[] = {
	[DELETE_WORD] = {ARG_KEYWORD, .name = "delete",
			 .help = "remove its files"},
	[DELETED] = RESULT_ARG("result to delete"),
	{ARG_NONE},
};

/* ---- Listed ------------------------------------------------------------- */

#define RESULTS_A_CALL 16

static enum call_result run_list(struct call *c)
{
	static const char *const names[] = {"experiment", "test", "state"};
	const struct app *app = call_app(c);
	unsigned i = c->calls * RESULTS_A_CALL;
	const struct store_file *f = NULL;
	uint64_t made;

	if (c->cancelled)
		return CALL_DONE;
	reply_list(c->reply, "results", c->calls ? REPLY_ROWS : REPLY_TABLE);
	for (; i < (c->calls + 1) * RESULTS_A_CALL && (f = result_at(app, i));
	     i++) {
		char text[VALUE_NAME_MAX + 1];

		reply_map(c->reply, NULL, REPLY_TABLE);
		result_name(f, text);
		reply_text(c->reply, "result", text);
		for (unsigned k = 0; k < ARRAY_SIZE(names); k++) {
			result_head(app, f, names[k], text, sizeof(text));
			reply_text(c->reply, names[k], text);
		}
		result_head(app, f, "made", text, sizeof(text));
		reply_u64(c->reply, "made",
			  value_int(text, &made) == E_OK ? made : 0, NULL);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	c->wake_ns = c->now_ns;
	return f ? CALL_AGAIN : CALL_DONE;
}

/* ---- Shown -------------------------------------------------------------- */

/* Keys of a result that no course has, and their units. */
static const struct {
	const char *key, *unit;
} keys[] = {
	{"result", NULL},  {"experiment", NULL}, {"test", NULL},
	{"clause", NULL},  {"state", NULL},      {"why", NULL},
	{"command", NULL}, {"version", NULL},    {"platform", NULL},
	{"senders", NULL}, {"both_ways", NULL},  {"largest", "pps"},
	{"made", NULL},    {"repeated", NULL},   {"time", "s"},
	{"sending", "s"},  {"settings", NULL},   {"goals", NULL},
	{"rows", NULL},    {"trials", NULL},     {"full", "s"},
	{"sum", "s"},      {"tolerance", "%"},   {"exceed", "%"},
	{"width", "%"},    {"complies", NULL},   {"trial", NULL},
	{"size", "bytes"}, {"mix", NULL},        {"sent", NULL},
	{"arrived", NULL}, {"reordered", NULL},  {"verdict", NULL},
	{"good", NULL},    {"dead", "s"},        {"took", "ns"},
	{"bytes", NULL},   {"recovery", "ns"},   {"outage", "ns"},
	{"warmup", "s"},
};

static const struct course *const courses[] = {
	&course_search, &course_latency,      &course_loss,  &course_recovery,
	&course_reset,  &course_back_to_back, &course_soak,  &course_sweep,
	&course_y1564,  &course_performance,  &course_bench,
};

/* The same key that stays, and its unit; NULL: it is none of a result. */
static const char *known_key(const struct json_piece *p, const char **unit)
{
	for (unsigned i = 0; i < ARRAY_SIZE(keys); i++)
		if (json_is_key(p, keys[i].key)) {
			*unit = keys[i].unit;
			return keys[i].key;
		}
	for (unsigned i = 0; i < ARRAY_SIZE(courses); i++)
		for (const struct course_column *k = courses[i]->columns;
		     k->key; k++)
			if (json_is_key(p, k->key)) {
				*unit = k->unit;
				return k->key;
			}
	return NULL;
}

static void show_number(struct reply *r, const struct json_piece *p,
			const char *key, const char *unit)
{
	char text[40];
	int64_t milli;

	if (json_milli(p, &milli) && !memchr(p->text, '.', p->len)) {
		reply_i64(r, key, milli / 1000, unit);
	} else if (json_milli(p, &milli) && milli >= 0) {
		reply_milli(r, key, (uint64_t)milli, unit);
	} else {
		/* None of ours: as it stands there. */
		result_text(p, text, sizeof(text));
		reply_text(r, key, text);
	}
}

static void show_piece(struct reply *r, const struct json_piece *p)
{
	const char *unit = NULL, *key = p->key ? known_key(p, &unit) : NULL;
	char text[EXPERIMENT_COMMAND_MAX];

	if (p->key && !key)
		return;
	if (p->kind == JSON_NUMBER) {
		show_number(r, p, key, unit);
	} else if (p->kind == JSON_WORD) {
		reply_bool(r, key, p->len == 4);
	} else {
		result_text(p, text, sizeof(text));
		reply_text(r, key, text);
	}
}

#define PIECES_A_CALL 128

/*
 * Puts pieces into the reply, and ends it between two elements of a list. True:
 * there are more.
 */
static bool show_pieces(struct call *c, struct json *j)
{
	const char *list = (const char *)(uintptr_t)c->state[LIST], *unit;
	struct reply *r = c->reply;
	struct json_piece p;
	unsigned n = 0;

	if (list)
		reply_list(r, list, REPLY_TABLE);
	for (;; n++) {
		if (n > PIECES_A_CALL && list && j->depth == 2)
			break;
		json_next(j, &p);
		if (p.kind == JSON_BAD || p.kind == JSON_END)
			return false;
		if (p.kind == JSON_OPEN && p.depth == 1)
			reply_list(r, list = known_key(&p, &unit), REPLY_TABLE);
		else if (p.kind == JSON_OPEN && p.depth)
			reply_map(r, NULL, REPLY_TABLE);
		else if (p.kind == JSON_CLOSE && p.depth)
			reply_end(r);
		else if (p.kind > JSON_CLOSE)
			show_piece(r, &p);
		if (p.kind == JSON_CLOSE && p.depth == 1)
			list = NULL;
	}
	reply_end(r);
	c->state[LIST] = (uintptr_t)list;
	return true;
}

static enum call_result show_json(struct call *c)
{
	const struct store *s = &call_app(c)->store;
	const struct store_file *f =
		result_file(c, SHOWN, "json", &c->state[SERIAL]);
	const char *text;
	struct json j;
	bool more;

	if (!f)
		return CALL_FAIL;
	text = (const char *)store_data(s, f);
	json_begin(&j, text + c->state[AT], f->size - c->state[AT]);
	j.depth = (unsigned)c->state[DEPTH];
	j.lists = (uint32_t)c->state[LISTS];
	j.after = c->state[AFTER];
	more = show_pieces(c, &j);
	if (more) {
		c->state[AT] = (uint64_t)(j.at - text);
		c->state[DEPTH] = j.depth;
		c->state[LISTS] = j.lists;
		c->state[AFTER] = j.after;
	}
	c->wake_ns = c->now_ns;
	return more ? CALL_AGAIN : CALL_DONE;
}

#define LINES_A_CALL 16

static enum call_result show_text(struct call *c)
{
	const struct store *s = &call_app(c)->store;
	const struct store_file *f =
		result_file(c, SHOWN, "txt", &c->state[SERIAL]);
	const char *text;

	if (!f)
		return CALL_FAIL;
	text = (const char *)store_data(s, f);
	reply_list(c->reply, "lines", REPLY_TABLE);
	for (unsigned i = 0; i < LINES_A_CALL && c->state[AT] < f->size; i++) {
		const char *line = text + c->state[AT];
		const char *end = memchr(line, '\n', f->size - c->state[AT]);
		const size_t len =
			end ? (size_t)(end - line) : f->size - c->state[AT];

		reply_bytes(c->reply, NULL, line, MIN(len, 400));
		c->state[AT] += len + 1;
	}
	reply_end(c->reply);
	c->wake_ns = c->now_ns;
	return c->state[AT] < f->size ? CALL_AGAIN : CALL_DONE;
}

static enum call_result run_show(struct call *c)
{
	if (c->cancelled)
		return CALL_DONE;
	return c->json ? show_json(c) : show_text(c);
}

/* ---- Compared ----------------------------------------------------------- */

/* What says which row it is, in their order. */
static const char *const names[] = {"size",     "mix",     "goal",  "value",
				    "since",    "service", "phase", "part",
				    "strategy", "burst",   "mode"};

static bool names_row(const struct result_row *row, const struct json_piece *p)
{
	const bool part = json_is_key(p, "part");

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (json_is_key(p, names[i]))
			return !part || !result_find(row, "throughput");
	return false;
}

static void print_name(const struct result_row *row, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < row->nb && n < size; i++) {
		char text[64];

		if (!names_row(row, &row->piece[i]))
			continue;
		result_text(&row->piece[i], text, sizeof(text));
		n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? " " : "",
				      text);
	}
}

static bool find_row(struct json *j, const char *name, struct result_row *row)
{
	char other[96];

	if (!result_list(j, "rows"))
		return false;
	while (result_row_next(j, row)) {
		print_name(row, other, sizeof(other));
		if (!strcmp(name, other))
			return true;
	}
	return false;
}

/* "+1.25%", or "-" where there is nothing to compare. */
static void print_change(int64_t from, int64_t to, char *buf, size_t size)
{
	const uint64_t by = from > to ? (uint64_t)from - (uint64_t)to
				      : (uint64_t)to - (uint64_t)from;
	const uint64_t of = from < 0 ? -(uint64_t)from : (uint64_t)from;
	uint64_t hundredths;

	snprintf(buf, size, "-");
	if (!of || by > UINT64_MAX / 10000)
		return;
	hundredths = by * 10000 / of;
	snprintf(buf, size, "%s%llu.%02llu%%", from > to ? "-" : "+",
		 (unsigned long long)hundredths / 100,
		 (unsigned long long)hundredths % 100);
}

/* Of the names of all rows, which go through the list. */
static int widest_name(struct json j)
{
	struct result_row row;
	char name[96];
	size_t widest = 0;

	while (result_row_next(&j, &row)) {
		print_name(&row, name, sizeof(name));
		widest = MAX(widest, strlen(name));
	}
	return (int)widest;
}

/* For people with units, and in columns that are as wide in all chunks. */
static void show_figure(struct reply *r, const struct json_piece *p,
			const struct json_piece *q)
{
	const char *unit = NULL;
	char figure[40], padded[40];

	known_key(p, &unit);
	snprintf(figure, sizeof(figure), unit ? "%.*s [%s]" : "%.*s",
		 (int)p->key_len, p->key, unit);
	snprintf(padded, sizeof(padded), "%-18s", figure);
	reply_text(r, "figure", padded);
	show_number(r, p, "before", NULL);
	show_number(r, q, "now", NULL);
}

static void show_texts(struct reply *r, const struct json_piece *p,
		       const struct json_piece *q)
{
	char text[40];

	reply_bytes(r, "figure", p->key, p->key_len);
	result_text(p, text, sizeof(text));
	reply_text(r, "before", text);
	result_text(q, text, sizeof(text));
	reply_text(r, "now", text);
}

static void compare_rows(struct reply *r, bool json, const char *name,
			 const struct result_row *a, const struct result_row *b)
{
	for (unsigned i = 0; i < a->nb; i++) {
		const struct json_piece *p = &a->piece[i], *q;
		char change[40];
		int64_t from, to;

		q = NULL;
		for (unsigned k = 0; k < b->nb; k++)
			if (b->piece[k].key_len == p->key_len &&
			    !memcmp(b->piece[k].key, p->key, p->key_len))
				q = &b->piece[k];
		if (names_row(a, p) || !q || !json_milli(p, &from) ||
		    !json_milli(q, &to))
			continue;
		print_change(from, to, change, sizeof(change));
		reply_map(r, NULL, REPLY_TABLE);
		reply_text(r, "row", name);
		if (json)
			show_texts(r, p, q);
		else
			show_figure(r, p, q);
		reply_text(r, "change", change);
		reply_end(r);
	}
}

static enum call_result end_compared(struct call *c)
{
	return c->state[TOLD]
		       ? CALL_DONE
		       : call_fail(c, E_STATE, SECOND,
				   "they have no row in common, by size, goal "
				   "and the like");
}

/* A row of the first at a call. */
static enum call_result run_compare(struct call *c)
{
	const struct store *s = &call_app(c)->store;
	const struct store_file *f, *g;
	struct result_row a, b;
	struct json j, k;
	char name[96], padded[96];
	int width;

	if (c->cancelled)
		return CALL_DONE;
	f = result_file(c, FIRST, "json", &c->state[SERIAL]);
	g = f ? result_file(c, SECOND, "json", &c->state[SERIAL_2]) : NULL;
	if (!g)
		return CALL_FAIL;
	json_begin(&j, store_data(s, f), f->size);
	json_begin(&k, store_data(s, g), g->size);
	if (!result_list(&j, "rows"))
		return end_compared(c);
	width = c->json ? 0 : widest_name(j);
	for (unsigned i = 0; i <= c->calls; i++)
		if (!result_row_next(&j, &a))
			return end_compared(c);
	print_name(&a, name, sizeof(name));
	if (find_row(&k, name, &b)) {
		reply_list(c->reply, "figures",
			   c->state[TOLD]++ ? REPLY_ROWS : REPLY_TABLE);
		snprintf(padded, sizeof(padded), "%-*s", width, name);
		compare_rows(c->reply, c->json, padded, &a, &b);
		reply_end(c->reply);
	}
	c->wake_ns = c->now_ns;
	return CALL_AGAIN;
}

/* ---- Deleted ------------------------------------------------------------ */

static enum call_result run_delete(struct call *c)
{
	static const char *const kinds[] = {"json", "txt"};
	struct store *s = &call_app(c)->store;
	char name[CMD_TEXT_MAX + 8];
	uint64_t serial = 0;

	if (!result_file(c, DELETED, "json", &serial))
		return CALL_FAIL;
	for (unsigned i = 0; i < ARRAY_SIZE(kinds); i++) {
		snprintf(name, sizeof(name), "%s.%s", c->v[DELETED].text,
			 kinds[i]);
		store_remove(s, name);
	}
	return CALL_DONE;
}

const struct cmd cmd_results = {
	.name = "results",
	.group = GROUP_TRAFFIC,
	.summary = "List, show and compare results of experiments",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run_list, "list them"},
			{show_args, run_show, "show one"},
			{compare_args, run_compare,
			 "compare the figures of two"},
			{delete_args, run_delete, "remove one"},
			{0},
		},
	.notes = "An experiment leaves its result in the files RESULT.json and "
		 "RESULT.txt; one that was stopped leaves what it has. Rows "
		 "of two results are compared where they are of the same size, "
		 "goal and part.",
	.examples = (const char *const[]){"results", "results rfc2544-loss-1",
					  "results compare search-1 search-2",
					  "results delete search-1", NULL},
	.see = (const char *const[]){"rfc2544", "search", "get", NULL},
};
