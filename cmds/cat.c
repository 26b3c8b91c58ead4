/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/app.h"

enum { NAME, JSON };
enum { AT, SERIAL, LINES };

/* What one call shows at most; a longer line goes on in the next row. */
#define SLICE 1024
#define SLICE_LINES 256

static const struct arg args[] = {
	[NAME] = {ARG_NAME, .name = "NAME", .help = "file to show",
		  .names = app_file_names},
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

/* Where a row that found no end may be cut: not within a UTF-8 sequence. */
static size_t cut(const unsigned char *text, size_t len)
{
	size_t n = len;

	while (n > len - 4 && (text[n] & 0xc0) == 0x80)
		n--;
	return n;
}

static void put_lines(struct call *c, const unsigned char *text, size_t len)
{
	size_t left = len < SLICE ? len : SLICE;

	/* The list tells which line it begins with, or goes on with. */
	if (c->json)
		reply_u64(c->reply, "first", c->state[LINES] + 1, NULL);
	reply_list(c->reply, "lines", REPLY_TABLE);
	for (unsigned i = 0; left && i < SLICE_LINES; i++) {
		const unsigned char *end = memchr(text, '\n', left);
		size_t n = end ? (size_t)(end - text) : left;

		/* The rest of a slice belongs to the next. */
		if (!end && left < len && left < SLICE)
			break;
		if (!end && left < len)
			n = cut(text, left);
		reply_bytes(c->reply, NULL, text, n);
		n += end != NULL;
		text += n;
		left -= n;
		len -= n;
		c->state[AT] += n;
		c->state[LINES] += end != NULL;
		if (!end)
			break;
	}
	reply_end(c->reply);
}

/* A person's screen is of no use for it: no text has a byte of zero. */
static bool is_binary(const unsigned char *data, size_t size)
{
	return memchr(data, 0, size < SLICE ? size : SLICE) != NULL;
}

static enum call_result refuse_binary(struct call *c)
{
	const char *name = c->v[NAME].text;

	return call_fail(c, E_STATE, NAME,
			 "'%s' is not text; '.download %s' in the client "
			 "fetches it, 'play %s' sends a capture",
			 name, name, name);
}

static enum call_result run(struct call *c)
{
	const struct store_file *f;
	const unsigned char *data;

	if (c->cancelled)
		return CALL_DONE;
	f = app_file(c, NAME, &c->state[SERIAL]);
	if (!f)
		return CALL_FAIL;
	data = store_data(&call_app(c)->store, f);
	if (!c->calls && c->typed && !c->json && is_binary(data, f->size))
		return refuse_binary(c);
	if (c->state[AT] < f->size || c->json)
		put_lines(c, data + c->state[AT], f->size - c->state[AT]);
	c->wake_ns = c->now_ns;
	return c->state[AT] < f->size ? CALL_AGAIN : CALL_DONE;
}

const struct cmd cmd_cat = {
	.name = "cat",
	.group = GROUP_FILES,
	.summary = "Show a file as text",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Bytes that are not text appear as escapes such as \\x1b. "
		 "Lines over 1,024 bytes are wrapped. To a person a file with "
		 "bytes of zero, such as a capture, is not shown: "
		 "'.download' in the client fetches it.",
	.examples =
		(const char *const[]){"cat notes", "cat notes --json", NULL},
	.see = (const char *const[]){"ls", "get", NULL},
};
