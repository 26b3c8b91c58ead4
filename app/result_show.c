/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/result_show.h"

#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"

#define S 1000000000ull

void result_size(struct reply *r, const struct experiment_plan *p,
		 unsigned size)
{
	const struct sizes *s = &p->size[size];
	char text[SIZES_PRINT_MAX];

	if (!p->nb_sizes)
		return;
	if (s->kind == SIZES_MIX && s->count == 1) {
		reply_u64(r, "size", s->entry[0].size, "bytes");
		return;
	}
	value_sizes_print(s, text, sizeof(text));
	reply_text(r, "mix", text);
}

static void show(struct reply *r, const char *key, uint64_t v, const char *unit)
{
	if (v == TRIAL_UNKNOWN)
		reply_none(r, key, unit);
	else
		reply_u64(r, key, v, unit);
}

/* What tells the trials of some courses, for programs and to be resumed. */
static void show_more(struct reply *r, const struct experiment_trial *t)
{
	show(r, "reordered", t->f.reordered, NULL);
	for (unsigned k = 0; k < TRIAL_TIMES; k++)
		show(r, trial_times[k], t->f.time[k], "ns");
	show(r, "bytes", t->f.bytes, NULL);
	show(r, "recovery", t->recovery_ns, "ns");
	if (t->outage_ns)
		show(r, "outage", t->outage_ns, "ns");
}

static uint64_t loss_milli(const struct experiment_trial *t)
{
	return (balance_share_micro(t->t.lost, t->t.offered) + 999) / 1000;
}

/* People have one column for all sizes, which is short for the usual mix. */
static void trial_size(struct reply *r, const struct experiment_plan *p,
		       unsigned size, bool people)
{
	char text[SIZES_PRINT_MAX];

	if (!people || !p->nb_sizes || p->size[size].count == 1) {
		result_size(r, p, size);
		return;
	}
	value_sizes_print(&p->size[size], text, sizeof(text));
	reply_text(r, "size",
		   strcmp(text, "64:7,594:4,1518:1") ? text : "imix");
}

void result_trial(struct reply *r, const struct experiment *e, unsigned i,
		  bool all, bool people)
{
	const struct experiment_trial *t = &e->made[i];

	reply_map(r, NULL, REPLY_TABLE);
	reply_u64(r, "trial", i + 1, NULL);
	trial_size(r, &e->plan, t->size, people);
	if (t->t.load && people && !all && e->largest > 1000000 * 1000ull)
		reply_u64(r, "rate", t->t.load / 1000, "pps");
	else if (t->t.load)
		reply_milli(r, "rate", t->t.load, "pps");
	else
		reply_none(r, "rate", "pps");
	reply_milli(r, "time", t->t.ns / 1000000, "s");
	if (all)
		show(r, "took", t->t.effective_ns, "ns");
	show(r, "offered", t->t.offered, NULL);
	if (all) {
		show(r, "sent", t->f.sent, NULL);
		show(r, "arrived", t->f.arrived, NULL);
	}
	show(r, "lost", t->t.lost, NULL);
	if (t->t.lost == TRIAL_UNKNOWN)
		reply_none(r, "loss", "%");
	else
		reply_milli(r, "loss", loss_milli(t), "%");
	if (all)
		show_more(r, t);
	reply_text(r, "verdict", verdict_grades[t->grade]);
	if (all) {
		reply_bool(r, "good", t->good);
		reply_milli(r, "dead", t->dead_ns / 1000000, "s");
	}
	reply_end(r);
}

void result_column(struct reply *r, const struct course_column *c,
		   const struct course_row *row, uint64_t v)
{
	const unsigned kind = COURSE_KIND(c->kind);
	char of[24];

	if (kind == COURSE_SERVICE) {
		snprintf(of, sizeof(of), "%u.%u", row->of.port, row->of.stream);
		reply_text(r, c->key, of);
	} else if (kind == COURSE_TEXT)
		reply_text(r, c->key,
			   v == TRIAL_UNKNOWN ? "-" : (const char *)v);
	else if (v == TRIAL_UNKNOWN)
		reply_none(r, c->key, c->unit);
	else if (kind == COURSE_MILLI)
		reply_milli(r, c->key, v, c->unit);
	else
		reply_u64(r, c->key, v, c->unit);
}

/* People get what tells something in a table that fits their screen. */
static bool is_for_people(const struct experiment *e,
			  const struct course_column *c)
{
	return !(c->kind & COURSE_MORE) &&
	       (!(c->kind & COURSE_REPEATS) || e->plan.repeat > 1);
}

void result_rows(struct reply *r, const struct experiment *e, unsigned from,
		 unsigned to, bool all)
{
	for (; from < to && from < e->nb_rows; from++) {
		const struct course_row *row = &e->row[from];
		const struct course_column *c = e->plan.course->columns;

		reply_map(r, NULL, REPLY_TABLE);
		result_size(r, &e->plan, row->size);
		for (unsigned i = 0; c[i].key; i++)
			if (all || is_for_people(e, &c[i]))
				result_column(r, &c[i], row, row->v[i]);
		reply_end(r);
	}
}

void result_sums(struct reply *r, const struct experiment *e, uint64_t now_ns)
{
	const uint64_t end_ns =
		e->state == EXPERIMENT_RUNS ? now_ns : e->ended_ns;

	reply_u64(r, "made", e->nb_trials, NULL);
	reply_u64(r, "repeated", e->nb_repeated, NULL);
	reply_milli(r, "time", (end_ns - e->began_ns) / 1000000, "s");
	reply_milli(r, "sending", e->sent_ns / 1000000, "s");
}

const char *result_complies(const struct experiment *e, unsigned goal)
{
	const struct search_goal *g = &e->plan.goal[goal];

	if (g->loss_ppb || g->trial_ns < 60 * S)
		return NULL;
	if (!g->exceed_ppb && g->sum_ns >= 60 * S)
		return "RFC 2544";
	return g->exceed_ppb == SEARCH_ONE / 2 && g->sum_ns >= 120 * S
		       ? "ETSI TST 009"
		       : NULL;
}
