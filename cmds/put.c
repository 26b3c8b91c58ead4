/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { NAME, SIZE, CRC32, JSON };

static const struct arg args[] = {
	[NAME] = {ARG_NAME, .name = "NAME", .help = "name of the file"},
	[SIZE] = {ARG_INT, .name = "SIZE", .unit = "bytes",
		  .help = "size of the file", .max = UINT32_MAX},
	[CRC32] = {ARG_HEX32, .name = "CRC32",
		   .help = "CRC-32 of the file, 8 hex digits"},
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
		return call_fail(
			c, E_CRC, CRC32,
			"an empty file has the CRC-32 00000000, not %08x",
			(unsigned)c->v[CRC32].u);
	case E_STATE:
		return app_check_free(c, NAME);
	default:
		return app_full(c, SIZE);
	}
}

const struct cmd cmd_put = {
	.name = "put",
	.group = GROUP_FILES,
	.summary = "Start or resume the upload of a file (for programs)",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Replies with the offset of the next 'chunk'; an offset equal "
		 "to SIZE means that the file is complete. People use "
		 "'.upload' in the client.",
	.people = "'.upload FILE' in the client",
	.examples = (const char *const[]){"put notes 5 3610a686", NULL},
	.see = (const char *const[]){"chunk", "get", "df", NULL},
};
