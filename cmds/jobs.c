/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "shell/script.h"

static const char *state(const struct job *job)
{
	if (job->running)
		return "running";
	if (job->err == E_CANCEL)
		return "cancelled";
	return job->err ? "failed" : "done";
}

/* To people one column has both, so that a job is a row. */
static void show_line(struct call *c, const struct job *job)
{
	const char *error = job->err ? shell_err_name(job->err) : "";

	if (!c->json && job->err) {
		reply_textf(c->reply, "line", "%s: %s: %s", job->line, error,
			    job->err_text);
		return;
	}
	reply_text(c->reply, "line", job->line);
	if (!c->json)
		return;
	reply_text(c->reply, "error", error);
	reply_text(c->reply, "message", job->err_text);
}

static enum call_result run(struct call *c)
{
	struct job job = {.number = 0};

	reply_list(c->reply, "jobs", REPLY_TABLE);
	while (session_job(c->session, job.number, &job)) {
		/* Its end is known once it was told. */
		uint64_t until_ns = job.ended_ns ? job.ended_ns : c->now_ns;

		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, "job", job.number);
		reply_text(c->reply, "state", state(&job));
		reply_milli(c->reply, "time",
			    (until_ns - job.began_ns) / 1000000, "s");
		reply_text(c->reply, "at", job.place);
		show_line(c, &job);
		reply_end(c->reply);
	}
	reply_end(c->reply);
	return CALL_DONE;
}

const struct cmd cmd_jobs = {
	.name = "jobs",
	.group = GROUP_SCRIPTS,
	.summary = "List running and finished jobs",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run, NULL},
			{0},
		},
	.notes = "Shows the command and line at which each job is, and how it "
		 "ended.",
	.examples = (const char *const[]){"jobs", "jobs --json", NULL},
	.see = (const char *const[]){"run", "cancel", NULL},
};
