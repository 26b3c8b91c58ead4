/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/app.h"
#include "shell/script.h"

enum { FILE_NAME, KEEP_GOING, JOB, JSON };

static const struct arg args[] = {
	[FILE_NAME] = {ARG_NAME, .name = "FILE", .help = "command file",
		       .names = app_file_names},
	[KEEP_GOING] = {ARG_FLAG, .optional = true, .name = "keep-going",
			.help = "report lines that fail, and go on"},
	[JOB] = {ARG_FLAG, .optional = true, .name = "job",
		 .help = "run in the background"},
	[JSON] = ARG_JSON("with --job: reply with the job number as JSON"),
	{ARG_NONE},
};

static enum call_result start_job(struct call *c)
{
	const char *name = c->v[FILE_NAME].text;
	char line[VALUE_NAME_MAX + 20];
	unsigned job;
	int n;

	if (!store_find(&call_app(c)->store, name))
		return call_fail(c, E_NOFILE, FILE_NAME,
				 "no file '%s'; 'ls' lists them", name);
	n = snprintf(line, sizeof(line), "run %s%s", name,
		     c->v[KEEP_GOING].set ? " --keep-going" : "");
	job = session_start_job(c->session, line, (unsigned)n, c->now_ns);
	if (!job)
		return call_too_many_jobs(c);
	if (c->json)
		reply_id(c->reply, "job", job);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	if (c->v[JOB].set)
		return start_job(c);
	return call_run_file(c, FILE_NAME, c->v[KEEP_GOING].set);
}

const struct cmd cmd_run = {
	.name = "run",
	.group = GROUP_SCRIPTS,
	.summary = "Run the commands of a file",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Runs the file's lines until one fails. Typed at the prompt, "
		 "it runs in the background as a job: see "
		 "'jobs' and 'cancel'.",
	.examples = (const char *const[]){"run bench.cmds",
					  "run soak.cmds --keep-going", NULL},
	.see = (const char *const[]){"jobs", "cancel", "expect", "put", NULL},
};
