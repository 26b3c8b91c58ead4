/* SPDX-License-Identifier: BSD-3-Clause */
/* Which command the first word means, or the first two. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shell/nearest.h"
#include "shell/parse_impl.h"

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Names are in small letters. Most differ in their first. */
static const struct cmd *command_of(const struct parser *p, const char *name)
{
	const char first = fold(name[0]);

	for (unsigned i = 0; p->commands[i]; i++)
		if (p->commands[i]->name[0] == first &&
		    !strcasecmp(p->commands[i]->name, name))
			return p->commands[i];
	return NULL;
}

bool parse_begins(const char *word, const char *with)
{
	size_t n = 0;

	/* strncasecmp() of ASCII, which nolibc lacks. */
	while (with[n] && fold(word[n]) == fold(with[n]))
		n++;
	return n && !with[n];
}

const char *parse_hint(const struct parser *p, const char *word)
{
	const char *own = parse_own_hint(p, word);

	return own ? own : nearest_hint(p->ports->hints, NULL, word);
}

const char *parse_own_hint(const struct parser *p, const char *word)
{
	return nearest_hint(p->ports->hints, p->c->cmd->name, word);
}

/* Of commands that begin so "'start', 'stats' or 'stop'", how many, the last */
static unsigned beginning(const struct parser *p, const char *with,
			  const struct cmd **last, char *buf, size_t size)
{
	unsigned n = 0, left;
	size_t used = 0;

	for (unsigned i = 0; p->commands[i]; i++)
		if (!p->commands[i]->hidden &&
		    parse_begins(p->commands[i]->name, with)) {
			*last = p->commands[i];
			n++;
		}
	left = n;
	buf[0] = '\0';
	for (unsigned i = 0; p->commands[i] && used < size; i++) {
		if (p->commands[i]->hidden ||
		    !parse_begins(p->commands[i]->name, with))
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s'%s'",
					 left == n   ? ""
					 : left == 1 ? " or "
						     : ", ",
					 p->commands[i]->name);
		left--;
	}
	return n;
}

/* The command that a person has typed the beginning of; false: that is none. */
static bool find_beginning(struct parser *p, const struct word *name)
{
	const struct cmd *last = NULL;
	char names[128];
	unsigned n = beginning(p, name->text, &last, names, sizeof(names));

	for (unsigned i = 0; p->commands[i]; i++)
		if (p->commands[i]->brief &&
		    !strcasecmp(p->commands[i]->brief, name->text)) {
			last = p->commands[i];
			n = 1;
		}
	if (!n)
		return false;
	if (n > 1)
		parse_fail(p, E_UNKNOWN, name->column, "'%s' may be %s",
			   parse_show(name->text).text, names);
	else if (last->grave)
		parse_fail(p, E_UNKNOWN, name->column,
			   "no command '%s'; type all of '%s' if you mean it",
			   parse_show(name->text).text, last->name);
	else
		p->c->cmd = last;
	return true;
}

static void find_command(struct parser *p)
{
	const struct word *name = &p->w->word[0];
	const char *near, *hint;

	p->c->cmd = command_of(p, name->text);
	if (p->c->cmd)
		return;
	hint = p->w->count > 1
		       ? nearest_hint(p->ports->hints, name->text, name[1].text)
		       : NULL;
	if (!hint)
		hint = nearest_hint(p->ports->hints, NULL, name->text);
	if (hint) {
		parse_fail(p, E_UNKNOWN, name->column, "no command '%s'; %s",
			   parse_show(name->text).text, hint);
		return;
	}
	if (p->c->typed && find_beginning(p, name))
		return;
	near = nearest_command(p->commands, name->text);
	if (name->text[0] == '\'')
		parse_fail(p, E_UNKNOWN, name->column,
			   "no command %s; quotes are \", not '",
			   parse_show(name->text).text);
	else if (name->text[0] == '.')
		parse_fail(p, E_UNKNOWN, name->column,
			   "no command '%s'; words with a dot are those of "
			   "'ukpktgen console'",
			   parse_show(name->text).text);
	else if (near)
		parse_fail(p, E_UNKNOWN, name->column,
			   "no command '%s'; did you mean '%s'?",
			   parse_show(name->text).text, near);
	else
		parse_fail(p, E_UNKNOWN, name->column,
			   "no command '%s'; 'help' lists them",
			   parse_show(name->text).text);
}

/* Goes on to the command that the second word leads to. */
static void follow_lead(struct parser *p)
{
	const struct cmd_lead *l = p->c->cmd->leads, *found = NULL;
	const char *word = p->w->count > 1 ? p->w->word[1].text : "";
	const struct cmd *cmd;
	unsigned n = 0;

	for (; l && l->word; l++) {
		if (!strcasecmp(l->word, word)) {
			found = l;
			n = 1;
			break;
		}
		if (p->c->typed && parse_begins(l->word, word)) {
			/* Two words for one command are one. */
			n += !found || strcmp(found->name, l->name) != 0;
			found = l;
		}
	}
	cmd = n == 1 ? command_of(p, found->name) : NULL;
	if (!cmd)
		return;
	p->c->lead = p->c->cmd;
	p->c->cmd = cmd;
	p->c->first = 2;
}

void parse_name(struct parser *p)
{
	find_command(p);
	if (!p->c->err)
		follow_lead(p);
}
