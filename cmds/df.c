/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

static enum call_result run(struct call *c)
{
	const struct store *s = &call_app(c)->store;
	bool upload = s->upload.name[0];

	reply_u64(c->reply, "limit", s->limit + s->lent + s->kept, "bytes");
	reply_u64(c->reply, "used", s->used, "bytes");
	reply_u64(c->reply, "free", s->limit - s->used, "bytes");
	if (s->lent)
		reply_u64(c->reply, "capture", s->lent, "bytes");
	if (s->kept)
		reply_u64(c->reply, "feed", s->kept, "bytes");
	reply_u64(c->reply, "files_used", s->nb_files, NULL);
	reply_u64(c->reply, "files_limit", STORE_FILES_MAX, NULL);
	reply_text(c->reply, "unfinished", s->upload.name);
	reply_u64(c->reply, "unfinished_got", upload ? s->got : 0, "bytes");
	return CALL_DONE;
}

const struct cmd cmd_df = {
	.name = "df",
	.group = GROUP_FILES,
	.summary = "Show the space for files",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run, NULL},
			{0},
		},
	.notes = "The space of an unfinished upload counts as free.",
	.examples = (const char *const[]){"df", "df --json", NULL},
	.see = (const char *const[]){"ls", "rm", NULL},
};
