/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

#include "app/traffic.h"
#include "shell/arg.h"

/* ---- Written down ------------------------------------------------------ */

static bool has_more(const struct app *app, uint64_t order)
{
	struct setting s;

	for (unsigned i = 0; setting_at(app->session.env.commands, i, &s); i++)
		if (s.arg->setting->save_order > order)
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
		if (s.arg->setting->save_order == w->order)
			return true;
	}
}

static void value_of(const struct app *app, const struct setting *s,
		     unsigned port, struct value *v)
{
	struct config c;

	config_get(app, (struct subject){port, 0}, &c);
	memset(v, 0, sizeof(*v));
	s->arg->setting->get(&c, v);
}

/* The ports of `left` that are set like the first of them. */
static uint64_t alike(const struct app *app, const struct setting *s,
		      uint64_t left, struct value *v)
{
	uint64_t mask = left & -left;
	struct value other;

	value_of(app, s, (unsigned)__builtin_ctzll(left), v);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(left >> i & 1))
			continue;
		value_of(app, s, i, &other);
		if (arg_equal(s->arg, v, &other))
			mask |= 1ull << i;
	}
	return mask;
}

/* `reset`, the first line, sees to it. */
static bool is_reset(const struct app *app, const struct setting *s,
		     unsigned port, const struct value *v)
{
	struct value initial;

	return s->arg->setting->initial_unsaved &&
	       config_initial(app, s, (struct subject){port, 0}, &initial) &&
	       arg_equal(s->arg, v, &initial);
}

/* Ports whose sizes the line with their headers says. */
static uint64_t said_with_headers(const struct app *app,
				  const struct setting *s)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (s->arg->type == ARG_SIZES && pktgen_up(&app->pktgen, i) &&
		    traffic_has_sizes(pktgen_stream(&app->pktgen, i, 0)))
			mask |= 1ull << i;
	return mask;
}

/*
 * The next line of what frames are, see traffic.h; false once there is none.
 * These come behind the sizes, which they may change, and before all that
 * limits headers.
 */
static bool traffic(const struct app *app, struct config_walk *w,
		    char line[CONFIG_LINE_MAX])
{
	const struct subjects up = subjects_of(app_ports_up(app));
	char rest[TRAFFIC_REST_MAX];
	const char *cmd;

	for (; config_next(app, &up, &w->of); w->of.stream++, w->line = 0) {
		const struct stream *s =
			pktgen_stream(&app->pktgen, w->of.port, w->of.stream);

		if (!traffic_line(s, w->line, &cmd, rest))
			continue;
		w->line++;
		if (app_nb_streams(app, w->of.port) > 1)
			snprintf(line, CONFIG_LINE_MAX, "%s %u.%u %s", cmd,
				 w->of.port, w->of.stream, rest);
		else
			snprintf(line, CONFIG_LINE_MAX, "%s %u %s", cmd,
				 w->of.port, rest);
		return true;
	}
	return false;
}

bool config_line(const struct app *app, struct config_walk *w,
		 char line[CONFIG_LINE_MAX])
{
	const uint64_t up = app_ports_up(app);
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
		if (w->order > APP_SAVE_FIRST && traffic(app, w, line))
			return true;
		setting_at(app->session.env.commands, (unsigned)w->setting, &s);
		mask = s.scope != SCOPE_GLOBAL
			       ? up & ~w->done & ~said_with_headers(app, &s)
		       : w->done ? 0
				 : 1;
		if (mask) {
			mask = alike(app, &s, mask, &v);
			w->done |= mask;
			if (is_reset(app, &s, (unsigned)__builtin_ctzll(mask),
				     &v))
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

void config_show(const struct app *app, const struct cmd *cmd,
		 const struct arg *only, uint64_t ports, struct reply *r)
{
	char line[CONFIG_LINE_MAX];
	struct subjects on;
	struct setting s;
	struct value v;

	reply_list(r, "lines", REPLY_TABLE);
	for (unsigned i = 0; setting_at(app->session.env.commands, i, &s);
	     i++) {
		if (s.cmd != cmd || (only && s.arg != only))
			continue;
		for (uint64_t left = s.scope == SCOPE_GLOBAL ? 1 : ports; left;
		     left &= ~on.ports) {
			on = subjects_of(alike(app, &s, left, &v));
			setting_line(&s, &on, &v, line, sizeof(line));
			reply_text(r, NULL, line);
		}
	}
	reply_end(r);
}

/* ---- Restored ---------------------------------------------------------- */

/* The configuration, to be put back when a new one turns out wrong. */
static void keep(struct app *app)
{
	const struct subjects up = subjects_of(app_ports_up(app));
	struct subject s = {0, 0};

	app->kept_selected = session_selected(&app->session);
	for (; config_next(app, &up, &s); s.stream++)
		config_get(app, s, &app->port[s.port].kept[s.stream]);
}

static void restore(struct app *app, uint64_t now_ns)
{
	const struct subjects up = subjects_of(app_ports_up(app));
	struct subject s = {0, 0};

	session_select(&app->session, app->kept_selected);
	for (; config_next(app, &up, &s); s.stream++)
		config_put(app, s, &app->port[s.port].kept[s.stream], now_ns);
}

/* A command that belongs into a configuration. */
static bool configures(const struct call *c)
{
	struct setting s;
	bool sets = !strcmp(c->cmd->name, "reset");

	for (const struct arg *a = c->form->args; a->type != ARG_NONE; a++)
		sets |= a->sets;
	return sets || setting_of(c->cmd, c->form, &s);
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
		if (!line->err && setting_asked(line))
			call_fail(line, E_MISSING, -1, "'%s' lacks its value",
				  line->cmd->name);
		if (!line->err && !configures(line))
			call_fail(line, E_STATE, -1,
				  "'%s' is no setting; use 'run' for files "
				  "with other commands",
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
