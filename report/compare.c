/* SPDX-License-Identifier: BSD-3-Clause */
/* Two results beside each other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/compose.h"

/* By which a row of the one is that of the other. */
static const char *const identity[] = {"size",  "mix",     "goal",     "value",
				       "since", "part",    "strategy", "burst",
				       "mode",  "service", "phase",    "cir"};
/* What is compared of two such rows. */
static const char *const figures[] = {
	"throughput", "rate",    "loss", "frames", "corrected", "recovery",
	"outage",     "by_loss", "p50",  "p99",    "p999",      "max"};

#define NB(array) (sizeof(array) / sizeof((array)[0]))

static const cJSON *item(const cJSON *row, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(row, key);
}

/*
 * A part of the largest rate is a figure; of a step, its name. Those of a
 * service have one, but in older results.
 */
static bool identifies(const cJSON *row, const char *key)
{
	if (!strcmp(key, "cir") && item(row, "phase"))
		return false;
	return strcmp(key, "part") || !item(row, "throughput");
}

static const cJSON *same_row(const cJSON *list, const cJSON *row)
{
	const cJSON *other;

	for (other = json_first(list); other; other = other->next) {
		size_t i = 0;

		while (i < NB(identity) &&
		       (!identifies(row, identity[i]) ||
			(!item(row, identity[i]) &&
			 !item(other, identity[i])) ||
			cJSON_Compare(item(row, identity[i]),
				      item(other, identity[i]), true)))
			i++;
		if (i == NB(identity))
			return other;
	}
	return NULL;
}

static void set(struct table *t, const char *column, const cJSON *v)
{
	const struct column *c = v ? table_column(t, column) : NULL;
	const unsigned at = c ? (unsigned)(c - t->col) : 0;

	if (!c)
		return;
	if (cJSON_IsNumber(v))
		table_number(t, at, v->valuedouble,
			     number_decimals(v->valuedouble));
	else if (cJSON_IsString(v))
		table_text(t, at, v->valuestring);
}

/* "throughput [pps]" */
static void name_figure(struct table *t, unsigned col, const char *figure)
{
	const struct key *k = key_find(figure);
	struct text name = {.data = NULL};

	if (k && k->unit)
		text_add(&name, "%s [%s]", k->label, k->unit);
	else
		text_add(&name, "%s", k ? k->label : figure);
	if (name.data)
		table_text(t, col, name.data);
	text_free(&name);
}

static void compare_figure(struct table *t, const cJSON *a, const cJSON *b,
			   const char *figure)
{
	const cJSON *va = json_number(a, figure), *vb = json_number(b, figure);
	double change;

	if ((!va && !vb) || !table_row(t))
		return;
	for (size_t i = 0; i < NB(identity); i++)
		if (identifies(a ? a : b, identity[i]))
			set(t,
			    !strcmp(identity[i], "mix") ? "size" : identity[i],
			    item(a ? a : b, identity[i]));
	name_figure(t, (unsigned)(table_column(t, "figure") - t->col), figure);
	set(t, "A", va);
	set(t, "B", vb);
	change = va && vb && va->valuedouble > 0
			 ? (vb->valuedouble / va->valuedouble - 1) * 100
			 : NAN;
	table_number(t, (unsigned)(table_column(t, "change") - t->col),
		     isfinite(change) ? change : NAN, 1);
}

/* The list whose rows are compared. */
static const cJSON *main_list(const struct result *r)
{
	const cJSON *rows = result_list(r, "rows");

	return rows ? rows : result_list(r, "goals");
}

/* By what rows are told apart: numbers, where no row has a word for it. */
static void identity_columns(struct table *t, const cJSON *row)
{
	struct column *c;

	for (size_t i = 0; i < NB(identity); i++) {
		const cJSON *v = item(row, identity[i]);

		if (!v || !identifies(row, identity[i]))
			continue;
		c = table_column(t, strcmp(identity[i], "mix") ? identity[i]
							       : "size");
		if (c && cJSON_IsNumber(v))
			c->number = true;
		else if (c)
			c->words = true;
	}
}

static void columns(struct table *t, const cJSON *lists[2])
{
	const cJSON *row;

	for (unsigned side = 0; side < 2; side++)
		for (row = json_first(lists[side]); row; row = row->next)
			identity_columns(t, row);
	for (unsigned i = 0; i < t->cols; i++)
		t->col[i].number &= !t->col[i].words;
	table_column(t, "figure");
	table_column(t, "A")->number = true;
	table_column(t, "B")->number = true;
	table_column(t, "change")->number = true;
	t->reckoned = true;
}

static void side_by_side(struct doc *d, const struct result r[2])
{
	const cJSON *lists[2] = {main_list(&r[0]), main_list(&r[1])}, *row;
	struct table t = {.cols = 0};

	columns(&t, lists);
	for (unsigned side = 0; side < 2; side++)
		for (row = json_first(lists[side]); row; row = row->next) {
			const cJSON *other = same_row(lists[!side], row);

			for (size_t i = 0; i < NB(figures); i++)
				if (!side)
					compare_figure(&t, row, other,
						       figures[i]);
				else if (!other)
					compare_figure(&t, NULL, row,
						       figures[i]);
		}
	if (t.rows)
		d->ops->table(d, "Side by side", &t, false);
	table_free(&t);
}

/* ---- What changed -------------------------------------------------------- */

/* Figures of the whole run, which always differ. */
static bool differs_anyway(const char *key)
{
	static const char *const keys[] = {"result", "time", "sending", "made",
					   "repeated"};

	for (size_t i = 0; i < NB(keys); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

static void changed(struct table *t, const char *name, const cJSON *a,
		    const cJSON *b)
{
	const cJSON *v;

	if (cJSON_IsObject(a) && cJSON_IsObject(b)) {
		for (v = a->child; v; v = v->next)
			changed(t, v->string, v, item(b, v->string));
		return;
	}
	if (cJSON_IsArray(a) || cJSON_IsArray(b) || cJSON_IsObject(a) ||
	    cJSON_IsObject(b) || cJSON_Compare(a, b, true) ||
	    differs_anyway(name) || !table_row(t))
		return;
	name_figure(t, 0, name);
	set(t, "A", a);
	set(t, "B", b);
}

static bool has_line(const cJSON *list, const char *line)
{
	const cJSON *one;

	for (one = json_first(list); one; one = one->next)
		if (cJSON_IsString(one) && !strcmp(one->valuestring, line))
			return true;
	return false;
}

static void settings_changed(struct table *t, const struct result r[2])
{
	const cJSON *lists[2] = {result_list(&r[0], "settings"),
				 result_list(&r[1], "settings")},
		    *one;

	for (unsigned side = 0; side < 2; side++)
		for (one = json_first(lists[side]); one; one = one->next)
			if (cJSON_IsString(one) &&
			    !has_line(lists[!side], one->valuestring) &&
			    table_row(t)) {
				table_text(t, 0, "setting");
				table_text(t, 1 + side, one->valuestring);
			}
}

static void what_changed(struct doc *d, const struct result r[2])
{
	struct table t = {.cols = 0};
	const cJSON *v;

	table_column(&t, "what");
	table_column(&t, "A");
	table_column(&t, "B");
	for (v = json_first(r[0].json); v; v = v->next)
		changed(&t, v->string, v, item(r[1].json, v->string));
	for (v = json_first(r[1].json); v; v = v->next)
		if (!item(r[0].json, v->string))
			changed(&t, v->string, NULL, v);
	settings_changed(&t, r);
	d->ops->heading(d, 2, "What changed");
	if (t.rows)
		d->ops->table(d, "Where A and B differ", &t, false);
	else
		d->ops->text(d, "Nothing that the results say.", true);
	table_free(&t);
}

void compose_compare(struct doc *d, const struct about *about,
		     const struct result r[2])
{
	const char *title =
		about->title ? about->title : "Two results compared";
	static const char *const side[] = {"A", "B"};

	d->ops->begin(d, title);
	d->ops->heading(d, 1, title);
	d->ops->terms(d, true);
	for (unsigned i = 0; i < 2; i++) {
		const char *name = result_text(&r[i], "result");

		d->ops->term(d, side[i], name ? name : compose_title(&r[i]));
	}
	d->ops->terms(d, false);
	side_by_side(d, r);
	d->ops->text(d,
		     "The change is reckoned here from A and B; each other "
		     "figure stands in its result.",
		     true);
	compose_plots(d, r, 2);
	what_changed(d, r);
	compose_how(d, r, 2, 2);
	for (unsigned i = 0; i < 2; i++) {
		d->ops->heading(d, 2, side[i]);
		compose_lists(d, &r[i], false);
		compose_tested(d, &r[i], about->device, 3);
		compose_lists(d, &r[i], true);
	}
	d->ops->end(d);
}
