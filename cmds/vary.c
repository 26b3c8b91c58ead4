/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/traffic.h"

enum { PORTS, HOW, FIELD };

/* Those that vary of the first port's first stream. */
static bool varying(void *app, unsigned i, struct arg_name *name)
{
	const struct pktgen *pg = &((struct app *)app)->pktgen;
	char value[FIELDS_VALUE_MAX];
	const struct stream *s;

	if (!pg->nb_ports || !pktgen_up(pg, 0))
		return false;
	s = pktgen_stream(pg, 0, 0);
	for (unsigned k = 0; fields_at(s, k, name->text, value); k++)
		if (s->field[k].vary.kind != VARY_CONSTANT && !i--)
			return true;
	return false;
}

static const struct arg nested_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[HOW] = {ARG_KEYWORD, .name = "nested",
		 .help = "step one once the one before went round"},
	[FIELD] = {ARG_TEXT, .name = "FIELD", .repeated = true,
		   .names = varying,
		   .help = "field that varies, the fastest first"},
	{ARG_NONE},
};

static const struct arg apart_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[HOW] = {ARG_KEYWORD, .name = "apart",
		 .help = "step all of them at each frame"},
	{ARG_NONE},
};

struct names {
	const char *words[CMD_ARGS_MAX];
	unsigned nb;
};

static int change(struct stream *s, void *arg, struct fields_fault *fault)
{
	const struct names *n = arg;

	return fields_nest(s, n->words, n->nb, fault);
}

static enum call_result run(struct call *c)
{
	struct names names = {.nb = 0};

	if (c->form->args == nested_args)
		names.nb = app_words(c, FIELD, names.words);
	return app_change(c, &c->v[PORTS].subjects, change, &names, FIELD);
}

const struct cmd cmd_vary = {
	.name = "vary",
	.group = GROUP_HEADERS,
	.summary = "Choose how fields that vary go together",
	.forms =
		(const struct cmd_form[]){
			{nested_args, run,
			 "step them like an odometer: every combination once"},
			{apart_args, run, "step each by itself (default)"},
			{0},
		},
	.examples = (const char *const[]){"vary nested ipv4.src ipv4.dst",
					  "vary 0 apart", NULL},
	.see = (const char *const[]){"set", "seed", NULL},
};
