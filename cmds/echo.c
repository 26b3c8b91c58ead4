/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { TEXT };

static const struct arg args[] = {
	[TEXT] = {ARG_REST, .optional = true, .name = "TEXT",
		  .help = "text to show, quoted or not"},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	const struct value *v = &c->v[TEXT];

	/* A list of one is a line without a key. */
	reply_list(c->reply, "lines", REPLY_TABLE);
	reply_bytes(c->reply, NULL, v->set ? v->word : "", v->word_len);
	reply_end(c->reply);
	return CALL_DONE;
}

const struct cmd cmd_echo = {
	.name = "echo",
	.group = GROUP_SCRIPTS,
	.summary = "Show a text",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.examples = (const char *const[]){"echo warming up",
					  "echo \"a; b # c\"", NULL},
	.see = (const char *const[]){"run", NULL},
};
