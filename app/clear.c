/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/clear.h"

#include "app/app.h"
#include "pktgen/pktgen_runs.h"

/* The longest that it holds back the ports that send. */
#define CLEAR_NS 2000000000ull

/* A bench has no need of it, and its figures would suffer. */
static uint64_t held(const struct app *app)
{
	return pktgen_owned(&app->pktgen, OWNER_NOBODY);
}

void clear_begin(struct clear *cl, struct app *app, uint64_t mask,
		 uint64_t now_ns)
{
	*cl = (struct clear){true, mask, now_ns, now_ns + CLEAR_NS};
	pktgen_pause(&app->pktgen, held(app), now_ns);
}

static void take_base(struct app *app, uint64_t mask)
{
	if (OPTION(HISTORY))
		history_look(app);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker_view *v = pktgen_look(&app->pktgen, i);

		if (!(mask >> i & 1) || !v)
			continue;
		app->port[i].base = v->stats;
		app_clear_queues(app, i);
		run_cleared(app, i);
		pktgen_look_came(&app->pktgen, i, &app->port[i].came_base);
		pktgen_clear_streams(&app->pktgen, i);
		pktgen_lag(&app->pktgen, i, &app->port[i].lag_base);
	}
}

bool clear_step(struct clear *cl, struct app *app, uint64_t now_ns)
{
	if (!pktgen_still(&app->pktgen, held(app), now_ns) &&
	    now_ns < cl->until_ns)
		return false;
	take_base(app, cl->mask);
	clear_cancel(cl, app, now_ns);
	return true;
}

void clear_cancel(struct clear *cl, struct app *app, uint64_t now_ns)
{
	if (cl->on) {
		pktgen_resume(&app->pktgen, now_ns);
		verdict_held(app, held(app), now_ns - cl->began_ns);
	}
	cl->on = false;
}
