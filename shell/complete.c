/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/complete.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shell/arg.h"
#include "shell/usage.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

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
	parse_call(env->commands, w, &env->ports, &c->call);
	c->enter = !c->call.err;
	if (c->done)
		c->cmd = c->call.cmd;
	read_rest(c, env, line, len);
}

/* ---- Which arguments may stand there ----------------------------------- */

/* Sets of arguments: bit i is the form's i-th, the end being one as well. */
typedef uint32_t arg_set;

_Static_assert(CMD_ARGS_MAX < 32, "a set has a bit for each argument");

/* With those that come next where one is left out. */
static arg_set skip_optional(const struct arg *args, arg_set set)
{
	for (unsigned i = 0; args[i].type != ARG_NONE; i++)
		if (set >> i & 1 &&
		    (args[i].optional || args[i].type == ARG_FLAG))
			set |= (arg_set)1 << (i + 1);
	return set;
}

/* Those that come next when one of the set takes the word. */
static arg_set take_word(const struct complete *c, const struct arg *args,
			 arg_set set, const char *text)
{
	arg_set behind = 0;
	struct value v;

	for (unsigned i = 0; args[i].type != ARG_NONE; i++)
		if (set >> i & 1 && args[i].type != ARG_FLAG &&
		    !arg_take(&args[i], text, &c->env->ports, &v))
			behind |= (arg_set)(args[i].repeated ? 3 : 2) << i;
	return skip_optional(args, behind);
}

static bool flag_given(const struct complete *c, const struct arg *a)
{
	for (unsigned i = 1; i < c->done; i++)
		if (parse_is_flag(&c->words.word[i]) &&
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

	for (unsigned i = 1; i < c->done && set; i++) {
		const struct word *word = &c->words.word[i];

		if (!parse_is_flag(word))
			set = take_word(c, args, set, word->text);
		else if (!has_flag(args, word->text + 2))
			set = 0;
	}
	/* One that is repeated comes last, and as often as there is room. */
	if (c->done > CMD_ARGS_MAX)
		set = 0;
	for (unsigned i = 0; set && args[i].type != ARG_NONE; i++)
		if (args[i].type == ARG_FLAG ? !flag_given(c, &args[i])
					     : set >> i & 1)
			found |= (arg_set)1 << i;
	return found;
}

/* Both mean the same as far as this word goes: no stream is named, or may be.
 */
static bool same_scope(const struct complete *c, const struct arg *a,
		       const struct arg *b)
{
	return a->scope == b->scope || !strchr(c->prefix, '.');
}

/* True when an earlier form takes the same there. */
static bool seen(const struct complete *c, const struct cmd_form *form,
		 const struct arg *a)
{
	for (const struct cmd_form *f = c->cmd->forms; f != form; f++) {
		arg_set set = next_args(c, f->args);

		for (unsigned i = 0; set >> i; i++)
			if (set >> i & 1 && f->args[i].type == a->type &&
			    same_scope(c, &f->args[i], a) &&
			    !strcmp(f->args[i].name, a->name))
				return true;
	}
	return false;
}

/* ---- What these take --------------------------------------------------- */

static void give(const struct complete *c, const char *word, const char *takes,
		 const char *help)
{
	const struct complete_item item = {word, takes, help ? help : ""};

	c->fn(c->arg, &item);
}

/* A word that could stand there, if it goes on from what is typed. */
static void offer(const struct complete *c, const char *word, const char *help)
{
	if (!c->quoted && starts_with(word, c->prefix))
		give(c, word, "", help);
}

/* "0", "0,2", "0-3", "0.2": each number that means more, or less, than before.
 */
static void offer_numbers(const struct complete *c, const struct arg *a)
{
	const struct parse_ports *ports = &c->env->ports;
	struct value base = {.mask = 0}, v;
	char word[CMD_TEXT_MAX];
	size_t keep = strlen(c->prefix);

	while (keep && is_digit(c->prefix[keep - 1]))
		keep--;
	if (keep + 4 > sizeof(word))
		return;
	if (keep) {
		memcpy(word, c->prefix, keep);
		word[keep - 1] = '\0';
		if (arg_take(a, word, ports, &base))
			base.mask = 0;
		word[keep - 1] = c->prefix[keep - 1];
	}
	for (unsigned i = 0; i < SUBJECT_PORTS_MAX; i++) {
		snprintf(word + keep, sizeof(word) - keep, "%u", i);
		if (!arg_take(a, word, ports, &v) &&
		    !(base.mask && subjects_equal(&v.subjects, &base.subjects)))
			offer(c, word, a->help);
	}
}

/* The word up to a '.' and what may be "all" behind it; false: has neither. */
static bool up_to_dot(const struct complete *c, char word[CMD_TEXT_MAX])
{
	const char *dot = strrchr(c->prefix, '.');
	const size_t len = dot ? (size_t)(dot - c->prefix) : 0;

	if (!dot || len + sizeof(".all") > CMD_TEXT_MAX ||
	    !starts_with("all", dot + 1))
		return false;
	memcpy(word, c->prefix, len);
	word[len] = '\0';
	return true;
}

static void offer_ports(const struct complete *c, const struct arg *a)
{
	char word[CMD_TEXT_MAX];
	struct value v;

	offer_numbers(c, a);
	if (c->env->ports.count)
		offer(c, "all", a->help);
	if (!up_to_dot(c, word))
		return;
	strcat(word, ".all");
	if (!arg_take(a, word, &c->env->ports, &v))
		offer(c, word, a->help);
}

static void offer_names(const struct complete *c, const struct arg *a)
{
	struct arg_name name;

	for (unsigned i = 0;; i++) {
		name.help = NULL;
		if (!a->names(c->env->app, i, &name))
			return;
		offer(c, name.text, name.help ? name.help : a->help);
	}
}

static void offer_words(const struct complete *c, const struct arg *a)
{
	char flag[CMD_TEXT_MAX];

	switch (a->type) {
	case ARG_PORTS:
		offer_ports(c, a);
		break;
	case ARG_KEYWORD:
		offer(c, a->name, a->help);
		break;
	case ARG_FLAG:
		snprintf(flag, sizeof(flag), "--%s", a->name);
		offer(c, flag, a->help);
		break;
	case ARG_ENUM:
	case ARG_MAC:
		for (const char *const *w = a->words; w && *w; w++)
			offer(c, *w, a->help);
		break;
	case ARG_SIZES:
		offer(c, "imix", "64, 594 and 1518 bytes 7:4:1");
		break;
	default:
		if (a->names)
			offer_names(c, a);
	}
}

static void describe(const struct complete *c, const struct arg *a)
{
	const unsigned ports = c->env->ports.count;
	char usage[CMD_TEXT_MAX], takes[64];

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
	give(c, usage, takes, a->help);
}

/* A list, one that goes on behind its last byte, or the start of an "all". */
static bool may_become_ports(const struct complete *c, const struct arg *a)
{
	const size_t len = strlen(c->prefix);
	char list[CMD_TEXT_MAX];
	struct value v;

	if (starts_with("all", c->prefix))
		return true;
	if (len >= sizeof(list))
		return false;
	if (a->scope != SCOPE_STREAM || !up_to_dot(c, list)) {
		memcpy(list, c->prefix, len + 1);
		if (list[len - 1] == ',' || list[len - 1] == '-')
			list[len - 1] = '\0';
	}
	return !arg_take(a, list, &c->env->ports, &v);
}

/* True when all that it takes can be offered. */
static bool has_words(const struct arg *a)
{
	return a->type == ARG_KEYWORD || a->type == ARG_FLAG ||
	       a->type == ARG_ENUM || a->names;
}

/* True when the word that is begun may become a value which no list holds. */
static bool may_become(const struct complete *c, const struct arg *a)
{
	if (has_words(a))
		return false;
	if (!*c->prefix)
		return true;
	if (a->type == ARG_PORTS)
		return may_become_ports(c, a);
	switch (a->type) {
	case ARG_INT:
	case ARG_TIME:
	case ARG_SPEED:
	case ARG_IPV4:
	case ARG_SIZES:
		return is_digit(*c->prefix);
	case ARG_MAC:
	case ARG_IPV6:
		return strchr("0123456789abcdefABCDEF:", *c->prefix);
	default:
		return true;
	}
}

static void visit_arg(const struct complete *c, enum complete_what what,
		      const struct arg *a)
{
	const bool new_word = !*c->prefix && !c->quoted;

	if (what != COMPLETE_NEXT) {
		offer_words(c, a);
		if (what == COMPLETE_ALL && a->type != ARG_PORTS &&
		    may_become(c, a))
			describe(c, a);
	} else if (new_word || may_become(c, a)) {
		describe(c, a);
	} else if (a->type != ARG_PORTS) {
		offer_words(c, a);
	}
}

void complete_visit(struct complete *c, enum complete_what what, complete_fn fn,
		    void *arg)
{
	const struct cmd *const *cmd = c->env->commands;

	c->fn = fn;
	c->arg = arg;
	if (c->nowhere)
		return;
	for (; !c->done && *cmd; cmd++)
		if (!(*cmd)->hidden)
			offer(c, (*cmd)->name, (*cmd)->summary);
	if (!c->cmd)
		return;
	for (const struct cmd_form *f = c->cmd->forms; f->run; f++) {
		arg_set set = next_args(c, f->args);

		for (unsigned i = 0; set >> i; i++)
			if (set >> i & 1 && !seen(c, f, &f->args[i]))
				visit_arg(c, what, &f->args[i]);
	}
	if (what == COMPLETE_NEXT && c->enter)
		give(c, "<Enter>", "", c->call.form->help);
}

bool complete_whole(const struct complete *c)
{
	if (c->nowhere || !c->cmd || (!*c->prefix && !c->quoted))
		return false;
	for (const struct cmd_form *f = c->cmd->forms; f->run; f++)
		if (take_word(c, f->args, next_args(c, f->args), c->prefix))
			return true;
	return false;
}
