/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/app.h"

enum { FILE_NAME };

/* Lines that a call shows. */
#define SLICE_LINES 16

static const struct arg args[] = {
	[FILE_NAME] = {ARG_NAME, .optional = true, .name = "FILE",
		       .help = "file to write", .names = app_file_names},
	{ARG_NONE},
};

/* Writes all lines to `text`, or only measures them where that is NULL. */
static size_t write_lines(const struct app *app, char *text)
{
	struct config_walk walk = {.started = 0};
	char line[CONFIG_LINE_MAX];
	size_t len = 0;

	while (config_line(app, &walk, line)) {
		size_t n = strlen(line);

		if (text) {
			memcpy(text + len, line, n);
			text[len + n] = '\n';
		}
		len += n + 1;
	}
	return len;
}

static enum call_result store_lines(struct call *c)
{
	struct app *app = call_app(c);
	struct uk_alloc *a = uk_alloc_get_default();
	size_t len = write_lines(app, NULL);
	const char *name = c->v[FILE_NAME].text;
	char *text = uk_malloc(a, len);
	enum shell_err err;

	if (app_check_free(c, FILE_NAME) == CALL_FAIL) {
		uk_free(a, text);
		return CALL_FAIL;
	}
	if (!text)
		return call_fail(c, E_NOMEM, -1, "out of memory (%zu bytes)",
				 len);
	write_lines(app, text);
	if (c->typed && store_find(&app->store, name))
		reply_textf(c->reply, "replaced", "%s", name);
	err = store_add(&app->store, name, text, len);
	uk_free(a, text);
	return err ? app_full(c, FILE_NAME) : CALL_DONE;
}

static enum call_result run(struct call *c)
{
	struct config_walk walk;
	char line[CONFIG_LINE_MAX];
	bool more = true;
	unsigned n = 0;

	if (c->cancelled)
		return CALL_DONE;
	/* What is set then is the experiment's. */
	if (app_check_unmeasured(c, -1, ~0ull) != CALL_DONE)
		return CALL_FAIL;
	if (c->v[FILE_NAME].set)
		return store_lines(c);
	memcpy(&walk, c->state, sizeof(walk));
	/* The last slice may have none, which is not said. */
	for (;
	     n < SLICE_LINES && (more = config_line(call_app(c), &walk, line));
	     n++) {
		if (!n)
			reply_list(c->reply, "lines", REPLY_TABLE);
		reply_text(c->reply, NULL, line);
	}
	if (n)
		reply_end(c->reply);
	memcpy(c->state, &walk, sizeof(walk));
	c->wake_ns = c->now_ns;
	return more ? CALL_AGAIN : CALL_DONE;
}

const struct cmd cmd_save = {
	.name = "save",
	.group = GROUP_CONFIGURATION,
	.summary = "Save the settings as commands",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Without FILE the commands are shown. 'load' applies a file "
		 "of them. A FILE that is there is replaced. Settings are "
		 "written also where they are as after boot, so that the file "
		 "means the same with another version.",
	.examples = (const char *const[]){"save", "save two-ports.cfg", NULL},
	.see = (const char *const[]){"load", "reset", "show", NULL},
};
