/* SPDX-License-Identifier: BSD-3-Clause */
/* A configuration read back from its lines, all of it or nothing. */
#include "app/app.h"

#include <string.h>

#include "app/addresses.h"
#include "app/told.h"
#include "pktgen/fields.h"

/* The configuration, to be put back when a new one turns out wrong. */
struct kept {
	uint64_t selected, verdict_limit[VERDICT_LIMITS];
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

		call_clear(line);
		if (len > EDIT_LINE_MAX)
			call_fail(line, E_LONG, -1,
				  "a line takes up to %u bytes", EDIT_LINE_MAX);
		else if (!parse_split(text, (unsigned)len, &next, words, line))
			return true;
		if (!line->err)
			parse_call(app->session.env.commands, words, &ports,
				   line);
		if (!line->err && setting_asked(line))
			call_fail(line, E_MISSING, -1, "'%s' needs its value",
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
	memset(&line, 0, sizeof(line));
	for (size_t at = parse_mark(text, len); at < len; row++) {
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
