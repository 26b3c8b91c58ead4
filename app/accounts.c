/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/accounts.h"

#include "app/app.h"

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* From what was asked for to what came. */
static void show_sent(struct call *c, const struct stats *s,
		      const struct worker_view *v, const struct balance *b)
{
	struct reply *r = c->reply;
	const uint64_t built = s->tx_packets + v->nb_held + s->tx_dropped +
			       s->tx_link_down + s->tx_errors;

	reply_u64(r, "offered", built + s->tx_skipped, NULL);
	reply_u64(r, "skipped", s->tx_skipped, NULL);
	reply_u64(r, "built", built, NULL);
	reply_u64(r, "held", v->nb_held, NULL);
	reply_u64(r, "dropped", s->tx_dropped, NULL);
	reply_u64(r, "link_down", s->tx_link_down, NULL);
	reply_u64(r, "refused", s->tx_errors, NULL);
	reply_u64(r, "sent", s->tx_packets, NULL);
	reply_u64(r, "completed", less(s->tx_packets, v->in_flight), NULL);
	reply_u64(r, "in_flight", v->in_flight, NULL);
	reply_u64(r, "signed", b->sent, NULL);
	reply_u64(r, "arrived", b->arrived, NULL);
	balance_show(c, b);
}

static void show_received(struct reply *r, const struct stats *s,
			  const struct pktgen_came *came,
			  const struct pktgen_came *base)
{
	const uint64_t looked = came->looked - base->looked;
	const uint64_t ours = came->ours - base->ours;
	const uint64_t old = came->old - base->old;

	reply_u64(r, "received", s->rx_packets, NULL);
	reply_u64(r, "looked_at", looked, NULL);
	reply_u64(r, "ours", ours, NULL);
	reply_u64(r, "old", old, NULL);
	reply_u64(r, "foreign", less(looked, ours + old), NULL);
	reply_u64(r, "foreign_signed", came->others - base->others, NULL);
	reply_u64(r, "bad_signature", less(came->bad, base->bad), NULL);
	reply_u64(r, "ignored", s->rx_ignored, NULL);
	reply_u64(r, "oversize", s->rx_oversize, NULL);
	reply_u64(r, "buffers_short", s->rx_underrun, NULL);
}

void accounts_show(struct call *c, unsigned port)
{
	const struct app *app = call_app(c);
	const struct worker_view *v =
		pktgen_count(&app->pktgen, port, c->now_ns);
	struct pktgen_came came;
	struct balance b;
	struct stats s;

	app_stats(app, port, &s);
	balance_of_port(app, port, &b);
	show_sent(c, &s, v, &b);
	pktgen_look_came(&app->pktgen, port, &came);
	show_received(c->reply, &s, &came, &app->port[port].came_base);
}

void accounts_show_stream(struct call *c, struct subject s)
{
	struct reply *r = c->reply;
	struct pktgen_stream_view v;
	struct balance b;

	pktgen_look_stream(&call_app(c)->pktgen, s.port, s.stream, &v);
	balance_of_stream(call_app(c), s, &b);
	reply_u64(r, "offered", v.sent.built + v.sent.skipped, NULL);
	reply_u64(r, "skipped", v.sent.skipped, NULL);
	reply_u64(r, "built", v.sent.built, NULL);
	reply_u64(r, "sent", v.sent.packets, NULL);
	reply_u64(r, "signed", b.sent, NULL);
	reply_u64(r, "arrived", b.arrived, NULL);
	balance_show(c, &b);
}

/* The first `n` of them; `how`: what of them is told. */
static void show_kinds(struct call *c, const struct kinds *k, unsigned n,
		       unsigned how)
{
	static const char *const names[] = {
#define K(name, help) #name,
		KINDS_FIELDS(K)
#undef K
	};

	reply_u64(c->reply, "classified", k->frames, NULL);
	for (unsigned i = 0; i < n; i++) {
		if (how >= (i < KINDS_CHECKED    ? KINDS_ON
			    : i < KINDS_COMPARED ? KINDS_CHECKSUMS
						 : KINDS_PAYLOAD) ||
		    (k->frames && i < KINDS_COMPARED) || k->count[i])
			reply_u64(c->reply, names[i], k->count[i], NULL);
		else if (!c->json)
			reply_none(c->reply, names[i], NULL);
	}
}

void accounts_show_kinds(struct call *c, unsigned port)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	const unsigned how = pg->set[port].how.kinds;
	struct kinds k, built;

	pktgen_look_kinds(pg, port, &k, &built);
	show_kinds(c, &k, KINDS, how);
	if (!built.frames && !(c->json && how))
		return;
	reply_map(c->reply, "tx", REPLY_TABLE);
	show_kinds(c, &built, KINDS_CHECKED, how);
	reply_end(c->reply);
}
