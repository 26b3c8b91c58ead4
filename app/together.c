/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/together.h"
#include "pktgen/pktgen_runs.h"

/* How soon, and how long, it is looked whether all have sent. */
#define POLL_NS 50000ull
#define AWAIT_NS 5000000ull

enum call_result together_check(struct call *c, int arg, uint64_t mask)
{
	const struct pktgen *pg = &call_app(c)->pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && pktgen_look(pg, i)->state != WORKER_IDLE)
			return app_fail_active(c, arg, i);
	return CALL_DONE;
}

uint64_t together_start(struct call *c, const struct subjects *on,
			uint64_t mask, const struct flow_limit *limit)
{
	const uint64_t at_ns = c->now_ns + TOGETHER_LEAD_NS;

	run_begin(call_app(c), mask, at_ns);
	pktgen_start_together(&call_app(c)->pktgen, on, limit, at_ns);
	c->wake_ns = at_ns;
	return at_ns;
}

uint64_t together_first_ns(const struct app *app, unsigned port)
{
	const struct pktgen *pg = &app->pktgen;
	struct pktgen_stream_view v;
	uint64_t first_ns = 0;
	unsigned i = 0;

	for (; (i = pktgen_next_stream(pg, port, i)) != PKTGEN_NO_STREAM; i++) {
		pktgen_look_stream(pg, port, i, &v);
		if (!first_ns ||
		    (v.sent.first_ns && v.sent.first_ns < first_ns))
			first_ns = v.sent.first_ns;
	}
	return first_ns < app->port[port].run.began_ns ? 0 : first_ns;
}

enum call_result together_await(struct call *c, uint64_t at_ns, uint64_t mask)
{
	const struct app *app = call_app(c);
	bool all = true;

	for (unsigned i = 0; i < app->pktgen.nb_ports && all; i++)
		all = !(mask >> i & 1) || together_first_ns(app, i);
	if (all || c->now_ns >= at_ns + AWAIT_NS)
		return CALL_DONE;
	c->wake_ns = MAX(c->now_ns + POLL_NS, at_ns);
	return CALL_AGAIN;
}

void together_tell(struct call *c, uint64_t mask)
{
	const struct app *app = call_app(c);
	uint64_t from_ns = UINT64_MAX, to_ns = 0;
	unsigned nb = 0;
	char apart[32];

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const uint64_t ns =
			mask >> i & 1 ? together_first_ns(app, i) : 0;

		if (!(mask >> i & 1))
			continue;
		if (!ns)
			reply_textf(c->reply, NULL,
				    "port %u has not sent its first frame yet",
				    i);
		from_ns = ns ? MIN(from_ns, ns) : from_ns;
		to_ns = MAX(to_ns, ns);
		nb += ns != 0;
	}
	if (nb < 2)
		return;
	value_time_print(to_ns - from_ns, apart, sizeof(apart));
	reply_textf(c->reply, NULL, "their first frames left within %s", apart);
}
