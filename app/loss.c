/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/loss.h"

#include <string.h>

#include "app/app.h"
#include "stats/wide.h"

#define ALL_MICRO 100000000u /* percent, in millionths */

static bool at_rest(const struct app *app, unsigned port)
{
	return pktgen_look(&app->pktgen, port)->state == WORKER_IDLE;
}

/* All that was sent is due where the port is at rest, else `past`. */
static void set_due(struct loss *l, bool rests, bool is_past, uint64_t past)
{
	l->due = rests ? l->sent : MIN(past, l->sent);
	l->known &= l->sent && (rests || is_past);
}

void loss_of_port(const struct app *app, unsigned port, struct loss *l)
{
	const struct loss_past *p = &app->port[port].loss_past;
	struct pktgen_signed s;

	pktgen_look_signed(&app->pktgen, port, &s);
	*l = (struct loss){.sent = s.sent,
			   .arrived = s.arrived,
			   .known = !s.unsure,
			   .any = s.any};
	set_due(l, at_rest(app, port), p->nb == ARRAY_SIZE(p->sent),
		p->sent[0]);
}

void loss_of_stream(const struct app *app, struct subject of, struct loss *l)
{
	struct pktgen_stream_view v;

	pktgen_look_stream(&app->pktgen, of.port, of.stream, &v);
	*l = (struct loss){.sent = v.sent_signed,
			   .arrived = v.received.packets,
			   .known = !v.unsure,
			   .any = v.is_signed};
	set_due(l, at_rest(app, of.port), false, 0);
}

void loss_watch(struct app *app, unsigned port)
{
	struct loss_past *p = &app->port[port].loss_past;
	struct pktgen_signed s;

	if (!app->pktgen.nb_signed)
		return;
	pktgen_look_signed(&app->pktgen, port, &s);
	if (p->nb == ARRAY_SIZE(p->sent))
		memmove(p->sent, p->sent + 1, --p->nb * sizeof(p->sent[0]));
	p->sent[p->nb++] = s.sent;
}

void loss_clear(struct app *app, unsigned port)
{
	app->port[port].loss_past = (struct loss_past){0};
}

uint64_t loss_share_micro(uint64_t part, uint64_t all)
{
	uint64_t share;

	if (!all || !part)
		return 0;
	if (part >= all)
		return ALL_MICRO;
	share = (uint64_t)wide_div((wide)part * ALL_MICRO + all - 1, all);
	return share < ALL_MICRO ? share : ALL_MICRO - 1;
}

uint64_t loss_share_milli(const struct loss *l)
{
	const uint64_t micro = loss_share_micro(loss_lost(l), l->due);

	if (micro > ALL_MICRO - 1000 && micro < ALL_MICRO)
		return ALL_MICRO / 1000 - 1;
	return (micro + 999) / 1000;
}

void loss_show(const struct loss *l, struct reply *r)
{
	if (!l->known) {
		reply_none(r, "lost");
		reply_none(r, "loss");
		return;
	}
	reply_u64(r, "lost", loss_lost(l), NULL);
	reply_milli(r, "loss", loss_share_milli(l), "%");
}

uint64_t loss_untold(const struct app *app, uint64_t mask)
{
	struct pktgen_signed s;
	struct stats counts;
	uint64_t untold = 0;

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(mask >> i & 1) || !pktgen_up(&app->pktgen, i))
			continue;
		app_stats(app, i, &counts);
		pktgen_look_signed(&app->pktgen, i, &s);
		if (counts.tx_packets && !s.any && !s.sent)
			untold |= 1ull << i;
	}
	return untold;
}

enum call_result loss_hint(struct call *c, uint64_t mask)
{
	const uint64_t untold = loss_untold(call_app(c), mask);
	char ports[96];

	c->wake_ns = c->now_ns;
	if (!untold || c->json || c->program)
		return CALL_DONE;
	if (!c->calls)
		return CALL_AGAIN;
	value_set_print(untold, ports, sizeof(ports));
	reply_list(c->reply, "notes", REPLY_TABLE);
	reply_textf(c->reply, NULL,
		    "loss of port %s is not known; type 'signature %s on'",
		    ports, ports);
	reply_end(c->reply);
	return CALL_DONE;
}
