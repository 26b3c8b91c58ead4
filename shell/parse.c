/* SPDX-License-Identifier: BSD-3-Clause */
/* From words to a call with typed arguments. */
#include "shell/parse_impl.h"

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shell/arg.h"
#include "shell/nearest.h"
#include "shell/usage.h"

/* ---- Keywords ---------------------------------------------------------- */

static bool begins_keyword(const struct cmd *cmd, const char *text)
{
	for (const struct cmd_form *f = cmd->forms; f->run; f++)
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
			if (a->type == ARG_KEYWORD &&
			    parse_begins(a->name, text))
				return true;
	return false;
}

/* What the command has a word for is no name of a file, unless it is quoted. */
bool parse_is_own(const struct parser *p, const struct word *word)
{
	if (word->quoted)
		return false;
	for (const struct cmd_form *f = p->c->cmd->forms; f->run; f++) {
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			if (a->type == ARG_KEYWORD &&
			    !strcasecmp(a->name, word->text))
				return true;
			for (const struct arg_word *w = arg_words(a);
			     w && w->name; w++)
				if (!strcasecmp(w->name, word->text))
					return true;
		}
	}
	return false;
}

/* Of all keywords of the command the only one that begins so. */
static bool only_beginning(const struct cmd *cmd, const char *keyword,
			   const char *with)
{
	if (!parse_begins(keyword, with))
		return false;
	for (const struct cmd_form *f = cmd->forms; f->run; f++)
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
			if (a->type == ARG_KEYWORD &&
			    parse_begins(a->name, with) &&
			    strcmp(a->name, keyword) != 0)
				return false;
	return true;
}

bool parse_is_word(const struct parser *p, unsigned at, const char *keyword)
{
	const char *text;

	if (at >= p->nb_pos)
		return false;
	text = p->pos[at]->text;
	return !strcasecmp(text, keyword) ||
	       (p->brief && only_beginning(p->c->cmd, keyword, text));
}

/* ---- Its arguments ----------------------------------------------------- */

/* The only word of the enumeration that begins so. */
static enum shell_err take_beginning(const struct arg *a, const char *with,
				     struct value *v)
{
	unsigned n = 0;

	for (unsigned i = 0; a->words[i].name; i++) {
		if (!parse_begins(a->words[i].name, with))
			continue;
		v->u = i;
		n++;
	}
	return n == 1 ? E_OK : E_SYNTAX;
}

/* A number and, after a blank, its unit: "200 mbps". */
static enum shell_err take_with_unit(const struct parser *p,
				     const struct arg *a, struct value *v)
{
	const struct word *unit = p->pos[p->at + 1];
	const char *number = p->pos[p->at]->text;
	const size_t n = strlen(number), more = strlen(unit->text) + 1;
	char whole[48];

	if (unit->quoted || strspn(unit->text, ".0123456789") ||
	    n + more > sizeof(whole))
		return E_SYNTAX;
	memcpy(whole, number, n);
	memcpy(whole + n, unit->text, more);
	return arg_take(a, whole, p->ports, v);
}

/*
 * Takes the next word, with the one behind it where that is its unit, or all
 * that say sizes, and says in *n how many; *word is the one at fault.
 */
static enum shell_err take_next(const struct parser *p, const struct arg *a,
				struct value *v, unsigned *n,
				const struct word **word)
{
	const char *text = p->pos[p->at]->text;
	enum shell_err err;

	if (parse_has_unit(a->type) && value_lacks_unit(text) &&
	    p->at + 1 < p->nb_pos) {
		*n = 2;
		err = take_with_unit(p, a, v);
		if (err != E_SYNTAX)
			return err;
	}
	*n = 1;
	if (a->type == ARG_SIZES)
		return parse_take_sizes(p, a, v, n, word);
	if (a->type == ARG_KEYWORD)
		return parse_is_word(p, p->at, a->name) ? E_OK : E_SYNTAX;
	if (!p->trying && a->type == ARG_NAME && parse_is_own(p, p->pos[p->at]))
		return E_SYNTAX;
	err = arg_take(a, text, p->ports, v);
	if (err == E_SYNTAX && a->type == ARG_ENUM && p->brief &&
	    !begins_keyword(p->c->cmd, text))
		return take_beginning(a, text, v);
	return err;
}

/* One that is out of range is understood, and others may follow it. */
static void take_word(struct parser *p, const struct arg *a, struct value *v)
{
	const struct word *word = p->pos[p->at];
	unsigned n;
	enum shell_err err;

	v->column = word->column;
	err = take_next(p, a, v, &n, &word);
	v->set = true;
	if (err)
		parse_refuse(p, err, a, word, v->word);
	if (!err || err == E_RANGE) {
		p->at += n;
		return;
	}
	while (p->pos[p->at] != word)
		p->at++;
	p->stop = err;
	p->wanted = a;
}

/*
 * A word goes to an optional argument only when enough are left for those that
 * must follow, and when it is not the keyword that comes next. In front of that
 * keyword it does, whatever may be missing behind. Where no form can be had so,
 * ports are tried the other way.
 */
static bool rule_takes(const struct parser *p, const struct arg *a,
		       unsigned required_left)
{
	const struct arg *next = a + 1;

	for (; next->type != ARG_NONE && next->optional; next++)
		if (ARG_IS_PAIR(next) && parse_is_word(p, p->at, next->name))
			return false;
	if (next->type == ARG_KEYWORD) {
		if (parse_is_word(p, p->at, next->name))
			return false;
		if (parse_is_word(p, p->at + 1, next->name))
			return true;
	}
	return p->nb_pos - p->at > required_left;
}

static bool takes_optional(const struct parser *p, const struct arg *a,
			   unsigned required_left)
{
	const bool turned = a->type == ARG_PORTS && p->other_ports;

	return p->at < p->nb_pos && rule_takes(p, a, required_left) != turned;
}

/* What is left over goes to the last argument, if that takes several. */
static void take_repeated(struct parser *p)
{
	const struct arg *args = p->c->form->args;
	const struct arg *last;
	unsigned n = 0;

	while (args[n].type != ARG_NONE)
		n++;
	if (!n || !args[n - 1].repeated)
		return;
	last = &args[n - 1];
	while (n < CMD_ARGS_MAX && p->at < p->nb_pos && !p->stop)
		take_word(p, last, &p->c->v[n++]);
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

/* Takes what must be there, and what is optional where the words go round. */
static void take_positional(struct parser *p, unsigned i, unsigned required)
{
	const struct arg *a = &p->c->form->args[i];
	struct value *v = &p->c->v[i];

	if (a->optional ? takes_optional(p, a, required) : p->at < p->nb_pos) {
		if (a->type == ARG_REST)
			take_rest(p, p->pos[p->at++], v);
		else
			take_word(p, a, v);
	} else if (!a->optional) {
		parse_refuse(p, E_MISSING, a, NULL, NULL);
		p->stop = E_MISSING;
		p->wanted = a;
	} else if (a->type == ARG_PORTS) {
		v->subjects = subjects_of(p->ports->selected);
	} else if (a->unset) {
		arg_take(a, a->unset, p->ports, v);
	}
}

/* Takes the pair whose first word this is. */
static void take_pair(struct parser *p, unsigned i)
{
	const struct arg *a = &p->c->form->args[i];

	take_word(p, a, &p->c->v[i]);
	if (p->stop)
		return;
	if (p->at < p->nb_pos) {
		take_word(p, a + 1, &p->c->v[i + 1]);
		return;
	}
	parse_refuse(p, E_MISSING, a + 1, NULL, NULL);
	p->stop = E_MISSING;
	p->wanted = a + 1;
}

/* The pairs from `i` on, as they come; returns where their last one ends. */
static unsigned take_pairs(struct parser *p, unsigned i)
{
	const struct arg *args = p->c->form->args;
	struct value *v = p->c->v;
	unsigned end = i, k = i;

	while (ARG_IS_PAIR(&args[end]))
		end += 2;
	while (k < end && !p->stop) {
		if (v[k].set || !parse_is_word(p, p->at, args[k].name)) {
			k += 2;
			continue;
		}
		take_pair(p, k);
		k = i;
	}
	for (k = i + 1; k < end; k += 2)
		if (!v[k].set && args[k].unset)
			arg_take(&args[k], args[k].unset, p->ports, &v[k]);
	return end - 1;
}

void parse_take(struct parser *p)
{
	const struct arg *args = p->c->form->args;
	unsigned required = 0;

	p->at = 0;
	p->stop = E_OK;
	p->wanted = NULL;
	for (const struct arg *a = args; a->type != ARG_NONE; a++)
		required += is_positional(a) && !a->optional;
	for (unsigned i = 0; args[i].type != ARG_NONE && !p->stop; i++) {
		if (!is_positional(&args[i]))
			continue;
		required -= !args[i].optional;
		if (ARG_IS_PAIR(&args[i]))
			i = take_pairs(p, i);
		else
			take_positional(p, i, required);
	}
	if (!p->stop)
		take_repeated(p);
	if (!p->stop && p->at < p->nb_pos) {
		parse_refuse_surplus(p, p->pos[p->at]);
		p->stop = E_SURPLUS;
	}
}

/* ---- Flags --------------------------------------------------------------- */

static bool has_flag(const struct cmd_form *form, const char *name)
{
	const struct arg *a = form->args;

	for (; a->type != ARG_NONE; a++)
		if (a->type == ARG_FLAG && !strcasecmp(a->name, name))
			return true;
	return false;
}

/* Another form of the command may have it. */
static void refuse_flag(struct parser *p, const struct word *word)
{
	const struct cmd *cmd = p->c->cmd;
	const struct cmd_form *f = cmd->forms;
	const char *hint = parse_hint(p, word->text);
	char usage[64];

	if (hint) {
		parse_fail(p, E_SYNTAX, word->column,
			   "'%s' has no flag '%s'; %s", cmd->name,
			   parse_show(word->text).text, hint);
		return;
	}
	while (f->run && !has_flag(f, word->text + 2))
		f++;
	if (f->run)
		cmd_usage(cmd, f, usage, sizeof(usage));
	if (f->run && strlen(usage) < sizeof(usage) - 1)
		parse_fail(p, E_SYNTAX, word->column,
			   "'%s' has no flag '%s' here; it is '%s'", cmd->name,
			   parse_show(word->text).text, usage);
	else
		parse_fail(p, E_SYNTAX, word->column,
			   "'%s' has no flag '%s' here; see 'help %s'",
			   cmd->name, parse_show(word->text).text, cmd->name);
}

static void take_flag(struct parser *p, const struct word *word)
{
	const struct arg *args = p->c->form->args;
	struct nearest n;

	nearest_init(&n, word->text + 2);
	for (unsigned i = 0; args[i].type != ARG_NONE; i++) {
		if (ARG_IS_PAIR(&args[i]) &&
		    !strcasecmp(args[i].name, word->text + 2))
			parse_fail(p, E_SYNTAX, word->column,
				   "'%s' is no flag; type '%s'",
				   parse_show(word->text).text, args[i].name);
		if (args[i].type != ARG_FLAG)
			continue;
		nearest_offer(&n, args[i].name);
		if (strcasecmp(args[i].name, word->text + 2) != 0)
			continue;
		if (p->c->v[i].set)
			parse_fail(p, E_SYNTAX, word->column,
				   "'%s' twice; type it once",
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
		refuse_flag(p, word);
}

bool parse_is_flag(const struct cmd *cmd, const struct word *word)
{
	if (word->quoted || strncmp(word->text, "--", 2) != 0)
		return false;
	for (const struct cmd_form *f = cmd->forms; f->run; f++)
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
			if (a->type == ARG_KEYWORD &&
			    !strcasecmp(a->name, word->text))
				return false;
	return true;
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
	c->first = 1;
	c->lead = NULL;
	parse_name(&p);
	if (c->err)
		return;
	rest = parse_rest(c->cmd);
	if (rest != UINT_MAX)
		rest += c->first - 1;
	for (last = c->first; last < w->count && p.nb_pos < rest; last++)
		if (last >= rest || !parse_is_flag(c->cmd, &w->word[last]))
			p.pos[p.nb_pos++] = &w->word[last];
	if (parse_refuse_pipe(&p))
		return;
	parse_choose_form(&p);
	for (const struct arg *a = c->form->args; a->type != ARG_NONE; a++)
		wants_ports |= a->type == ARG_PORTS;
	if (wants_ports && !ports->count) {
		parse_fail(&p, E_STATE, w->word[0].column,
			   "the appliance has no ports");
		return;
	}
	for (unsigned i = c->first; i < last && i < rest; i++)
		if (parse_is_flag(c->cmd, &w->word[i]))
			take_flag(&p, &w->word[i]);
	if (!c->err) {
		parse_take(&p);
		if (c->err)
			parse_question(&p);
	}
	/* Where call_fail() points when no argument is at fault. */
	if (!c->err)
		c->err_column = w->word[0].column;
	c->end_column = w->end_column;
}

void call_clear(struct call *c)
{
	memset(c->v, 0, c->nb_v * sizeof(c->v[0]));
	memset(c, 0, offsetof(struct call, v));
	memset(&c->nb_v, 0, sizeof(*c) - offsetof(struct call, nb_v));
}

enum call_result call_fail(struct call *c, enum shell_err err, int arg,
			   const char *fmt, ...)
{
	char text[sizeof(c->err_text)];
	va_list ap;

	c->err = err;
	if (arg >= 0 && arg < CMD_ARGS_MAX && c->v[arg].column)
		c->err_column = c->v[arg].column;
	else if (err == E_MISSING)
		c->err_column = c->end_column;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	parse_plain(c->err_text, sizeof(c->err_text), text);
	return CALL_FAIL;
}
