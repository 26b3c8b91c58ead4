/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>
#include <strings.h>

#include "app/app.h"
#include "app/config.h"
#include "pktgen/impair.h"
#include "shell/arg.h"
#include "shell/usage.h"

extern const struct cmd cmd_impair;

/* S(field, as it is at first, keyword, what, type, name, min, max, help) */
#define SETTINGS(S)                                                           \
	S(loss, "0%", "loss", "lose frames", ARG_SHARE, "SHARE", 0,           \
	  IMPAIR_SHARE_ALL, "share of frames")                                \
	S(duplicate, "0%", "duplicate", "double frames", ARG_SHARE, "SHARE",  \
	  0, IMPAIR_SHARE_ALL, "share of frames")                             \
	S(reorder, "0%", "reorder", "send frames without the delay",          \
	  ARG_SHARE, "SHARE", 0, IMPAIR_SHARE_ALL, "share of frames")         \
	S(delay_ns, "0s", "delay", "delay each frame", ARG_TIME, "TIME", 0,   \
	  IMPAIR_NS_MAX, "delay, or how far it varies")                       \
	S(jitter_ns, "0s", "jitter", "vary the delay", ARG_TIME, "TIME", 0,   \
	  IMPAIR_NS_MAX, "most that a delay differs")                         \
	S(rate_bps, "0bps", "rate", "limit the rate of layer 2", ARG_SPEED,   \
	  "RATE", 0, IMPAIR_BPS_MAX, "speed of the link, 0bps for no limit")  \
	S(queue, APP_WORD(IMPAIR_QUEUE), "queue",                             \
	  "limit the frames that wait for the rate", ARG_INT, "FRAMES", 1,    \
	  IMPAIR_QUEUE_MAX, "length of the queue")                            \
	S(seed, "1", "seed", "choose the random numbers", ARG_INT, "SEED", 0, \
	  UINT32_MAX, "any number")

#define S(field, first, key, what, kind, word, least, most, text)            \
	static void get_##field(const struct config *c, struct value *v)     \
	{                                                                    \
		v->u = c->how.impair.field;                                  \
	}                                                                    \
	static void set_##field(struct config *c, const struct value *v)     \
	{                                                                    \
		c->how.impair.field = (__typeof__(c->how.impair.field))v->u; \
	}                                                                    \
	static const struct arg_setting setting_##field = {                  \
		.get = get_##field,                                          \
		.set = set_##field,                                          \
		.initial = (first),                                          \
		.initial_unsaved = true,                                     \
	};                                                                   \
	static const struct arg args_##field[] = {                           \
		APP_PORTS_TO_SET,                                            \
		{ARG_KEYWORD, .name = (key), .help = (what)},                \
		{kind, .name = (word), .help = (text), .min = (least),       \
		 .max = (most), .setting = &setting_##field},                \
		{ARG_NONE},                                                  \
	};
SETTINGS(S)
#undef S

/* "normal": another jitter. */
static const struct arg_word kinds[] = {
	{"uniform", "any delay within the jitter is as likely"},
	{"normal", "most are near the delay; the jitter is the deviation"},
	{NULL},
};

APP_NUMBER(how.impair.normal, uint32_t, "uniform")

static const struct arg kind_args[] = {
	APP_PORTS_TO_SET,
	{ARG_KEYWORD, .name = "distribution",
	 .help = "choose how the jitter is distributed"},
	{ARG_ENUM, .name = "KIND", .words = kinds,
	 .help = "how delays are distributed", .setting = &setting},
	{ARG_NONE},
};

/* ---- Several in a line -------------------------------------------------- */

enum { SEVERAL_PORTS, FIRST };

static bool find(const char *key, struct setting *s)
{
	for (const struct cmd_form *f = cmd_impair.forms; f->run; f++)
		if (setting_of(&cmd_impair, f, s) &&
		    !strcasecmp(setting_keyword(s), key))
			return true;
	return false;
}

static bool is_key(const char *word)
{
	struct setting s;

	return find(word, &s);
}

#define KEY(is_asked)                                                  \
	{                                                              \
		ARG_TEXT, .name = "SETTING", .help = "such as jitter", \
			  .fits = is_key, .asked = (is_asked),         \
			  .optional = !(is_asked)                      \
	}
#define VALUE(is_last)                                                    \
	{                                                                 \
		ARG_TEXT, .name = "VALUE", .help = "its value, and more", \
			  .repeated = (is_last), .optional = (is_last)    \
	}

static const struct arg several_args[] = {
	[SEVERAL_PORTS] = APP_PORTS_TO_SET,
	[FIRST] = KEY(true),
	VALUE(false),
	KEY(false),
	VALUE(true),
	{ARG_NONE},
};

/* The pair at argument `i`, into *s and *v. */
static enum call_result take(struct call *c, unsigned i, struct setting *s,
			     struct value *v)
{
	const struct value *const word = &c->v[i + 1];
	char usage[CMD_TEXT_MAX], range[CMD_TEXT_MAX], text[128];
	enum shell_err err;

	memset(v, 0, sizeof(*v));
	if (!find(c->v[i].word, s))
		return call_fail(c, E_SYNTAX, (int)i,
				 "'impair' has no '%s'; see 'help impair'",
				 c->v[i].word);
	cmd_arg_usage(s->arg, usage, sizeof(usage));
	range[0] = ' ';
	cmd_arg_range(s->arg, range + 1, sizeof(range) - 1);
	if (!range[1])
		range[0] = '\0';
	if (i + 1 >= CMD_ARGS_MAX || !word->set)
		return call_fail(c, E_MISSING, (int)i, "'%s' needs %s%s",
				 c->v[i].word, usage, range);
	err = arg_take(s->arg, word->word, &(struct parse_ports){0}, v);
	if (err == E_SYNTAX &&
	    cmd_arg_unitless(s->arg, word->word, text, sizeof(text)))
		return call_fail(c, err, (int)i + 1, "%s", text);
	if (err)
		return call_fail(c, err, (int)i + 1,
				 "'%s' takes %s%s, not '%s'", c->v[i].word,
				 usage, range, word->word);
	return CALL_DONE;
}

/* All of them, or none. */
static enum call_result run_several(struct call *c)
{
	const struct subjects *on = &c->v[SEVERAL_PORTS].subjects;
	struct pktgen_fault fault;
	struct setting s;
	struct value v;

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	if (!c->v[FIRST].set) {
		config_show(call_app(c), c->cmd, NULL, on, c->reply);
		return CALL_DONE;
	}
	for (int set = 0; set <= 1; set++)
		for (unsigned i = FIRST; i < CMD_ARGS_MAX && c->v[i].set;
		     i += 2) {
			if (take(c, i, &s, &v) != CALL_DONE)
				return CALL_FAIL;
			if (set)
				config_edit(call_app(c), &s, on, &v, c->now_ns,
					    &fault);
		}
	return CALL_DONE;
}

const struct cmd cmd_impair = {
	.name = "impair",
	.group = GROUP_TRAFFIC,
	.summary = "Set what a link does to frames, for 'mode impair'",
	.forms =
		(const struct cmd_form[]){
			{several_args, run_several,
			 "set several of these in one line"},
#define S(field, first, key, what, kind, word, least, most, text) \
	{args_##field, app_set, (what)},
			SETTINGS(S)
#undef S
				{kind_args, app_set, "distribute the jitter"},
			{0},
		},
	.notes = "A frame first waits for the rate in a queue, which loses "
		 "what does not fit; then it is delayed. A delay "
		 "that varies reorders frames, as 'reorder' does. The same "
		 "seed loses the same frames after each 'start'. What waits is "
		 "in memory: 'port' shows for how many pieces there is room, a "
		 "frame of up to 88 bytes being one, and 120 bytes more of it "
		 "another. 'stats' counts what each setting did.",
	.examples =
		(const char *const[]){"impair 0 loss 1%",
				      "impair 0 delay 10ms jitter 1ms",
				      "impair 0 rate 10mbps queue 100", NULL},
	.see = (const char *const[]){"mode", "stats", NULL},
};
