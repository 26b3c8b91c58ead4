/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/script.h"

#include <stdio.h>
#include <string.h>

static bool busy(const struct runner *r)
{
	return r->state != RUNNER_IDLE;
}

/* A runner that nobody needs; of those with an old job the oldest. */
static struct runner *spare(struct session *s)
{
	struct runner *best = NULL;

	for (unsigned i = 0; i < SESSION_RUNNERS; i++) {
		struct runner *r = &s->runner[i];

		if (r == s->person || r == s->program || r == s->watch ||
		    busy(r))
			continue;
		if (!best || r->job < best->job)
			best = r;
	}
	return best;
}

/* From now on what it runs is a job. */
static void become_job(struct session *s, struct runner *r, uint64_t now_ns)
{
	r->job = ++s->jobs;
	r->began_ns = now_ns;
	r->ended_ns = 0;
	r->typed = 0;
	r->untold = true;
	runner_set_tag(r, "");
	snprintf(r->prefix, sizeof(r->prefix), "[%u] ", r->job);
	session_event(s, now_ns, "job %u started: %s", r->job, r->src.line);
}

unsigned session_start_job(struct session *s, const char *line, unsigned len,
			   uint64_t now_ns)
{
	struct runner *r = spare(s);

	if (!r)
		return 0;
	runner_start(r, line, len);
	r->selected = session_selected(s);
	become_job(s, r, now_ns);
	return r->job;
}

/*
 * Leaves a person's line to itself and gives the person another runner. A
 * request that a person typed is answered by that.
 */
static bool detach(struct session *s, struct runner *line, uint64_t now_ns)
{
	struct runner *r = spare(s);

	if (!r)
		return false;
	r->job = 0;
	r->untold = false;
	r->selected = line->selected;
	r->told = line->told;
	r->typed = line->typed;
	r->typed_prompt = line->typed_prompt;
	runner_set_tag(r, line->tag);
	if (line == s->person) {
		s->person = r;
	} else {
		s->program = r;
		runner_start(r, "", 0);
	}
	become_job(s, line, now_ns);
	return true;
}

static enum call_result too_deep(struct call *c)
{
	return call_fail(c, E_STATE, -1,
			 "files and repeats nest at most %d deep",
			 SOURCE_DEPTH);
}

enum call_result call_too_many_jobs(struct call *c)
{
	return call_fail(c, E_STATE, -1,
			 "%d jobs run, which is the most; 'cancel' stops one",
			 SESSION_JOBS);
}

enum call_result call_run_file(struct call *c, int arg, bool keep_going)
{
	struct session *s = c->session;
	const char *name = c->v[arg].text;
	const struct store_file *f = store_find(s->env.store, name);

	if (!f)
		return call_fail(c, E_NOFILE, arg,
				 "no file '%s'; 'ls' lists them", name);
	if (sources_push_file(&c->runner->src, f, keep_going))
		return too_deep(c);
	if (c->program || c->runner == s->watch ||
	    detach(s, c->runner, c->now_ns))
		return CALL_DONE;
	return call_too_many_jobs(c);
}

void call_progress(struct call *c, const char *text)
{
	if (c->runner == c->session->person)
		session_progress(c->session, text);
	else if (c->runner->typed)
		runner_progress(c->session, c->runner, text);
}

enum call_result call_repeat(struct call *c, int arg, uint64_t times)
{
	const struct value *v = &c->v[arg];

	if (v->word_len != v->rest_len)
		return call_fail(c, E_SYNTAX, arg,
				 "a command in quotes takes no backslash; put "
				 "it in a file and repeat 'run'");
	if (sources_push_repeat(&c->runner->src, v->rest, v->rest_len, times))
		return too_deep(c);
	return CALL_DONE;
}

bool call_has_more(const struct call *c)
{
	return sources_left(&c->runner->src);
}

bool session_job(const struct session *s, unsigned after, struct job *job)
{
	const struct runner *best = NULL;

	for (unsigned i = 0; i < SESSION_RUNNERS; i++) {
		const struct runner *r = &s->runner[i];

		if (r->job > after && (!best || r->job < best->job))
			best = r;
	}
	if (!best)
		return false;
	*job = (struct job){
		.number = best->job,
		.running = busy(best) && best->state != RUNNER_END,
		.err = best->call.err,
		.err_text = best->call.err_text,
		.line = best->src.line,
		.began_ns = best->began_ns,
		.ended_ns = best->ended_ns,
	};
	sources_place(&best->src, job->place, sizeof(job->place));
	return true;
}

bool session_cancel_job(struct session *s, unsigned number, uint64_t now_ns)
{
	for (unsigned i = 0; i < SESSION_RUNNERS; i++) {
		struct runner *r = &s->runner[i];

		if (r->job != number || !number || !busy(r))
			continue;
		runner_cancel(s, r, "cancelled", now_ns);
		return true;
	}
	return false;
}
