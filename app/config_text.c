/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

#include "app/addresses.h"
#include "app/timing.h"
#include "app/told.h"
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
		     struct subject of, struct value *v)
{
	struct config c;

	config_get(app, of, &c);
	/* With other headers than at first, their line says the sizes. */
	if (s->saved && s->arg->type == ARG_SIZES &&
	    traffic_has_sizes(&c.stream))
		stream_set_size(&c.stream, STREAM_SIZE_MIN);
	memset(v, 0, sizeof(*v));
	s->arg->setting->get(&c, v);
}

static bool is_alike(const struct app *app, const struct setting *s,
		     struct subject of, const struct value *v)
{
	struct value other;

	value_of(app, s, of, &other);
	return arg_equal(s->arg, v, &other);
}

/* Whether all streams of a port are set like its first, which is *v. */
static bool port_alike(const struct app *app, const struct setting *s,
		       unsigned port, struct value *v)
{
	const struct subjects on = subjects_of(1ull << port);
	struct subject of = {port, 0};

	value_of(app, s, of, v);
	if (s->scope != SCOPE_STREAM)
		return true;
	for (; config_next(app, &on, &of); of.stream++)
		if (!is_alike(app, s, of, v))
			return false;
	return true;
}

/* The ports of `left`, whole ones, that are set like the first of them. */
static uint64_t ports_alike(const struct app *app, const struct setting *s,
			    uint64_t left, struct value *v)
{
	const unsigned first = (unsigned)__builtin_ctzll(left);
	uint64_t mask = 0;
	struct value other;

	for (unsigned i = first; i < app->pktgen.nb_ports; i++)
		if (left >> i & 1 && port_alike(app, s, i, &other) &&
		    (i == first || arg_equal(s->arg, v, &other))) {
			mask |= 1ull << i;
			if (i == first)
				*v = other;
		} else if (i == first) {
			return 0;
		}
	return mask;
}

/* One after another of a set, as numbers go, which are alike. */
static struct subjects streams_alike(const struct app *app,
				     const struct setting *s,
				     const struct subjects *on,
				     struct subject *at, struct value *v)
{
	const struct subject first = *at;
	struct subject last = *at;
	struct subjects run = {.ports = 1ull << first.port, .dotted = true};

	value_of(app, s, first, v);
	for (at->stream++; config_next(app, on, at) && at->port == first.port;
	     at->stream++) {
		if (pktgen_next_stream(&app->pktgen, first.port,
				       last.stream + 1) != at->stream ||
		    !is_alike(app, s, *at, v))
			break;
		last = *at;
	}
	run.nb_parts = 1;
	run.part[0] = (struct subject_part){
		(uint8_t)first.port,
		(uint8_t)first.port,
		(uint16_t)first.stream,
		(uint16_t)last.stream,
	};
	return run;
}

/*
 * The next subjects of a set that a setting's line is for, with its value in
 * *v; false when it has no line any more. Whole ports that are alike are one.
 */
static bool next_alike(const struct app *app, const struct setting *s,
		       const struct subjects *on, struct config_walk *w,
		       struct subjects *line, struct value *v)
{
	const uint64_t left = on->ports & ~w->done;
	uint64_t mask = 0;

	if (s->scope == SCOPE_GLOBAL) {
		value_of(app, s, (struct subject){0, 0}, v);
		*line = subjects_of(1);
		return !w->done++;
	}
	if (!w->inside) {
		if (!left)
			return false;
		w->at = (struct subject){(unsigned)__builtin_ctzll(left), 0};
		if (s->scope != SCOPE_STREAM || on->whole >> w->at.port & 1)
			mask = ports_alike(app, s,
					   s->scope == SCOPE_STREAM
						   ? left & on->whole
						   : left,
					   v);
		w->done |= mask | 1ull << w->at.port;
		*line = subjects_of(mask);
		if (mask)
			return true;
		w->inside = config_next(app, on, &w->at);
	}
	*line = streams_alike(app, s, on, &w->at, v);
	w->inside = w->at.port == line->part[0].port &&
		    config_next(app, on, &w->at) &&
		    w->at.port == line->part[0].port;
	return true;
}

/* `reset`, the first line, sees to it. */
static bool is_reset(const struct app *app, const struct setting *s,
		     const struct subjects *on, const struct value *v)
{
	struct subject of = {0, 0};
	struct value initial;

	return s->arg->setting->initial_unsaved && config_next(app, on, &of) &&
	       config_initial(app, s, of, &initial) &&
	       arg_equal(s->arg, v, &initial);
}

/* Those that a walk's lines are about. */
static struct subjects subjects(const struct app *app,
				const struct config_walk *w)
{
	return w->only ? *w->only : subjects_of(app_ports_up(app));
}

/*
 * The next line of what frames are, see traffic.h; false once there is none.
 * These come behind the sizes, which they may change, and before all that
 * limits headers.
 */
static bool traffic(const struct app *app, struct config_walk *w,
		    char line[CONFIG_LINE_MAX])
{
	const struct subjects up = subjects(app, w);
	char rest[TRAFFIC_REST_MAX], subject[TRAFFIC_SUBJECT_MAX];
	const char *cmd;

	for (; config_next(app, &up, &w->of); w->of.stream++, w->line = 0) {
		const struct stream *s =
			pktgen_stream(&app->pktgen, w->of.port, w->of.stream);

		if (!traffic_line(s, w->line, &cmd, rest))
			continue;
		w->line++;
		snprintf(line, CONFIG_LINE_MAX, "%s %s %s", cmd,
			 traffic_subject(app, w->of, subject), rest);
		return true;
	}
	return false;
}

/* The next line of when frames go, see timing.h: behind all settings. */
static bool timing(const struct app *app, struct config_walk *w,
		   char line[CONFIG_LINE_MAX])
{
	const struct subjects up = subjects(app, w);
	char rest[TIMING_REST_MAX], subject[TRAFFIC_SUBJECT_MAX];
	const char *cmd;
	struct config c;

	if (!w->timed++)
		w->of = (struct subject){0, 0};
	for (; config_next(app, &up, &w->of); w->of.stream++, w->line = 0) {
		config_get(app, w->of, &c);
		if (!timing_line(&c, w->of, w->line, &cmd, rest))
			continue;
		w->line++;
		snprintf(line, CONFIG_LINE_MAX, "%s %s %s", cmd,
			 traffic_subject(app, w->of, subject), rest);
		return true;
	}
	return false;
}

static bool is_added(const struct pktgen *pg, struct subject s)
{
	(void)pg;
	return s.stream;
}

static bool is_disabled(const struct pktgen *pg, struct subject s)
{
	return pktgen_stream_use(pg, s.port, s.stream)->disabled;
}

/* What makes streams, in this order; behind them are settings. */
static const struct {
	const char *form;
	bool (*wanted)(const struct pktgen *pg, struct subject s);
} makers[] = {{"add", is_added}, {"disable", is_disabled}};

/* "stream 0.1-99 add": of a port those that have one number after another. */
static bool maker_line(const struct app *app, struct config_walk *w,
		       char line[CONFIG_LINE_MAX])
{
	const struct pktgen *pg = &app->pktgen;
	const struct subjects all = subjects(app, w);
	const unsigned i = (unsigned)w->started - 1;
	unsigned from, last;

	while (pktgen_next_of(pg, &all, &w->at) && !makers[i].wanted(pg, w->at))
		w->at.stream++;
	if (w->at.port >= pg->nb_ports)
		return false;
	from = last = w->at.stream;
	while (w->at.stream++,
	       pktgen_next_stream(pg, w->at.port, w->at.stream) == last + 1 &&
		       subjects_has(&all, w->at) && makers[i].wanted(pg, w->at))
		last++;
	if (from == last)
		snprintf(line, CONFIG_LINE_MAX, "stream %u.%u %s", w->at.port,
			 from, makers[i].form);
	else
		snprintf(line, CONFIG_LINE_MAX, "stream %u.%u-%u %s",
			 w->at.port, from, last, makers[i].form);
	return true;
}

/* All that a command sets of the first subject. */
static bool as_at_first(const struct app *app, const struct cmd *cmd,
			const struct subjects *on)
{
	struct subject of = {0, 0};
	struct value first, is;
	struct setting s;

	config_next(app, on, &of);
	for (unsigned i = 0; setting_at(app->session.env.commands, i, &s);
	     i++) {
		s.saved = true;
		if (s.cmd != cmd || s.scope == SCOPE_GLOBAL)
			continue;
		value_of(app, &s, of, &is);
		if (!config_initial(app, &s, of, &first) ||
		    !arg_equal(s.arg, &first, &is))
			return false;
	}
	return true;
}

/* "mode 1 forward 2": of a port that forwards, behind what it is besides. */
static bool relay_text(const struct app *app, unsigned port,
		       char line[CONFIG_LINE_MAX])
{
	char relay[APP_RELAY_MAX];

	if (!app_relay_print(app->pktgen.set[port].mode, relay, sizeof(relay)))
		return false;
	snprintf(line, CONFIG_LINE_MAX, "mode %u %s", port, relay);
	return true;
}

static bool relay_line(const struct app *app, struct config_walk *w,
		       char line[CONFIG_LINE_MAX])
{
	const uint64_t mask = subjects(app, w).ports;

	while (w->relayed < app->pktgen.nb_ports) {
		const unsigned port = (unsigned)w->relayed++;

		if (mask >> port & 1 && relay_text(app, port, line))
			return true;
	}
	return false;
}

/* What a verdict allows, where that is not as at first. */
static bool limit_line(const struct app *app, struct config_walk *w,
		       char line[CONFIG_LINE_MAX])
{
	for (; !w->only && w->limit < VERDICT_COUNTS; w->limit++)
		if (verdict_line(app, (enum verdict_reason)w->limit, line)) {
			w->limit++;
			return true;
		}
	return false;
}

bool config_line(const struct app *app, struct config_walk *w,
		 char line[CONFIG_LINE_MAX])
{
	const struct subjects up = subjects(app, w);
	struct subjects on;
	struct setting s;
	struct value v;

	if (!w->started) {
		w->started = 1;
		snprintf(line, CONFIG_LINE_MAX, "reset");
		if (!w->only)
			return true;
	}
	for (; w->started <= ARRAY_SIZE(makers); w->started++) {
		if (maker_line(app, w, line))
			return true;
		w->at = (struct subject){0, 0};
	}
	while (next_setting(app, w)) {
		if (w->order > APP_SAVE_FIRST && traffic(app, w, line))
			return true;
		setting_at(app->session.env.commands, (unsigned)w->setting, &s);
		s.saved = true;
		if (w->only && as_at_first(app, s.cmd, w->only)) {
			w->setting++;
			continue;
		}
		while (next_alike(app, &s, &up, w, &on, &v)) {
			if (is_reset(app, &s, &on, &v))
				continue;
			setting_line(&s, &on, &v, line, CONFIG_LINE_MAX);
			return true;
		}
		w->done = 0;
		w->setting++;
	}
	return timing(app, w, line) || relay_line(app, w, line) ||
	       limit_line(app, w, line) ||
	       (TRAILS && !w->only && told_line(app, &w->told, line)) ||
	       (OPTION(KV) && !w->only && !w->kept++ &&
		kv_line(&app->kv, line)) ||
	       (OPTION(ADDRESSES) && !w->only &&
		addresses_line(app, (unsigned)w->address++, line));
}

void config_show(const struct app *app, const struct cmd *cmd,
		 const struct arg *only, const struct subjects *on,
		 struct reply *r)
{
	char line[CONFIG_LINE_MAX];
	struct subjects of;
	struct setting s;
	struct value v;

	reply_list(r, "lines", REPLY_TABLE);
	for (unsigned i = 0; setting_at(app->session.env.commands, i, &s);
	     i++) {
		struct config_walk w = {0};

		if (s.cmd != cmd || (only && s.arg != only))
			continue;
		while (next_alike(app, &s, on, &w, &of, &v)) {
			setting_line(&s, &of, &v, line, sizeof(line));
			reply_text(r, NULL, line);
		}
	}
	timing_lines(app, cmd->name, on, false, r);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (!strcmp(cmd->name, "mode") && on->ports >> i & 1 &&
		    relay_text(app, i, line))
			reply_text(r, NULL, line);
	reply_end(r);
}

/* ---- Restored ---------------------------------------------------------- */

/* The configuration, to be put back when a new one turns out wrong. */
struct kept {
	uint64_t selected, verdict_limit[VERDICT_COUNTS];
	struct addresses_kept *addresses;
	struct app_kv kv;
	struct told_kept told;
	size_t nb;
	struct {
		struct subject of;
		struct config is;
	} one[];
};

/* NULL for lack of memory. */
static struct kept *keep(const struct app *app)
{
	const struct subjects up = subjects_of(app_ports_up(app));
	struct subject s = {0, 0};
	struct kept *k;
	size_t n = 0;

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		n += app->pktgen.set[i].nb_streams;
	k = uk_malloc(app->pktgen.heap, sizeof(*k) + n * sizeof(k->one[0]));
	if (!k)
		return NULL;
	k->addresses = OPTION(ADDRESSES) ? addresses_keep(app) : NULL;
	if (OPTION(ADDRESSES) && !k->addresses) {
		uk_free(app->pktgen.heap, k);
		return NULL;
	}
	k->kv = app->kv;
	if (TRAILS)
		told_keep(app, &k->told);
	k->selected = session_selected(&app->session);
	memcpy(k->verdict_limit, app->verdict_limit, sizeof(k->verdict_limit));
	for (k->nb = 0; config_next(app, &up, &s); s.stream++) {
		k->one[k->nb].of = s;
		config_get(app, s, &k->one[k->nb].is);
		fields_hold(&k->one[k->nb++].is.stream, 1);
	}
	return k;
}

/* Done with. */
static void forget(struct app *app, struct kept *k)
{
	for (size_t i = 0; i < k->nb; i++)
		fields_hold(&k->one[i].is.stream, -1);
	uk_free(app->pktgen.heap, k->addresses);
	uk_free(app->pktgen.heap, k);
}

static void restore(struct app *app, const struct kept *k, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;

	session_select(&app->session, k->selected);
	memcpy(app->verdict_limit, k->verdict_limit, sizeof(k->verdict_limit));
	if (OPTION(ADDRESSES))
		addresses_restore(app, k->addresses, now_ns);
	config_remove_streams(app, now_ns);
	for (size_t i = 0; i < k->nb; i++) {
		const struct subject s = k->one[i].of;

		/* There was memory for it before. */
		if (s.stream &&
		    pktgen_add_stream(pg, s.port, s.stream, 0, now_ns) < 0)
			continue;
		config_put(app, s, &k->one[i].is, now_ns);
	}
	if (TRAILS)
		told_restore(app, &k->told, now_ns);
}

/* A command that belongs into a configuration. */
static bool configures(const struct call *c)
{
	struct setting s;
	bool sets = false;

	for (const struct arg *a = c->form->args; a->type != ARG_NONE; a++)
		sets |= a->sets;
	if (sets || setting_of(c->cmd, c->form, &s))
		return true;
	return c->cmd->configures &&
	       (!c->cmd->forms[1].run || setting_keyword(&s));
}

/* Runs the commands of one line; false with an error in *line. */
static bool run_line(const struct call *c, struct call *line,
		     struct words *words, const char *text, size_t len)
{
	struct app *app = call_app(c);
	enum call_result result;
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
		/* A long list is read in pieces. */
		while ((result = line->form->run(line)) == CALL_AGAIN)
			line->calls++;
		if (result == CALL_FAIL)
			return false;
	}
}

/* The table of keys is made or read again, where it is another by now. */
static void restore_kv(const struct call *c, const struct app_kv *was,
		       struct call *line, struct words *words)
{
	struct app *app = call_app(c);
	char text[CONFIG_LINE_MAX];

	if (!OPTION(KV) || !memcmp(was, &app->kv, sizeof(*was)))
		return;
	kv_unload(app, c->now_ns);
	if (kv_line(was, text))
		run_line(c, line, words, text, strlen(text));
}

enum call_result config_load(struct call *c, const char *file, const char *text,
			     size_t len)
{
	struct kept *kept = keep(call_app(c));
	struct words words;
	struct call line;
	unsigned row = 1;

	if (!kept)
		return app_no_memory(c, -1);
	for (size_t at = 0; at < len; row++) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - (text + at)) : len - at;
		size_t bare = n && text[at + n - 1] == '\r' ? n - 1 : n;

		if (!run_line(c, &line, &words, text + at, bare)) {
			restore(call_app(c), kept, c->now_ns);
			c->err_column = 0;
			call_fail(c, line.err, -1, "%s:%u:%u: %.180s", file,
				  row, line.err_column, line.err_text);
			restore_kv(c, &kept->kv, &line, &words);
			forget(call_app(c), kept);
			return CALL_FAIL;
		}
		at += n + (end != NULL);
	}
	forget(call_app(c), kept);
	return CALL_DONE;
}
