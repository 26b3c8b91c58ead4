/* SPDX-License-Identifier: BSD-3-Clause */
/* What somebody may have meant by a word that does not fit. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shell/arg.h"
#include "shell/nearest.h"
#include "shell/parse_impl.h"
#include "shell/setting.h"
#include "shell/usage.h"

/* The keyword is missing in front of what it takes: "start 10s". */
static bool suggest_keyword(const struct parser *p, const struct arg *keyword,
			    const char *text, char *buf, size_t size)
{
	const struct arg *a = keyword + 1;
	struct value v;

	if (keyword->type != ARG_KEYWORD ||
	    (a->type != ARG_INT && a->type != ARG_TIME) ||
	    arg_take(a, text, p->ports, &v) != E_OK)
		return false;
	snprintf(buf, size, "; did you mean '%s %s'?", keyword->name,
		 parse_show(text).text);
	return true;
}

static bool is_option(const char *text)
{
	return text[0] == '-' && text[1] && (text[1] | 0x20) >= 'a';
}

/* "impair 0 corrupt 1%", "ping 10.0.0.1 flood": a word behind this command. */
static bool suggest_own(const struct parser *p, const char *text, char *buf,
			size_t size)
{
	const char *hint = parse_own_hint(p, text);

	if (hint)
		snprintf(buf, size, "; %s", hint);
	return hint != NULL;
}

bool parse_suggest_option(const struct parser *p, const char *text, char *buf,
			  size_t size)
{
	const char *hint = parse_hint(p, text);

	if (!is_option(text))
		return text[0] == '-' && suggest_own(p, text, buf, size);
	if (hint)
		snprintf(buf, size, "; %s", hint);
	else
		snprintf(buf, size, "; words have no '-': see 'help %s'",
			 p->c->cmd->name);
	return true;
}

/* "src 10.0.0.1", where it is to be said of what it is the address. */
static bool suggest_kind(const struct parser *p, const struct arg *a,
			 const char *text, char *buf, size_t size)
{
	uint8_t mac[VALUE_MAC_BYTES], ip[VALUE_IPV6_BYTES];
	const char *kind = NULL;
	unsigned prefix;
	char one[48];

	snprintf(one, sizeof(one), "%.*s", (int)strcspn(text, "-"), text);
	if (value_ipv4(one, ip, &prefix) != E_SYNTAX)
		kind = "ip";
	else if (value_mac(one, mac) != E_SYNTAX)
		kind = "mac";
	else if (value_ipv6(one, ip, &prefix) != E_SYNTAX)
		kind = "ip6";
	for (unsigned i = 0; kind && strcmp(a->name, kind) != 0; i++) {
		if (i == p->nb_others)
			return false;
		a = p->other[i];
	}
	if (kind)
		snprintf(buf, size, "; did you mean '%s %s'?", kind,
			 parse_show(text).text);
	return kind != NULL;
}

/* "start port 0" */
static bool suggest_number(const struct parser *p, const char *text, char *buf,
			   size_t size)
{
	const struct word *number =
		p->at + 1 < p->nb_pos ? p->pos[p->at + 1] : NULL;
	struct subjects s;

	if ((strcasecmp(text, "port") && strcasecmp(text, "ports") &&
	     strcasecmp(text, "stream")) ||
	    !number || arg_subjects(number->text, p->ports, &s) != E_OK)
		return false;
	snprintf(buf, size, "; type the number alone: '%s'",
		 parse_show(number->text).text);
	return true;
}

static bool takes_rate(const struct cmd *cmd)
{
	struct setting s;

	if (setting_of(cmd, cmd->forms, &s))
		return true; /* or what is much like one */
	for (const struct cmd_form *f = cmd->forms; f->run; f++)
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
			if (a->type == ARG_RATE || !strcmp(a->name, "RATES"))
				return true;
	return false;
}

/* "start 0 rate 10kpps", "start 10kpps": that is set before, by a command. */
static bool suggest_setting(const struct parser *p, const char *text, char *buf,
			    size_t size)
{
	const char *name = NULL, *value = "";
	struct setting s;
	struct rate rate;

	if (p->at + 1 < p->nb_pos)
		value = p->pos[p->at + 1]->text;
	for (unsigned i = 0; p->commands[i] && !name; i++)
		if (!strcasecmp(p->commands[i]->name, text) &&
		    setting_of(p->commands[i], p->commands[i]->forms, &s))
			name = p->commands[i]->name;
	if (!name && p->c->cmd->group == GROUP_TRAFFIC &&
	    !takes_rate(p->c->cmd) && !strchr(text, '%') &&
	    !value_rate(text, &rate) && !value_lacks_unit(text)) {
		name = "rate";
		value = text;
	}
	if (name)
		snprintf(buf, size, "; type '%s%s%s' first", name,
			 *value ? " " : "", parse_show(value).text);
	return name != NULL;
}

/* "stream add 0.1": a keyword of the command, which stands behind others. */
static bool suggest_place(const struct parser *p, const char *text, char *buf,
			  size_t size)
{
	struct subjects s;
	char usage[72];

	for (const struct cmd_form *f = p->c->cmd->forms; f->run && !p->at; f++)
		for (const struct arg *a = f->args; a->type != ARG_NONE; a++) {
			if (a->type != ARG_KEYWORD || a->optional ||
			    strcasecmp(a->name, text) != 0)
				continue;
			if (f->args->type == ARG_PORTS && p->nb_pos == 2 &&
			    !arg_subjects(p->pos[1]->text, p->ports, &s)) {
				snprintf(buf, size, "; type '%s %s %s'",
					 p->c->cmd->name,
					 parse_show(p->pos[1]->text).text,
					 a->name);
				return true;
			}
			cmd_usage(p->c->cmd, f, usage, sizeof(usage));
			if (strlen(usage) == sizeof(usage) - 1)
				return false;
			snprintf(buf, size, "; it is '%s'", usage);
			return true;
		}
	return false;
}

/* "stats latency": another command shows that. */
static bool suggest_command(const struct parser *p, const char *text, char *buf,
			    size_t size)
{
	if (p->at || p->c->cmd->group != GROUP_WATCHING)
		return false;
	for (unsigned i = 0; p->commands[i]; i++)
		if (!p->commands[i]->hidden &&
		    !strcasecmp(p->commands[i]->name, text)) {
			snprintf(buf, size, "; type '%s'",
				 p->commands[i]->name);
			return true;
		}
	return false;
}

/* Whether a hint has a line of the command: "type 'stream 0.2 add'". */
static bool shows(const char *hint, const char *command)
{
	const size_t len = strlen(command);

	while ((hint = strchr(hint, '\'')))
		if (!strncmp(++hint, command, len) && hint[len] == ' ')
			return true;
	return false;
}

/* "show loss", "stream 0.2 copy": another tool's word for it. */
static bool suggest_hint(const struct parser *p, const char *text, char *buf,
			 size_t size)
{
	const char *hint = parse_hint(p, text);

	if (!hint || ((p->at || p->c->cmd->group != GROUP_WATCHING) &&
		      !shows(hint, p->c->cmd->name)))
		return false;
	snprintf(buf, size, "; %s", hint);
	return true;
}

/* "filter 'udp port 53'" */
static bool suggest_quotes(const struct parser *p, const char *text, char *buf,
			   size_t size)
{
	const struct word *const *word = p->pos;

	while (word < p->pos + p->at && word[0]->text[0] != '\'')
		word++;
	if (word == p->pos + p->at && text[0] != '\'')
		return false;
	snprintf(buf, size, "; quotes are \", not '");
	return true;
}

/* "stream list": the command alone does that. */
static bool suggest_alone(const struct parser *p, const char *text, char *buf,
			  size_t size)
{
	static const char *const verbs[] = {"list", "show", "print", "display"};
	const struct arg *a = p->c->cmd->forms->args;

	for (; a->type != ARG_NONE; a++)
		if (!a->optional && a->type != ARG_FLAG)
			return false;
	for (unsigned i = 0; i < 4 && !p->at; i++)
		if (!strcasecmp(verbs[i], text)) {
			snprintf(buf, size, "; type '%s' alone",
				 p->c->cmd->name);
			return true;
		}
	return false;
}

/* "start 0..1": a range as other tools write it. */
static bool suggest_range(const struct parser *p, const struct arg *a,
			  const char *text, char *buf, size_t size)
{
	const char *dots = strchr(text, '.');
	struct subjects s;
	struct value v;
	char range[32];

	while (dots && dots[1] != '.')
		dots = strchr(dots + 1, '.');
	if (!dots ||
	    snprintf(range, sizeof(range), "%.*s-%s", (int)(dots - text), text,
		     dots + 2) >= (int)sizeof(range))
		return false;
	if (arg_subjects(range, p->ports, &s) == E_SYNTAX &&
	    arg_take(a, range, p->ports, &v) == E_SYNTAX)
		return false;
	snprintf(buf, size, "; a range has a '-': '%s'",
		 parse_show(range).text);
	return true;
}

void parse_suggest(const struct parser *p, const struct arg *a,
		   const char *text, char *buf, size_t size)
{
	const size_t len = strlen(text);
	struct nearest n;

	if (parse_suggest_option(p, text, buf, size) ||
	    suggest_own(p, text, buf, size) ||
	    suggest_number(p, text, buf, size) ||
	    suggest_kind(p, a, text, buf, size) ||
	    suggest_range(p, a, text, buf, size))
		return;
	if (len > 1 && text[len - 1] == ',') {
		snprintf(buf, size, "; commands are parted by ';'");
		return;
	}
	if (suggest_keyword(p, a, text, buf, size))
		return;
	for (unsigned i = 0; i < p->nb_others; i++)
		if (suggest_keyword(p, p->other[i], text, buf, size))
			return;
	if (suggest_quotes(p, text, buf, size) ||
	    suggest_setting(p, text, buf, size) ||
	    suggest_alone(p, text, buf, size) ||
	    suggest_command(p, text, buf, size) ||
	    suggest_place(p, text, buf, size))
		return;
	nearest_init(&n, text);
	for (const struct arg_word *w = arg_words(a); w && w->name; w++)
		nearest_offer(&n, w->name);
	if (a->type == ARG_KEYWORD)
		nearest_offer(&n, a->name);
	for (unsigned i = 0; i < p->nb_others; i++)
		nearest_offer(&n, p->other[i]->name);
	buf[0] = '\0';
	if (n.word)
		snprintf(buf, size, "; did you mean '%s'?", n.word);
	else
		suggest_hint(p, text, buf, size);
}

/* "rfc2544 throughput size 64": a word of the form that was mistyped. */
static bool suggest_word(const struct parser *p, const char *text, char *buf,
			 size_t size)
{
	struct nearest n;

	nearest_init(&n, text);
	for (const struct arg *a = p->c->form->args; a->type != ARG_NONE; a++)
		if (a->type == ARG_KEYWORD && a->optional)
			nearest_offer(&n, a->name);
	if (n.word)
		snprintf(buf, size, "; did you mean '%s'?", n.word);
	return n.word != NULL;
}

bool parse_suggest_surplus(const struct parser *p, const char *text, char *buf,
			   size_t size)
{
	return suggest_own(p, text, buf, size) ||
	       suggest_quotes(p, text, buf, size) ||
	       suggest_word(p, text, buf, size) ||
	       suggest_setting(p, text, buf, size) ||
	       suggest_alone(p, text, buf, size) ||
	       suggest_hint(p, text, buf, size);
}

/* The form begins with that keyword, and needs no more. */
static bool is_alone(const struct cmd_form *f, const char *keyword)
{
	const struct arg *a = f->args;

	if (a->type != ARG_KEYWORD || strcasecmp(a->name, keyword) != 0)
		return false;
	do
		a++;
	while (a->type != ARG_NONE && (a->optional || a->type == ARG_FLAG));
	return a->type == ARG_NONE;
}

void parse_suggest_alone(const struct parser *p, const char *text, char *buf,
			 size_t size)
{
	buf[0] = '\0';
	for (const struct cmd_form *f = p->c->cmd->forms; f->run; f++)
		if (is_alone(f, text))
			snprintf(buf, size, "; type '%s %s'", p->c->cmd->name,
				 text);
}
