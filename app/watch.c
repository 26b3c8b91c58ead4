/* SPDX-License-Identifier: BSD-3-Clause */
/* Notices of what ports come to: a run's end, a failure, a stall. */
#include "app/app.h"

void app_tell_done(struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker *w = app->pktgen.worker[i];

		if (!w || w->done.runs == app->port[i].done_told)
			continue;
		app->port[i].done_told = w->done.runs;
		if (w->done.in_flight)
			session_event(&app->session, now_ns,
				      "port %u done count=%llu in_flight=%u", i,
				      (unsigned long long)w->done.packets,
				      w->done.in_flight);
		else
			session_event(&app->session, now_ns,
				      "port %u done count=%llu", i,
				      (unsigned long long)w->done.packets);
	}
}

bool app_done_due(const struct app *app)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker *w = app->pktgen.worker[i];

		if (w && w->done.runs != app->port[i].done_told)
			return true;
	}
	return false;
}

void app_tell_failures(struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker *w = app->pktgen.worker[i];

		if (!w || w->err == app->port[i].err_told)
			continue;
		app->port[i].err_told = w->err;
		if (w->err)
			session_event(&app->session, now_ns,
				      "port %u failed: %s", i,
				      port_why(w->port, w->err));
	}
}

static void tell(struct app *app, unsigned i, struct worker *w, uint64_t now_ns)
{
	const uint64_t ms = (now_ns - app->port[i].stall_told_ns) / 1000000;

	if (worker_stalled(w)) {
		app->port[i].stall_told_ns = w->stalled_ns;
		session_event(&app->session, now_ns,
			      "port %u stalled in_flight=%u", i,
			      worker_in_flight(w));
		return;
	}
	app->port[i].stall_told_ns = 0;
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

		if (w && worker_stalled(w) != (app->port[i].stall_told_ns != 0))
			tell(app, i, w, now_ns);
	}
}
