/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static void get(const struct config *c, struct value *v)
{
	v->u = c->stream.seed;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.seed = (uint32_t)v->u;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "1",
	.initial_unsaved = true,
};

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
