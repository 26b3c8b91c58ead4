/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

APP_NUMBER(stream.seed, uint32_t, "1")

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_INT, .name = "SEED", .help = "any number", .max = UINT32_MAX,
	 .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_seed = {
	.name = "seed",
	.group = GROUP_HEADERS,
	.summary = "Choose the order of random and shuffled values",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "The same seed makes the same frames, in every run.",
	.examples = (const char *const[]){"seed 7", "seed 0 1", NULL},
	.see = (const char *const[]){"set", "payload", NULL},
};
