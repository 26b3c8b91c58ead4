/* SPDX-License-Identifier: BSD-3-Clause */
/* What `wait` and `expect` take: FIELD OP VALUE, of each of some subjects. */
#ifndef APP_CONDITION_H
#define APP_CONDITION_H

#include "app/field.h"

/* How far from a value one may be that counts as equal to it. */
struct tolerance {
	bool given;
	bool percent; /* of the value; else in its unit */
	uint64_t micro;
	char text[24]; /* as it was typed */
};

/* FIELD OP VALUE, of each of some subjects; VALUE may be a field of one. */
struct condition {
	struct subjects on;
	struct field field;
	unsigned op;
	struct field_value value; /* unless has_other */
	bool has_other;
	struct subject other_of;
	struct field other;
	struct tolerance near;
};

/* The arguments that a form with a condition starts with. */
enum { COND_PORTS, COND_FIELD, COND_OP, COND_VALUE, COND_ARGS };

#define CONDITION_ARGS                                                      \
	[COND_PORTS] = {ARG_PORTS, .optional = true, .scope = SCOPE_STREAM, \
			.name = "PORTS", .help = "ports that must match"},  \
	[COND_FIELD] = {ARG_TEXT, .name = "FIELD",                          \
			.help = "counter or setting, such as rx.packets",   \
			.names = field_names},                              \
	[COND_OP] = {ARG_ENUM, .name = "OP", .help = "comparison",          \
		     .words = field_ops},                                   \
	[COND_VALUE] = {ARG_TEXT, .name = "VALUE",                          \
			.help = "value, or PORT:FIELD such as 0:tx.packets"}

/* What may follow it: "+- 0.1%". */
enum { COND_NEAR = COND_ARGS, COND_TOLERANCE, COND_NEAR_ARGS };

#define TOLERANCE_ARGS                                                    \
	[COND_NEAR] = {ARG_KEYWORD, .name = "+-",                         \
		       .help = "count what is near as equal"},            \
	[COND_TOLERANCE] = {ARG_TEXT, .name = "TOLERANCE",                \
			    .help = "largest difference: 0.1% of VALUE, " \
				    "or a number"}

/* Behind "within". */
#define TIME_ARG                                                  \
	{                                                         \
		ARG_TIME, .name = "TIME", .help = "longest wait", \
			  .max = 86400ull * 1000000000            \
	}

/* The state of a call that waits for one. */
struct condition_wait {
	uint64_t until_ns; /* UINT64_MAX: for ever */
	struct condition cond;
};

_Static_assert(sizeof(struct condition_wait) <=
		       CMD_STATE_WORDS * sizeof(uint64_t),
	       "a call cannot remember its condition");

/*
 * Takes it from the arguments of a call, whose form may have TOLERANCE_ARGS
 * behind the others, or fails the call.
 */
enum call_result condition_take(struct call *c, struct condition *cond);

/* Whether it holds; else `why` is "port 1: tx.packets is 5, expected = 6". */
bool condition_holds(const struct app *app, const struct condition *cond,
		     char *why, size_t size);

#endif /* APP_CONDITION_H */
