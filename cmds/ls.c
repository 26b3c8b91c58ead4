/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static enum call_result run(struct call *c)
{
	const struct store *s = &call_app(c)->store;

	reply_list(c->reply, "files", REPLY_TABLE);
	for (unsigned i = 0; i < s->nb_files; i++) {
		const struct store_file *f = &s->file[i];

		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_text(c->reply, "name", f->name);
		reply_u64(c->reply, "size", f->size, "bytes");
		reply_textf(c->reply, "crc32", "%08x", f->crc);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

const struct cmd cmd_ls = {
	.name = "ls",
	.group = GROUP_FILES,
	.summary = "List files with size and CRC-32",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run, NULL},
			{0},
		},
	.examples = (const char *const[]){"ls", "ls --json", NULL},
	.see = (const char *const[]){"cat", "rm", "df", NULL},
};
