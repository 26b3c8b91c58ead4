/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/kv.h"

#include <string.h>

#include "app/app.h"

enum { KEYWORD, WHAT, SIZE_KEYWORD, SIZE };

static const struct arg file_args[] = {
	[KEYWORD] = {ARG_KEYWORD, .name = "file", .help = "read a file"},
	[WHAT] = {ARG_NAME, .name = "NAME", .help = "file of keys and values",
		  .names = app_file_names},
	{ARG_NONE},
};

static const struct arg keys_args[] = {
	[KEYWORD] = {ARG_KEYWORD, .name = "keys", .help = "make keys"},
	[WHAT] = {ARG_INT, .name = "KEYS", .unit = "keys", .help = "how many",
		  .min = 1, .max = APP_KV_KEYS_MAX},
	[SIZE_KEYWORD] = {ARG_KEYWORD, .optional = true, .name = "value-size",
			  .help = "choose the size of values"},
	[SIZE] = {ARG_INT, .optional = true, .name = "BYTES", .unit = "bytes",
		  .help = "size of each value", .unset = "32", .min = 0,
		  .max = APP_KV_VALUE_MAX},
	{ARG_NONE},
};
#define VALUE_SIZE 32

static const struct arg off_args[] = {
	[KEYWORD] = {ARG_KEYWORD, .name = "off", .help = "forget all keys"},
	{ARG_NONE},
};

static enum call_result run_show(struct call *c)
{
	const struct app *app = call_app(c);
	const struct kv *kv = app->pktgen.kv;
	char line[CONFIG_LINE_MAX] = "-";

	kv_line(&app->kv, line);
	reply_u64(c->reply, "keys", kv ? kv->nb : 0, NULL);
	reply_u64(c->reply, "memory", kv ? kv_memory(kv) : 0, "bytes");
	reply_text(c->reply, "loaded", line);
	return CALL_DONE;
}

static enum call_result run_file(struct call *c)
{
	struct app_kv from = {0};

	strcpy(from.file, c->v[WHAT].text);
	return kv_load(c, &from, WHAT);
}

static enum call_result run_keys(struct call *c)
{
	const struct app_kv from = {
		.keys = (uint32_t)c->v[WHAT].u,
		.value_size =
			c->v[SIZE].set ? (uint16_t)c->v[SIZE].u : VALUE_SIZE,
	};

	return kv_load(c, &from, WHAT);
}

static enum call_result run_off(struct call *c)
{
	kv_unload(call_app(c), c->now_ns);
	return CALL_DONE;
}

const struct cmd cmd_kv = {
	.name = "kv",
	.group = GROUP_TRAFFIC,
	.summary = "Load keys and values, for 'mode kv'",
	.configures = true,
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run_show,
			 "show how many keys there are"},
			{file_args, run_file, "load those of a file"},
			{keys_args, run_keys,
			 "make keys 0000, 0001, ..., each its value"},
			{off_args, run_off, "forget all keys"},
			{0},
		},
	.notes = "A port in mode kv answers 'get' of memcached's UDP protocol, "
		 "port 11211. All ports have the same keys. A file has them as "
		 "memcached takes them: 'set KEY FLAGS TIME BYTES', and the "
		 "value on the next line; TIME means nothing. Keys that are "
		 "made have 4 digits or as many as the last one has. 'stats' "
		 "counts hits and misses. See docs/network.md.",
	.examples = (const char *const[]){"kv keys 10000 value-size 2",
					  "kv file table.txt", "kv", "kv off",
					  NULL},
	.see = (const char *const[]){"mode", "put", "stats", NULL},
};
