/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration written down: the lines that make it. */
#include "app/app.h"

#include <stdio.h>
#include <string.h>

#include "app/addresses.h"
#include "app/timing.h"
#include "app/told.h"
#include "app/traffic.h"
#include "shell/arg.h"

static bool has_more(const struct app *app, uint64_t order)
{
	struct setting s = {0};

	while (setting_next(app->session.env.commands, &s))
		if (s.arg->setting->save_order > order)
			return true;
	return false;
}

/* Goes to the next setting of its order, and to the next order behind them. */
static bool next_setting(const struct app *app, struct config_walk *w,
			 struct setting *s)
{
	const struct cmd *const *commands = app->session.env.commands;
	bool is = setting_at(commands, (unsigned)w->setting, s);

	for (;;) {
		for (; is; is = setting_next(commands, s), w->setting++)
			if (s->arg->setting->save_order == w->order)
				return true;
		if (!has_more(app, w->order))
			return false;
		w->order++;
		w->setting = 0;
		is = setting_at(commands, 0, s);
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

static bool is_initial(const struct app *app, const struct setting *s,
		       struct subject of)
{
	struct value first, is;

	value_of(app, s, of, &is);
	return config_initial(app, s, of, &first) &&
	       arg_equal(s->arg, &first, &is);
}

/* All that a command sets of the subjects. */
static bool as_at_first(const struct app *app, const struct cmd *cmd,
			const struct subjects *on)
{
	struct setting s = {0};

	while (setting_next(app->session.env.commands, &s)) {
		s.saved = true;
		if (s.cmd != cmd || s.scope == SCOPE_GLOBAL)
			continue;
		for (struct subject of = {0, 0}; config_next(app, on, &of);
		     of.stream++)
			if (!is_initial(app, &s, of))
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
	for (; !w->only && w->limit < VERDICT_LIMITS; w->limit++)
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
		if (!w->fresh)
			return true;
	}
	for (; w->started <= ARRAY_SIZE(makers); w->started++) {
		if (maker_line(app, w, line))
			return true;
		w->at = (struct subject){0, 0};
	}
	while (next_setting(app, w, &s)) {
		if (w->order > APP_SAVE_FIRST && traffic(app, w, line))
			return true;
		s.saved = true;
		if (w->fresh && as_at_first(app, s.cmd, &up)) {
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
	struct setting s = {0};
	struct value v;

	reply_list(r, "lines", REPLY_TABLE);
	while (setting_next(app->session.env.commands, &s)) {
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
