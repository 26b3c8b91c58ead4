/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/setting.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shell/arg.h"

bool setting_of(const struct cmd *cmd, const struct cmd_form *form,
		struct setting *s)
{
	*s = (struct setting){.cmd = cmd, .form = form, .scope = SCOPE_GLOBAL};
	for (const struct arg *a = form->args; a->type != ARG_NONE; a++) {
		if (a->setting)
			s->arg = a;
		else if (a->type == ARG_PORTS)
			s->scope = a->scope;
	}
	return s->arg;
}

bool setting_asked(const struct call *c)
{
	const struct arg *args = c->form->args;

	for (unsigned i = 0; args[i].type != ARG_NONE; i++)
		if ((args[i].setting || args[i].asked) && !c->v[i].set)
			return true;
	return false;
}

bool setting_next(const struct cmd *const *commands, struct setting *s)
{
	const struct cmd *const *at = s->at ? s->at : commands;
	const struct cmd_form *f = s->at ? s->form + 1 : NULL;

	for (; *at; at++, f = NULL)
		for (f = f ? f : (*at)->forms; f->run; f++)
			if (setting_of(*at, f, s)) {
				s->at = at;
				return true;
			}
	return false;
}

bool setting_at(const struct cmd *const *commands, unsigned i,
		struct setting *s)
{
	*s = (struct setting){0};
	do
		if (!setting_next(commands, s))
			return false;
	while (i--);
	return true;
}

bool setting_find(const struct cmd *const *commands, const char *name,
		  struct setting *s)
{
	char one[CMD_TEXT_MAX];

	*s = (struct setting){0};
	while (setting_next(commands, s)) {
		setting_name(s, one, sizeof(one));
		if (!strcasecmp(one, name))
			return true;
	}
	return false;
}

const char *setting_keyword(const struct setting *s)
{
	for (const struct arg *a = s->form->args; a->type != ARG_NONE; a++)
		if (a->type == ARG_KEYWORD)
			return a->name;
	return NULL;
}

void setting_name(const struct setting *s, char *buf, size_t size)
{
	const char *keyword = setting_keyword(s);

	snprintf(buf, size, "%s%s%s", s->cmd->name, keyword ? "." : "",
		 keyword ? keyword : "");
}

void setting_line(const struct setting *s, const struct subjects *on,
		  const struct value *v, char *buf, size_t size)
{
	char word[ARG_PRINT_MAX];
	size_t used;

	used = (size_t)snprintf(buf, size, "%s", s->cmd->name);
	for (const struct arg *a = s->form->args;
	     a->type != ARG_NONE && used < size; a++) {
		if (a == s->arg)
			arg_print(a, v, word, sizeof(word));
		else if (a->type == ARG_PORTS)
			subjects_print(on, word, sizeof(word));
		else if (a->type == ARG_KEYWORD)
			snprintf(word, sizeof(word), "%s", a->name);
		else
			continue;
		used += (size_t)snprintf(buf + used, size - used, " %s", word);
	}
}
