/* SPDX-License-Identifier: BSD-3-Clause */
/* Traffic that ends when the program that began it has gone. */
#include "app/app.h"
#include "app/experiment.h"
#include "pktgen/pktgen_runs.h"

void app_set_lease(struct app *app, uint64_t time_ns, uint64_t now_ns)
{
	const uint64_t ms = time_ns / 1000000;

	app->lease_ns = time_ns;
	app->lease_began_ns = now_ns;
	if (time_ns)
		session_event(&app->session, now_ns, "lease time=%llu.%03llus",
			      (unsigned long long)(ms / 1000),
			      (unsigned long long)(ms % 1000));
	else
		session_event(&app->session, now_ns, "lease off");
}

uint64_t app_lease_end_ns(const struct app *app)
{
	const uint64_t request_ns = app->session.request_ns;

	if (!app->lease_ns)
		return UINT64_MAX;
	return MAX(request_ns, app->lease_began_ns) + app->lease_ns;
}

void app_check_lease(struct app *app, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;
	uint64_t mask;
	char ports[96];

	if (now_ns < app_lease_end_ns(app))
		return;
	mask = pktgen_active(pg);
	if (OPTION(SEARCH)) {
		mask |= pktgen_owned(pg, OWNER_EXPERIMENT);
		experiment_stop(app, ~0ull, now_ns);
	}
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		if (!(pg->set[i].mode & MODE_TX))
			mask &= ~(1ull << i);
	}
	pktgen_end_lease(pg, ~0ull);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		run_stopped(app, i, now_ns);
	app->lease_ns = 0;
	value_set_print(mask, ports, sizeof(ports));
	session_event(&app->session, now_ns, "lease over, ports stopped: %s",
		      ports);
}
