/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "app/loss.h"
#include "stats/wide.h"

enum { PORTS };
enum { DENSITY, OF, DENSITY_JSON };
enum { NEXT };

static const struct arg density_args[] = {
	[DENSITY] = {ARG_KEYWORD, .name = "density",
		     .help = "how far from their places frames came"},
	[OF] = APP_STREAMS_TO_SHOW,
	[DENSITY_JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static void show_reordering(struct reply *r, bool known,
			    const struct order_counts *o)
{
	static const char *const n[ORDER_N_MAX] = {"n1", "n2", "n3"};
	const bool any = known && o->reordered;

	loss_show_one(r, "steered", known, o->steered, NULL);
	if (any)
		reply_milli(r, "extent_mean",
			    o->extent_sum * 1000 / o->reordered, NULL);
	else
		reply_none(r, "extent_mean", NULL);
	loss_show_one(r, "extent_max", any, o->extent_max, NULL);
	reply_map(r, "reordered_by", REPLY_TABLE);
	for (unsigned i = 0; i < ORDER_N_MAX; i++)
		loss_show_one(r, n[i], known, o->n_reordered[i], NULL);
	reply_end(r);
}

static void show_episodes(struct reply *r, bool known,
			  const struct order_counts *o)
{
	const bool any = known && o->episodes;

	loss_show_one(r, "episodes", known, o->episodes, NULL);
	loss_show_one(r, "longest", any, o->longest, NULL);
	loss_show_one(r, "outage", any && o->outage_ns, o->outage_ns, "ns");
}

static void show(struct call *c, struct subject s)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	struct pktgen_stream_view v;
	struct order_counts o;
	bool known;

	pktgen_look_stream(pg, s.port, s.stream, &v);
	pktgen_look_order(pg, s.port, s.stream, &o);
	known = v.is_signed && v.window && v.heard;
	loss_show_one(c->reply, "unique", known, o.unique, NULL);
	loss_show(c->reply, &v);
	show_reordering(c->reply, known, &o);
	show_episodes(c->reply, known, &o);
}

static bool any_signed(const struct pktgen *pg, const struct subjects *on)
{
	struct pktgen_stream_view v;
	struct subject s = {0, 0};

	for (; pktgen_next_of(pg, on, &s); s.stream++) {
		pktgen_look_stream(pg, s.port, s.stream, &v);
		if (v.is_signed)
			return true;
	}
	return false;
}

/* To a person, in the place of a table without a figure. */
static enum call_result say_unsigned(struct call *c)
{
	reply_list(c->reply, "notes", REPLY_TABLE);
	reply_text(c->reply, NULL,
		   "no stream is signed, so no order is known; type "
		   "'signature on'");
	reply_end(c->reply);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls && app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	if (!c->calls && !c->program && !any_signed(&call_app(c)->pktgen, on))
		return say_unsigned(c);
	return app_list_streams(c, NEXT, on, show);
}

/* ---- RFC 5236 ------------------------------------------------------------ */

static void show_counts(struct reply *r, struct subject s, const char *metric,
			const uint64_t *count, unsigned nb, int first)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < nb; i++)
		all += count[i];
	for (unsigned i = 0; i < nb; i++) {
		if (!count[i])
			continue;
		reply_map(r, NULL, REPLY_TABLE);
		reply_id(r, "port", s.port);
		reply_id(r, "stream", s.stream);
		reply_text(r, "metric", metric);
		reply_i64(r, "places", first + (int)i, NULL);
		reply_u64(r, "frames", count[i], NULL);
		reply_milli(r, "part",
			    (uint64_t)wide_div((wide)count[i] * 100000, all),
			    "%");
		reply_end(r);
	}
}

/* The next whose density is known. */
static bool next_dense(const struct call *c, struct subject *s,
		       struct density_counts *d)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	for (; pktgen_next_of(pg, &c->v[OF].subjects, s); s->stream++)
		if (pktgen_look_density(pg, s->port, s->stream, d))
			return true;
	return false;
}

/* A stream in each call. */
static enum call_result run_density(struct call *c)
{
	struct subject s = {(unsigned)(c->state[NEXT] >> 32),
			    (unsigned)c->state[NEXT]};
	struct density_counts d;

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls && app_check_up(c, c->v[OF].subjects.ports) != CALL_DONE)
		return CALL_FAIL;
	reply_list(c->reply, "density", c->calls ? REPLY_ROWS : REPLY_TABLE);
	if (next_dense(c, &s, &d)) {
		show_counts(c->reply, s, "displacement", d.displaced,
			    ARRAY_SIZE(d.displaced), -DENSITY_MAX);
		show_counts(c->reply, s, "buffered", d.occupied,
			    ARRAY_SIZE(d.occupied), 0);
		s.stream++;
	}
	reply_end(c->reply);
	c->state[NEXT] = (uint64_t)s.port << 32 | s.stream;
	c->wake_ns = c->now_ns;
	return next_dense(c, &s, &d) ? CALL_AGAIN : CALL_DONE;
}

const struct cmd cmd_order = {
	.name = "order",
	.group = GROUP_WATCHING,
	.summary = "Show loss, duplicates and reordering of signed frames",
	.forms =
		(const struct cmd_form[]){
			{app_show_streams_args, run,
			 "show counts of each stream"},
			{density_args, run_density,
			 "show how far from their places frames came"},
			{0},
		},
	.notes = "Counts since 'stats clear'. Figures are exact for frames "
		 "that are late by less than the window. An extent is in "
		 "frames; 'reordered by n2' counts frames that came behind two "
		 "later ones. Episodes are losses in a row, the longest in "
		 "frames; the outage is the longest time without a frame that "
		 "a loss came with. What is lost at the end of a run is known "
		 "once the port is idle. 'density' has the figures of RFC "
		 "5236, by up to 8 places: frames by their displacement, where "
		 "early ones are below 0, and by how many a reordering buffer "
		 "would hold then. See docs/measurement.md.",
	.examples =
		(const char *const[]){"order", "order 0.3", "order density 0",
				      "order --json", NULL},
	.see = (const char *const[]){"stats", "latency", "signature", NULL},
};
