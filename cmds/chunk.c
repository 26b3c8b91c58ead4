/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "files/base64.h"
#include "files/crc32.h"

enum { NAME, OFFSET, CRC32, BASE64, JSON };

/* More than a line can hold. */
#define CHUNK_MAX 768

static const struct arg args[] = {
	[NAME] = {ARG_NAME, .name = "NAME", .help = "file that 'put' began",
		  .names = app_upload_name},
	[OFFSET] = {ARG_INT, .name = "OFFSET", .unit = "bytes",
		    .help = "where these bytes start in the file",
		    .max = UINT32_MAX},
	[CRC32] = {ARG_HEX32, .name = "CRC32",
		   .help = "CRC-32 of these bytes, 8 hex digits"},
	[BASE64] = {ARG_TEXT, .name = "BASE64",
		    .help = "the bytes as base64, up to 768"},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	struct store *s = &call_app(c)->store;
	const struct value *text = &c->v[BASE64];
	const char *name = c->v[NAME].text;
	size_t at = c->v[OFFSET].u, len;
	unsigned char bytes[CHUNK_MAX];

	if (!base64_decode(text->word, text->word_len, bytes, sizeof(bytes),
			   &len))
		return call_fail(c, E_SYNTAX, BASE64,
				 "BASE64 is not valid; send RFC 4648 with "
				 "padding, %d bytes at most",
				 CHUNK_MAX);
	if (crc32_add(0, bytes, len) != c->v[CRC32].u)
		return call_fail(c, E_CRC, BASE64,
				 "the CRC-32 of these bytes is %08x, not %08x; "
				 "send them again",
				 crc32_add(0, bytes, len),
				 (unsigned)c->v[CRC32].u);
	switch (store_append(s, name, at, bytes, len)) {
	case E_OK:
		reply_u64(c->reply, "offset", at + len, "bytes");
		return CALL_DONE;
	case E_RANGE:
		return call_fail(c, E_RANGE, BASE64,
				 "'%s' would exceed the size given to 'put'; "
				 "start again with 'put'",
				 name);
	case E_CRC:
		return call_fail(c, E_CRC, -1,
				 "'%s' is complete but its CRC-32 is wrong; it "
				 "was dropped, start again with 'put'",
				 name);
	default:
		if (app_check_free(c, NAME) == CALL_FAIL)
			return CALL_FAIL;
		return call_fail(c, E_STATE, OFFSET,
				 "'%s' does not continue at offset %zu; ask "
				 "'put' for the offset",
				 name, at);
	}
}

const struct cmd cmd_chunk = {
	.name = "chunk",
	.group = GROUP_FILES,
	.summary = "Upload the next piece of a file (for programs)",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Replies with the offset of the next piece. The file appears "
		 "once its last piece has arrived. People use "
		 "'.upload' in the client.",
	.people = "'.upload FILE' in the client",
	.examples =
		(const char *const[]){"chunk notes 0 3610a686 aGVsbG8=", NULL},
	.see = (const char *const[]){"put", NULL},
};
