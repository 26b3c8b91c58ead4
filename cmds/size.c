/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { PORTS, SIZE };

static void get(const void *app, unsigned port, struct value *v)
{
	v->sizes = app_stream(app, port)->sizes;
}

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[SIZE] = {ARG_SIZES, .name = "SIZE", .unit = "bytes",
		  .help = "bytes of a frame on layer 2, FCS included; weights "
			  "1..255, in all 256 at most",
		  .min = STREAM_SIZE_MIN, .max = STREAM_SIZE_MAX, .get = get},
	{ARG_NONE},
};

static void edit(struct stream *s, const void *arg)
{
	s->sizes = *(const struct sizes *)arg;
}

static enum call_result run(struct call *c)
{
	return app_edit(c, c->v[PORTS].mask, edit, &c->v[SIZE].sizes, SIZE);
}

const struct cmd cmd_size = {
	.name = "size",
	.summary = "Set the size of the frames sent, or a mix of sizes",
	.forms =
		(const struct cmd_form[]){
			{args, run,
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
