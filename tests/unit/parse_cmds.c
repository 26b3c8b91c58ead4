/* SPDX-License-Identifier: BSD-3-Clause */
#include "parse_cmds.h"

#include <stdio.h>
#include <string.h>

#include "unit.h"

#define OPTIONAL_PORTS                                                   \
	{                                                                \
		ARG_PORTS, .optional = true, .name = "PORTS", .help = "" \
	}
#define JSON                                                               \
	{                                                                  \
		ARG_FLAG, .optional = true, .name = "json", .help = "JSON" \
	}

static enum call_result run(struct call *c)
{
	(void)c;
	return CALL_DONE;
}

#define ARGS(...) ((const struct arg[]){__VA_ARGS__, {ARG_NONE}})
#define FORMS(...) ((const struct cmd_form[]){__VA_ARGS__, {0}})
#define FORM(...)                              \
	{                                      \
		ARGS(__VA_ARGS__), run, "form" \
	}

static const struct arg_word modes[] = {
	{"off", ""},
	{"tx", ""},
	{"rx", ""},
	{NULL},
};

static const struct cmd cmd_bits = {
	.name = "bits",
	.forms = FORMS(FORM({ARG_INT, .name = "N", .help = "any number"})),
};

static const struct arg_word ops[] = {
	{"=", ""},
	{"<", ""},
	{NULL},
};

#define CHECK                                                         \
	OPTIONAL_PORTS, {ARG_TEXT, .name = "FIELD", .help = "which"}, \
		{ARG_ENUM, .name = "OP", .help = "", .words = ops},   \
	{                                                             \
		ARG_TEXT, .name = "VALUE", .help = "what"             \
	}

static const struct cmd cmd_check = {
	.name = "check",
	.forms = FORMS(FORM(OPTIONAL_PORTS, {ARG_KEYWORD, .name = "idle"}),
		       FORM(CHECK),
		       FORM(CHECK, {ARG_KEYWORD, .name = "within"},
			    {ARG_TIME, .name = "TIME", .help = "how long"})),
	.hidden = true,
};

static const struct arg_setting setting = {.initial = "1"};

static const struct cmd cmd_end = {
	.name = "end",
	.forms = FORMS(FORM(OPTIONAL_PORTS, {ARG_KEYWORD, .name = "low"},
			    {ARG_INT, .name = "N", .help = "a number",
			     .setting = &setting}),
		       FORM(OPTIONAL_PORTS, {ARG_KEYWORD, .name = "high"},
			    {ARG_INT, .name = "N", .help = "a number",
			     .setting = &setting})),
};

static const struct arg_word shapes[] = {{"even", ""}, {"bursts", ""}, {0}};

static const struct cmd cmd_gap = {
	.name = "gap",
	.forms = FORMS(
		FORM(OPTIONAL_PORTS, {ARG_KEYWORD, .name = "burst"},
		     {ARG_INT, .name = "N", .help = "a number",
		      .setting = &setting}),
		FORM(OPTIONAL_PORTS, {ARG_ENUM, .name = "SHAPE", .help = "",
				      .words = shapes, .setting = &setting})),
	.hidden = true,
};

static const struct cmd cmd_halt = {
	.name = "halt",
	.forms = FORMS({ARGS({ARG_NONE}), run, "form"}),
	.grave = true,
};

static const struct cmd cmd_see = {
	.name = "see",
	.forms = FORMS({ARGS({ARG_NONE}), run, "form"},
		       FORM({ARG_KEYWORD, .name = "clear"})),
	.leads =
		(const struct cmd_lead[]){
			{"port", "port"},
			{"ports", "port"},
			{"stats", "stats"},
			{"text", "text"},
			{NULL, NULL},
		},
};

static const struct cmd cmd_speed = {
	.name = "speed",
	.forms = FORMS(FORM({ARG_SPEED, .name = "SPEED", .help = "how fast",
			     .setting = &setting})),
};

static const struct cmd cmd_hidden = {
	.name = "hidden",
	.forms = FORMS({ARGS(JSON), run, "form"}),
	.hidden = true,
};

static const struct cmd cmd_level = {
	.name = "level",
	.forms = FORMS(FORM({ARG_INT, .optional = true, .name = "LOW",
			     .help = "low", .max = 9},
			    {ARG_INT, .optional = true, .name = "HIGH",
			     .help = "high", .max = 9},
			    {ARG_NAME, .name = "NAME", .help = "whose"})),
};

static const struct cmd cmd_mix = {
	.name = "mix",
	.forms = FORMS(FORM({ARG_SIZES, .name = "SIZE", .help = "which",
			     .min = 64, .max = 9018})),
};

static const struct cmd cmd_mode = {
	.name = "mode",
	.forms = FORMS(
		FORM(OPTIONAL_PORTS, {ARG_ENUM, .name = "MODE", .help = "",
				      .words = modes, .setting = &setting})),
};

static const struct cmd cmd_name = {
	.name = "name",
	.forms = FORMS(FORM({ARG_NAME, .name = "NAME", .help = "a name"})),
};

static bool fruits(void *app, unsigned i, struct arg_name *name)
{
	static const char *const all[] = {"apple", "apricot", "pear"};

	if (!app || i >= 3)
		return false;
	snprintf(name->text, sizeof(name->text), "%s", all[i]);
	return true;
}

static const struct cmd cmd_pick = {
	.name = "pick",
	.forms = FORMS(FORM(
		{ARG_NAME, .name = "FRUIT", .help = "which", .names = fruits})),
};

static const struct cmd cmd_port = {
	.name = "port",
	.forms = FORMS(FORM(JSON),
		       FORM({ARG_PORTS, .name = "PORTS", .help = ""})),
};

static const struct cmd cmd_rate = {
	.name = "rate",
	.forms = FORMS(FORM({ARG_PORTS, .optional = true, .scope = SCOPE_STREAM,
			     .name = "PORTS", .help = ""},
			    {ARG_RATE, .name = "RATE", .help = "10mpps or 25%",
			     .setting = &setting})),
};

static const struct cmd cmd_size = {
	.name = "size",
	.forms = FORMS(FORM(OPTIONAL_PORTS,
			    {ARG_INT, .name = "SIZE", .help = "",
			     .unit = "bytes", .min = 64, .max = 9018})),
};

static const struct cmd cmd_sleep = {
	.name = "sleep",
	.forms = FORMS(FORM({ARG_TIME, .name = "TIME", .help = "how long",
			     .min = 1000, .max = 3600000000000})),
};

static const struct cmd cmd_stats = {
	.name = "stats",
	.forms = FORMS(FORM(OPTIONAL_PORTS, JSON),
		       FORM(OPTIONAL_PORTS, {ARG_KEYWORD, .name = "clear"}),
		       FORM(OPTIONAL_PORTS, {ARG_KEYWORD, .name = "every"},
			    {ARG_TIME, .name = "TIME", .help = "interval"},
			    {ARG_INT, .optional = true, .name = "COUNT",
			     .help = "lines", .min = 1, .max = 100},
			    JSON)),
};

static const struct cmd cmd_several = {
	.name = "several",
	.forms = FORMS(FORM(
		{ARG_HEX32, .name = "CRC32", .help = "a CRC"},
		{ARG_NAME, .repeated = true, .name = "NAME", .help = "some"})),
};

static const struct cmd cmd_switch = {
	.name = "switch",
	.forms = FORMS(FORM({ARG_KEYWORD, .name = "on"}),
		       FORM({ARG_KEYWORD, .name = "off"})),
};

static const struct arg_word keeps[] = {{"first", ""}, {"last", ""}, {0}};

static const struct cmd cmd_take = {
	.name = "take",
	.forms = FORMS(
		FORM(OPTIONAL_PORTS,
		     {ARG_ENUM, .optional = true, .name = "MODE", .help = "",
		      .words = modes, .unset = "rx"},
		     {ARG_KEYWORD, .optional = true, .name = "count"},
		     {ARG_INT, .optional = true, .name = "N",
		      .help = "a number", .unset = "7", .min = 1, .max = 9},
		     {ARG_KEYWORD, .optional = true, .name = "keep"},
		     {ARG_ENUM, .optional = true, .name = "WHICH", .help = "",
		      .words = keeps},
		     {ARG_NAME, .name = "NAME", .help = "name"})),
	.hidden = true,
};

static const struct cmd cmd_text = {
	.name = "text",
	.forms = FORMS(FORM({ARG_TEXT, .name = "TEXT", .help = "any"})),
};

const struct cmd *const parse_cmds[] = {
	&cmd_bits,   &cmd_check,   &cmd_end,   &cmd_gap,   &cmd_halt,
	&cmd_hidden, &cmd_level,   &cmd_mix,   &cmd_mode,  &cmd_name,
	&cmd_pick,   &cmd_port,    &cmd_rate,  &cmd_see,   &cmd_size,
	&cmd_sleep,  &cmd_several, &cmd_speed, &cmd_stats, &cmd_switch,
	&cmd_take,   &cmd_text,    NULL,
};

/* ---- Streams ------------------------------------------------------------ */

static unsigned next_stream(const void *app, unsigned port, unsigned from)
{
	assert_non_null(app);
	return from < (port == 2 ? 3 : 1) ? from : PARSE_NO_STREAM;
}

static const char *stream_name(const void *app, unsigned port, unsigned stream)
{
	(void)app;
	return port == 2 && stream == 1 ? "voice" : "";
}

static unsigned find_stream(const void *app, unsigned port, const char *name)
{
	(void)app;
	return port == 2 && !strcmp(name, "voice") ? 1 : PARSE_NO_STREAM;
}

const struct parse_streams parse_cmds_streams = {next_stream, stream_name,
						 find_stream};
