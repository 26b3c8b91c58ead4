/* SPDX-License-Identifier: BSD-3-Clause */
/* What ports come to: rates, and notices of an end, a failure, a stall. */
#include <stdio.h>

#include "app/addresses.h"
#include "app/app.h"
#include "app/experiment.h"
#include "app/lists.h"
#include "pktgen/pktgen_cores.h"

/* Rounded, for "%llu.%03llu". */
#define NS_TO_MS(ns) (((unsigned long long)(ns) + 500000) / 1000000)

static void tell_done(struct app *app, unsigned i, const struct worker_view *v,
		      uint64_t now_ns)
{
	char in_flight[24] = "", missing[40] = "", skipped[40] = "";
	struct run_sum sum;
	const char *grade;

	app->port[i].done_told = v->done.runs;
	run_done(app, i, v->done.at_ns);
	run_sum(app, i, now_ns, &sum);
	if (v->done.in_flight)
		snprintf(in_flight, sizeof(in_flight), " in_flight=%u",
			 v->done.in_flight);
	if (sum.stats.tx_skipped)
		snprintf(skipped, sizeof(skipped), " skipped=%llu",
			 (unsigned long long)sum.stats.tx_skipped);
	if (sum.loss.known)
		snprintf(missing, sizeof(missing), " lost=%llu",
			 (unsigned long long)sum.loss.lost);
	else if (sum.has_missing)
		snprintf(missing, sizeof(missing), " missing=%llu",
			 (unsigned long long)sum.missing);
	if (app->pktgen.set[i].owner == OWNER_EXPERIMENT)
		return;
	grade = verdict_loud[verdict_of(app, &sum.verdict)];
	session_event(&app->session, now_ns,
		      "port %u done count=%llu%s time=%llu.%03llus "
		      "rate=%llu.%03llupps%s%s %s",
		      i, (unsigned long long)v->done.packets, in_flight,
		      NS_TO_MS(sum.time_ns) / 1000,
		      NS_TO_MS(sum.time_ns) % 1000,
		      (unsigned long long)sum.pps_milli / 1000,
		      (unsigned long long)sum.pps_milli % 1000, skipped,
		      missing, grade);
}

bool app_done_due(const struct app *app)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker_view *v = pktgen_look(&app->pktgen, i);

		if (v && v->done.runs != app->port[i].done_told)
			return true;
	}
	return false;
}

static void tell_failure(struct app *app, unsigned i,
			 const struct worker_view *v, uint64_t now_ns)
{
	app->port[i].err_told = v->err;
	if (v->err && v->state == WORKER_IDLE)
		run_stopped(app, i, now_ns);
	if (v->err)
		session_event(&app->session, now_ns, "port %u failed: %s", i,
			      port_why(&app->pktgen.port[i], v->err));
}

static void tell_stall(struct app *app, unsigned i, const struct worker_view *v,
		       uint64_t now_ns)
{
	const uint64_t ms = (now_ns - app->port[i].stall_told_ns) / 1000000;

	if (v->stalled) {
		app->port[i].stall_told_ns = v->stalled_ns;
		v = pktgen_count(&app->pktgen, i, now_ns);
		session_event(&app->session, now_ns,
			      "port %u stalled in_flight=%u", i, v->in_flight);
		return;
	}
	app->port[i].stall_told_ns = 0;
	/* One that was stopped or set not to send does not go on. */
	if (v->state == WORKER_RUNNING && v->stats.tx_packets != v->stalled_at)
		session_event(&app->session, now_ns,
			      "port %u goes on after=%llu.%03llus", i,
			      (unsigned long long)(ms / 1000),
			      (unsigned long long)(ms % 1000));
}

static void tell_link(struct app *app, unsigned i, bool down, uint64_t now_ns)
{
	struct app_port *p = &app->port[i];
	const uint64_t ms = (now_ns - p->down_told_ns) / 1000000;

	if (down) {
		session_event(&app->session, now_ns, "port %u link down", i);
		p->down_told_ns = now_ns;
		return;
	}
	p->down_told_ns = 0;
	if (OPTION(ADDRESSES) && app->pktgen.node[i])
		node_announce(app->pktgen.node[i], now_ns);
	session_event(&app->session, now_ns,
		      "port %u link up after=%llu.%03llus", i,
		      (unsigned long long)(ms / 1000),
		      (unsigned long long)(ms % 1000));
}

void app_watch(struct app *app, uint64_t now_ns)
{
	pktgen_watch_links(&app->pktgen, now_ns);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker_view *v = pktgen_look(&app->pktgen, i);
		struct app_port *p = &app->port[i];

		if (!v)
			continue;
		if (stats_rate_feed(&p->rate, &v->stats, now_ns))
			stats_history_add(&p->history, &p->rate);
		if (app_link_is_down(app, i) != (p->down_told_ns != 0))
			tell_link(app, i, !p->down_told_ns, now_ns);
		if (v->err != p->err_told)
			tell_failure(app, i, v, now_ns);
		if (v->done.runs != p->done_told)
			tell_done(app, i, v, now_ns);
		if (v->stalled != (p->stall_told_ns != 0))
			tell_stall(app, i, v, now_ns);
		run_watch(app, i, now_ns);
	}
	if (OPTION(HISTORY))
		history_poll(app, now_ns);
	if (OPTION(ADDRESSES))
		addresses_watch(app, now_ns);
	lists_sweep(app);
	if (OPTION(CAPTURE))
		capture_poll(app, now_ns);
	if (OPTION(SEARCH))
		experiment_poll(app, now_ns);
}
