/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/app.h"
#include "shell/script.h"

enum { JOB };

static bool job_name(void *app, unsigned i, struct arg_name *name)
{
	const struct session *s = &((struct app *)app)->session;
	struct job job = {.number = 0};

	while (session_job(s, job.number, &job)) {
		if (!job.running || i--)
			continue;
		snprintf(name->text, sizeof(name->text), "%u", job.number);
		return true;
	}
	return false;
}

static const struct arg args[] = {
	[JOB] = {ARG_INT, .name = "JOB", .help = "number of the job", .min = 1,
		 .max = UINT32_MAX, .names = job_name},
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	const unsigned number = (unsigned)c->v[JOB].u;

	if (c->runner->job == number && c->runner != c->session->person)
		return call_fail(c, E_CANCEL, JOB, "the job cancelled itself");
	if (session_cancel_job(c->session, number, c->now_ns))
		return CALL_DONE;
	return call_fail(c, E_STATE, JOB, "no job %u runs; 'jobs' lists them",
			 number);
}

const struct cmd cmd_cancel = {
	.name = "cancel",
	.group = GROUP_SCRIPTS,
	.summary = "Stop a job",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "The command that runs ends, and the rest of the job's file "
		 "is not run.",
	.examples = (const char *const[]){"cancel 1", NULL},
	.see = (const char *const[]){"jobs", "run", NULL},
};
