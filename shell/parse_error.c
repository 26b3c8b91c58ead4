/* SPDX-License-Identifier: BSD-3-Clause */
/* What is wrong with a line, and what should stand there instead. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shell/nearest.h"
#include "shell/parse_impl.h"
#include "shell/usage.h"

void parse_fail(struct parser *p, enum shell_err err, unsigned column,
		const char *fmt, ...)
{
	va_list ap;

	if (p->c->err)
		return;
	p->c->err = err;
	if (p->trying)
		return;
	p->c->err_column = column;
	va_start(ap, fmt);
	vsnprintf(p->c->err_text, sizeof(p->c->err_text), fmt, ap);
	va_end(ap);
}

#define PLAIN_BYTES 5 /* of one, with a NUL */

static size_t plain(char *at, unsigned char ch)
{
	return (size_t)snprintf(at, PLAIN_BYTES,
				ch < 0x20 || ch >= 0x7f ? "\\x%02x" : "%c", ch);
}

void parse_plain(char *buf, size_t size, const char *text)
{
	char one[PLAIN_BYTES];
	size_t n = 0, len;

	for (; *text; text++, n += len) {
		len = plain(one, (unsigned char)*text);
		if (n + len >= size)
			break;
		memcpy(buf + n, one, len);
	}
	buf[n] = '\0';
}

struct shown parse_show(const char *word)
{
	struct shown s;
	size_t n = 0;

	for (; *word && n < 24; word++)
		n += plain(s.text + n, (unsigned char)*word);
	snprintf(s.text + n, sizeof(s.text) - n, "%s", *word ? "..." : "");
	return s;
}

#define OTHERS_MAX 16

/* " or 'clear' or 'every'": what other forms would take instead. */
static void other_keywords(const struct parser *p, char *buf, size_t size)
{
	const struct cmd_lead *l = p->c->cmd->leads;
	const char *more[OTHERS_MAX];
	unsigned nb = 0;
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < p->nb_others && nb < OTHERS_MAX; i++)
		more[nb++] = p->other[i]->name;
	for (; p->c->first <= 1 && !p->at && l && l->word && nb < OTHERS_MAX;
	     l++)
		more[nb++] = l->word;
	/* Whole words, and dots for those that there is no room for. */
	for (unsigned i = 0; i < nb; i++) {
		if (used + strlen(more[i]) + 12 > size) {
			snprintf(buf + used, size - used, " ...");
			return;
		}
		used += (size_t)snprintf(buf + used, size - used, " or '%s'",
					 more[i]);
	}
}

static const char operators[] = "<>=!";

static bool is_operator(const struct arg *a)
{
	return a->type == ARG_ENUM &&
	       strchr(operators, a->words[0].name[0]) != NULL;
}

/* What an operator stands in, of which nobody makes sense alone; or NULL. */
static const char *comparison(const struct parser *p, const struct arg *a)
{
	const char *const *example = p->c->cmd->examples;

	while (is_operator(a) && example && *example &&
	       !(*example)[strcspn(*example, operators)])
		example++;
	return is_operator(a) && example ? *example : NULL;
}

/* "SIZE, 64..9018 bytes": an argument as a message names it. */
static void describe(const struct parser *p, const struct arg *a, bool help,
		     char *buf, size_t size)
{
	char usage[72], range[64];
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
		if (comparison(p, a))
			snprintf(buf, size, "a comparison, as in '%s'",
				 comparison(p, a));
		else
			snprintf(buf, size, "%s", usage);
		break;
	default:
		/* Of one port, of which there are fewer than there may be. */
		if (a->type == ARG_INT && !strcmp(a->name, "PORT") &&
		    p->ports->count)
			snprintf(buf, size, "PORT 0..%u", p->ports->count - 1);
		else if (range[0])
			snprintf(buf, size, "%s %s", usage, range);
		else if (help)
			snprintf(buf, size, "%s: %s", usage, a->help);
		else
			snprintf(buf, size, "%s", usage);
	}
}

bool parse_refuse_pipe(struct parser *p)
{
	for (unsigned i = 0; i < p->nb_pos; i++) {
		if (p->pos[i]->quoted || strcmp(p->pos[i]->text, "|") != 0)
			continue;
		parse_fail(p, E_SYNTAX, p->pos[i]->column,
			   "no pipes here; on the host: ukpktgen exec -c '%s' "
			   "| ...",
			   p->c->cmd->name);
		return true;
	}
	return false;
}

/* What has a unit in the place of the first words: "ramp 1k 10k". */
static const struct arg *first_with_unit(const struct parser *p)
{
	for (const struct cmd_form *f = p->c->cmd->forms; f->run && !p->at; f++)
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			if (parse_has_unit(a->type))
				return a;
			if (!a->optional)
				break;
		}
	return NULL;
}

/* Says what units there are where one was forgotten; false: none was. */
static bool refuse_unitless(struct parser *p, const struct arg *a,
			    const struct word *word)
{
	char text[128];

	if (a->type == ARG_KEYWORD)
		a = first_with_unit(p);
	if (!a || !cmd_arg_unitless(a, word->text, text, sizeof(text)))
		return false;
	parse_fail(p, E_SYNTAX, word->column, "%s", text);
	return true;
}

/* A name that no stream has; false: that is not it. */
static bool refuse_name(struct parser *p, const struct word *word)
{
	char text[112];

	if (!arg_unknown_name(p->ports, word->text, text, sizeof(text)))
		return false;
	parse_fail(p, E_RANGE, word->column, "%s", text);
	return true;
}

/* The same where the form takes streams. */
static bool refuse_name_too(struct parser *p, const struct word *word)
{
	for (const struct arg *a = p->c->form->args; a->type != ARG_NONE; a++)
		if (a->type == ARG_PORTS && a->scope == SCOPE_STREAM)
			return refuse_name(p, word);
	return false;
}

/* What is wrong with streams of ports that there are; false: that is not it. */
static bool refuse_streams(struct parser *p, const struct arg *a,
			   const struct word *word)
{
	char ports[SUBJECTS_PRINT_MAX], text[112];
	struct subject missing;
	struct subjects s;

	if (a->type != ARG_PORTS)
		return false;
	if (refuse_name(p, word))
		return true;
	if (arg_subjects(word->text, p->ports, &s))
		return false;
	if (a->scope != SCOPE_STREAM) {
		value_set_print(s.ports, ports, sizeof(ports));
		parse_fail(p, E_RANGE, word->column,
			   "'%s' takes ports without a stream, not '%s'; type "
			   "'%s'",
			   p->c->cmd->name, parse_show(word->text).text, ports);
	} else if (arg_missing(p->ports, &s, &missing)) {
		arg_missing_text(p->ports, missing, text, sizeof(text));
		parse_fail(p, E_RANGE, word->column, "%s", text);
	}
	return true;
}

/* What is wrong with sizes but for one alone; false: that is not it. */
static bool refuse_sizes(struct parser *p, enum shell_err err,
			 const struct arg *a, unsigned column)
{
	const struct sizes_range range = {a->min, a->max};
	char buf[PARSE_SIZES_MAX], why[SIZES_WHY_MAX];
	struct sizes sizes;
	const char *fault;
	unsigned n;

	if (a->type != ARG_SIZES)
		return false;
	value_sizes(parse_sizes(p, buf, &n), &range, &sizes, &fault, why);
	if (why[0])
		parse_fail(p, err, column, "%s", why);
	return why[0];
}

/* "a=5" where "a = 5" was meant; false: that is not what is wrong. */
static bool refuse_glued(struct parser *p, enum shell_err err,
			 const struct arg *a, const struct word *word)
{
	const size_t at = strcspn(word->text, operators);
	const size_t len = strspn(word->text + at, operators);

	if (!is_operator(a) || !len || !word->text[len])
		return false;
	parse_fail(p, err, word->column + (unsigned)at,
		   "'%s' needs blanks around '%.*s'",
		   parse_show(word->text).text, len < 8 ? (int)len : 8,
		   word->text + at);
	return true;
}

/* A word of an option may have passed for a value: "ping -p 0 10.0.0.1". */
static bool refuse_option(struct parser *p)
{
	char near[112];

	for (unsigned i = 0; i < p->at && i < p->nb_pos; i++) {
		if (p->pos[i]->quoted ||
		    !parse_suggest_option(p, p->pos[i]->text, near,
					  sizeof(near)))
			continue;
		parse_fail(p, E_SYNTAX, p->pos[i]->column,
			   "'%s' takes no '%s'%s", p->c->cmd->name,
			   parse_show(p->pos[i]->text).text, near);
		return true;
	}
	return false;
}

/* What the form takes at its end, where that is a name; else NULL. */
static const struct arg *last_name(const struct cmd_form *f)
{
	const struct arg *last = NULL;

	for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
		if (is_positional(a))
			last = a;
	return last && last->type == ARG_NAME && !last->optional ? last : NULL;
}

/*
 * Says where a file stands, after which a word follows that stands before it;
 * false: `word` is like no file's name, or none follows.
 */
static bool refuse_early(struct parser *p, enum shell_err err,
			 const struct word *word)
{
	const struct arg *last = last_name(p->c->form);
	unsigned at = 0;
	char line[80] = "";
	size_t n = 0;

	while (at < p->nb_pos && p->pos[at] != word)
		at++;
	if (!last || p->trying || at + 1 >= p->nb_pos ||
	    !parse_is_own(p, p->pos[at + 1]) || !strchr(word->text, '.') ||
	    (word->text[0] >= '0' && word->text[0] <= '9'))
		return false;
	for (unsigned i = 0; i < p->nb_pos && n < sizeof(line); i++)
		if (i != at)
			n += (size_t)snprintf(line + n, sizeof(line) - n, "%s ",
					      parse_show(p->pos[i]->text).text);
	parse_fail(p, err, word->column, "%s stands last: '%s %s%s'",
		   last->name, p->c->cmd->name, line,
		   parse_show(word->text).text);
	return true;
}

/*
 * A word that a value follows, in the place of `a`, or NULL of nothing: it was
 * there, or it stands elsewhere. False: it is none.
 */
static bool refuse_pair(struct parser *p, enum shell_err err,
			const struct arg *a, const struct word *word)
{
	const struct arg *args = p->c->form->args, *must = NULL;

	for (unsigned i = 0; args[i].type != ARG_NONE; i++) {
		if (is_positional(&args[i]) && !args[i].optional)
			must = &args[i];
		if (!ARG_IS_PAIR(&args[i]) || word->quoted ||
		    strcasecmp(args[i].name, word->text) != 0)
			continue;
		if (p->c->v[i].set)
			parse_fail(p, err, word->column,
				   "'%s' twice; type it once", args[i].name);
		else if (a && a->repeated)
			parse_fail(p, err, word->column,
				   "'%s' stands before %s", args[i].name,
				   a->name);
		else if (a && must && a <= must &&
			 (a == args || !ARG_IS_PAIR(a - 1)))
			parse_fail(p, err, word->column,
				   "'%s' stands behind %s", args[i].name,
				   must->name);
	}
	return p->c->err;
}

void parse_refuse_surplus(struct parser *p, const struct word *word)
{
	char usage[112] = "", near[128];
	bool whole;

	if (p->trying) {
		parse_fail(p, E_SURPLUS, word->column, "%s", "");
		return;
	}
	if (refuse_option(p) || refuse_pair(p, E_SURPLUS, NULL, word) ||
	    (p->at && refuse_early(p, E_SURPLUS, p->pos[p->at - 1])))
		return;
	if (parse_suggest_option(p, word->text, near, sizeof(near))) {
		parse_fail(p, E_SURPLUS, word->column, "'%s' takes no '%s'%s",
			   p->c->cmd->name, parse_show(word->text).text, near);
		return;
	}
	cmd_usage(p->c->cmd, p->c->form, usage, sizeof(usage));
	/* One that is cut says less than none. */
	whole = strlen(usage) < sizeof(usage) - 1;
	if (!parse_suggest_surplus(p, word->text, near, sizeof(near)))
		snprintf(near, sizeof(near), "%s%s'",
			 whole ? " for '" : "; see 'help ",
			 whole ? usage : p->c->cmd->name);
	parse_fail(p, E_SURPLUS, word->column, "'%s' is one word too many%s",
		   parse_show(word->text).text, near);
}

static void refuse_missing(struct parser *p, const struct arg *a,
			   const char *wanted, const char *others)
{
	const struct cmd *cmd = p->c->cmd;
	const unsigned at = p->w->end_column;

	if (refuse_glued(p, E_MISSING, a, &p->w->word[p->w->count - 1]))
		return;
	if (others[0] && a->type != ARG_KEYWORD)
		/* What `wanted` says of it comes last. */
		parse_fail(p, E_MISSING, at, "'%s' needs %s or %s", cmd->name,
			   others + strlen(" or "), wanted);
	else
		parse_fail(p, E_MISSING, at, "'%s' needs %s%s", cmd->name,
			   wanted, others);
}

/* What programs type with more words: "put FILE"; false: that is not it. */
static bool refuse_person(struct parser *p, enum shell_err err, unsigned column)
{
	const struct cmd *cmd = p->c->cmd;

	if (!cmd->people || !p->c->typed || (err != E_MISSING && p->nb_pos > 2))
		return false;
	parse_fail(p, err, column, "'%s' is for programs; type %s", cmd->name,
		   cmd->people);
	return true;
}

/* `at` is where in the word the fault is, NULL: at its start. */
void parse_refuse(struct parser *p, enum shell_err err, const struct arg *a,
		  const struct word *word, const char *at)
{
	const unsigned column =
		word ? word->column + (unsigned)(at ? at - word->text : 0) : 0;
	char wanted[144], others[60], near[112];

	wanted[0] = others[0] = '\0';
	if (!p->trying) {
		describe(p, a, true, wanted, sizeof(wanted));
		other_keywords(p, others, sizeof(others));
	}
	if (refuse_person(p, err, word ? column : p->w->end_column))
		return;
	if (err == E_MISSING) {
		refuse_missing(p, a, wanted, others);
	} else if (err == E_SYNTAX && refuse_early(p, err, word)) {
		return;
	} else if (err == E_SYNTAX && (refuse_glued(p, err, a, word) ||
				       refuse_glued(p, err, a, word - 1))) {
		/* The command's name stands in front of any other. */
		return;
	} else if (!p->trying && word &&
		   (refuse_option(p) || refuse_pair(p, err, a, word))) {
		return;
	} else if ((err == E_RANGE && refuse_streams(p, a, word)) ||
		   refuse_sizes(p, err, a, column)) {
		return;
	} else if (err == E_SYNTAX &&
		   (refuse_unitless(p, a, word) || refuse_name_too(p, word))) {
		return;
	} else if (p->trying) {
		parse_fail(p, err, column, "%s", "");
	} else if (err == E_SYNTAX && a->type == ARG_NAME &&
		   parse_is_own(p, word)) {
		parse_suggest_alone(p, word->text, near, sizeof(near));
		parse_fail(p, err, column,
			   "'%s' needs %s; '%s' is a word of its own unless it "
			   "is quoted%s",
			   p->c->cmd->name, a->name, word->text, near);
	} else if (err == E_SYNTAX && a->type == ARG_NAME) {
		parse_fail(p, err, column,
			   "'%s' is no name; %s is 1..%d letters, digits, '_', "
			   "'-' or '.'",
			   parse_show(word->text).text, a->name,
			   VALUE_NAME_MAX);
	} else if (err == E_SYNTAX && a->type == ARG_LABEL) {
		parse_fail(p, err, column,
			   "'%s' is no name; %s is a letter and up to %d "
			   "letters, digits, '_' or '-'; '-' takes it away",
			   parse_show(word->text).text, a->name,
			   PARSE_STREAM_NAME_MAX - 1);
	} else if (err == E_RANGE) {
		parse_fail(p, err, column, "'%s' takes %s, not '%s'",
			   p->c->cmd->name, wanted,
			   parse_show(word->text).text);
	} else {
		parse_suggest(p, a, word->text, near, sizeof(near));
		parse_fail(p, err, column, "'%s' takes %s%s, not '%s'%s",
			   p->c->cmd->name, wanted, others,
			   parse_show(word->text).text, near);
	}
}
