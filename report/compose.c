/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/compose.h"

#include <stdlib.h>
#include <string.h>

static const char *either(const char *a, const char *b)
{
	return a ? a : b;
}

static const struct kind *kind_of(const struct result *r)
{
	const char *experiment = result_text(r, "experiment");

	/* What `search --json` says has no more than its state. */
	if (!experiment && result_text(r, "search"))
		experiment = "search";
	return kind_find(experiment, result_text(r, "test"));
}

const char *compose_title(const struct result *r)
{
	const struct kind *k = kind_of(r);
	const char *name = result_text(r, "result");

	return k ? k->title : either(name, "Result of an experiment");
}

/* ---- Tables -------------------------------------------------------------- */

static const struct part *part_of(const char *key)
{
	for (unsigned i = 0; i < nb_parts; i++)
		if (!strcmp(parts[i].key, key))
			return &parts[i];
	return NULL;
}

static void add_list(struct doc *d, const cJSON *list, const char *title)
{
	struct table t;

	table_of(&t, list, false);
	if (t.rows && t.cols)
		d->ops->table(d, title, &t, false);
	table_free(&t);
}

void compose_lists(struct doc *d, const struct result *r, bool last)
{
	const cJSON *list;

	for (unsigned i = 0; i < nb_parts; i++)
		if (parts[i].last == last &&
		    (list = result_list(r, parts[i].key)))
			add_list(d, list, parts[i].title);
	/* And those that nobody knows yet. */
	for (list = json_first(r->json); list; list = list->next)
		if (last && cJSON_IsArray(list) &&
		    cJSON_IsObject(list->child) && !part_of(list->string))
			add_list(d, list, list->string);
}

/* ---- Plots --------------------------------------------------------------- */

void compose_plots(struct doc *d, const struct result *r, unsigned nb)
{
	struct plot *p = malloc(sizeof(*p));

	for (unsigned i = 0; p && plot_make(p, i, r, nb); i++) {
		unsigned points = 0;

		for (unsigned k = 0; k < p->nb_series; k++)
			points = p->s[k].points > points ? p->s[k].points
							 : points;
		if (points > 1)
			d->ops->plot(d, p);
		plot_free(p);
	}
	free(p);
}

/* ---- What was tested ----------------------------------------------------- */

/* What stands elsewhere on the page. */
static bool said(const char *path)
{
	static const char *const keys[] = {"result", "clause", "command", "why",
					   "settings"};

	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(path, keys[i]))
			return true;
	return false;
}

static void add_scalar(struct doc *d, const cJSON *v, const char *path)
{
	const struct key *k = key_find(path);
	struct text what = {.data = NULL};

	if (value_text(&what, v, number_decimals(v->valuedouble), false) &&
	    what.len) {
		if (k && k->unit)
			text_add(&what, " %s", k->unit);
		d->ops->term(d, k ? k->label : path, what.data);
	}
	text_free(&what);
}

static void add_scalars(struct doc *d, const cJSON *object, const char *above)
{
	const cJSON *v;

	for (v = json_first(object); v; v = v->next) {
		struct text path = {.data = NULL};

		text_add(&path, "%s%s%s", above ? above : "", above ? "." : "",
			 v->string);
		if (path.data && cJSON_IsObject(v) && !above)
			add_scalars(d, v, v->string);
		else if (path.data && !said(path.data))
			add_scalar(d, v, path.data);
		text_free(&path);
	}
}

static void add_lines(struct doc *d, const cJSON *list)
{
	const cJSON *line;

	for (line = json_first(list); line; line = line->next)
		if (cJSON_IsString(line))
			d->ops->line(d, line->valuestring);
}

void compose_tested(struct doc *d, const struct result *r, const char *device,
		    unsigned level)
{
	const char *state = result_text(r, "state");
	const char *why = result_text(r, "why");

	d->ops->heading(d, level, "What was tested");
	d->ops->terms(d, true);
	if (device)
		d->ops->term(d, "device under test", device);
	add_scalars(d, r->json, NULL);
	if (state && why && strcmp(state, "done"))
		d->ops->term(d, "because it", why);
	d->ops->terms(d, false);
}

/* ---- How ----------------------------------------------------------------- */

/* Adds a row for each key with a meaning that a list has and `t` has not. */
static void explain(struct table *t, const cJSON *list)
{
	struct table of;

	table_of(&of, list, false);
	for (unsigned i = 0; i < of.cols; i++) {
		const struct key *k = of.col[i].key;
		unsigned row = 0;

		if (!k || !k->means)
			continue;
		while (row < t->rows && strcmp(table_cell(t, row, 0), k->label))
			row++;
		if (row < t->rows || !table_row(t))
			continue;
		table_text(t, 0, k->label);
		table_text(t, 1, k->means);
		table_text(t, 2, either(k->source, "-"));
	}
	table_free(&of);
}

void compose_how(struct doc *d, const struct result *r, unsigned nb,
		 unsigned level)
{
	struct table t = {.cols = 0};
	const cJSON *list;

	table_column(&t, "figure");
	table_column(&t, "what it is");
	table_column(&t, "by");
	for (unsigned i = 0; i < nb; i++)
		for (list = json_first(r[i].json); list; list = list->next)
			if (cJSON_IsArray(list) && cJSON_IsObject(list->child))
				explain(&t, list);
	if (t.rows) {
		d->ops->heading(d, level, "How it was measured");
		d->ops->text(
			d,
			"Each trial sends frames that carry a number and "
			"the time when they were sent; what comes back is "
			"told by these. A trial whose verdict is not valid "
			"is made again.",
			true);
		d->ops->table(d, "Each figure, and who defines it", &t, true);
	}
	table_free(&t);
}

/* ---- The commands -------------------------------------------------------- */

static void add_commands(struct doc *d, const struct result *r, unsigned level)
{
	const cJSON *settings = result_list(r, "settings");
	const char *command = result_text(r, "command");

	if (!command && !(settings && cJSON_IsString(settings->child)))
		return;
	d->ops->heading(d, level, "To repeat it");
	d->ops->text(
		d,
		"All settings that differ from those of a fresh appliance, "
		"and the command.",
		true);
	d->ops->code(d, true);
	add_lines(d, settings);
	if (command)
		d->ops->line(d, command);
	d->ops->code(d, false);
}

static void add_result(struct doc *d, const struct result *r,
		       const char *device, unsigned level)
{
	const struct kind *k = kind_of(r);
	const char *clause =
		either(result_text(r, "clause"), k ? k->source : NULL);

	if (clause)
		d->ops->text(d, clause, true);
	compose_lists(d, r, false);
	compose_plots(d, r, 1);
	compose_tested(d, r, device, level);
	compose_how(d, r, 1, level);
	add_commands(d, r, level);
	if (result_list(r, "trials"))
		d->ops->heading(d, level, "Every trial");
	compose_lists(d, r, true);
}

void compose(struct doc *d, const struct about *about, const struct result *r,
	     unsigned nb)
{
	const char *title = either(about->title,
				   nb > 1 ? "Measurements" : compose_title(r));

	d->ops->begin(d, title);
	d->ops->heading(d, 1, title);
	for (unsigned i = 0; i < nb; i++) {
		const char *name = result_text(&r[i], "result");

		if (nb > 1 || about->title)
			d->ops->heading(d, 2, compose_title(&r[i]));
		if (name && strcmp(name, compose_title(&r[i])))
			d->ops->text(d, name, false);
		add_result(d, &r[i], about->device, nb > 1 ? 3 : 2);
	}
	d->ops->end(d);
}
