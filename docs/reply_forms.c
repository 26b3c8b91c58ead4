/* SPDX-License-Identifier: BSD-3-Clause */
#include "docs/reply_forms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/usage.h"

#define KEYS_MAX 128
#define FORMS_MAX 96
#define PATH_MAX_LEN 128

struct reply_key {
	char path[PATH_MAX_LEN]; /* "ports[].tx.packets" */
	int parent;              /* the map it is in; -1: the reply */
	enum reply_type type;
	const char *unit;
	unsigned seen;
};

struct reply_form {
	const struct cmd *cmd;
	const struct cmd_form *form;
	const char *line[9];
	unsigned nb_lines, nb_keys, seen;
	struct reply_key key[KEYS_MAX];
};

static struct reply_form forms[FORMS_MAX];
static unsigned nb_forms;
static bool failed;

static struct reply_form *form_of(const struct call *c)
{
	for (unsigned i = 0; i < nb_forms; i++)
		if (forms[i].form == c->form)
			return &forms[i];
	if (nb_forms == FORMS_MAX)
		abort();
	forms[nb_forms].cmd = c->cmd;
	forms[nb_forms].form = c->form;
	return &forms[nb_forms++];
}

static const char *type_name(enum reply_type type)
{
	switch (type) {
	case TOKEN_U64:
	case TOKEN_ID:
	case TOKEN_I64:
		return "integer";
	case TOKEN_MILLI:
		return "number with 3 decimals";
	case TOKEN_BOOL:
		return "true or false";
	case TOKEN_TEXT:
		return "text";
	case TOKEN_MAP:
		return "object";
	default:
		return "list";
	}
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static int add_key(struct reply_form *f, const char *path, int parent,
		   const struct reply_token *t)
{
	struct reply_key *k;

	for (unsigned i = 0; i < f->nb_keys; i++) {
		k = &f->key[i];
		if (strcmp(k->path, path) != 0)
			continue;
		/* What there is none of is left away, and has no type. */
		if (t->type == TOKEN_NONE)
			return (int)i;
		k->seen++;
		if (k->type == TOKEN_NONE) {
			k->type = t->type;
			k->unit = t->unit;
		}
		if (strcmp(type_name(k->type), type_name(t->type)) != 0 ||
		    !same(k->unit, t->unit)) {
			fprintf(stderr, "%s: '%s' is %s and %s\n", f->cmd->name,
				path, type_name(k->type), type_name(t->type));
			failed = true;
		}
		return (int)i;
	}
	if (f->nb_keys == KEYS_MAX)
		abort();
	k = &f->key[f->nb_keys];
	snprintf(k->path, sizeof(k->path), "%s", path);
	k->parent = parent;
	k->type = t->type;
	k->unit = t->unit;
	k->seen = t->type != TOKEN_NONE;
	return (int)f->nb_keys++;
}

/* The tokens from `at` to the end of their map or list. */
static uint16_t walk(struct reply_form *f, const struct reply *r, uint16_t at,
		     const char *in, int parent)
{
	struct reply_token t;
	char path[PATH_MAX_LEN];

	for (;;) {
		reply_read(r, at, &t);
		if (t.type == TOKEN_STOP)
			return at;
		at = t.next;
		if (t.type == TOKEN_END)
			return at;
		snprintf(path, sizeof(path), "%.60s%s%.60s", in,
			 *in && t.key ? "." : "", t.key ? t.key : "[]");
		if (t.type == TOKEN_MAP || t.type == TOKEN_LIST)
			at = walk(f, r, at, path, add_key(f, path, parent, &t));
		else
			add_key(f, path, parent, &t);
	}
}

void reply_forms_see(const struct call *c, const struct reply *r)
{
	struct reply_form *f = form_of(c);

	f->seen++;
	walk(f, r, 0, "", -1);
}

void reply_forms_line(const struct call *c, const char *line)
{
	struct reply_form *f = form_of(c);

	if (f->nb_lines < 8)
		f->line[f->nb_lines++] = line;
}

/* ---- Judging ------------------------------------------------------------- */

static bool has_json(const struct cmd_form *f)
{
	for (const struct arg *a = f->args; a->type != ARG_NONE; a++)
		if (a->type == ARG_FLAG && !strcmp(a->name, "json"))
			return true;
	return false;
}

static void check_all_are_here(void)
{
	for (unsigned i = 0; cmd_table[i]; i++)
		for (const struct cmd_form *f = cmd_table[i]->forms; f->run;
		     f++) {
			bool here = !has_json(f);
			char usage[CMD_USAGE_MAX];

			for (unsigned k = 0; k < nb_forms; k++)
				here |= forms[k].form == f;
			if (here)
				continue;
			cmd_usage(cmd_table[i], f, usage, sizeof(usage));
			fprintf(stderr, "no line here is '%s'\n", usage);
			failed = true;
		}
}

static const char *last(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

/*
 * Keys that name two things, by whether it is what was set or what was
 * measured.
 */
static bool is_two_things(const char *key)
{
	static const char *const keys[] = {"duplicate", "jitter", "loss", "max",
					   "min",       "rate",   NULL};

	for (unsigned i = 0; keys[i]; i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static void check_pair(const struct reply_form *f, const struct reply_key *a,
		       const struct reply_form *g, const struct reply_key *b)
{
	if (strcmp(last(a->path), last(b->path)) != 0 ||
	    a->type == TOKEN_NONE || b->type == TOKEN_NONE ||
	    is_two_things(last(a->path)) || a->type == TOKEN_MAP ||
	    b->type == TOKEN_MAP ||
	    (!strcmp(type_name(a->type), type_name(b->type)) &&
	     same(a->unit, b->unit)))
		return;
	fprintf(stderr, "%s '%s' is %s [%s], %s '%s' is %s [%s]\n",
		f->cmd->name, a->path, type_name(a->type),
		a->unit ? a->unit : "", g->cmd->name, b->path,
		type_name(b->type), b->unit ? b->unit : "");
	failed = true;
}

/* The same key is of one type and unit everywhere. */
static void check_keys(void)
{
	for (unsigned i = 0; i < nb_forms; i++)
		for (unsigned k = 0; k < forms[i].nb_keys; k++)
			for (unsigned j = i; j < nb_forms; j++)
				for (unsigned l = j == i ? k + 1 : 0;
				     l < forms[j].nb_keys; l++)
					check_pair(&forms[i], &forms[i].key[k],
						   &forms[j], &forms[j].key[l]);
}

bool reply_forms_good(void)
{
	check_all_are_here();
	check_keys();
	return !failed;
}

/* ---- The page ------------------------------------------------------------ */

static bool always(const struct reply_form *f, const struct reply_key *k)
{
	const unsigned of = k->parent < 0 ? f->seen : f->key[k->parent].seen;

	return k->seen >= of;
}

/* Of a key that had no value here: from where it had one, or from this. */
static const struct reply_key *typed(const struct reply_key *k)
{
	static const struct reply_key unseen[] = {
		{.path = "extent_mean", .type = TOKEN_MILLI},
		{.path = "extent_max", .type = TOKEN_U64},
		{.path = "outage", .type = TOKEN_U64, .unit = "ns"},
	};

	if (k->type != TOKEN_NONE)
		return k;
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		if (!strcmp(last(k->path), unseen[i].path))
			return &unseen[i];
	for (unsigned i = 0; i < nb_forms; i++)
		for (unsigned j = 0; j < forms[i].nb_keys; j++)
			if (forms[i].key[j].type != TOKEN_NONE &&
			    !strcmp(last(k->path), last(forms[i].key[j].path)))
				return &forms[i].key[j];
	fprintf(stderr, "no line here gives '%s' a value\n", k->path);
	exit(1);
}

static void put_form(const struct reply_form *f)
{
	char usage[CMD_USAGE_MAX];

	cmd_usage(f->cmd, f->form, usage, sizeof(usage));
	printf("\n## `%s`\n\nAs of", usage);
	for (unsigned i = 0; i < f->nb_lines; i++)
		if (!i || strcmp(f->line[i], f->line[i - 1]) != 0)
			printf("%s `%s`", i ? "," : "", f->line[i]);
	printf(".\n\n| key | is | unit | |\n| --- | --- | --- | --- |\n");
	for (unsigned i = 0; i < f->nb_keys; i++) {
		const struct reply_key *k = &f->key[i];
		const bool element =
			!strcmp(k->path + strlen(k->path) - 2, "[]");

		printf("| `%s` | %s | %s | %s |\n", k->path,
		       type_name(typed(k)->type),
		       typed(k)->unit ? typed(k)->unit : "",
		       element || always(f, k) ? "" : "not always");
	}
}

void reply_forms_put(void)
{
	printf("# Replies in JSON\n\n"
	       "Generated from the replies themselves by `make docs`. A reply "
	       "is an object on one\n"
	       "line; where a command goes on, such as `stats every`, each "
	       "line "
	       "is one, and those\n"
	       "behind the first may have only what goes on. `[]` is each "
	       "element of a list. A key\n"
	       "that is *not always* there is left away where there is nothing "
	       "to say. New keys may\n"
	       "come; those that are here keep type and unit. A key is of one "
	       "type and unit in all\n"
	       "replies, but for `rate`, `loss`, `jitter` and `duplicate`, "
	       "text "
	       "where they are what\n"
	       "was set and numbers where they were measured, and `min` and "
	       "`max`, which have the\n"
	       "unit of what they bound.\n");
	for (unsigned i = 0; i < nb_forms; i++)
		put_form(&forms[i]);
}
