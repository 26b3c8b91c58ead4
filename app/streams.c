/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams of ports, as commands name and list them. */
#include <stdio.h>

#include "app/app.h"
#include "app/loss.h"
#include "shell/arg.h"

_Static_assert(PARSE_NO_STREAM == PKTGEN_NO_STREAM, "both mean none");
_Static_assert(PARSE_STREAM_NAME_MAX == STREAM_NAME_MAX, "both have the room");

/* Of a port that is not up there is number 0. */
static unsigned next(const void *arg, unsigned port, unsigned from)
{
	const struct pktgen *pg = &((const struct app *)arg)->pktgen;

	if (!pktgen_up(pg, port))
		return from ? PKTGEN_NO_STREAM : 0;
	return pktgen_next_stream(pg, port, from);
}

static const char *name(const void *arg, unsigned port, unsigned stream)
{
	const struct pktgen *pg = &((const struct app *)arg)->pktgen;

	return pktgen_up(pg, port) ? pktgen_stream_use(pg, port, stream)->name
				   : "";
}

static unsigned find(const void *arg, unsigned port, const char *text)
{
	const struct pktgen *pg = &((const struct app *)arg)->pktgen;

	return pktgen_up(pg, port) ? pktgen_find_stream(pg, port, text)
				   : PKTGEN_NO_STREAM;
}

const struct parse_streams app_streams = {next, name, find};

/* ---- What they are at --------------------------------------------------- */

const char *const app_stream_states[] = {"idle",    "sending",  "paused",
					 "waiting", "disabled", NULL};

#define DISABLED 4

const char *app_stream_state(const struct app *app, struct subject s)
{
	const struct pktgen *pg = &app->pktgen;
	struct pktgen_stream_view v;

	pktgen_look_stream(pg, s.port, s.stream, &v);
	if (v.state == FLOW_IDLE &&
	    pktgen_stream_use(pg, s.port, s.stream)->disabled)
		return app_stream_states[DISABLED];
	return app_stream_states[v.state];
}

void app_subject_print(const struct app *app, struct subject s, char *buf,
		       size_t size)
{
	const struct pktgen *pg = &app->pktgen;

	if (!pktgen_up(pg, s.port) || pg->set[s.port].nb_streams == 1)
		snprintf(buf, size, "port %u", s.port);
	else
		snprintf(buf, size, "stream %u.%u", s.port, s.stream);
}

/* Rows of a call: a reply has room for them, and so has a person's screen. */
#define ROWS 16
#define ROWS_JSON 8 /* with all their keys */

enum call_result app_list_streams(struct call *c, unsigned at,
				  const struct subjects *on,
				  void (*row)(struct call *c, struct subject s))
{
	const struct app *app = call_app(c);
	struct subject s = {(unsigned)(c->state[at] >> 32),
			    (unsigned)c->state[at]};
	const unsigned rows = c->json ? ROWS_JSON : ROWS;
	const bool first = !c->state[at];
	unsigned n = 0;
	bool more;

	/* Those who wrote what was sent last have it counted. */
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		pktgen_look(&app->pktgen, i);
	reply_list(c->reply, "streams", first ? REPLY_TABLE : REPLY_ROWS);
	while ((more = pktgen_next_of(&app->pktgen, on, &s)) && n++ < rows) {
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_id(c->reply, "port", s.port);
		reply_id(c->reply, "stream", s.stream);
		row(c, s);
		reply_end(c->reply);
		s.stream++;
	}
	reply_end(c->reply);
	c->state[at] = (uint64_t)s.port << 32 | s.stream;
	c->wake_ns = c->now_ns;
	return more ? CALL_AGAIN : CALL_DONE;
}

void app_show_sizes(struct reply *r, const struct stream *s)
{
	char buf[ARG_PRINT_MAX];

	if (s->sizes.count == 1 && !stream_plays(s)) {
		reply_u64(r, "size", s->sizes.entry[0].size, "bytes");
		return;
	}
	value_sizes_print(&s->sizes, buf, sizeof(buf));
	reply_text(r, "mix", stream_plays(s) ? "captured" : buf);
}

/* People get no times: there is no room. */
static void show_counts(struct call *c, const uint64_t n[4])
{
	static const char *const keys[] = {"packets", "bytes", "first_at",
					   "last_at"};
	static const char *const units[] = {NULL, NULL, "ns", "ns"};

	for (unsigned i = 0; i < (c->json ? 4 : 2); i++)
		loss_show_one(c->reply, keys[i], n, n ? n[i] : 0, units[i]);
}

static void show_received(struct call *c, const struct pktgen_stream_view *v)
{
	const struct arrived *a = &v->received;
	uint64_t lost;
	const bool knows = loss_get(v, &loss_fields[LOSS_LOST], &lost);

	/* Nobody knows. */
	if (!v->is_signed && c->json)
		return;
	reply_map(c->reply, "rx", REPLY_TABLE);
	show_counts(c, v->is_signed
			       ? (const uint64_t[]){a->packets, a->bytes,
						    a->first_ns, a->last_ns}
			       : NULL);
	if (TRAILS && c->json)
		loss_show(c->reply, v);
	else if (TRAILS)
		loss_show_one(c->reply, loss_fields[LOSS_LOST].name, knows,
			      lost, NULL);
	reply_end(c->reply);
}

void app_show_counts(struct call *c, struct subject s)
{
	struct pktgen_stream_view v;

	pktgen_look_stream(&call_app(c)->pktgen, s.port, s.stream, &v);
	reply_map(c->reply, "tx", REPLY_TABLE);
	show_counts(c, (const uint64_t[]){v.sent.packets, v.sent.bytes,
					  v.sent.first_ns, v.sent.last_ns});
	reply_end(c->reply);
	show_received(c, &v);
}
