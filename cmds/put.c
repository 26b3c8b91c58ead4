/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { NAME, SIZE, CRC32, JSON };

static const struct arg args[] = {
	[NAME] = {ARG_NAME, .name = "NAME", .help = "the file"},
	[SIZE] = {ARG_INT, .name = "SIZE", .unit = "bytes",
		  .help = "how long it is", .max = UINT32_MAX},
	[CRC32] = {ARG_HEX32, .name = "CRC32",
		   .help = "CRC-32 of all of it, as 8 hex digits"},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	struct store *s = &call_app(c)->store;
	size_t next;

	switch (store_begin(s, c->v[NAME].text, c->v[SIZE].u,
			    (uint32_t)c->v[CRC32].u, &next)) {
	case E_OK:
		reply_u64(c->reply, "offset", next, "bytes");
		return CALL_DONE;
	case E_CRC:
		return call_fail(c, E_CRC, CRC32,
				 "the CRC-32 of no bytes is 00000000");
	default:
		return app_full(c, SIZE);
	}
}

const struct cmd cmd_put = {
	.name = "put",
	.summary = "Begin to send a file to the appliance, or go on with it",
	.forms =
		(const struct cmd_form[]){
			{args, run,
			 "say where the 'chunk' that comes next begins; "
			 "at SIZE the file is there"},
			{0},
		},
	.examples = (const char *const[]){"put notes 5 3610a686", NULL},
	.see = (const char *const[]){"chunk", "get", "df", NULL},
};
