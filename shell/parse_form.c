/* SPDX-License-Identifier: BSD-3-Clause */
/* Of the forms of a command the one that its words are, or come nearest to. */
#include <string.h>

#include "shell/parse_impl.h"

static bool has_word(const struct parser *p, const char *keyword)
{
	for (unsigned i = 0; i < p->nb_pos; i++)
		if (parse_is_word(p, i, keyword))
			return true;
	return false;
}

int parse_fitness(const struct parser *p, const struct cmd_form *f)
{
	unsigned keywords = 0, required = 0, all = 0;

	for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
		if (a->type == ARG_KEYWORD && has_word(p, a->name))
			keywords++;
		else if (a->type == ARG_KEYWORD && !a->optional)
			return -1;
		all += a->repeated ? CMD_ARGS_MAX : is_positional(a);
		required += is_positional(a) && !a->optional;
	}
	if (p->nb_pos < required)
		return (int)keywords * FIT_KEYWORD;
	return (int)(keywords * FIT_KEYWORD +
		     (p->nb_pos > all ? 1 + all : 2 + CMD_ARGS_MAX));
}

struct attempt {
	const struct cmd_form *form;
	bool other_ports;
	bool held; /* all words were taken, and right */
	unsigned at;
	enum shell_err stop;
	const struct arg *wanted;
	int fit;
};

void parse_begin(struct parser *p, const struct cmd_form *f)
{
	struct call *const c = p->c;
	unsigned n = 0;

	memset(c->v, 0, c->nb_v * sizeof(c->v[0]));
	while (f && f->args[n].type != ARG_NONE)
		n++;
	/* Of one that is repeated, the last, there may be as many as words. */
	c->nb_v = n + (n && f->args[n - 1].repeated ? p->nb_pos : 0);
	if (c->nb_v > CMD_ARGS_MAX)
		c->nb_v = CMD_ARGS_MAX;
	c->err = E_OK;
	c->form = f;
}

/* A word out of range is one that was taken, unless more is wrong behind it. */
static struct attempt attempt(struct parser *p, const struct cmd_form *f,
			      bool other_ports)
{
	parse_begin(p, f);
	p->other_ports = other_ports;
	parse_take(p);
	return (struct attempt){
		.form = f,
		.other_ports = other_ports,
		.held = !p->c->err,
		.at = p->at - (p->stop && p->c->err == E_RANGE),
		.stop = p->stop,
		.wanted = p->wanted,
		.fit = parse_fitness(p, f),
	};
}

/* Of two that stopped at a word, the one that says what may stand there. */
static bool is_better(const struct attempt *a, const struct attempt *b)
{
	if (a->held != b->held)
		return a->held;
	if (a->at != b->at)
		return a->at > b->at;
	if ((a->stop == E_SURPLUS) != (b->stop == E_SURPLUS))
		return b->stop == E_SURPLUS;
	return a->fit > b->fit;
}

static void keep_better(struct parser *p, const struct attempt *a,
			struct attempt *best)
{
	(void)p;
	if (!best->form || is_better(a, best))
		*best = *a;
}

/* What it offers at the word where the best stopped, if that is a keyword. */
static void add_other(struct parser *p, const struct attempt *a,
		      struct attempt *best)
{
	if (a->at != best->at || a->stop != best->stop || !a->wanted ||
	    a->wanted->type != ARG_KEYWORD || p->nb_others == PARSE_OTHERS_MAX)
		return;
	if (best->wanted->type == ARG_KEYWORD &&
	    !strcmp(best->wanted->name, a->wanted->name))
		return;
	for (unsigned i = 0; i < p->nb_others; i++)
		if (!strcmp(p->other[i]->name, a->wanted->name))
			return;
	p->other[p->nb_others++] = a->wanted;
}

static bool has_optional_ports(const struct cmd_form *f)
{
	for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
		if (a->type == ARG_PORTS && a->optional)
			return true;
	return false;
}

static void try_all(struct parser *p,
		    void (*fn)(struct parser *p, const struct attempt *a,
			       struct attempt *best),
		    struct attempt *best)
{
	struct attempt a;

	for (const struct cmd_form *f = p->c->cmd->forms; f->run; f++) {
		a = attempt(p, f, false);
		fn(p, &a, best);
		/* All words are taken: no other way takes more. */
		if (a.held || !has_optional_ports(f))
			continue;
		a = attempt(p, f, true);
		fn(p, &a, best);
	}
}

/* As it stands; where that is wrong, with its words taken for beginnings. */
void parse_choose_form(struct parser *p)
{
	struct attempt best = {0}, brief = {0};

	p->trying = true;
	try_all(p, keep_better, &best);
	if (!best.held && p->c->typed) {
		p->brief = true;
		try_all(p, keep_better, &brief);
		p->brief = brief.held;
		if (brief.held)
			best = brief;
	}
	if (best.wanted)
		try_all(p, add_other, &best);
	p->trying = false;
	parse_begin(p, best.form);
	p->other_ports = best.other_ports;
}
