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
	 .help = "bytes of a frame on layer 2, FCS included; weights 1..255, "
		 "in all 256 at most",
	 .min = STREAM_SIZE_MIN, .max = STREAM_SIZE_MAX, .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_size = {
	.name = "size",
	.summary = "Set the size of the frames sent, or a mix of sizes",
	.forms =
		(const struct cmd_form[]){
			{args, app_set,
			 "set the size; 64 is 60 bytes handed to the device "
			 "and 4 of FCS; a mix is up to 8 SIZE[:WEIGHT], "
			 "weights of 1..255 and 256 in all, default 1; imix is "
			 "64:7,594:4,1518:1"},
			{0},
		},
	.examples = (const char *const[]){"size 64", "size 0 1518", "size imix",
					  "size 0 64:7,570:4,1518:1",
					  "size 64,1518", NULL},
	.see = (const char *const[]){"rate", "port", NULL},
};
