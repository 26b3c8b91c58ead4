/* SPDX-License-Identifier: BSD-3-Clause */
/* A setting without its value: what it is, is asked for. */
#include <string.h>

#include "shell/parse_impl.h"
#include "shell/setting.h"

/*
 * True where the words are the ports and the keyword of a setting, or none:
 * what is set is asked for. The call has its form, and these.
 */
static bool asks(struct parser *p, const struct cmd_form *f)
{
	const struct arg *args = f->args;
	const enum shell_err err = p->c->err;
	bool is_setting = false;

	parse_begin(p, f);
	p->c->err = err;
	p->at = 0;
	p->stop = E_OK;
	for (unsigned i = 0; args[i].type != ARG_NONE; i++) {
		struct value *v = &p->c->v[i];

		if (args[i].setting || args[i].asked) {
			is_setting = true;
			continue;
		}
		if (args[i].type == ARG_KEYWORD &&
		    parse_is_word(p, p->at, args[i].name)) {
			v->set = true;
			p->at++;
		} else if (args[i].type == ARG_PORTS) {
			v->subjects = subjects_of(p->ports->selected);
			if (p->at < p->nb_pos &&
			    !arg_take(&args[i], p->pos[p->at]->text, p->ports,
				      v)) {
				v->set = true;
				v->column = p->pos[p->at++]->column;
			}
		}
	}
	return is_setting && p->at == p->nb_pos;
}

static bool find_question(struct parser *p)
{
	for (const struct cmd_form *f = p->c->cmd->forms; f->run; f++)
		if (asks(p, f))
			return true;
	return false;
}

/* "rate 10" is rather a value whose unit was forgotten than port 10. */
static bool is_bare_number(struct parser *p)
{
	struct setting s;

	if (p->nb_pos != 1 || !strcmp(p->pos[0]->text, "0") ||
	    !value_lacks_unit(p->pos[0]->text) ||
	    !setting_of(p->c->cmd, p->c->form, &s) || setting_keyword(&s) ||
	    !parse_has_unit(s.arg->type))
		return false;
	p->c->err = E_OK;
	parse_refuse(p, E_SYNTAX, s.arg, p->pos[0], NULL);
	return true;
}

void parse_question(struct parser *p)
{
	const struct cmd_form *form = p->c->form;
	bool found;

	/* What nobody typed is no question where it names a wrong value. */
	if (!p->c->typed && p->c->err != E_MISSING)
		return;
	found = find_question(p);
	if (!found && p->c->typed) {
		p->brief = true;
		found = find_question(p);
	}
	if (found && is_bare_number(p))
		return;
	if (found)
		p->c->err = E_OK;
	else
		p->c->form = form;
}
