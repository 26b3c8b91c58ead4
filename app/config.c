/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/config.h"

#include <string.h>

#include "app/addresses.h"
#include "app/app.h"
#include "app/labs.h"
#include "app/told.h"
#include "pktgen/fields.h"
#include "pktgen/pktgen_runs.h"
#include "shell/arg.h"

void config_get(const struct app *app, struct subject s, struct config *c)
{
	const struct pktgen *pg = &app->pktgen;
	const struct pktgen_port *set = &pg->set[s.port];

	if (!pktgen_up(pg, s.port)) {
		memset(c, 0, sizeof(*c));
		c->how = worker_how_default;
		c->use.weight = 1;
		c->selected = session_selected(&app->session);
		return;
	}
	c->selected = session_selected(&app->session);
	memcpy(&c->stream, pktgen_stream(pg, s.port, s.stream),
	       sizeof(c->stream));
	memcpy(&c->use, pktgen_stream_use(pg, s.port, s.stream),
	       sizeof(c->use));
	memcpy(&c->how, &set->how, sizeof(c->how));
	c->mode = set->mode;
}

/* ---- Changed ------------------------------------------------------------- */

static bool same_stream(const struct config *a, const struct config *b)
{
	return !memcmp(&a->stream, &b->stream, sizeof(a->stream));
}

/* A port that is set not to send has nothing to be started for. */
static void end_run(struct app *app, unsigned port, uint64_t now_ns)
{
	if (!worker_runs(pktgen_look(&app->pktgen, port)->state))
		return;
	pktgen_stop(&app->pktgen, 1ull << port);
	run_stopped(app, port, now_ns);
}

/* What differs is taken up; of the stream what was tried last. */
static void put(struct app *app, struct subject s, const struct config *is,
		const struct config *c, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	const uint64_t mask = 1ull << s.port;

	if (!same_stream(is, c))
		pktgen_take_stream(pg, s.port, s.stream, &c->stream, now_ns);
	if (memcmp(&is->use, &c->use, sizeof(is->use)) != 0)
		pktgen_set_use(pg, s.port, s.stream, &c->use, now_ns);
	if (is->mode != c->mode)
		pktgen_set_mode(pg, mask, c->mode, now_ns);
	if (!(c->mode & (MODE_TX | MODE_RELAYS)))
		end_run(app, s.port, now_ns);
	if (memcmp(&is->how, &c->how, sizeof(is->how)) != 0)
		pktgen_set_how(pg, mask, &c->how, now_ns);
}

void config_put(struct app *app, struct subject s, const struct config *c,
		uint64_t now_ns)
{
	struct pktgen_fault fault;
	struct config is, to;

	memcpy(&to, c, sizeof(to));
	config_get(app, s, &is);
	/* What goes no more, as other settings were made since, stays. */
	if (!same_stream(&is, c) &&
	    pktgen_try_stream(&app->pktgen, s.port, s.stream, &c->stream,
			      &fault) < 0)
		memcpy(&to.stream, &is.stream, sizeof(to.stream));
	put(app, s, &is, &to, now_ns);
}

void config_copy(struct config *to, const struct config *from)
{
	struct stream *s = &to->stream;
	struct stream had;

	memcpy(&had, s, sizeof(had));
	memcpy(s, &from->stream, sizeof(*s));
	s->linkspeed_bps = had.linkspeed_bps;
	s->port_size = had.port_size;
	memcpy(s->device_mac, had.device_mac, sizeof(s->device_mac));
	s->sender = had.sender;
	memset(s->via.mac, 0, sizeof(s->via.mac));
	to->use.weight = from->use.weight;
	to->use.disabled = from->use.disabled;
	memcpy(&to->use.plan, &from->use.plan, sizeof(to->use.plan));
}

/* Of a port that is not up there is stream 0. */
bool config_next(const struct app *app, const struct subjects *on,
		 struct subject *s)
{
	return pktgen_next_or(&app->pktgen, on, 0, s);
}

/* Of those before `end`. */
static void drop_tried(struct app *app, const struct subjects *on,
		       struct subject end)
{
	for (struct subject s = {0, 0};
	     config_next(app, on, &s) &&
	     (s.port != end.port || s.stream != end.stream);
	     s.stream++)
		if (pktgen_up(&app->pktgen, s.port))
			pktgen_drop_stream(&app->pktgen, s.port, s.stream);
}

int config_change(struct app *app, const struct subjects *on,
		  int (*change)(struct config *c, void *arg), void *arg,
		  uint64_t now_ns, struct pktgen_fault *fault)
{
	struct subject s = {0, 0}, one = {0, 0};
	struct config is, c;
	unsigned n = 0;
	int rc;

	/* Nothing but a stream can be refused. */
	for (; config_next(app, on, &s); s.stream++, n++) {
		one = s;
		config_get(app, s, &is);
		memcpy(&c, &is, sizeof(c));
		rc = change(&c, arg);
		if (rc >= 0 && !same_stream(&is, &c))
			rc = pktgen_try_stream(&app->pktgen, s.port, s.stream,
					       &c.stream, fault);
		if (rc < 0) {
			drop_tried(app, on, s);
			return rc;
		}
	}
	/* A file of many streams has lines of one, which is at hand. */
	if (n == 1) {
		put(app, one, &is, &c, now_ns);
		return 0;
	}
	for (s = (struct subject){0, 0}; config_next(app, on, &s); s.stream++) {
		config_get(app, s, &is);
		memcpy(&c, &is, sizeof(c));
		change(&c, arg);
		put(app, s, &is, &c, now_ns);
	}
	return 0;
}

struct edit_setting {
	const struct setting *setting;
	const struct value *v;
};

static int edit_setting(struct config *c, void *arg)
{
	const struct edit_setting *e = arg;

	e->setting->arg->setting->set(c, e->v);
	return 0;
}

int config_edit(struct app *app, const struct setting *setting,
		const struct subjects *on, const struct value *v,
		uint64_t now_ns, struct pktgen_fault *fault)
{
	struct edit_setting edit = {setting, v};
	struct config c;

	if (setting->scope != SCOPE_GLOBAL)
		return config_change(app, on, edit_setting, &edit, now_ns,
				     fault);
	config_get(app, (struct subject){0, 0}, &c);
	edit_setting(&c, &edit);
	session_select(&app->session, c.selected);
	return 0;
}

/* ---- As at first --------------------------------------------------------- */

bool config_initial(const struct app *app, const struct setting *s,
		    struct subject of, struct value *v)
{
	const struct arg_setting *a = s->arg->setting;
	const char *word = a->initial_of ? a->initial_of(of) : a->initial;
	const struct parse_ports ports = session_ports(&app->session, 0);

	memset(v, 0, sizeof(*v));
	return word && !arg_take(s->arg, word, &ports, v);
}

/* Has all settings of the table, of all scopes, be as at first. */
static void set_initial(const struct app *app, struct subject of,
			struct config *c)
{
	struct setting s = {0};
	struct value v;

	while (setting_next(app->session.env.commands, &s))
		if (config_initial(app, &s, of, &v))
			s.arg->setting->set(c, &v);
	fields_reset(&c->stream);
}

void config_remove_streams(struct app *app, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	unsigned n = 1;

	for (unsigned i = 0; i < pg->nb_ports; i++, n = 1)
		while (pktgen_up(pg, i) &&
		       (n = pktgen_next_stream(pg, i, n)) != PKTGEN_NO_STREAM)
			pktgen_remove_stream(pg, i, n, now_ns);
}

void config_reset(struct app *app, uint64_t now_ns)
{
	const struct subjects all = subjects_of(pktgen_all(&app->pktgen));
	struct subject s = {0, 0};
	struct config c;

	verdict_init(app);
	if (OPTION(KV))
		kv_unload(app, now_ns);
	if (OPTION(ADDRESSES))
		addresses_remove_all(app, ~0ull, now_ns);
	for (unsigned i = 0; OPTION(LAB) && i < app->pktgen.nb_ports; i++)
		labs_off(app, i, now_ns);
	if (TRAILS)
		told_restore(app, NULL, now_ns);
	config_remove_streams(app, now_ns);
	for (; config_next(app, &all, &s); s.stream++) {
		config_get(app, s, &c);
		set_initial(app, s, &c);
		c.use.disabled = false;
		memset(&c.use.plan, 0, sizeof(c.use.plan));
		session_select(&app->session, c.selected);
		if (app_ports_up(app) >> s.port & 1)
			config_put(app, s, &c, now_ns);
	}
}

enum call_result config_check_idle(struct call *c)
{
	uint64_t active = pktgen_active(&call_app(c)->pktgen);

	if (app_check_unmeasured(c, -1, ~0ull) != CALL_DONE)
		return CALL_FAIL;
	if (!active)
		return CALL_DONE;
	return app_fail_active(c, -1, (unsigned)__builtin_ctzll(active));
}
