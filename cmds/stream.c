/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/timing.h"

enum { PORTS, KEYWORD, FROM, SOURCE };
enum { NAME = 2 };
/* What the list remembers. */
enum { NEXT };

#define STREAMS_ARG(is_fresh, text)                                  \
	{                                                            \
		ARG_PORTS, .scope = SCOPE_STREAM, .fresh = is_fresh, \
			   .name = "STREAMS", .help = text           \
	}

/* ---- The list ----------------------------------------------------------- */

static void show_one(struct call *c, struct subject s)
{
	const struct app *app = call_app(c);
	const struct pktgen *pg = &app->pktgen;
	const struct stream *is = pktgen_stream(pg, s.port, s.stream);
	const struct stream_use *use = pktgen_stream_use(pg, s.port, s.stream);
	struct pktgen_stream_view v;
	char text[TIMING_REST_MAX];
	struct config config;

	pktgen_look_stream(pg, s.port, s.stream, &v);
	reply_text(c->reply, "name", use->name[0] ? use->name : "-");
	reply_text(c->reply, "state", app_stream_state(app, s));
	config_get(app, s, &config);
	if (!timing_text(&config, s, TIMING_SHAPE, text))
		value_rate_print(&is->rate, text, sizeof(text));
	reply_text(c->reply, "rate", text);
	reply_u64(c->reply, "weight", use->weight, NULL);
	app_show_sizes(c->reply, is);
	reply_text(c->reply, "strategy", app_strategies[v.strategy].name);
	reply_u64(c->reply, "sent", v.sent.packets, NULL);
}

static enum call_result run_list(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls && app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	return app_list_streams(c, NEXT, on, show_one);
}

/* ---- Added and deleted -------------------------------------------------- */

static const struct arg add_args[] = {
	[PORTS] = STREAMS_ARG(true, "streams to add"),
	[KEYWORD] = {ARG_KEYWORD, .name = "add", .help = "add streams"},
	{ARG_NONE},
};

static const struct arg copy_args[] = {
	[PORTS] = STREAMS_ARG(true, "streams to add"),
	[KEYWORD] = {ARG_KEYWORD, .name = "add", .help = "add streams"},
	[FROM] = {ARG_KEYWORD, .name = "from", .help = "copy a stream"},
	[SOURCE] = {ARG_PORTS, .scope = SCOPE_STREAM, .name = "STREAM",
		    .help = "stream to copy"},
	{ARG_NONE},
};

static const struct arg delete_args[] = {
	[PORTS] = STREAMS_ARG(false, "streams to delete"),
	[KEYWORD] = {ARG_KEYWORD, .name = "delete", .help = "delete streams"},
	{ARG_NONE},
};

static enum call_result check_number(struct call *c, struct subject s,
				     bool fresh)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	if (s.stream >= PKTGEN_MAX_STREAMS)
		return call_fail(c, E_RANGE, PORTS,
				 "'stream' takes numbers up to %u, not %u",
				 PKTGEN_MAX_STREAMS - 1, s.stream);
	if (fresh && pktgen_next_stream(pg, s.port, s.stream) == s.stream)
		return call_fail(c, E_STATE, PORTS,
				 "port %u has a stream %u; 'stream %u.%u "
				 "delete' deletes it",
				 s.port, s.stream, s.port, s.stream);
	if (!fresh && !s.stream)
		return call_fail(c, E_STATE, PORTS,
				 "stream 0 stays; 'stream %u.0 disable' keeps "
				 "it from being sent",
				 s.port);
	return CALL_DONE;
}

/* Fails where not each of them is named by its number. */
static enum call_result check_numbers(struct call *c, bool fresh)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct subject s = {0, 0};

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	if (on->whole && (fresh || !on->dotted))
		return call_fail(c, E_RANGE, PORTS,
				 "'stream' needs numbers of streams, such as "
				 "%u.1 or %u.1-99",
				 (unsigned)__builtin_ctzll(on->whole),
				 (unsigned)__builtin_ctzll(on->whole));
	while (subjects_next(on, &s)) {
		/* Of a whole port all others than 0 are meant. */
		if (on->whole >> s.port & 1) {
			s = (struct subject){s.port + 1, 0};
			continue;
		}
		if (check_number(c, s, fresh) != CALL_DONE)
			return CALL_FAIL;
		s.stream++;
	}
	return CALL_DONE;
}

/* Those of a set before `end`. */
static void delete_before(struct call *c, struct subject end)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct pktgen *pg = &call_app(c)->pktgen;

	for (struct subject s = {0, 0};
	     pktgen_next_of(pg, on, &s) &&
	     (s.port < end.port ||
	      (s.port == end.port && s.stream < end.stream));
	     s.stream++)
		if (s.stream)
			pktgen_remove_stream(pg, s.port, s.stream, c->now_ns);
}

static enum call_result run_add(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct app *app = call_app(c);

	if (check_numbers(c, true) != CALL_DONE)
		return CALL_FAIL;
	for (struct subject s = {0, 0}; subjects_next(on, &s); s.stream++) {
		if (pktgen_add_stream(&app->pktgen, s.port, s.stream, 0,
				      c->now_ns) >= 0)
			continue;
		delete_before(c, s);
		return app_no_memory(c, PORTS);
	}
	return CALL_DONE;
}

/* All but its name: that is one stream's. The addresses stay the port's. */
static enum call_result copy_to(struct call *c, const struct config *from,
				struct subject source)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct app *app = call_app(c);
	struct pktgen_fault fault;
	struct config to;
	int rc;

	for (struct subject s = {0, 0}; subjects_next(on, &s); s.stream++) {
		config_get(app, s, &to);
		config_copy(&to, from);
		/* It can follow none of another port. */
		if (s.port != source.port) {
			to.use.plan.follows = false;
			to.use.plan.after = 0;
		}
		rc = pktgen_try_stream(&app->pktgen, s.port, s.stream,
				       &to.stream, &fault);
		if (rc < 0) {
			delete_before(c, (struct subject){PKTGEN_MAX_PORTS, 0});
			if (rc == -ENOMEM)
				return app_no_memory(c, PORTS);
			return call_fail(c, E_STATE, SOURCE,
					 "port %u cannot send stream %u.%u; "
					 "its MTU is %u",
					 s.port, source.port, source.stream,
					 app->pktgen.port[s.port].mtu);
		}
		config_put(app, s, &to, c->now_ns);
	}
	return CALL_DONE;
}

static enum call_result run_copy(struct call *c)
{
	struct subject source = {0, 0};
	struct app *app = call_app(c);
	struct subject more;
	struct config from;

	if (app_check_up(c, c->v[SOURCE].subjects.ports) != CALL_DONE)
		return CALL_FAIL;
	config_next(app, &c->v[SOURCE].subjects, &source);
	more = (struct subject){source.port, source.stream + 1};
	if (config_next(app, &c->v[SOURCE].subjects, &more))
		return call_fail(c, E_RANGE, SOURCE,
				 "'stream' copies one stream; type '%u.%u'",
				 source.port, source.stream);
	config_get(app, source, &from);
	if (stream_is_fed(&from.stream))
		return call_fail(c, E_STATE, SOURCE,
				 "stream %u.%u plays what is fed to it alone; "
				 "'play %u.%u off' ends that",
				 source.port, source.stream, source.port,
				 source.stream);
	if (run_add(c) != CALL_DONE)
		return CALL_FAIL;
	return copy_to(c, &from, source);
}

static enum call_result run_delete(struct call *c)
{
	if (check_numbers(c, false) != CALL_DONE)
		return CALL_FAIL;
	delete_before(c, (struct subject){PKTGEN_MAX_PORTS, 0});
	return CALL_DONE;
}

/* ---- Enabled, disabled, named ------------------------------------------- */

static const struct arg enable_args[] = {
	[PORTS] = STREAMS_ARG(false, "streams to enable"),
	[KEYWORD] = {ARG_KEYWORD, .name = "enable",
		     .help = "start streams with their port"},
	{ARG_NONE},
};

static const struct arg disable_args[] = {
	[PORTS] = STREAMS_ARG(false, "streams to disable"),
	[KEYWORD] = {ARG_KEYWORD, .name = "disable",
		     .help = "start streams by number only"},
	{ARG_NONE},
};

static enum call_result run_enable(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	struct pktgen *pg = &call_app(c)->pktgen;

	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	for (struct subject s = {0, 0}; pktgen_next_of(pg, on, &s);
	     s.stream++) {
		struct stream_use use =
			*pktgen_stream_use(pg, s.port, s.stream);

		use.disabled = c->form->args == disable_args;
		pktgen_set_use(pg, s.port, s.stream, &use, c->now_ns);
	}
	return CALL_DONE;
}

static void get_name(const struct config *c, struct value *v)
{
	memcpy(v->text, c->use.name, sizeof(c->use.name));
}

static void set_name(struct config *c, const struct value *v)
{
	memset(c->use.name, 0, sizeof(c->use.name));
	snprintf(c->use.name, sizeof(c->use.name), "%.*s", STREAM_NAME_MAX,
		 v->text);
}

static const struct arg_setting name_setting = {
	.get = get_name,
	.set = set_name,
	.initial = "-",
	.initial_unsaved = true,
};

static const struct arg name_args[] = {
	[PORTS] = STREAMS_ARG(false, "stream to name"),
	[KEYWORD] = {ARG_KEYWORD, .name = "name", .help = "name a stream"},
	[NAME] = {ARG_LABEL, .name = "NAME",
		  .help = "a letter and up to 14 letters, digits, '_', '-'; or "
			  "'-'",
		  .setting = &name_setting},
	{ARG_NONE},
};

/* Of a port no two streams have the same. */
static enum call_result run_name(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;
	const struct pktgen *pg = &call_app(c)->pktgen;
	const char *name = c->v[NAME].text;
	uint64_t named = 0;

	if (!c->v[NAME].set || !*name)
		return app_set(c);
	if (app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	for (struct subject s = {0, 0}; pktgen_next_of(pg, on, &s);
	     s.stream++) {
		const unsigned other = pktgen_find_stream(pg, s.port, name);

		if (named >> s.port & 1)
			return call_fail(c, E_RANGE, PORTS,
					 "'stream' names one stream of a port");
		if (other != PKTGEN_NO_STREAM && other != s.stream)
			return call_fail(c, E_STATE, NAME,
					 "stream %u.%u has this name", s.port,
					 other);
		named |= 1ull << s.port;
	}
	return app_set(c);
}

const struct cmd cmd_stream = {
	.name = "stream",
	.group = GROUP_TRAFFIC,
	.summary = "List, add, copy, delete or name streams",
	.forms =
		(const struct cmd_form[]){
			{app_show_streams_args, run_list, "list streams"},
			{add_args, run_add,
			 "add streams, set as the port's first one at boot"},
			{copy_args, run_copy,
			 "add streams that are set like another one"},
			{delete_args, run_delete, "stop and delete streams"},
			{enable_args, run_enable,
			 "have 'start' of their port start them"},
			{disable_args, run_enable,
			 "stop streams; 'start' of their port skips them"},
			{name_args, run_name,
			 "name a stream, for use in place of its number"},
			{0},
		},
	.notes = "Stream 0 of a port always exists; others have any number "
		 "below " APP_WORD(
			 PKTGEN_MAX_STREAMS) ". "
					     "Commands that take PORTS with "
					     "streams take a name in place "
					     "of a number. All streams of a "
					     "port are sent together, each "
					     "at its own rate; the first "
					     "frames of streams that are "
					     "started together are spread over "
					     "the gaps between frames. A "
					     "stream that is added while its "
					     "port sends waits for "
					     "'start'.",
	.examples = (const char *const[]){"stream", "stream 0.1-99 add",
					  "stream 0.5 add from 0.1",
					  "stream 0.5 name voice",
					  "rate 0.voice 50pps",
					  "stream 0.7 disable",
					  "stream 0.all delete", NULL},
	.see = (const char *const[]){"weight", "rate", "start", "pause",
				     "stats", NULL},
	.configures = true,
};
