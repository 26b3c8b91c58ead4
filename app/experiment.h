/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An experiment: it owns ports, makes one trial after another, and keeps what
 * came of each. It goes on whether somebody watches it or not, until it is done
 * or stopped, and puts all settings back. There is one at a time; what the last
 * one found stays.
 */
#ifndef APP_EXPERIMENT_H
#define APP_EXPERIMENT_H

#include "app/trial.h"
#include "search/search.h"
#include "shell/cmd.h"

struct app;
struct config;

/* Trials that are kept, repeated ones included. */
#define EXPERIMENT_TRIALS 512
/* How often a trial that cannot be trusted is made again. */
#define EXPERIMENT_REPEATS 3

enum experiment_state {
	EXPERIMENT_NONE,
	EXPERIMENT_RUNS,
	EXPERIMENT_DONE,
	EXPERIMENT_STOPPED, /* as was asked for */
	EXPERIMENT_CHANGED, /* somebody else stopped its ports or set them */
	EXPERIMENT_FAILED,  /* a device failed */
	EXPERIMENT_RATE,    /* a rate that a port cannot keep */
	EXPERIMENT_INVALID, /* no trial could be trusted */
	EXPERIMENT_FULL,    /* more trials than are kept */
};

/* A word for each state. */
extern const char *const experiment_states[];

/* Why it is over, after "the search "; by state. */
extern const char *const experiment_why[];

/* A trial as it was made; one that is no good was made again. */
struct experiment_trial {
	struct search_trial t;
	enum verdict_grade grade;
	bool good;
};

/* What is asked for; goals are named for those who read. */
struct experiment_plan {
	uint64_t mask; /* ports that send */
	unsigned nb_goals;
	struct search_goal goal[SEARCH_GOALS];
	char name[SEARCH_GOALS][16];
	uint64_t min,
		max; /* loads of a port, thousandths of a frame a second */
	uint64_t settle_ns;
	bool bisect;
};

struct experiment {
	enum experiment_state state;
	struct experiment_plan plan;
	struct search search;
	struct trial trial;
	struct search_cost cost; /* that was foreseen, half of `max` borne */
	uint64_t began_ns, ended_ns, sent_ns; /* ns in trials that sent */
	unsigned nb_trials, repeats, nb_repeated;
	struct config *before; /* of each port of the mask, in order */
	struct search_trial good[EXPERIMENT_TRIALS];
	struct experiment_trial made[EXPERIMENT_TRIALS];
};

/*
 * Begins one; its ports are up, idle, nobody's, and have one stream each.
 * E_NOMEM, or E_STATE while another runs; nothing is changed then.
 */
enum shell_err experiment_begin(struct app *app,
				const struct experiment_plan *p,
				uint64_t now_ns);

/* Goes on; cheap, call it at will. */
void experiment_poll(struct app *app, uint64_t now_ns);

/* Ends the one that runs, if it has a port of `mask`; what it found stays. */
void experiment_stop(struct app *app, uint64_t mask, uint64_t now_ns);

/* What is left of the time that was foreseen. */
uint64_t experiment_left_ns(const struct experiment *e, uint64_t now_ns);

/* For tests, and where memory is wanted: forgets the last one. */
void experiment_end(struct app *app);

#endif /* APP_EXPERIMENT_H */
