/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

APP_NUMBER(use.weight, uint16_t, "1")

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_INT, .name = "WEIGHT", .help = "frames of each round", .min = 1,
	 .max = FLOW_WEIGHT_MAX, .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_weight = {
	.name = "weight",
	.group = GROUP_TRAFFIC,
	.summary = "Set the share of a stream with 'rate max'",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes =
		"Streams with 'rate max' share what the other streams of "
		"their port leave: in each round a stream sends as many frames "
		"as its weight, evenly spread. A stream with another rate "
		"sends at that rate, whatever its weight.",
	.examples = (const char *const[]){"weight 0.0 1; weight 0.1 2",
					  "weight 0.all 1", NULL},
	.see = (const char *const[]){"stream", "rate", NULL},
};
