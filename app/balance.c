/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/balance.h"

#include "app/app.h"
#include "stats/wide.h"

#define ALL_MICRO 100000000u /* percent, in millionths */

static bool at_rest(const struct app *app, unsigned port)
{
	return pktgen_look(&app->pktgen, port)->state == WORKER_IDLE;
}

static void set_lost(struct balance *b, bool rests, bool tells, uint64_t lost)
{
	b->known &= b->sent && (rests || tells);
	b->lost = !rests                 ? lost
		  : b->sent > b->arrived ? b->sent - b->arrived
					 : 0;
}

void balance_of_port(const struct app *app, unsigned port, struct balance *b)
{
	struct pktgen_signed s;

	pktgen_sum_signed(&app->pktgen, port, &s);
	*b = (struct balance){.sent = s.sent,
			      .arrived = s.arrived,
			      .known = !s.unsure,
			      .any = s.any};
	set_lost(b, at_rest(app, port), s.tells, s.lost);
}

void balance_of_stream(const struct app *app, struct subject of,
		       struct balance *b)
{
	struct pktgen_stream_view v;

	pktgen_look_stream(&app->pktgen, of.port, of.stream, &v);
	*b = (struct balance){.sent = v.sent_signed,
			      .arrived = pktgen_came_once(&v),
			      .known = !v.unsure,
			      .any = v.is_signed};
	set_lost(b, at_rest(app, of.port), v.window && v.heard, v.order.lost);
}

uint64_t balance_share_micro(uint64_t part, uint64_t all)
{
	uint64_t share;

	if (!all || !part)
		return 0;
	if (part >= all)
		return ALL_MICRO;
	share = (uint64_t)wide_div((wide)part * ALL_MICRO + all - 1, all);
	return share < ALL_MICRO ? share : ALL_MICRO - 1;
}

uint64_t balance_share_milli(const struct balance *l)
{
	const uint64_t micro = balance_share_micro(l->lost, l->sent);

	if (micro > ALL_MICRO - 1000 && micro < ALL_MICRO)
		return ALL_MICRO / 1000 - 1;
	return (micro + 999) / 1000;
}

void balance_show(const struct call *c, const struct balance *b)
{
	if (b->known) {
		reply_u64(c->reply, "lost", b->lost, NULL);
		reply_milli(c->reply, "loss", balance_share_milli(b), "%");
	} else if (!c->json) {
		reply_none(c->reply, "lost", NULL);
		reply_none(c->reply, "loss", "%");
	}
}

uint64_t balance_untold(const struct app *app, uint64_t mask)
{
	struct pktgen_signed s;
	struct stats counts;
	uint64_t untold = 0;

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		if (!(mask >> i & 1) || !pktgen_up(&app->pktgen, i))
			continue;
		app_stats(app, i, &counts);
		pktgen_sum_signed(&app->pktgen, i, &s);
		if (counts.tx_packets && !s.any && !s.sent)
			untold |= 1ull << i;
	}
	return untold;
}

enum call_result balance_hint(struct call *c, uint64_t mask)
{
	const uint64_t untold = balance_untold(call_app(c), mask);
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
