/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

#include <string.h>

#include "app/experiment.h"
#include "pktgen/pktgen_cores.h"

static bool due(void *arg)
{
	return app_done_due(arg);
}

static unsigned nb_ports(void *arg)
{
	return ((struct app *)arg)->pktgen.nb_ports;
}

/* One line for a port that works is what `port` is for; say what does not. */
static void report_ports(struct app *app, uint64_t now_ns)
{
	const struct pktgen *pg = &app->pktgen;

	if (!pg->nb_ports)
		session_event(&app->session, now_ns,
			      "no network device was found");
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (!pktgen_up(pg, i))
			session_event(&app->session, now_ns,
				      "port %u failed at '%s': %s", i,
				      port_step_name(pg->port[i].step),
				      app_why_down(&pg->port[i]));
}

void app_init(struct app *app, struct uk_alloc *a, uint64_t now_ns)
{
	const struct session_env env = {
		.app = app,
		.commands = cmd_table,
		.nb_ports = nb_ports,
		.streams = &app_streams,
		.due = due,
		.store = &app->store,
		.hints = app_hints,
		.prompt = "ukpktgen> ",
		.banner = "ukpktgen: 'help' lists the commands",
	};

	memset(app, 0, sizeof(*app));
	pktgen_open(&app->pktgen, PORT_QUEUES_MAX, a);
	pktgen_watch_links(&app->pktgen, now_ns);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (pktgen_up(&app->pktgen, i))
			stats_rate_start(&app->port[i].rate,
					 &pktgen_look(&app->pktgen, i)->stats,
					 now_ns);
	run_init(app);
	verdict_init(app);
	if (OPTION(HISTORY))
		history_init(app, now_ns);
	if (OPTION(CHANNEL))
		channel_init(&app->channel, a);
	app_init_store(&app->store, a);
	if (OPTION(PLAY))
		app_init_played(app);
	session_init(&app->session, &env);
	report_ports(app, now_ns);
}

void app_end(struct app *app)
{
	if (OPTION(SEARCH))
		experiment_end(app);
	history_end(app);
}
