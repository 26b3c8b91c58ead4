/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An experiment: it owns ports, makes one trial after another as its course
 * says, and keeps what came of each. It goes on whether somebody watches it or
 * not, until it is done or stopped, and puts all settings back. There is one at
 * a time; what the last one found stays.
 */
#ifndef APP_EXPERIMENT_H
#define APP_EXPERIMENT_H

#include "app/course.h"
#include "app/trial.h"
#include "search/search.h"
#include "shell/cmd.h"
#include "shell/setting.h"

struct app;
struct bench;

#define EXPERIMENT_SIZES 16
#define EXPERIMENT_VALUES 16
#define EXPERIMENT_COMMAND_MAX 256
#define EXPERIMENT_NAME_MAX 24

enum experiment_state {
	EXPERIMENT_NONE,
	EXPERIMENT_RUNS,
	EXPERIMENT_DONE,
	EXPERIMENT_STOPPED,
	EXPERIMENT_CHANGED, /* somebody else stopped its ports or set them */
	EXPERIMENT_FAILED,  /* a device failed */
	EXPERIMENT_RATE,    /* a rate, or size, that a port cannot keep */
	EXPERIMENT_INVALID, /* no trial could be trusted */
	EXPERIMENT_FULL,    /* no memory for more trials */
	EXPERIMENT_STUCK,   /* a device does not give frames back */
};

/* A word for each state. */
extern const char *const experiment_states[];

/* Why it is over, after "the search "; by state. */
extern const char *const experiment_why[];

/* A trial as it was made; one that is no good was made again. */
struct experiment_trial {
	struct search_trial t;
	struct trial_figures f;
	uint64_t dead_ns; /* since the last frame of the one before */
	uint64_t recovery_ns, outage_ns;
	uint8_t size, grade;
	bool good;
};

/* What is asked for; goals are named for those who read. */
struct experiment_plan {
	const struct course *course;
	uint64_t mask; /* ports that send */
	unsigned nb_goals;
	struct search_goal goal[SEARCH_GOALS];
	char name[SEARCH_GOALS][16];
	unsigned nb_sizes;
	struct sizes size[EXPERIMENT_SIZES]; /* none: as set */
	struct rate to, from; /* of a port; from.micro 0: of that a 10,000th */
	uint64_t trial_ns, settle_ns;
	uint64_t warm_ns;  /* before each trial */
	uint32_t step_ppb; /* of the largest rate, from one to the next */
	uint64_t learn;    /* frames before the first trial of a size */
	unsigned repeat;
	bool bisect, until_loss;
	bool down;         /* a ramp: from the largest rate to the smallest */
	uint64_t every_ns; /* between samples */
	unsigned look;     /* samples between looks at services; 0: none */
	struct stream_service service; /* of those with nothing of their own */
	/* Of a sweep. */
	struct setting setting;
	unsigned nb_values;
	char value[EXPERIMENT_VALUES][32];
	char command[EXPERIMENT_COMMAND_MAX]; /* that repeats it */
};

/* What a course takes, if the device bears half of the largest rate. */
struct experiment_cost {
	uint64_t trials, ns;
};

/* A stream as it was before. */
struct experiment_stream;

struct experiment {
	enum experiment_state state;
	struct experiment_plan plan;
	unsigned size;       /* that it is at... */
	unsigned repeat;     /* ...for which time */
	uint64_t min, max;   /* loads of a port at this size */
	uint64_t largest;    /* of the first size */
	uint64_t size_milli; /* mean bytes of a frame with FCS */
	uint64_t frame_ns;   /* that it takes on the link */
	uint64_t stolen_ns;  /* by the last sample */
	struct course_state st;
	struct trial trial;
	bool begun;   /* with its first trial */
	bool learnt;  /* at this size */
	bool has_ask; /* a trial was asked for that is not in a result */
	struct trial_ask ask;
	struct experiment_cost cost, size_cost[EXPERIMENT_SIZES];
	uint64_t began_ns, ended_ns, sent_ns; /* ns in trials that sent */
	uint64_t again_ns;  /* ns in trials that were made again */
	uint64_t last_ns;   /* when the trial before sent its last frame */
	uint64_t sample_ns; /* when the next is due */
	unsigned nb_trials, room_trials, repeats, nb_repeated;
	unsigned nb_rows, room_rows, rows_gone; /* see course_rows_anew() */
	unsigned samples;                       /* of this trial */
	bool dry; /* nothing is sent and nothing kept */
	bool full;
	unsigned value; /* of the sweep, that is set; plan.nb_values: none */
	struct trial_stream *stream;
	struct trial_service *service; /* of each stream, or NULL */
	struct experiment_stream *before;
	struct bench *bench; /* of `bench tx`, or NULL */
	unsigned nb_streams;
	struct trial_bins *bins;
	uint64_t *sampled; /* bins at the last sample */
	struct experiment_trial *made;
	struct course_row *row, no_row;
	char *settings; /* the lines that made them, ended by NUL each */
	size_t settings_len;
	char name[EXPERIMENT_NAME_MAX]; /* of its result; "": it has none */
	struct search_trial good[COURSE_TRIALS];
};

/*
 * What a plan would do; its ports are up. Into `cost` by size, which has
 * room for EXPERIMENT_SIZES, or NULL. E_NOMEM, or E_RANGE where a rate or a
 * size is none that the ports can keep.
 */
enum shell_err experiment_foresee(struct app *app,
				  const struct experiment_plan *p,
				  struct experiment_cost *all,
				  struct experiment_cost *cost);

/*
 * Begins one; its ports are up, idle, and nobody's. E_NOMEM, E_RANGE where
 * frames have no room for a signature or a size is none of theirs, or E_STATE
 * while another runs; nothing is changed then.
 */
enum shell_err experiment_begin(struct app *app,
				const struct experiment_plan *p,
				uint64_t now_ns);

/* Goes on; cheap, call it at will. */
void experiment_poll(struct app *app, uint64_t now_ns);

/* Ends the one that runs, if it has a port of `mask`; what it found stays. */
void experiment_stop(struct app *app, uint64_t mask, uint64_t now_ns);

/* What is left of the time that was foreseen; 0: it takes longer. */
uint64_t experiment_left_ns(const struct experiment *e, uint64_t now_ns);

/* "trial 7: 64 bytes at 1.2mpps, 1mpps to 1.5mpps; about 12 s left" */
#define EXPERIMENT_PROGRESS_MAX 288
void experiment_progress(const struct experiment *e, uint64_t now_ns, char *buf,
			 size_t size);

/* For tests, and where memory is wanted: forgets the last one. */
void experiment_end(struct app *app);

#endif /* APP_EXPERIMENT_H */
