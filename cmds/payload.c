/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/traffic.h"

enum { PORTS, KIND, BYTES };

static const struct arg_word kinds[] = {
	[PAYLOAD_INCREMENT] = {"increment", "bytes that count up from 0"},
	[PAYLOAD_ZEROS] = {"zeros", "bytes of 0"},
	[PAYLOAD_ONES] = {"ones", "bytes of 0xff"},
	[PAYLOAD_RANDOM] = {"random",
			    "bytes from the seed, alike in all frames"},
	{NULL},
};

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_ENUM, .name = "KIND", .words = kinds, .asked = true,
		  .help = "bytes behind the headers"},
	{ARG_NONE},
};

static const struct arg text_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_KEYWORD, .name = "text", .help = "repeat a text"},
	[BYTES] = {ARG_TEXT, .name = "TEXT", .help = "1..64 characters"},
	{ARG_NONE},
};

static const struct arg hex_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[KIND] = {ARG_KEYWORD, .name = "hex", .help = "repeat bytes"},
	[BYTES] = {ARG_TEXT, .name = "BYTES",
		   .help = "1..64 bytes in hex, such as 00ff"},
	{ARG_NONE},
};

struct what {
	enum payload kind;
	uint8_t pattern[STREAM_PATTERN_MAX];
	uint8_t len;
};

static int change(struct stream *s, void *arg, struct fields_fault *fault)
{
	const struct what *what = arg;
	(void)fault;

	s->payload = (uint8_t)what->kind;
	s->pattern_len = what->len;
	memcpy(s->pattern, what->pattern, sizeof(s->pattern));
	return 0;
}

static enum call_result run(struct call *c)
{
	struct what what = {.kind = (enum payload)c->v[KIND].u};

	if (!c->v[KIND].set)
		return app_show_payload(c, &c->v[PORTS].subjects);
	return app_change(c, &c->v[PORTS].subjects, change, &what, KIND);
}

static enum call_result run_pattern(struct call *c)
{
	struct what what = {.kind = PAYLOAD_PATTERN};
	const char *word = c->v[BYTES].word;
	int n = (int)strlen(word);

	if (c->form->args == hex_args)
		n = fields_hex(word, what.pattern, sizeof(what.pattern));
	else
		memcpy(what.pattern, word,
		       (size_t)n < sizeof(what.pattern) ? (size_t)n
							: sizeof(what.pattern));
	if (n < 0)
		return call_fail(c, E_SYNTAX, BYTES,
				 "'hex' takes bytes such as 00ff, not '%s'",
				 word);
	if (!n || n > STREAM_PATTERN_MAX)
		return call_fail(c, E_RANGE, BYTES,
				 "a pattern has 1..%u bytes, not %d",
				 STREAM_PATTERN_MAX, n);
	what.len = (uint8_t)n;
	return app_change(c, &c->v[PORTS].subjects, change, &what, BYTES);
}

const struct cmd cmd_payload = {
	.name = "payload",
	.group = GROUP_HEADERS,
	.summary = "Choose the bytes behind the headers",
	.forms =
		(const struct cmd_form[]){
			{args, run, "fill it by a rule"},
			{text_args, run_pattern, "fill it with a text"},
			{hex_args, run_pattern, "fill it with bytes"},
			{0},
		},
	.notes = "The default, 'increment', makes a shifted frame visible. "
		 "Frames without a payload, such as ARP, are padded with 0.",
	.examples = (const char *const[]){"payload zeros",
					  "payload 0 text ukpktgen",
					  "payload hex 00ff", NULL},
	.see = (const char *const[]){"headers", "size", "signature", NULL},
};
