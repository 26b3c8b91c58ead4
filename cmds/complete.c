/* SPDX-License-Identifier: BSD-3-Clause */
/* For programs: docs/protocol.md says how a client completes with it. */
#include <string.h>

#include "app/app.h"
#include "shell/usage.h"

enum { LINE, NEXT };

/* Room in the reply that is kept for what stands behind the list. */
#define REST 1024

static const struct arg args[] = {
	[LINE] = {ARG_TEXT, .name = "LINE", .help = "line up to the cursor"},
	[NEXT] = {ARG_FLAG, .optional = true, .name = "next",
		  .help = "describe what may come next, as '?' does"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

struct list {
	struct reply *reply;
	unsigned more;
};

static void add(void *arg, const struct complete_item *item)
{
	struct list *list = arg;

	if (list->reply->used > REPLY_BYTES - REST) {
		list->more++;
		return;
	}
	reply_map(list->reply, NULL, REPLY_TABLE);
	reply_text(list->reply, "word", item->word);
	if (*item->takes)
		reply_text(list->reply, "takes", item->takes);
	reply_text(list->reply, "help", item->help);
	if (item->group)
		reply_text(list->reply, "group", cmd_group_name(item->group));
	reply_end(list->reply);
}

static enum call_result run(struct call *c)
{
	const struct complete_env env = session_completion(c->session);
	const char *line = c->v[LINE].word;
	struct list list = {.reply = c->reply};
	struct complete what;

	complete_read(&what, &env, line, (unsigned)strlen(line));
	reply_u64(c->reply, "start", what.start, NULL);
	reply_list(c->reply, "words", REPLY_TABLE);
	complete_visit(&what, c->v[NEXT].set ? COMPLETE_NEXT : COMPLETE_WORDS,
		       add, &list);
	reply_end(c->reply);
	reply_u64(c->reply, "more", list.more, NULL);
	return CALL_DONE;
}

const struct cmd cmd_complete = {
	.name = "complete",
	.summary = "List what may come next in a line",
	.forms =
		(const struct cmd_form[]){
			{args, run, "list the words that may end the line"},
			{0},
		},
	.examples =
		(const char *const[]){"complete \"mode 0 t\" --json",
				      "complete \"size \" --next --json", NULL},
	.see = (const char *const[]){"help", NULL},
	.hidden = true,
};
