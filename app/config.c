/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/config.h"

#include <string.h>

#include "app/app.h"
#include "shell/arg.h"

/* Today each port has one. */
#define STREAMS 1

unsigned app_nb_streams(const void *app __unused, unsigned port __unused)
{
	return STREAMS;
}

void config_get(const struct app *app, struct subject s, struct config *c)
{
	const struct worker *w = app->pktgen.worker[s.port];

	memset(c, 0, sizeof(*c));
	memcpy(&c->stream, &app->pktgen.stream[s.port], sizeof(c->stream));
	c->how = w ? w->how : worker_how_default;
	c->mode = w ? w->mode : 0;
	c->selected = session_selected(&app->session);
}

/* ---- Changed ------------------------------------------------------------- */

static void copy_stream(struct stream *s, const void *arg)
{
	memcpy(s, arg, sizeof(*s));
}

static void copy_how(struct worker_how *how, const void *arg)
{
	memcpy(how, arg, sizeof(*how));
}

void config_put(struct app *app, struct subject s, const struct config *c,
		uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	const uint64_t mask = 1ull << s.port;
	struct pktgen_fault fault;
	struct config is;

	config_get(app, s, &is);
	if (memcmp(&is.stream, &c->stream, sizeof(is.stream)) != 0)
		pktgen_edit(pg, mask, copy_stream, &c->stream, now_ns, &fault);
	if (is.mode != c->mode)
		pktgen_set_mode(pg, mask, c->mode, now_ns);
	if (memcmp(&is.how, &c->how, sizeof(is.how)) != 0)
		pktgen_set_how(pg, mask, copy_how, &c->how, now_ns);
}

bool config_next(const struct app *app, const struct subjects *on,
		 struct subject *s)
{
	for (; s->port < app->pktgen.nb_ports; s->port++, s->stream = 0)
		for (; s->stream < app_nb_streams(app, s->port); s->stream++)
			if (subjects_has(on, *s))
				return true;
	return false;
}

/* A setting and what it is to be. */
struct change {
	const struct arg *arg;
	const struct value *v;
};

static void change_stream(struct stream *s, const void *arg)
{
	const struct change *ch = arg;
	struct config c = {.mode = 0};

	memcpy(&c.stream, s, sizeof(*s));
	ch->arg->setting->set(&c, ch->v);
	memcpy(s, &c.stream, sizeof(*s));
}

/* The ports of which the change is one of streams. */
static uint64_t changed_streams(const struct app *app,
				const struct subjects *on,
				const struct change *ch)
{
	struct subject s = {0, 0};
	struct config is, c;
	uint64_t mask = 0;

	for (; config_next(app, on, &s); s.stream++) {
		config_get(app, s, &is);
		memcpy(&c, &is, sizeof(c));
		ch->arg->setting->set(&c, ch->v);
		if (memcmp(&is.stream, &c.stream, sizeof(c.stream)) != 0)
			mask |= 1ull << s.port;
	}
	return mask;
}

int config_edit(struct app *app, const struct setting *setting,
		const struct subjects *on, const struct value *v,
		uint64_t now_ns, struct pktgen_fault *fault)
{
	const struct change ch = {setting->arg, v};
	const uint64_t mask = changed_streams(app, on, &ch);
	struct subject s = {0, 0};
	struct config c;
	int rc = 0;

	/* Nothing else of a port can be refused. */
	if (mask)
		rc = pktgen_edit(&app->pktgen, mask, change_stream, &ch, now_ns,
				 fault);
	if (rc < 0)
		return rc;
	for (; config_next(app, on, &s); s.stream++) {
		config_get(app, s, &c);
		ch.arg->setting->set(&c, v);
		if (setting->scope == SCOPE_GLOBAL)
			session_select(&app->session, c.selected);
		else
			config_put(app, s, &c, now_ns);
	}
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
	struct setting s;
	struct value v;

	for (unsigned i = 0; setting_at(app->session.env.commands, i, &s); i++)
		if (config_initial(app, &s, of, &v))
			s.arg->setting->set(c, &v);
}

void config_reset(struct app *app, uint64_t now_ns)
{
	const struct subjects all = subjects_of(pktgen_all(&app->pktgen));
	struct subject s = {0, 0};
	struct config c;

	for (; config_next(app, &all, &s); s.stream++) {
		config_get(app, s, &c);
		set_initial(app, s, &c);
		session_select(&app->session, c.selected);
		if (app_ports_up(app) >> s.port & 1)
			config_put(app, s, &c, now_ns);
	}
}

enum call_result config_check_idle(struct call *c)
{
	uint64_t active = pktgen_active(&call_app(c)->pktgen);

	if (!active)
		return CALL_DONE;
	return app_fail_active(c, -1, (unsigned)__builtin_ctzll(active));
}
