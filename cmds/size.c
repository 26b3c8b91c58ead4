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
		 "up to 24 of SIZE or SIZE:WEIGHT, separated by commas; a "
		 "weight is a number such as 7 or 58.33, default 1, and each "
		 "round has each size as often as it says, up to 10000 frames. "
		 "imix is 64:7,594:4,1518:1. 'imix abba' sends sizes in that "
		 "order, with the letters of RFC 6985: a=64, b=128, c=256, "
		 "d=512, e=1024, f=1280, g=1518, h=2112, i=9000, z is the most "
		 "that the port takes. '64-1518' sends each size in turn, "
		 "'1518-64 step 2' every second one downwards, 'random "
		 "64-1518' any of them, from the stream's seed.",
	.examples = (const char *const[]){"size 64", "size 0 1518", "size imix",
					  "size 0 64:58.33,594:33.33,1518:8.34",
					  "size 0 imix abba",
					  "size 0 64-1518 step 2",
					  "size 0 random 64-1518", NULL},
	.see = (const char *const[]){"rate", "port", NULL},
};
