/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an experiment does: which trial is next and what is made of it, as a
 * table of functions that look at a struct experiment and at nothing else. So
 * a course can be gone through without a port, to say how long it will take.
 *
 * It is gone through once for each size, and as often again as is asked for.
 */
#ifndef APP_COURSE_H
#define APP_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/trial.h"
#include "search/search.h"
#include "stats/wide.h"

struct app;
struct experiment;
struct experiment_trial;

/* Trials of one search, repeated ones not included. */
#define COURSE_TRIALS 512

enum course_kind { COURSE_U64, COURSE_MILLI, COURSE_TEXT, COURSE_SERVICE };

/* A kind with this is for programs alone, always or where nothing repeats. */
#define COURSE_MORE 16u
#define COURSE_REPEATS 32u
#define COURSE_KIND(kind) ((kind)&15u)

/* A column of the table that comes of it. */
struct course_column {
	const char *key, *unit; /* key NULL: the end */
	unsigned kind;          /* enum course_kind */
};

#define COURSE_COLUMNS 19

/* A row; TRIAL_UNKNOWN: not known. A text is a pointer that stays valid. */
struct course_row {
	unsigned size;     /* of plan.size[] */
	struct subject of; /* of the column `service` */
	uint64_t v[COURSE_COLUMNS];
};

/*
 * What makes trials and sets what they need, where it is not frames that are
 * signed (app/trial.h). A trial's state, times and figures are in e->trial.
 */
struct course_maker {
	/* What next() looks at. False: no memory. */
	bool (*take)(struct experiment *e, struct app *app);
	/* False: nothing has changed. */
	bool (*prepare)(struct experiment *e, struct app *app, uint64_t now_ns);
	void (*restore)(struct experiment *e, struct app *app, uint64_t now_ns);
	/* As trial_begin(), trial_step(), trial_abort(). */
	bool (*begin)(struct experiment *e, struct app *app, uint64_t now_ns);
	void (*step)(struct experiment *e, struct app *app, uint64_t now_ns);
	void (*abort)(struct experiment *e, struct app *app, uint64_t now_ns);
};

struct course {
	const char *experiment, *test;
	const char *clause; /* what its figures go by; NULL: nothing */
	const struct course_column *columns;
	/* A size begins, or is repeated. May be NULL, as all but `next`. */
	void (*begin)(struct experiment *e);
	/* False: this size is done. */
	bool (*next)(struct experiment *e, struct trial_ask *ask);
	void (*take)(struct experiment *e, const struct experiment_trial *t);
	void (*end)(struct experiment *e);
	/* Every plan.every_ns of a trial that sends, and at its end. */
	void (*sample)(struct experiment *e, const struct trial_figures *f,
		       uint64_t lost, uint64_t ns);
	/* Rows of a result were taken: it goes on behind them. */
	void (*resume)(struct experiment *e);
	/* In a few words, what the trial is. */
	void (*tell)(const struct experiment *e, char *buf, size_t size);
	const struct course_maker *maker; /* NULL: signed frames */
	bool own_repeats; /* it repeats what it wants by itself */
	bool as_set;      /* at the rates that streams have */
	bool services;    /* it looks at each stream */
	bool whole_reply; /* programs are told at its end */
};

extern const struct course course_search, course_throughput, course_latency,
	course_loss, course_back_to_back, course_recovery, course_reset,
	course_soak, course_ramp, course_sweep, course_y1564,
	course_performance, course_bench;

/* Figures of repeats. */
struct course_sum {
	uint64_t n, sum, least, most;
	wide squares;
};

/* What a course remembers of the size that it is at. */
struct course_state {
	struct search search;
	unsigned phase, n;
	uint64_t throughput; /* that was found first; 0: none */
	bool is_known;       /* whether anything was */
	unsigned clean;      /* trials in a row without loss */
	uint64_t frames, offered, lost;
	uint64_t from_ns;
	struct course_sum sum[SEARCH_GOALS];
	struct course_sum time[TRIAL_TIMES];
};

/* A row of the table, all of it unknown. */
struct course_row *course_row(struct experiment *e);

/* All rows there are give way to others. */
void course_rows_anew(struct experiment *e);

void course_add(struct course_sum *s, uint64_t v);

/* TRIAL_UNKNOWN of nothing. */
uint64_t course_mean(const struct course_sum *s);
uint64_t course_deviation_milli(const struct course_sum *s);

/* (most - least) / mean in thousandths of a percent. */
uint64_t course_spread_milli(const struct course_sum *s);

/*
 * First the throughput is searched for, of goal 0: begin, next and take of
 * that; it is in st.throughput once next is false.
 */
void course_find_begin(struct experiment *e);
bool course_find_next(struct experiment *e, struct trial_ask *ask);

#endif /* APP_COURSE_H */
