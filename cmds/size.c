/* SPDX-License-Identifier: BSD-3-Clause */
#include "app.h"

enum { PORTS, SIZE };

static const struct arg args[] = {
	[PORTS] = {ARG_PORTS, .optional = true, .name = "PORTS",
		   .help = "ports to set"},
	[SIZE] = {ARG_INT, .name = "SIZE", .unit = "bytes",
		  .help = "bytes of a frame on layer 2, FCS included",
		  .min = STREAM_SIZE_MIN, .max = STREAM_SIZE_MAX},
	{ARG_NONE},
};

static void edit(struct stream *s, const void *arg)
{
	s->size = *(const uint32_t *)arg;
}

static enum call_result run(struct call *c)
{
	uint32_t size = (uint32_t)c->v[SIZE].u;

	return app_edit(c, c->v[PORTS].mask, edit, &size, SIZE);
}

const struct cmd cmd_size = {
	.name = "size",
	.summary = "Set the size of the frames sent",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "set the size; 64 is 60 bytes handed to "
			 "the device and 4 of FCS"},
			{0},
		},
	.examples = (const char *const[]){"size 64", "size 0 1518", NULL},
	.see = (const char *const[]){"rate", "port", NULL},
};
