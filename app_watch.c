/* SPDX-License-Identifier: BSD-3-Clause */
/* Tells of ports that are to send and cannot. */
#include "app.h"

static void tell(struct app *app, unsigned i, struct worker *w, uint64_t now_ns)
{
	const uint64_t ms = (now_ns - app->stall_told_ns[i]) / 1000000;

	if (worker_stalled(w)) {
		app->stall_told_ns[i] = w->stalled_ns;
		session_event(&app->session, now_ns,
			      "port %u stalled in_flight=%u", i,
			      worker_in_flight(w));
		return;
	}
	app->stall_told_ns[i] = 0;
	/* One that was stopped or set not to send does not go on. */
	if (w->state == WORKER_RUNNING && w->stats.tx_packets != w->stalled_at)
		session_event(&app->session, now_ns,
			      "port %u goes on after=%llu.%03llu", i,
			      (unsigned long long)(ms / 1000),
			      (unsigned long long)(ms % 1000));
}

void app_tell_stalls(struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		struct worker *w = app->pktgen.worker[i];

		if (w && worker_stalled(w) != (app->stall_told_ns[i] != 0))
			tell(app, i, w, now_ns);
	}
}
