/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A runner has one line at a time, of a person, a program or a job. Its states
 * are its story; runner_poll() goes from one to the next as far as it can, and
 * stops where it has to wait: for the output, for its time, or for others'
 * turn.
 *
 * runner_start() takes the line: NEXT. step_next() has the next command's words
 * from the sources (sources_next(), which also enters files that 'run' names)
 * and parses them (parse_call()): CALL, or, if that fails, line_failed().
 *
 * step_call() calls the command's function, once a poll. It builds a reply of
 * typed values and says whether it is done or is to be called again at its
 * wake_ns. A reply that is not empty goes on: RENDER. step_render() turns it
 * into text piece by piece as the output has room, and runner_put() marks each
 * line as whose it is. After the last piece it is CALL again, or NEXT.
 *
 * Where a line of a file fails and the file goes on, step_report() says so:
 * REPORT, then NEXT. Where all is done or has failed, step_end() says how it
 * ended, as a program, a person or a notice of a job is told: END, then IDLE.
 *
 * Before a runner writes it takes the output by runner_acquire(), which fails
 * while another has it, and keeps it until runner_release(), so that replies
 * never mix in the midst of a line. runner_cancel() has a line go on to END
 * from any state, but lets a program's reply that is under way be put out whole
 * first.
 */
#include "shell/runner.h"

#include <stdio.h>
#include <string.h>

#include "shell/runner_impl.h"
#include "shell/session_impl.h"

/* Lines that are looked at in a poll, of a file that holds few commands. */
#define LINES_A_POLL 16

void runner_set_tag(struct runner *r, const char *tag)
{
	snprintf(r->tag, sizeof(r->tag), "%s", tag);
	snprintf(r->prefix, sizeof(r->prefix), *tag ? "@%s " : "%s", tag);
}

void runner_start(struct runner *r, const char *line, unsigned len)
{
	sources_start(&r->src, line, len);
	r->line_start = true;
	r->cancel = NULL;
	r->printed = false;
	r->held_len = 0;
	r->call.err = E_OK;
	r->state = RUNNER_NEXT;
}

void runner_refuse(struct runner *r, enum shell_err err, unsigned column,
		   const char *text)
{
	runner_start(r, "", 0);
	r->call.err = err;
	r->call.err_column = column;
	snprintf(r->call.err_text, sizeof(r->call.err_text), "%s", text);
	r->printed = true; /* no line to point a caret at */
	r->state = RUNNER_END;
}

/* How a job ended is told like all that happens by itself. */
static void end_job(struct session *s, struct runner *r, uint64_t now_ns)
{
	const struct call *c = &r->call;

	r->ended_ns = now_ns;
	if (!c->err)
		session_event(s, now_ns, "job %u done", r->job);
	else if (c->err == E_CANCEL)
		session_event(s, now_ns, "job %u cancelled", r->job);
	else
		session_event(s, now_ns, "job %u failed %s %s", r->job,
			      shell_err_name(c->err), c->err_text);
}

static bool is_job(const struct runner *r)
{
	return r->prefix[0] && !r->tag[0];
}

static bool step_end(struct session *s, struct runner *r, uint64_t now_ns)
{
	if (is_job(r) && r->line_start) {
		if (s->env.due && s->env.due(s->env.app))
			return false;
		end_job(s, r, now_ns);
		r->state = RUNNER_IDLE;
		return true;
	}
	if (!runner_acquire(s, r, END_ROOM))
		return false;
	if (is_job(r)) {
		/* What was cancelled ended anywhere. */
		out_text(&s->out, "\r\n");
		r->line_start = true;
		runner_release(s);
		return true;
	}
	runner_put_prompt(s, r);
	if (r->call.err) {
		runner_put_error(s, r);
	} else if (r->tag[0]) {
		out_printf(&s->out, "@%s OK\r\n", r->tag);
	}
	runner_release(s);
	r->state = RUNNER_IDLE;
	return true;
}

/* A line failed: all ends with it, or its file says so and goes on. */
static void line_failed(struct runner *r)
{
	bool on = sources_fail(&r->src, &r->call, r->where, sizeof(r->where));

	r->state = on ? RUNNER_REPORT : RUNNER_END;
}

static bool step_report(struct session *s, struct runner *r)
{
	const struct call *c = &r->call;
	char text[PIECE];
	int n;

	if (!runner_acquire(s, r, TAGGED_ROOM))
		return false;
	/* A chunk that was given up ended anywhere. */
	n = snprintf(text, sizeof(text), "%s%s%s: %s\n",
		     r->line_start ? "" : "\n", r->where,
		     shell_err_name(c->err), c->err_text);
	runner_put(s, r, text, (size_t)n);
	runner_release(s);
	r->state = RUNNER_NEXT;
	return true;
}

static bool step_next(struct session *s, struct runner *r)
{
	struct call *c = &r->call;
	const struct parse_ports ports = session_ports(s, r->selected);

	call_clear(c);
	r->replied = false;
	if (s->ended) {
		r->state = RUNNER_END;
		return true;
	}
	r->src.store = s->env.store;
	switch (sources_next(&r->src, &r->words, c)) {
	case SOURCE_AGAIN:
		return true;
	case SOURCE_DONE:
		r->state = RUNNER_END;
		return true;
	default:
		break;
	}
	c->program = r != s->person && !r->typed;
	c->typed = !c->program && !sources_in_file(&r->src);
	if (!c->err)
		parse_call(s->env.commands, &r->words, &ports, c);
	if (c->err) {
		line_failed(r);
		return true;
	}
	c->app = s->env.app;
	c->session = s;
	c->runner = r;
	c->reply = &r->reply;
	r->state = RUNNER_CALL;
	return true;
}

static void call(struct runner *r, uint64_t now_ns)
{
	struct call *c = &r->call;
	struct runner *caller = c->session->caller;

	reply_reset(&r->reply);
	c->now_ns = now_ns;
	/* One command may cancel another, which is called for that. */
	c->session->caller = r;
	r->result = c->form->run(c);
	c->session->caller = caller;
	c->calls++;
	if (r->result != CALL_FAIL && r->reply.overflow)
		r->result =
			call_fail(c, E_NOMEM, -1,
				  "the reply is too long; name fewer ports");
}

static bool step_call(struct session *s, struct runner *r, uint64_t now_ns)
{
	struct call *c = &r->call;

	if (c->calls && now_ns < c->wake_ns)
		return false;
	call(r, now_ns);
	if (r->result == CALL_FAIL) {
		line_failed(r);
		return true;
	}
	/* While a command only waits, or has said it, JSON says nothing too. */
	if (reply_empty(&r->reply) &&
	    (!c->json || r->replied || r->result == CALL_AGAIN)) {
		r->state = r->result == CALL_DONE ? RUNNER_NEXT : RUNNER_CALL;
		return r->result == CALL_DONE;
	}
	if (r->replied)
		render_next(&r->render, &r->reply);
	else
		render_start(&r->render, &r->reply, c->json, runner_width(r));
	r->replied = true;
	r->render.bold_heads = s->out.color && !r->tag[0];
	r->state = RUNNER_RENDER;
	return true;
}

static bool step_render(struct session *s, struct runner *r, uint64_t now_ns)
{
	size_t n, room = r->prefix[0] ? TAGGED_ROOM : PIECE_ROOM;
	char piece[PIECE];

	if (!runner_acquire(s, r, room))
		return false;
	memcpy(piece, r->held, r->held_len);
	n = render_step(&r->render, piece + r->held_len,
			runner_piece_len(r, room) - r->held_len);
	if (n) {
		n += r->held_len;
		r->held_len = (unsigned)runner_undecided(r, piece, n);
		n -= r->held_len;
		memcpy(r->held, piece + n, r->held_len);
		runner_put(s, r, piece, n);
		return true;
	}
	runner_release(s);
	r->state = r->result == CALL_DONE ? RUNNER_NEXT : RUNNER_CALL;
	if (r->cancel)
		runner_cancel(s, r, r->cancel, now_ns);
	return r->result == CALL_DONE || r->cancel;
}

void runner_poll(struct session *s, struct runner *r, uint64_t now_ns)
{
	unsigned calls = r->call.calls, lines = 0;
	bool more = true;

	while (more) {
		switch (r->state) {
		case RUNNER_NEXT:
			more = lines++ < LINES_A_POLL && step_next(s, r);
			calls = 0;
			break;
		case RUNNER_CALL:
			/* Once a poll, so that others get their turn. */
			more = r->call.calls == calls &&
			       step_call(s, r, now_ns);
			break;
		case RUNNER_RENDER:
			more = step_render(s, r, now_ns);
			break;
		case RUNNER_REPORT:
			more = step_report(s, r);
			break;
		case RUNNER_END:
			more = step_end(s, r, now_ns);
			break;
		default:
			more = false;
		}
	}
}

void runner_cancel(struct session *s, struct runner *r, const char *text,
		   uint64_t now_ns)
{
	if (r->state == RUNNER_END)
		return;
	if (r->state == RUNNER_RENDER && r->tag[0]) {
		r->cancel = text;
		return;
	}
	/* It waits to be called again, maybe for its chunk to be out first. */
	if (r->state != RUNNER_NEXT && r->call.calls &&
	    r->result == CALL_AGAIN) {
		r->call.cancelled = true;
		call(r, now_ns);
	}
	if (s->writer == r)
		runner_release(s);
	call_fail(&r->call, E_CANCEL, -1, "%s", text);
	sources_fail(&r->src, &r->call, r->where, sizeof(r->where));
	r->printed = true;
	r->call.err_column = 0;
	r->state = RUNNER_END;
}

bool runner_waits(const struct runner *r)
{
	switch (r->state) {
	case RUNNER_RENDER:
	case RUNNER_REPORT:
		return !r->untold;
	case RUNNER_END:
		return !is_job(r) || !r->line_start;
	default:
		return false;
	}
}

uint64_t runner_wake_ns(const struct runner *r)
{
	if (r->state == RUNNER_IDLE)
		return UINT64_MAX;
	if (r->state == RUNNER_CALL && r->call.calls)
		return r->call.wake_ns;
	return 0;
}
