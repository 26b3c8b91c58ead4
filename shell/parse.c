/* SPDX-License-Identifier: BSD-3-Clause */
/* From words to a call with typed arguments. */
#include "shell/parse_impl.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shell/arg.h"
#include "shell/nearest.h"
#include "shell/usage.h"

/* ---- Which command ----------------------------------------------------- */

static void find_command(struct parser *p)
{
	const struct word *name = &p->w->word[0];
	const char *near;

	for (unsigned i = 0; p->commands[i]; i++) {
		if (!strcmp(p->commands[i]->name, name->text)) {
			p->c->cmd = p->commands[i];
			return;
		}
	}
	near = nearest_command(p->commands, name->text);
	if (near)
		parse_fail(p, E_UNKNOWN, name->column,
			   "no command '%s'; did you mean '%s'?",
			   parse_show(name->text).text, near);
	else
		parse_fail(p, E_UNKNOWN, name->column,
			   "no command '%s'; 'help' lists them",
			   parse_show(name->text).text);
}

/* ---- Which form -------------------------------------------------------- */

static bool has_word(const struct parser *p, const char *text)
{
	for (unsigned i = 0; i < p->nb_pos; i++)
		if (!strcmp(p->pos[i]->text, text))
			return true;
	return false;
}

int parse_fitness(const struct parser *p, const struct cmd_form *f)
{
	unsigned keywords = 0, required = 0, all = 0;

	for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
		if (a->type == ARG_KEYWORD && has_word(p, a->name))
			keywords++;
		else if (a->type == ARG_KEYWORD)
			return -1;
		all += a->repeated ? CMD_ARGS_MAX : is_positional(a);
		required += is_positional(a) && !a->optional;
	}
	if (p->nb_pos < required)
		return (int)keywords * FIT_KEYWORD;
	return (int)(keywords * FIT_KEYWORD +
		     (p->nb_pos > all ? 1 + all : 2 + CMD_ARGS_MAX));
}

static void choose_form(struct parser *p)
{
	int best = -2;

	for (const struct cmd_form *f = p->c->cmd->forms; f->run; f++) {
		int fit = parse_fitness(p, f);

		if (fit > best) {
			best = fit;
			p->c->form = f;
		}
	}
}

/* ---- Its arguments ----------------------------------------------------- */

static void take_word(struct parser *p, const struct arg *a, struct value *v,
		      const struct word *word)
{
	enum shell_err err = arg_take(a, word->text, p->ports->count, v);

	v->set = true;
	v->column = word->column;
	if (err)
		parse_refuse(p, err, a, word, v->word);
}

static bool is_word(const struct parser *p, unsigned at, const char *text)
{
	return at < p->nb_pos && !strcmp(p->pos[at]->text, text);
}

/*
 * A word goes to an optional argument only when enough are left for those that
 * must follow, and when it is not the keyword that comes next. In front of that
 * keyword it does, whatever may be missing behind.
 */
static bool takes_optional(const struct parser *p, const struct arg *a,
			   unsigned at, unsigned required_left)
{
	const struct arg *next = a + 1;

	while (next->type != ARG_NONE && next->optional)
		next++;
	if (next->type == ARG_KEYWORD) {
		if (is_word(p, at, next->name))
			return false;
		if (is_word(p, at + 1, next->name))
			return true;
	}
	return p->nb_pos - at > required_left;
}

/* What is left over goes to the last argument, if that takes several. */
static unsigned take_repeated(struct parser *p, unsigned at)
{
	const struct arg *args = p->c->form->args;
	const struct arg *last;
	unsigned n = 0;

	while (args[n].type != ARG_NONE)
		n++;
	if (!n || !args[n - 1].repeated)
		return at;
	last = &args[n - 1];
	while (n < CMD_ARGS_MAX && at < p->nb_pos && !p->c->err)
		take_word(p, last, &p->c->v[n++], p->pos[at++]);
	return at;
}

unsigned parse_rest(const struct cmd *cmd)
{
	const struct arg *a = cmd->forms[0].args;
	unsigned n = 1;

	for (; a->type != ARG_NONE && a->type != ARG_REST; a++)
		n += is_positional(a);
	return a->type == ARG_REST ? n : UINT_MAX;
}

/* What is left of the command from that word on. */
static void take_rest(const struct parser *p, const struct word *word,
		      struct value *v)
{
	const struct words *w = p->w;
	const unsigned from = word->column - 1;
	const bool alone = word == &w->word[w->count - 1];

	v->set = true;
	v->column = word->column;
	v->rest = from;
	v->rest_len = w->end_column - word->column;
	v->word = w->line + from;
	v->word_len = v->rest_len;
	if (!alone || !word->quoted || v->word[v->word_len - 1] != '"')
		return;
	v->word = word->text;
	v->word_len = strlen(word->text);
	v->rest++;
	v->rest_len -= 2;
}

static void take_positionals(struct parser *p)
{
	const struct arg *args = p->c->form->args;
	unsigned at = 0, required = 0;

	for (const struct arg *a = args; a->type != ARG_NONE; a++)
		required += is_positional(a) && !a->optional;
	for (unsigned i = 0; args[i].type != ARG_NONE && !p->c->err; i++) {
		const struct arg *a = &args[i];
		struct value *v = &p->c->v[i];

		if (!is_positional(a))
			continue;
		required -= !a->optional;
		if (a->optional ? takes_optional(p, a, at, required)
				: at < p->nb_pos) {
			if (a->type == ARG_REST)
				take_rest(p, p->pos[at++], v);
			else
				take_word(p, a, v, p->pos[at++]);
		} else if (!a->optional) {
			parse_refuse(p, E_MISSING, a, NULL, NULL);
		} else if (a->type == ARG_PORTS) {
			v->mask = p->ports->selected;
		}
	}
	if (!p->c->err)
		at = take_repeated(p, at);
	if (!p->c->err && at < p->nb_pos) {
		char usage[112];

		cmd_usage(p->c->cmd, p->c->form, usage, sizeof(usage));
		parse_fail(p, E_SURPLUS, p->pos[at]->column,
			   "one word too many for '%s'", usage);
	}
}

static void take_flag(struct parser *p, const struct word *word)
{
	const struct arg *args = p->c->form->args;
	struct nearest n;

	nearest_init(&n, word->text + 2);
	for (unsigned i = 0; args[i].type != ARG_NONE; i++) {
		if (args[i].type != ARG_FLAG)
			continue;
		nearest_offer(&n, args[i].name);
		if (strcmp(args[i].name, word->text + 2) != 0)
			continue;
		if (p->c->v[i].set)
			parse_fail(p, E_SYNTAX, word->column, "'%s' twice",
				   parse_show(word->text).text);
		p->c->v[i].set = true;
		p->c->v[i].column = word->column;
		p->c->json |= !strcmp(args[i].name, "json");
		return;
	}
	if (n.word)
		parse_fail(p, E_SYNTAX, word->column,
			   "'%s' has no flag '%s' here; did you mean '--%s'?",
			   p->c->cmd->name, parse_show(word->text).text,
			   n.word);
	else
		parse_fail(p, E_SYNTAX, word->column,
			   "'%s' has no flag '%s' here", p->c->cmd->name,
			   parse_show(word->text).text);
}

bool parse_is_flag(const struct word *word)
{
	return !word->quoted && !strncmp(word->text, "--", 2);
}

void parse_call(const struct cmd *const *commands, const struct words *w,
		const struct parse_ports *ports, struct call *c)
{
	struct parser p = {
		.commands = commands, .w = w, .ports = ports, .c = c};
	bool wants_ports = false;
	unsigned rest,
		last; /* words in front of a rest, all that are looked at */

	c->err = E_OK;
	find_command(&p);
	if (c->err)
		return;
	rest = parse_rest(c->cmd);
	for (last = 1; last < w->count && p.nb_pos < rest; last++)
		if (last >= rest || !parse_is_flag(&w->word[last]))
			p.pos[p.nb_pos++] = &w->word[last];
	choose_form(&p);
	for (const struct arg *a = c->form->args; a->type != ARG_NONE; a++)
		wants_ports |= a->type == ARG_PORTS;
	if (wants_ports && !ports->count) {
		parse_fail(&p, E_STATE, w->word[0].column,
			   "the appliance has no ports");
		return;
	}
	for (unsigned i = 1; i < last && i < rest; i++)
		if (parse_is_flag(&w->word[i]))
			take_flag(&p, &w->word[i]);
	if (!c->err)
		take_positionals(&p);
	/* Where call_fail() points when no argument is at fault. */
	if (!c->err)
		c->err_column = w->word[0].column;
}

enum call_result call_fail(struct call *c, enum shell_err err, int arg,
			   const char *fmt, ...)
{
	char text[sizeof(c->err_text)];
	va_list ap;

	c->err = err;
	if (arg >= 0 && c->v[arg].column)
		c->err_column = c->v[arg].column;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	parse_plain(c->err_text, sizeof(c->err_text), text);
	return CALL_FAIL;
}
