/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/app.h"

enum { NAME };

static const struct arg args[] = {
	[NAME] = {ARG_NAME, .repeated = true, .name = "NAME",
		  .help = "file or unfinished upload, up to 23",
		  .names = app_stored_names},
	{ARG_NONE},
};

/* A name that stands there twice is removed once. */
static bool seen(const struct call *c, unsigned i)
{
	for (unsigned j = 0; j < i; j++)
		if (!strcmp(c->v[j].text, c->v[i].text))
			return true;
	return false;
}

static enum call_result run(struct call *c)
{
	struct store *s = &call_app(c)->store;
	unsigned i;

	for (i = NAME; i < CMD_ARGS_MAX && c->v[i].set; i++) {
		const char *name = c->v[i].text;

		if (!store_find(s, name) && strcmp(s->upload.name, name) != 0)
			return call_fail(c, E_NOFILE, (int)i,
					 "no file '%s'; 'ls' lists them", name);
		if (app_check_free(c, (int)i) == CALL_FAIL)
			return CALL_FAIL;
	}
	for (i = NAME; i < CMD_ARGS_MAX && c->v[i].set; i++)
		if (!seen(c, i))
			store_remove(s, c->v[i].text);
	return CALL_DONE;
}

const struct cmd cmd_rm = {
	.name = "rm",
	.group = GROUP_FILES,
	.summary = "Remove files",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Removes all of these, or none if one does not exist.",
	.examples = (const char *const[]){"rm notes", "rm a.txt b.txt", NULL},
	.see = (const char *const[]){"ls", "df", NULL},
};
