/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "app/ask.h"
#include "shell/arg.h"

#define S ASK_SECOND

static bool setting_names(void *app, unsigned i, struct arg_name *name);

static const struct arg args[] = {
	ASK_PORTS,
	ASK_TRIAL("1s"),
	ASK_WARMUP,
	ASK_SETTLE,
	ASK_PLAN,
	ASK_JSON{ARG_TEXT, .name = "SETTING",
		 .help = "what to set, such as size", .names = setting_names},
	{ARG_TEXT, .name = "VALUE", .repeated = true,
	 .help = "values, one after another"},
	{ARG_NONE},
};

/* Those that are of a port or a stream. */
static bool setting_names(void *app, unsigned i, struct arg_name *name)
{
	const struct cmd *const *commands =
		((struct app *)app)->session.env.commands;
	struct setting s = {0};

	while (setting_next(commands, &s))
		if (s.scope != SCOPE_GLOBAL && !i--) {
			setting_name(&s, name->text, sizeof(name->text));
			return true;
		}
	return false;
}

static enum call_result add_value(struct call *c, struct experiment_plan *p,
				  const struct value *word)
{
	const struct parse_ports none = {0};
	struct value v = {0};

	if (p->nb_values == EXPERIMENT_VALUES ||
	    strlen(word->word) >= sizeof(p->value[0]))
		return call_fail(
			c, E_RANGE, (int)(word - c->v),
			"a sweep takes up to %u values, of 31 characters each",
			EXPERIMENT_VALUES);
	if (ask_value(c, word->word))
		return call_fail(c, E_SYNTAX, (int)(word - c->v),
				 "'%s' stands before SETTING", word->word);
	if (arg_take(p->setting.arg, word->word, &none, &v))
		return call_fail(c, E_RANGE, (int)(word - c->v),
				 "'%s' is no %s; see 'help %s'", word->word,
				 p->setting.arg->name, p->setting.cmd->name);
	snprintf(p->value[p->nb_values++], sizeof(p->value[0]), "%s",
		 word->word);
	return CALL_DONE;
}

static enum call_result plan(struct call *c, struct experiment_plan *p)
{
	const struct cmd *const *commands = call_app(c)->session.env.commands;
	const struct value *name = ask_value(c, "SETTING");
	const struct value *v = ask_value(c, "VALUE");

	if (ask_plan(c, &course_sweep, p) != CALL_DONE)
		return CALL_FAIL;
	if (!setting_find(commands, name->word, &p->setting) ||
	    p->setting.scope == SCOPE_GLOBAL)
		return call_fail(c, E_RANGE, (int)(name - c->v),
				 "'%s' is no setting of a port or stream, such "
				 "as size",
				 name->word);
	for (; v < c->v + CMD_ARGS_MAX && v->set; v++)
		if (add_value(c, p, v) != CALL_DONE)
			return CALL_FAIL;
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return ask_run(c, plan);
}

const struct cmd cmd_sweep = {
	.name = "sweep",
	.group = GROUP_TRAFFIC,
	.summary = "Send with one value of a setting after another",
	.forms =
		(const struct cmd_form[]){
			ASK_FORMS,
			{args, run, "send, and wait for the end"},
			{0},
		},
	.notes = "Each value is a trial: what was sent, what of it was lost, "
		 "and how long frames took. All else stays as it is set, but "
		 "for 'after': streams begin with each trial. Settings are "
		 "restored.",
	.examples = (const char *const[]){"sweep size 64 512 1518",
					  "sweep trial 10s burst 1 8 32",
					  "sweep 0 rate 10kpps 100kpps", NULL},
	.see = (const char *const[]){"ramp", "soak", "bench", NULL},
};
