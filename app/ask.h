/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What commands that begin an experiment have in common: the arguments, by
 * their words, what is made of them, and the forms that follow it.
 */
#ifndef APP_ASK_H
#define APP_ASK_H

#include "app/app.h"
#include "app/experiment.h"

#define ASK_SECOND 1000000000ull

#define ASK_WORD(word, text)                                              \
	{                                                                 \
		ARG_KEYWORD, .optional = true, .name = word, .help = text \
	}
#define ASK_FLAG(word, text)                                           \
	{                                                              \
		ARG_FLAG, .optional = true, .name = word, .help = text \
	}

/* Each is one argument, or two: a word and its value. */
#define ASK_PORTS                                                  \
	{                                                          \
		ARG_PORTS, .optional = true, .name = "PORTS",      \
			   .help = "ports to send from",           \
			   .unset = "ones that send by their mode" \
	}
#define ASK_SIZES(first)                                                    \
	ASK_WORD("sizes", "set the sizes of frames"),                       \
	{                                                                   \
		ARG_TEXT, .optional = true, .name = "SIZES",                \
			  .help = "sizes of 64..9018 bytes, each once, as " \
				  "64,512,imix",                            \
			  .fits = ask_is_sizes, .unset = first              \
	}
#define ASK_TO                                                              \
	ASK_WORD("to", "set the largest rate"),                             \
	{                                                                   \
		ARG_RATE, .optional = true, .name = "RATE",                 \
			  .help = "largest rate of a port", .unset = "100%" \
	}
#define ASK_FROM                                                     \
	ASK_WORD("from", "set the smallest rate"),                   \
	{                                                            \
		ARG_RATE, .optional = true, .name = "RATE",          \
			  .help = "smallest rate of a port; else a " \
				  "10,000th of that"                 \
	}
#define ASK_TRIAL(first)                                            \
	ASK_WORD("trial", "set the time of a trial"),               \
	{                                                           \
		ARG_TIME, .optional = true, .name = "TIME",         \
			  .help = "time of a trial of full length", \
			  .unset = first, .min = 1000000,           \
			  .max = 3600 * ASK_SECOND                  \
	}
#define ASK_WARMUP                                                   \
	ASK_WORD("warmup", "set a warm-up of each trial"),           \
	{                                                            \
		ARG_TIME, .optional = true, .name = "TIME",          \
			  .help = "time to send before each trial, " \
				  "uncounted; else none",            \
			  .max = 3600 * ASK_SECOND                   \
	}
#define ASK_WIDTH                                                     \
	ASK_WORD("width", "set how exact the result is"),             \
	{                                                             \
		ARG_SHARE, .optional = true, .name = "WIDTH",         \
			   .help = "how far apart the bounds may be", \
			   .unset = "0.5%", .min = 100, .max = 200000 \
	}
#define ASK_SETTLE                                                          \
	ASK_WORD("settle", "set how long to wait for frames"),              \
	{                                                                   \
		ARG_TIME, .optional = true, .name = "TIME",                 \
			  .help = "time without a frame that ends a trial", \
			  .unset = "20ms", .min = 1000000,                  \
			  .max = 60 * ASK_SECOND                            \
	}
#define ASK_LOSS                                                           \
	ASK_WORD("loss", "allow some loss"),                               \
	{                                                                  \
		ARG_SHARE, .optional = true, .name = "SHARE",              \
			   .help = "share of the frames that may be lost", \
			   .max = 999999                                   \
	}
#define ASK_STEP                                                     \
	ASK_WORD("step", "set the steps of 'loss'"),                 \
	{                                                            \
		ARG_SHARE, .optional = true, .name = "STEP",         \
			   .help = "share of the largest rate",      \
			   .unset = "10%", .min = 100, .max = 500000 \
	}
#define ASK_LEARN                                                             \
	ASK_WORD("learn", "send learning frames before each size"),           \
	{                                                                     \
		ARG_INT, .optional = true, .name = "COUNT", .unit = "frames", \
			 .help = "learning frames of a port", .unset = "10",  \
			 .max = 100000                                        \
	}
#define ASK_REPEAT                                                           \
	ASK_WORD("repeat", "repeat the test"),                               \
	{                                                                    \
		ARG_INT, .optional = true, .name = "COUNT", .unit = "times", \
			 .help = "times for each size", .unset = "1",        \
			 .min = 1, .max = 1000                               \
	}
#define ASK_BISECT \
	ASK_FLAG("bisect", "halve what is left in trials of full length")
#define ASK_PLAN ASK_FLAG("plan", "say what it would do, and do nothing")

/* Where an argument that may be repeated stands last. */
#ifdef CONFIG_APPUKPKTGEN_JSON
#define ASK_JSON ASK_FLAG("json", "reply as JSON"),
#else
#define ASK_JSON
#endif

bool ask_is_sizes(const char *word);

/* The value of the argument of that word in the call's form; NULL: none. */
const struct value *ask_value(const struct call *c, const char *word);

/* Fails a call that has one of these words, which its TEST does not use. */
enum call_result ask_check_words(struct call *c, const char *const *word);

/*
 * Makes a plan of what the call has: the ports, its first argument, which may
 * be NULL as all others, and those above. The ports are checked.
 */
enum call_result ask_plan(struct call *c, const struct course *course,
			  struct experiment_plan *p);

/* Fails the call where an experiment runs, or a port of `mask` is not idle. */
enum call_result ask_check_ports(struct call *c, uint64_t mask);

/* The line that repeats it, whatever is selected then. */
void ask_write_command(const struct call *c, uint64_t mask, char *to,
		       size_t size);

/* The experiment that the call has begun, once it is over; else NULL. */
const struct experiment *ask_over(const struct call *c);

/*
 * The form's run(): has `plan` make one at the first call, begins it, or with
 * --plan tells of it, and waits for its end.
 */
enum call_result ask_run(struct call *c,
			 enum call_result (*plan)(struct call *c,
						  struct experiment_plan *p));

/* The forms besides. */
extern const struct arg ask_trials_args[], ask_follow_args[], ask_stop_args[],
	ask_resume_args[];
enum call_result ask_resume(struct call *c);
enum call_result ask_show(struct call *c);
enum call_result ask_trials(struct call *c);
enum call_result ask_follow(struct call *c);
enum call_result ask_stop(struct call *c);

#define ASK_FORMS                                                     \
	{app_show_args, ask_show, "show what was found"},             \
		{ask_trials_args, ask_trials, "list the trials"},     \
		{ask_follow_args, ask_follow, "wait for the end"},    \
		{ask_resume_args, ask_resume, "go on from a result"}, \
	{                                                             \
		ask_stop_args, ask_stop, "stop it"                    \
	}

#endif /* APP_ASK_H */
