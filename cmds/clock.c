/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"
#include "app/loss.h"
#include "app/peer_fields.h"

enum { PORTS, STATE, WITHIN, TIME };

static const struct arg_word states[] = {
	{"off", "leave the clocks of others alone"},
	{"on", "probe other appliances, and answer their probes"},
	{NULL},
};

static const struct arg set_args[] = {
	[PORTS] = {ARG_PORTS, .sets = true, .optional = true, .name = "PORTS",
		   .help = "ports that lead to other appliances"},
	[STATE] = {ARG_ENUM, .name = "CLOCK", .words = states,
		   .help = "whether clocks of others are compared"},
	[WITHIN] = {ARG_KEYWORD, .optional = true, .name = "within",
		    .help = "refuse times that may be wrong by more"},
	[TIME] = {ARG_TIME, .optional = true, .name = "TIME",
		  .help = "largest error of a time", .unset = "1ms",
		  .min = 1000, .max = 1000000000},
	{ARG_NONE},
};

static void show_peer(struct reply *r, const struct peers *ps,
		      const struct peer *p, uint64_t now_ns)
{
	const struct far_clock *c = &p->clock;
	const bool known = far_clock_known(c, now_ns);
	const uint64_t bound_ns = known ? far_clock_bound(c, now_ns) : 0;

	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", p->port);
	reply_id(r, "appliance", p->sender / SIGNATURE_PORTS);
	reply_id(r, "peer_port", p->sender % SIGNATURE_PORTS);
	reply_text(r, "clock", peer_clocks[peer_clock(ps, p, now_ns)]);
	if (known) {
		reply_i64(r, "ahead", (int64_t)far_clock_ahead(c, now_ns),
			  "ns");
		reply_i64(r, "drift", c->drift_ppb, "ppb");
	} else {
		reply_none(r, "ahead", "ns");
		reply_none(r, "drift", "ppb");
	}
	loss_show_one(r, "bound", known, bound_ns, "ns");
	loss_show_one(r, "round_trip", known, c->trip_ns, "ns");
	reply_u64(r, "exchanges", c->nb_probes, NULL);
	reply_u64(r, "steps", c->nb_steps, NULL);
	reply_end(r);
}

static enum call_result run_show(struct call *c)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const struct peers *ps = pg->peers;

	reply_id(c->reply, "appliance", pg->appliance);
	reply_u64(c->reply, "probes", ps ? ps->nb_probes : 0, NULL);
	reply_u64(c->reply, "answers", ps ? ps->nb_answers : 0, NULL);
	reply_list(c->reply, "clocks", REPLY_TABLE);
	for (unsigned i = 0; ps && i < ps->nb; i++)
		show_peer(c->reply, ps, ps->peer[i], c->now_ns);
	reply_end(c->reply);
	return CALL_DONE;
}

static enum call_result run_set(struct call *c)
{
	struct pktgen *pg = &call_app(c)->pktgen;

	if (app_check_up(c, c->v[PORTS].mask) != CALL_DONE)
		return CALL_FAIL;
	if (pktgen_set_clocks(pg, c->v[PORTS].mask, c->v[STATE].u,
			      c->v[TIME].u) < 0)
		return app_no_memory(c, -1);
	return CALL_DONE;
}

const struct cmd cmd_clock = {
	.name = "clock",
	.group = GROUP_WATCHING,
	.summary = "Compare the clocks of other appliances with ours",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run_show,
			 "show by how much clocks of others are ahead of ours"},
			{set_args, run_set,
			 "choose ports by which clocks are compared"},
			{0},
		},
	.notes = "Two appliances whose clocks are on send each other 50 probes "
		 "a second by these ports, and answer them. The shortest round "
		 "trips give the offset and drift of the other's clock. Half "
		 "of a round trip is the largest error, however the two ways "
		 "share it. 'latency peers' "
		 "then shows how long the other's signed frames were on their "
		 "way; times that may be wrong by more than 'within' says are "
		 "refused. An appliance that compares clocks does not sleep. "
		 "See docs/measurement.md.",
	.examples =
		(const char *const[]){"clock 0 on", "clock 0 on within 100us",
				      "clock", "clock off", NULL},
	.see = (const char *const[]){"latency", "signature", "calibrate", NULL},
};
