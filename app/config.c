/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/config.h"

#include <stdio.h>
#include <string.h>

#include "shell/arg.h"

/* ---- Written down ------------------------------------------------------ */

static bool has_more(const struct app *app, uint64_t order)
{
	struct setting s;

	for (unsigned i = 0; setting_at(app->session.env.commands, i, &s); i++)
		if (s.arg->save_order > order)
			return true;
	return false;
}

/* Goes to the next setting of its order, and to the next order behind them. */
static bool next_setting(const struct app *app, struct config_walk *w)
{
	struct setting s;

	for (;; w->setting++) {
		if (!setting_at(app->session.env.commands, (unsigned)w->setting,
				&s)) {
			if (!has_more(app, w->order))
				return false;
			w->order++;
			w->setting = UINT64_MAX; /* 0 at the next turn */
			continue;
		}
		if (s.arg->save_order == w->order)
			return true;
	}
}

static uint64_t ports_up(const struct app *app)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (app->pktgen.worker[i])
			mask |= 1ull << i;
	return mask;
}

/* The ports of `left` that are set like the first of them. */
static uint64_t alike(const struct app *app, const struct setting *s,
		      uint64_t left, struct value *v)
{
	uint64_t mask = left & -left;
	struct value other;

	memset(v, 0, sizeof(*v));
	s->arg->get(app, (unsigned)__builtin_ctzll(left), v);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(left >> i & 1))
			continue;
		memset(&other, 0, sizeof(other));
		s->arg->get(app, i, &other);
		if (v->unset == other.unset &&
		    (v->unset || arg_equal(s->arg, v, &other)))
			mask |= 1ull << i;
	}
	return mask;
}

bool config_line(const struct app *app, struct config_walk *w,
		 char line[CONFIG_LINE_MAX])
{
	const uint64_t up = ports_up(app);
	struct subjects on;
	struct setting s;
	struct value v;
	uint64_t mask;

	if (!w->started) {
		w->started = 1;
		snprintf(line, CONFIG_LINE_MAX, "reset");
		return true;
	}
	while (next_setting(app, w)) {
		setting_at(app->session.env.commands, (unsigned)w->setting, &s);
		mask = s.scope != SCOPE_GLOBAL ? up & ~w->done
		       : w->done               ? 0
					       : 1;
		if (mask) {
			mask = alike(app, &s, mask, &v);
			w->done |= mask;
			/* `reset`, the first line, sees to it. */
			if (v.unset)
				continue;
			on = subjects_of(mask);
			setting_line(&s, &on, &v, line, CONFIG_LINE_MAX);
			return true;
		}
		w->done = 0;
		w->setting++;
	}
	return false;
}

/* ---- Reset and restored ------------------------------------------------ */

static void copy_stream(struct stream *s, const void *arg)
{
	*s = *(const struct stream *)arg;
}

static void copy_how(struct worker_how *how, const void *arg)
{
	*how = *(const struct worker_how *)arg;
}

void config_reset(struct app *app, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	struct pktgen_fault fault;
	struct stream s;

	session_select(&app->session, session_all_ports(&app->session));
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		if (!pg->worker[i])
			continue;
		stream_init(&s, pg->port[i].mac);
		pktgen_edit(pg, 1ull << i, copy_stream, &s, now_ns, &fault);
		pktgen_set_mode(pg, 1ull << i, pktgen_first_mode(i), now_ns);
		pktgen_set_how(pg, 1ull << i, copy_how, &worker_how_default,
			       now_ns);
	}
}

static void keep(struct app *app)
{
	struct pktgen *pg = &app->pktgen;

	app->kept_selected = session_selected(&app->session);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pg->worker[i])
			app->port[i].kept = (struct app_kept){
				pg->stream[i],
				pg->worker[i]->mode,
				pg->worker[i]->how,
			};
}

static void restore(struct app *app, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	struct pktgen_fault fault;

	session_select(&app->session, app->kept_selected);
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct app_kept *k = &app->port[i].kept;

		if (!pg->worker[i])
			continue;
		pktgen_edit(pg, 1ull << i, copy_stream, &k->stream, now_ns,
			    &fault);
		pktgen_set_mode(pg, 1ull << i, k->mode, now_ns);
		pktgen_set_how(pg, 1ull << i, copy_how, &k->how, now_ns);
	}
}

enum call_result config_check_idle(struct call *c)
{
	uint64_t active = pktgen_active(&call_app(c)->pktgen);

	if (!active)
		return CALL_DONE;
	return app_fail_active(c, -1, (unsigned)__builtin_ctzll(active));
}

/* A command that belongs into a configuration. */
static bool configures(const struct call *c)
{
	const struct arg *a = c->form->args;

	if (!strcmp(c->cmd->name, "reset"))
		return true;
	while (a->type != ARG_NONE && !a->get)
		a++;
	return a->type != ARG_NONE;
}

/* Runs the commands of one line; false with an error in *line. */
static bool run_line(const struct call *c, struct call *line,
		     struct words *words, const char *text, size_t len)
{
	struct app *app = call_app(c);
	unsigned next = 0;

	for (;;) {
		const struct parse_ports ports = session_ports(
			&app->session, session_selected(&app->session));

		memset(line, 0, sizeof(*line));
		if (len > EDIT_LINE_MAX)
			call_fail(line, E_LONG, -1,
				  "a line takes up to %u bytes", EDIT_LINE_MAX);
		else if (!parse_split(text, (unsigned)len, &next, words, line))
			return true;
		if (!line->err)
			parse_call(app->session.env.commands, words, &ports,
				   line);
		if (!line->err && !configures(line))
			call_fail(line, E_STATE, -1,
				  "'%s' is no setting; 'run' runs a file of "
				  "any commands",
				  line->cmd->name);
		if (line->err)
			return false;
		line->app = c->app;
		line->session = c->session;
		line->runner = c->runner;
		line->reply = c->reply;
		line->program = true;
		line->now_ns = c->now_ns;
		if (line->form->run(line) == CALL_FAIL)
			return false;
	}
}

enum call_result config_load(struct call *c, const char *file, const char *text,
			     size_t len)
{
	struct words words;
	struct call line;
	unsigned row = 1;

	keep(call_app(c));
	for (size_t at = 0; at < len; row++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - (text + at)) : len - at;
		size_t bare = n && text[at + n - 1] == '\r' ? n - 1 : n;

		if (!run_line(c, &line, &words, text + at, bare)) {
			restore(call_app(c), c->now_ns);
			c->err_column = 0;
			return call_fail(c, line.err, -1, "%s:%u:%u: %.180s",
					 file, row, line.err_column,
					 line.err_text);
		}
		at += n + (end != NULL);
	}
	return CALL_DONE;
}
