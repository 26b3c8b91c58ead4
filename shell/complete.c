/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/complete_impl.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shell/setting.h"
#include "shell/usage.h"

/* ---- Where the cursor is ----------------------------------------------- */

/* Only blanks and ';' in between: no comment. */
static bool is_gap(const char *line, unsigned from, unsigned to)
{
	for (; from < to; from++)
		if (!strchr(" \t;", line[from]) || !line[from])
			return false;
	return true;
}

/*
 * Splits up to the command that the cursor is in; false where it is nowhere.
 * Behind a ';' that command has no words yet.
 */
static bool split(struct complete *c, const char *line, unsigned len)
{
	unsigned from, next = 0;
	bool some;

	do {
		from = next;
		some = parse_split(line, len, &next, &c->words, &c->call);
		if (c->call.err)
			return false;
	} while (some && next < len);
	if (some)
		from = c->words.end_column - 1;
	return is_gap(line, from, len);
}

static bool takes_command(const struct cmd *cmd)
{
	const struct arg *a = cmd->forms[0].args;

	while (a->type != ARG_NONE && a->type != ARG_REST)
		a++;
	return a->command;
}

/* In a command that is the argument of another, that one is to be completed. */
static void read_rest(struct complete *c, const struct complete_env *env,
		      const char *line, unsigned len)
{
	const unsigned rest = c->cmd ? parse_rest(c->cmd) : UINT_MAX;
	unsigned from = len;

	if (c->done < rest || !takes_command(c->cmd))
		return;
	if (c->words.count > rest)
		from = c->words.word[rest].column - 1;
	complete_read(c, env, line + from, len - from);
	c->start += from;
}

void complete_read(struct complete *c, const struct complete_env *env,
		   const char *line, unsigned len)
{
	struct words *w = &c->words;

	memset(c, 0, sizeof(*c));
	c->env = env;
	c->prefix = "";
	c->start = len;
	c->nowhere = !split(c, line, len);
	if (c->nowhere || !w->count)
		return;
	c->done = w->count;
	if (w->end_column == len + 1) {
		c->done--;
		c->prefix = w->word[c->done].text;
		c->start = w->word[c->done].column - 1;
		c->quoted = memchr(line + c->start, '"', len - c->start);
	}
	c->call.typed = true; /* by a person, who completes it */
	parse_call(env->commands, w, &env->ports, &c->call);
	c->enter = !c->call.err;
	if (c->done >= c->call.first)
		c->cmd = c->call.cmd;
	else if (c->done)
		c->cmd = c->call.lead;
	read_rest(c, env, line, len);
}

/* ---- Which arguments may stand there ----------------------------------- */

/* Sets of arguments: bit i is the form's i-th, the end being one as well. */
typedef uint32_t arg_set;

_Static_assert(CMD_ARGS_MAX < 32, "a set has a bit for each argument");

/* The second of a pair, whose first has been typed. */
static bool ends_pair(const struct arg *args, unsigned i)
{
	return i && ARG_IS_PAIR(&args[i - 1]);
}

/* With those that come next where one, or a pair, is left out. */
static arg_set skip_optional(const struct arg *args, arg_set set)
{
	for (unsigned i = 0; args[i].type != ARG_NONE; i++)
		if (set >> i & 1 && !ends_pair(args, i) &&
		    (args[i].optional || args[i].type == ARG_FLAG))
			set |= (arg_set)1 << (i + 1 + ARG_IS_PAIR(&args[i]));
	return set;
}

/* The first ones of the pairs that are typed in any order with this one. */
static arg_set pairs_beside(const struct arg *args, unsigned i)
{
	arg_set set = 0;

	while (i >= 2 && ARG_IS_PAIR(&args[i - 2]))
		i -= 2;
	for (; ARG_IS_PAIR(&args[i]); i += 2)
		set |= (arg_set)1 << i;
	return set;
}

/* Those that come next when one of the set takes the word at `at`. */
static arg_set take_word(const struct complete *c, const struct arg *args,
			 arg_set set, unsigned at)
{
	const char *const text = c->words.word[at].text;
	arg_set behind = 0;
	struct value v;

	for (unsigned i = 0; args[i].type != ARG_NONE; i++) {
		if (!(set >> i & 1) || args[i].type == ARG_FLAG)
			continue;
		if (args[i].type == ARG_SIZES) {
			behind |= (arg_set)complete_take_sizes(c, &args[i], at)
				  << i;
		} else if (!arg_take(&args[i], text, &c->env->ports, &v)) {
			behind |= (arg_set)(args[i].repeated ? 3 : 2) << i;
			if (ends_pair(args, i))
				behind |= pairs_beside(args, i - 1);
		}
	}
	return skip_optional(args, behind);
}

static bool word_given(const struct complete *c, const char *name)
{
	for (unsigned i = c->call.first; i < c->done; i++)
		if (!strcasecmp(c->words.word[i].text, name))
			return true;
	return false;
}

static bool flag_given(const struct complete *c, const struct arg *a)
{
	for (unsigned i = c->call.first; i < c->done; i++)
		if (parse_is_flag(c->cmd, &c->words.word[i]) &&
		    !strcasecmp(c->words.word[i].text + 2, a->name))
			return true;
	return false;
}

static bool has_flag(const struct arg *a, const char *name)
{
	for (; a->type != ARG_NONE; a++)
		if (a->type == ARG_FLAG && !strcasecmp(a->name, name))
			return true;
	return false;
}

/* The arguments of a form that may stand at the cursor. */
static arg_set next_args(const struct complete *c, const struct arg *args)
{
	arg_set set = skip_optional(args, 1), found = 0;

	for (unsigned i = c->call.first; i < c->done && set; i++) {
		const struct word *word = &c->words.word[i];

		if (!parse_is_flag(c->cmd, word))
			set = take_word(c, args, set, i);
		else if (!has_flag(args, word->text + 2))
			set = 0;
	}
	/* One that is repeated comes last, and as often as there is room. */
	if (c->done - c->call.first >= CMD_ARGS_MAX)
		set = 0;
	for (unsigned i = 0; set && args[i].type != ARG_NONE; i++)
		if (args[i].type == ARG_FLAG ? !flag_given(c, &args[i])
		    : ARG_IS_PAIR(&args[i])
			    ? set >> i & 1 && !word_given(c, args[i].name)
			    : set >> i & 1)
			found |= (arg_set)1 << i;
	return found;
}

/* Both take the same here: no stream is named, or both may name one. */
static bool same_scope(const struct complete *c, const struct arg *a,
		       const struct arg *b)
{
	return a->scope == b->scope || !strchr(c->prefix, '.');
}

/* True when an earlier form takes the same; words of ports are alike. */
static bool seen(const struct complete *c, const struct cmd_form *form,
		 const struct arg *a)
{
	for (const struct cmd_form *f = c->cmd->forms; f != form; f++) {
		arg_set set = next_args(c, f->args);

		for (unsigned i = 0; set >> i; i++)
			if (set >> i & 1 && f->args[i].type == a->type &&
			    same_scope(c, &f->args[i], a) &&
			    (!strcmp(f->args[i].name, a->name) ||
			     (a->type == ARG_PORTS &&
			      c->what != COMPLETE_NEXT)))
				return true;
	}
	return false;
}

/* ---- What these take --------------------------------------------------- */

void complete_give(const struct complete *c, const char *word,
		   const char *takes, const char *help)
{
	const struct complete_item item = {word, takes, help ? help : "",
					   c->group};

	c->fn(c->arg, &item);
}

void complete_describe(const struct complete *c, const char *usage,
		       const char *takes, const char *help)
{
	if (c->what != COMPLETE_WORDS)
		complete_give(c, usage, takes, help);
}

/* A word that could stand there, if it goes on from what is typed. */
void complete_offer(const struct complete *c, const char *word,
		    const char *help)
{
	if (!c->quoted && complete_starts(word, c->prefix))
		complete_give(c, word, "", help);
}

static void offer_names(const struct complete *c, const struct arg *a)
{
	struct arg_name name;

	for (unsigned i = 0;; i++) {
		name.help = NULL;
		if (!a->names(c->env->app, i, &name))
			return;
		complete_offer(c, name.text, name.help ? name.help : a->help);
	}
}

static void offer_words(const struct complete *c, const struct arg *a)
{
	char flag[CMD_TEXT_MAX];

	switch (a->type) {
	case ARG_PORTS:
		complete_ports(c, a);
		break;
	case ARG_KEYWORD:
		complete_offer(c, a->name, a->help);
		break;
	case ARG_FLAG:
		snprintf(flag, sizeof(flag), "--%s", a->name);
		complete_offer(c, flag, a->help);
		break;
	case ARG_ENUM:
	case ARG_MAC:
	case ARG_SPAN:
		for (const struct arg_word *w = a->words; w && w->name; w++)
			complete_offer(c, w->name, w->help);
		break;
	case ARG_SIZES:
		complete_offer_sizes(c);
		break;
	default:
		if (arg_has_names(a))
			offer_names(c, a);
	}
}

static void describe(const struct complete *c, const struct arg *a)
{
	const unsigned ports = c->env->ports.count;
	const char *unset = cmd_arg_default(a);
	char usage[CMD_TEXT_MAX], takes[96];
	size_t n;

	cmd_arg_usage(a, usage, sizeof(usage));
	cmd_arg_range(a, takes, sizeof(takes));
	if (a->type == ARG_PORTS && ports > 1)
		snprintf(takes, sizeof(takes), "0..%u or all", ports - 1);
	else if (a->type == ARG_PORTS)
		snprintf(takes, sizeof(takes), ports ? "0" : "no ports");
	else if (a->type == ARG_INT && !takes[0])
		snprintf(takes, sizeof(takes), "number");
	else if (a->type == ARG_TIME && !takes[0])
		snprintf(takes, sizeof(takes), "time");
	n = strlen(takes);
	if (unset)
		snprintf(takes + n, sizeof(takes) - n, "%sdefault %s",
			 n ? ", " : "", unset);
	complete_describe(c, usage, takes, a->help);
}

/* True when all that it takes can be offered. */
static bool has_words(const struct arg *a)
{
	return a->type == ARG_KEYWORD || a->type == ARG_FLAG ||
	       a->type == ARG_ENUM || arg_has_names(a);
}

/* True when the word that is begun may become a value which no list holds. */
static bool may_become(const struct complete *c, const struct arg *a)
{
	if (has_words(a))
		return false;
	if (!*c->prefix)
		return true;
	if (a->type == ARG_PORTS)
		return complete_ports_begun(c, a);
	switch (a->type) {
	case ARG_INT:
	case ARG_TIME:
	case ARG_SPEED:
	case ARG_SHARE:
	case ARG_SPAN:
	case ARG_IPV4:
	case ARG_SIZES:
		return complete_digit(*c->prefix);
	case ARG_MAC:
	case ARG_IPV6:
		return strchr("0123456789abcdefABCDEF:", *c->prefix);
	default:
		return true;
	}
}

static void visit_arg(const struct complete *c, const struct arg *a)
{
	const bool new_word = !*c->prefix && !c->quoted;

	if (a->type == ARG_SIZES && complete_sizes_there(c, c->done)) {
		offer_words(c, a);
	} else if (c->what != COMPLETE_NEXT) {
		offer_words(c, a);
		if (c->what == COMPLETE_ALL && a->type != ARG_PORTS &&
		    may_become(c, a))
			describe(c, a);
	} else if (a->type != ARG_ENUM && (new_word || may_become(c, a))) {
		describe(c, a);
	} else if (a->type != ARG_PORTS) {
		offer_words(c, a);
	}
}

static const char *lead_help(const struct complete *c, const struct cmd_lead *l)
{
	const struct cmd *const *cmd = c->env->commands;

	while (*cmd && strcmp((*cmd)->name, l->name) != 0)
		cmd++;
	return *cmd ? (*cmd)->summary : NULL;
}

/* All of them by group, those that begin with something by name. */
static void offer_commands(struct complete *c)
{
	const unsigned groups = *c->prefix ? 1 : CMD_GROUPS;
	const struct cmd *const *cmd;

	for (unsigned g = 0; g < groups; g++) {
		for (cmd = c->env->commands; *cmd; cmd++) {
			if ((*cmd)->hidden ||
			    (groups > 1 && (*cmd)->group != g))
				continue;
			c->group = groups > 1 ? (*cmd)->group : GROUP_NONE;
			complete_offer(c, (*cmd)->name, (*cmd)->summary);
		}
	}
	c->group = GROUP_NONE;
}

void complete_visit(struct complete *c, enum complete_what what, complete_fn fn,
		    void *arg)
{
	c->what = what;
	c->fn = fn;
	c->arg = arg;
	if (c->nowhere)
		return;
	if (!c->done)
		offer_commands(c);
	if (!c->cmd)
		return;
	if (c->done == 1)
		for (const struct cmd_lead *l = c->cmd->leads; l && l->word;
		     l++)
			complete_offer(c, l->word, lead_help(c, l));
	for (const struct cmd_form *f = c->cmd->forms; f->run; f++) {
		arg_set set = next_args(c, f->args);

		for (unsigned i = 0; set >> i; i++) {
			struct arg a = f->args[i];

			/* Behind the first of a pair it has to be there. */
			a.optional &= !ends_pair(f->args, i);
			if (set >> i & 1 && !seen(c, f, &f->args[i]))
				visit_arg(c, &a);
		}
	}
	if (what == COMPLETE_NEXT && c->enter)
		complete_give(c, "<Enter>", "",
			      setting_asked(&c->call)
				      ? "show what is set"
				      : cmd_form_help(c->cmd, c->call.form));
}

bool complete_whole(const struct complete *c)
{
	if (c->nowhere || !c->cmd || (!*c->prefix && !c->quoted))
		return false;
	for (const struct cmd_form *f = c->cmd->forms; f->run; f++)
		if (take_word(c, f->args, next_args(c, f->args), c->done))
			return true;
	return false;
}
