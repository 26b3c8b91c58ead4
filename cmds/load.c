/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { FILE_NAME };

/*
 * Ports stand still while it is read: well below a millisecond for a few
 * streams, a second for all that there can be.
 */
#define BYTES_MAX (1u << 20)

static const struct arg args[] = {
	[FILE_NAME] = {ARG_NAME, .name = "FILE",
		       .help = "file that 'save' wrote",
		       .names = app_file_names},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	const struct store *s = &call_app(c)->store;
	const struct store_file *f = app_file(c, FILE_NAME, &c->state[0]);

	if (!f)
		return CALL_FAIL;
	if (f->size > BYTES_MAX)
		return call_fail(c, E_RANGE, FILE_NAME,
				 "'%s' has %zu bytes, a configuration at most "
				 "%u",
				 f->name, f->size, BYTES_MAX);
	if (config_check_idle(c) != CALL_DONE)
		return CALL_FAIL;
	return config_load(c, f->name, (const char *)store_data(s, f), f->size);
}

const struct cmd cmd_load = {
	.name = "load",
	.group = GROUP_CONFIGURATION,
	.summary = "Load settings from a file",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Applies all settings of FILE, or none if one is wrong. All "
		 "ports must be idle: 'stop' first.",
	.examples = (const char *const[]){"load two-ports.cfg", NULL},
	.see = (const char *const[]){"save", "reset", "run", NULL},
};
