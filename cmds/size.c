/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static void get(const struct config *c, struct value *v)
{
	v->sizes = c->stream.sizes;
}

static void set(struct config *c, const struct value *v)
{
	c->stream.sizes = v->sizes;
}

static const struct arg_setting setting = {
	.get = get,
	.set = set,
	.initial = "64",
};

static const struct arg args[] = {
	APP_STREAMS_TO_SET,
	{ARG_SIZES, .name = "SIZE", .unit = "bytes",
	 .help = "frame on layer 2, FCS included", .min = STREAM_SIZE_MIN,
	 .max = STREAM_SIZE_MAX, .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_size = {
	.name = "size",
	.group = GROUP_TRAFFIC,
	.summary = "Set the frame size, or a mix of sizes",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "The FCS is 4 bytes: of size 64 the device gets 60. A mix is "
		 "up to 8 of SIZE or SIZE:WEIGHT, separated by commas; weights "
		 "1..255, default 1, sum at most 256. imix is "
		 "64:7,594:4,1518:1.",
	.examples = (const char *const[]){"size 64", "size 0 1518", "size imix",
					  "size 0 64:7,570:4,1518:1",
					  "size 64,1518", NULL},
	.see = (const char *const[]){"rate", "port", NULL},
};
