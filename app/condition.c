/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/condition.h"

#include <stdio.h>
#include <string.h>

#include "shell/arg.h"
#include "shell/nearest.h"
#include "stats/wide.h"

#define MICRO 1000000u

static enum call_result unknown_field(struct call *c)
{
	const char *word = c->v[COND_FIELD].word;
	char one[FIELD_TEXT_MAX], near[FIELD_TEXT_MAX] = "";
	const char *colon = strchr(word, ':');
	struct nearest n;
	struct field f;

	if (colon && field_find(call_app(c), colon + 1, &f))
		return call_fail(c, E_SYNTAX, COND_FIELD,
				 "no field '%.40s'; the port stands first: "
				 "'%s %.*s %.40s ...'",
				 word, c->cmd->name, (int)MIN(colon - word, 40),
				 word, colon + 1);
	nearest_init(&n, word);
	for (unsigned i = 0; field_at(call_app(c), i, &f); i++) {
		field_name(&f, one, sizeof(one));
		n.word = NULL;
		nearest_offer(&n, one);
		if (n.word)
			memcpy(near, one, sizeof(near));
	}
	if (near[0])
		return call_fail(c, E_SYNTAX, COND_FIELD,
				 "no field '%.40s'; did you mean '%s'?", word,
				 near);
	return call_fail(c, E_SYNTAX, COND_FIELD,
			 "no field '%.40s'; Tab after 'expect 0 ' lists them",
			 word);
}

/* A set of one subject: its port, or a stream of it. */
static bool is_one(const struct subjects *s)
{
	const struct subject_part *p = &s->part[0];

	return !(s->ports & (s->ports - 1)) &&
	       (s->whole ? !s->nb_parts
			 : s->nb_parts == 1 && p->stream == p->last_stream);
}

/* Fails the call where a stream is not signed, so that nobody knows. */
static enum call_result check_signed(struct call *c, int arg,
				     const struct subjects *on)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	struct subject s = {0, 0};

	for (; pktgen_next_of(pg, on, &s); s.stream++)
		if (!pktgen_stream(pg, s.port, s.stream)->sign)
			return call_fail(
				c, E_STATE, arg,
				"stream %u.%u is not signed, so what arrives "
				"of it is not known; type 'signature %u.%u on'",
				s.port, s.stream, s.port, s.stream);
	return CALL_DONE;
}

/* The same of a port none of whose streams is. */
static enum call_result check_any_signed(struct call *c, int arg,
					 const struct subjects *on)
{
	struct pktgen *const pg = &call_app(c)->pktgen;
	struct pktgen_stream_view v;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (on->ports >> i & 1 && pktgen_up(pg, i) &&
		    !pktgen_look_signed(pg, i, &v))
			return call_fail(c, E_STATE, arg,
					 "frames of port %u are not signed, so "
					 "what arrives of them is not known; "
					 "type 'signature %u on'",
					 i, i);
	return CALL_DONE;
}

/*
 * Fails the call where the field has no streams, and some were named; a counter
 * is the stream's then.
 */
static enum call_result check_scope(struct call *c, int arg, struct field *f,
				    const struct subjects *on)
{
	char name[FIELD_TEXT_MAX], ports[SUBJECTS_PRINT_MAX];

	f->of_stream = on->dotted && field_has_stream(f);
	if (field_wants_signature(f))
		return f->of_stream ? check_signed(c, arg, on)
				    : check_any_signed(c, arg, on);
	if (!on->dotted || field_scope(f) == SCOPE_STREAM)
		return CALL_DONE;
	field_name(f, name, sizeof(name));
	value_set_print(on->ports, ports, sizeof(ports));
	return call_fail(c, E_RANGE, arg,
			 "'%s' is of a port, not of a stream; type '%.90s'",
			 name, ports);
}

/*
 * "0:tx.packets", "0.3:size": a field of a subject, to compare with. False
 * where it is none, or where the call failed.
 */
static bool take_other(struct call *c, const char *word, struct condition *cond)
{
	const struct app *app = call_app(c);
	const struct parse_ports ports = session_ports(&app->session, 0);
	const char *colon = strchr(word, ':');
	struct subject missing;
	struct subjects on;
	char text[112];

	if (!colon || (size_t)(colon - word) >= sizeof(text))
		return false;
	memcpy(text, word, (size_t)(colon - word));
	text[colon - word] = '\0';
	if (arg_subjects(text, &ports, &on) || !is_one(&on) ||
	    !field_find(app, colon + 1, &cond->other))
		return false;
	if (check_scope(c, COND_VALUE, &cond->other, &on) != CALL_DONE)
		return false;
	if (arg_missing(&ports, &on, &missing)) {
		arg_missing_text(&ports, missing, text, sizeof(text));
		call_fail(c, E_RANGE, COND_VALUE, "%s", text);
		return false;
	}
	cond->other_of = (struct subject){0, 0};
	cond->has_other = config_next(app, &on, &cond->other_of);
	return cond->has_other;
}

/* What is none of a field's values, and neither a field of a port. */
static enum call_result bad_value(struct call *c, enum shell_err err,
				  const struct field *is, const char *word)
{
	const char *name = c->v[COND_FIELD].word;
	const struct app *app = call_app(c);
	char words[100];
	const unsigned ports = app->pktgen.nb_ports;
	const char *colon = strchr(word, ':');
	struct field f;

	if (field_find(app, word, &f))
		return call_fail(c, err, COND_VALUE,
				 "'%.40s' needs its port; type '0:%.40s'", word,
				 word);
	if (colon && field_find(app, colon + 1, &f))
		return call_fail(
			c, err, COND_VALUE,
			ports > 1 ? "'%.*s' is no port; type one of 0..%u"
				  : "'%.*s' is no port; type %u",
			(int)MIN(colon - word, 40), word, ports - 1);
	if (colon)
		return call_fail(c, err, COND_VALUE,
				 "no field '%.40s'; 'expect ?' lists them",
				 colon + 1);
	if (field_words(is, words, sizeof(words)))
		return call_fail(c, err, COND_VALUE,
				 "'%.40s' cannot be '%.40s'; type one of %s",
				 name, word, words);
	return call_fail(c, err, COND_VALUE,
			 "'%.40s' cannot be '%.40s'; type a value, or "
			 "PORT:FIELD",
			 name, word);
}

/* The form's argument `+-`, if it has one there. */
static enum call_result take_tolerance(struct call *c, struct condition *cond)
{
	const struct arg *a = &c->form->args[COND_NEAR];
	const char *word = c->v[COND_TOLERANCE].word, *end;
	struct tolerance *t = &cond->near;
	enum shell_err err;

	if (a->type != ARG_KEYWORD || strcmp(a->name, "+-") != 0)
		return CALL_DONE;
	if (cond->op > FIELD_IS_NOT)
		return call_fail(c, E_SYNTAX, COND_NEAR,
				 "'+-' goes with '=' or '!=' only");
	if (field_is_text(&cond->field))
		return call_fail(c, E_SYNTAX, COND_NEAR,
				 "'%.40s' is no number; leave '+-' out",
				 c->v[COND_FIELD].word);
	err = value_decimal(word, &t->micro, &end);
	t->percent = !err && !strcmp(end, "%");
	if (!err && *end && !t->percent)
		err = E_SYNTAX;
	if (err)
		return call_fail(c, err, COND_TOLERANCE,
				 "TOLERANCE is a number or a percentage such "
				 "as 0.1%%, not '%.40s'",
				 word);
	snprintf(t->text, sizeof(t->text), "%s", word);
	t->given = true;
	return CALL_DONE;
}

enum call_result condition_take(struct call *c, struct condition *cond)
{
	const char *name = c->v[COND_FIELD].word;
	const char *word = c->v[COND_VALUE].word;
	const struct app *app = call_app(c);
	enum shell_err err;

	memset(cond, 0, sizeof(*cond));
	cond->on = c->v[COND_PORTS].subjects;
	cond->op = (unsigned)c->v[COND_OP].u;
	if (app_check_up(c, cond->on.ports) != CALL_DONE)
		return CALL_FAIL;
	if (!field_find(app, name, &cond->field))
		return unknown_field(c);
	if (field_is_text(&cond->field) && cond->op > FIELD_IS_NOT)
		return call_fail(c, E_SYNTAX, COND_OP,
				 "'%.40s' has no order; compare it by = or !=, "
				 "not %s",
				 name, field_ops[cond->op].name);
	if (check_scope(c, COND_PORTS, &cond->field, &cond->on) != CALL_DONE)
		return CALL_FAIL;
	if (take_other(c, word, cond)) {
		if (app_check_up(c, 1ull << cond->other_of.port) != CALL_DONE)
			return CALL_FAIL;
		return take_tolerance(c, cond);
	}
	if (c->err)
		return CALL_FAIL;
	err = field_parse(app, &cond->field, word, &cond->value);
	return err ? bad_value(c, err, &cond->field, word)
		   : take_tolerance(c, cond);
}

static wide micro_of(const struct field_value *v)
{
	return (wide)v->whole * MICRO + v->micro;
}

static bool is_near(const struct tolerance *t, const struct field_value *is,
		    const struct field_value *wanted)
{
	const wide a = micro_of(is), b = micro_of(wanted);
	const wide off = a > b ? a - b : b - a;

	if (!is->number || !wanted->number)
		return false;
	if (!t->percent)
		return off <= t->micro;
	/* off / b <= micro / 10^6 / 100 */
	return off * MICRO * 100 <= b * t->micro;
}

static bool compare(const struct condition *cond, const struct field_value *is,
		    const struct field_value *wanted)
{
	if (is->unknown || wanted->unknown)
		return false;
	if (cond->near.given)
		return is_near(&cond->near, is, wanted) ==
		       (cond->op == FIELD_IS);
	return field_compare(is, cond->op, wanted);
}

static void subject_name(const struct app *app, const struct field *f,
			 struct subject s, char *buf, size_t size)
{
	if (field_scope(f) == SCOPE_STREAM)
		app_subject_print(app, s, buf, size);
	else
		snprintf(buf, size, "port %u", s.port);
}

bool condition_holds(const struct app *app, const struct condition *cond,
		     char *why, size_t size)
{
	struct field_value is, wanted = cond->value;
	struct subject s = {0, 0};
	char name[FIELD_TEXT_MAX], of[32];

	if (cond->has_other)
		field_read(app, &cond->other, cond->other_of, &wanted);
	for (; config_next(app, &cond->on, &s); s.stream++) {
		field_read(app, &cond->field, s, &is);
		/* What the port has one of is the same of all its streams. */
		if (field_scope(&cond->field) != SCOPE_STREAM)
			s.stream = SUBJECT_STREAM_MAX;
		if (compare(cond, &is, &wanted))
			continue;
		field_name(&cond->field, name, sizeof(name));
		subject_name(app, &cond->field, s, of, sizeof(of));
		snprintf(why, size, "%s: %.40s is %.60s, expected %s %.60s%s%s",
			 of, name, is.text, field_ops[cond->op].name,
			 wanted.text, cond->near.given ? " +- " : "",
			 cond->near.text);
		return false;
	}
	return true;
}
