/* SPDX-License-Identifier: BSD-3-Clause */
/* From words to a call with typed arguments. */
#include "shell/parse.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "shell/arg.h"
#include "shell/nearest.h"
#include "shell/usage.h"

/* What is being put together. */
struct parser {
	const struct cmd *const *commands;
	const struct words *w;
	const struct parse_ports *ports;
	struct call *c;
	/* Words that are no flags, without the command's name. */
	const struct word *pos[PARSE_WORDS_MAX];
	unsigned nb_pos;
};

__attribute__((format(printf, 4, 5))) static void fail(struct parser *p,
						       enum shell_err err,
						       unsigned column,
						       const char *fmt, ...)
{
	va_list ap;

	if (p->c->err)
		return;
	p->c->err = err;
	p->c->err_column = column;
	va_start(ap, fmt);
	vsnprintf(p->c->err_text, sizeof(p->c->err_text), fmt, ap);
	va_end(ap);
}

/* A word for a message: cut, with what a terminal would act on escaped. */
struct shown {
	char text[80];
};

static struct shown show(const char *word)
{
	struct shown s;
	size_t n = 0;

	for (; *word && n < 24; word++) {
		unsigned char ch = (unsigned char)*word;

		if (ch < 0x20 || ch >= 0x7f)
			n += (size_t)snprintf(s.text + n, 5, "\\x%02x", ch);
		else
			s.text[n++] = (char)ch;
	}
	snprintf(s.text + n, sizeof(s.text) - n, "%s", *word ? "..." : "");
	return s;
}

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
		fail(p, E_UNKNOWN, name->column,
		     "no command '%s'; did you mean '%s'?",
		     show(name->text).text, near);
	else
		fail(p, E_UNKNOWN, name->column,
		     "no command '%s'; 'help' lists them",
		     show(name->text).text);
}

/* ---- Which form -------------------------------------------------------- */

/* What a keyword in the line counts: more than all else. */
#define FIT_KEYWORD (3 + CMD_ARGS_MAX)

static bool is_positional(const struct arg *a)
{
	return a->type != ARG_FLAG;
}

static bool has_word(const struct parser *p, const char *text)
{
	for (unsigned i = 0; i < p->nb_pos; i++)
		if (!strcmp(p->pos[i]->text, text))
			return true;
	return false;
}

/*
 * How well a form fits: its keywords in the line count most; of forms without
 * any, the one that takes as many words as there are, else the one that leaves
 * the fewest over.
 */
static int fitness(const struct parser *p, const struct cmd_form *f)
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
		int fit = fitness(p, f);

		if (fit > best) {
			best = fit;
			p->c->form = f;
		}
	}
}

/* ---- Its arguments ----------------------------------------------------- */

/*
 * " or 'clear' or 'every'": what other forms would take instead; nothing once
 * a keyword has settled the form.
 */
static void other_keywords(const struct parser *p, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	if (fitness(p, p->c->form) >= FIT_KEYWORD)
		return;
	for (const struct cmd_form *f = p->c->cmd->forms; f->run; f++)
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
			if (a->type == ARG_KEYWORD && f != p->c->form &&
			    used < size)
				used += (size_t)snprintf(buf + used,
							 size - used,
							 " or '%s'", a->name);
}

/* "SIZE, 64..9018 bytes": an argument as a message names it. */
static void describe(const struct parser *p, const struct arg *a, char *buf,
		     size_t size)
{
	char usage[48], range[64];
	struct arg plain = *a;

	plain.optional = false;
	plain.repeated = false;
	cmd_arg_usage(&plain, usage, sizeof(usage));
	cmd_arg_range(a, range, sizeof(range));
	switch (a->type) {
	case ARG_PORTS:
		if (p->ports->count > 1)
			snprintf(buf, size, "PORTS (0..%u or all)",
				 p->ports->count - 1);
		else
			snprintf(buf, size, "PORTS (0)");
		break;
	case ARG_KEYWORD:
		snprintf(buf, size, "'%s'", a->name);
		break;
	case ARG_ENUM:
		snprintf(buf, size, "%s", usage);
		break;
	default:
		if (range[0])
			snprintf(buf, size, "%s %s", usage, range);
		else
			snprintf(buf, size, "%s: %s", usage, a->help);
	}
}

/* "; did you mean 'every'?": a word that might stand here; mostly empty. */
static void suggest(const struct parser *p, const struct arg *a,
		    const char *text, char *buf, size_t size)
{
	const bool settled = fitness(p, p->c->form) >= FIT_KEYWORD;
	struct nearest n;

	nearest_init(&n, text);
	if (a->type == ARG_ENUM)
		for (const char *const *w = a->words; *w; w++)
			nearest_offer(&n, *w);
	if (a->type == ARG_KEYWORD)
		nearest_offer(&n, a->name);
	for (const struct cmd_form *f = p->c->cmd->forms; f->run; f++)
		for (a = f->args; a->type != ARG_NONE && !settled; a++)
			if (a->type == ARG_KEYWORD)
				nearest_offer(&n, a->name);
	buf[0] = '\0';
	if (n.word)
		snprintf(buf, size, "; did you mean '%s'?", n.word);
}

/* `at` is where in the word the fault is, NULL: at its start. */
static void refuse(struct parser *p, enum shell_err err, const struct arg *a,
		   const struct word *word, const char *at)
{
	const unsigned column =
		word ? word->column + (unsigned)(at ? at - word->text : 0) : 0;
	char wanted[128], others[64], near[64];

	describe(p, a, wanted, sizeof(wanted));
	other_keywords(p, others, sizeof(others));
	if (err == E_MISSING) {
		fail(p, err, p->w->end_column, "'%s' lacks %s%s",
		     p->c->cmd->name, wanted,
		     a->type == ARG_KEYWORD ? others : "");
	} else if (err == E_RANGE) {
		fail(p, err, column, "'%s' takes %s", p->c->cmd->name, wanted);
	} else {
		suggest(p, a, word->text, near, sizeof(near));
		fail(p, err, column, "'%s' takes %s%s, not '%s'%s",
		     p->c->cmd->name, wanted, others, show(word->text).text,
		     near);
	}
}

static void take_word(struct parser *p, const struct arg *a, struct value *v,
		      const struct word *word)
{
	enum shell_err err = arg_take(a, word->text, p->ports->count, v);

	v->set = true;
	v->column = word->column;
	if (err)
		refuse(p, err, a, word, v->word);
}

/*
 * A word goes to an optional argument only when enough are left for those that
 * must follow, and when it is not the keyword that comes next.
 */
static bool takes_optional(const struct parser *p, const struct arg *a,
			   unsigned at, unsigned required_left)
{
	const struct arg *next = a + 1;

	if (p->nb_pos - at <= required_left)
		return false;
	while (next->type != ARG_NONE && next->optional)
		next++;
	return next->type != ARG_KEYWORD ||
	       strcmp(next->name, p->pos[at]->text) != 0;
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
			refuse(p, E_MISSING, a, NULL, NULL);
		} else if (a->type == ARG_PORTS) {
			v->mask = p->ports->selected;
		}
	}
	if (!p->c->err)
		at = take_repeated(p, at);
	if (!p->c->err && at < p->nb_pos) {
		char usage[112];

		cmd_usage(p->c->cmd, p->c->form, usage, sizeof(usage));
		fail(p, E_SURPLUS, p->pos[at]->column,
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
			fail(p, E_SYNTAX, word->column, "'%s' twice",
			     show(word->text).text);
		p->c->v[i].set = true;
		p->c->v[i].column = word->column;
		p->c->json |= !strcmp(args[i].name, "json");
		return;
	}
	if (n.word)
		fail(p, E_SYNTAX, word->column,
		     "'%s' has no flag '%s' here; did you mean '--%s'?",
		     p->c->cmd->name, show(word->text).text, n.word);
	else
		fail(p, E_SYNTAX, word->column, "'%s' has no flag '%s' here",
		     p->c->cmd->name, show(word->text).text);
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
		fail(&p, E_STATE, w->word[0].column,
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
	va_list ap;

	c->err = err;
	if (arg >= 0 && c->v[arg].column)
		c->err_column = c->v[arg].column;
	va_start(ap, fmt);
	vsnprintf(c->err_text, sizeof(c->err_text), fmt, ap);
	va_end(ap);
	return CALL_FAIL;
}
