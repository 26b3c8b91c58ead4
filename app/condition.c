/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/condition.h"

#include <stdio.h>
#include <string.h>

#include "shell/nearest.h"

static enum call_result unknown_field(struct call *c)
{
	const char *word = c->v[COND_FIELD].word;
	char one[FIELD_TEXT_MAX], near[FIELD_TEXT_MAX] = "";
	struct nearest n;
	struct field f;

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
			 "no field '%.40s'; '?' lists them", word);
}

/* "0:tx.packets": a field of a port, to compare with. */
static bool take_other(struct call *c, const char *word, struct condition *cond)
{
	const char *colon = strchr(word, ':');
	char port[4];
	uint64_t n;

	if (!colon || colon == word || (size_t)(colon - word) >= sizeof(port))
		return false;
	memcpy(port, word, (size_t)(colon - word));
	port[colon - word] = '\0';
	if (value_int(port, &n) || n >= call_app(c)->pktgen.nb_ports)
		return false;
	cond->other_port = (unsigned)n;
	cond->has_other = field_find(call_app(c), colon + 1, &cond->other);
	return cond->has_other;
}

enum call_result condition_take(struct call *c, struct condition *cond)
{
	const char *name = c->v[COND_FIELD].word;
	const char *word = c->v[COND_VALUE].word;
	const struct app *app = call_app(c);
	enum shell_err err;

	memset(cond, 0, sizeof(*cond));
	cond->ports = c->v[COND_PORTS].mask;
	cond->op = (unsigned)c->v[COND_OP].u;
	if (app_check_up(c, cond->ports) != CALL_DONE)
		return CALL_FAIL;
	if (!field_find(app, name, &cond->field))
		return unknown_field(c);
	if (field_is_text(&cond->field) && cond->op > FIELD_IS_NOT)
		return call_fail(c, E_SYNTAX, COND_OP,
				 "'%.40s' is compared by = and != only", name);
	if (take_other(c, word, cond))
		return app_check_up(c, 1ull << cond->other_port);
	err = field_parse(app, &cond->field, word, &cond->value);
	if (err)
		return call_fail(c, err, COND_VALUE,
				 "'%.40s' is never '%.40s'; a value, or "
				 "PORT:FIELD, stands here",
				 name, word);
	return CALL_DONE;
}

bool condition_holds(const struct app *app, const struct condition *cond,
		     char *why, size_t size)
{
	struct field_value is, wanted = cond->value;
	char name[FIELD_TEXT_MAX];

	if (cond->has_other)
		field_read(app, &cond->other, cond->other_port, &wanted);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(cond->ports >> i & 1))
			continue;
		field_read(app, &cond->field, i, &is);
		if (field_compare(&is, cond->op, &wanted))
			continue;
		field_name(&cond->field, name, sizeof(name));
		snprintf(why, size, "port %u: %.40s is %.60s, not %s %.60s", i,
			 name, is.text, field_ops[cond->op], wanted.text);
		return false;
	}
	return true;
}
