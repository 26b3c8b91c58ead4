/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "app/loss.h"

enum { PORTS, JSON };
enum { NEXT };

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SHOW,
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static void show_reordering(struct reply *r, bool known,
			    const struct order_counts *o)
{
	static const char *const n[ORDER_N_MAX] = {"n1", "n2", "n3"};
	const bool any = known && o->reordered;

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

static enum call_result run(struct call *c)
{
	const struct subjects *on = &c->v[PORTS].subjects;

	if (c->cancelled)
		return CALL_DONE;
	if (!c->calls && app_check_up(c, on->ports) != CALL_DONE)
		return CALL_FAIL;
	return app_list_streams(c, NEXT, on, show);
}

const struct cmd cmd_order = {
	.name = "order",
	.group = GROUP_WATCHING,
	.summary = "Show loss, duplicates and reordering of signed frames",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Counts since 'stats clear'. Figures are exact for frames "
		 "that are late by less than the window. An extent is in "
		 "frames; 'reordered by n2' counts frames that came behind two "
		 "later ones. Episodes are losses in a row, the longest in "
		 "frames; the outage is the longest time without a frame that "
		 "a loss came with. What is lost at the end of a run is known "
		 "once the port is idle. See docs/measurement.md.",
	.examples = (const char *const[]){"order", "order 0.3", "order --json",
					  NULL},
	.see = (const char *const[]){"stats", "latency", "signature", NULL},
};
