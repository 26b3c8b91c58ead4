/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "files/base64.h"
#include "files/crc32.h"

enum { NAME, OFFSET, JSON };
enum { AT, SERIAL };

/* A line of 1,024 characters. */
#define CHUNK 768

static const struct arg args[] = {
	[NAME] = {ARG_NAME, .name = "NAME", .help = "file to read",
		  .names = app_file_names},
	[OFFSET] = {ARG_INT, .optional = true, .name = "OFFSET",
		    .unit = "bytes", .help = "first byte to read", .unset = "0",
		    .max = UINT32_MAX},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static void put_crc(struct reply *r, uint32_t crc)
{
	reply_textf(r, "crc32", "%08x", crc);
}

static void put_chunk(struct call *c, const struct store_file *f)
{
	const unsigned char *bytes =
		store_data(&call_app(c)->store, f) + c->state[AT];
	size_t left = f->size - c->state[AT];
	size_t len = left < CHUNK ? left : CHUNK;
	char text[BASE64_LEN(CHUNK) + 1];

	base64_encode(bytes, len, text);
	reply_u64(c->reply, "offset", c->state[AT], "bytes");
	put_crc(c->reply, crc32_add(0, bytes, len));
	reply_text(c->reply, "data", text);
	c->state[AT] += len;
}

static enum call_result run(struct call *c)
{
	const struct store_file *f;

	if (c->cancelled)
		return CALL_DONE;
	reply_style(c->reply, REPLY_LINE);
	f = app_file(c, NAME, &c->state[SERIAL]);
	if (!f)
		return CALL_FAIL;
	if (!c->calls) {
		if (c->v[OFFSET].u > f->size)
			return call_fail(
				c, E_RANGE, OFFSET,
				"offset %llu is beyond the %zu bytes of "
				"'%s'",
				(unsigned long long)c->v[OFFSET].u, f->size,
				f->name);
		c->state[AT] = c->v[OFFSET].u;
		reply_text(c->reply, "name", f->name);
		reply_u64(c->reply, "size", f->size, "bytes");
		put_crc(c->reply, f->crc);
	} else {
		put_chunk(c, f);
	}
	c->wake_ns = c->now_ns;
	return c->state[AT] < f->size ? CALL_AGAIN : CALL_DONE;
}

const struct cmd cmd_get = {
	.name = "get",
	.group = GROUP_FILES,
	.summary = "Download a file (for programs)",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Prints size and CRC-32, then the content as base64, 768 "
		 "bytes a line. People use '.download' in the "
		 "client.",
	.people = "'.download NAME' in the client",
	.examples = (const char *const[]){"get notes", "get notes 768 --json",
					  NULL},
	.see = (const char *const[]){"put", "cat", "ls", NULL},
};
