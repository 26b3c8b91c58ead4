/* SPDX-License-Identifier: BSD-3-Clause */
#include "app.h"

#include <string.h>

const char *const app_modes[] = {"off", "tx", "rx", "txrx", NULL};

enum call_result app_check_up(struct call *c, uint64_t mask)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	int down = pktgen_first_down(pg, mask);

	if (down < 0)
		return CALL_DONE;
	return call_fail(c, E_DEVICE, -1, "port %d failed at '%s': %s", down,
			 port_step_name(pg->port[down].step),
			 strerror(-pg->port[down].err));
}

enum call_result app_edit(struct call *c, uint64_t mask,
			  void (*edit)(struct stream *s, const void *arg),
			  const void *arg, int arg_index)
{
	struct pktgen *pg = &call_app(c)->pktgen;
	enum call_result up = app_check_up(c, mask);
	unsigned port;
	int rc;

	if (up != CALL_DONE)
		return up;
	rc = pktgen_edit(pg, mask, edit, arg, c->now_ns, &port);
	if (rc == -EMSGSIZE)
		return call_fail(c, E_RANGE, arg_index,
				 "port %u takes sizes %u..%u bytes", port,
				 STREAM_SIZE_MIN,
				 port_max_size(&pg->port[port]));
	if (rc < 0)
		return call_fail(c, E_RANGE, arg_index,
				 "for port %u that is not between a frame an "
				 "hour and a frame a nanosecond",
				 port);
	return CALL_DONE;
}

void app_stats(const struct app *app, unsigned port, struct stats *out)
{
	const struct worker *w = app->pktgen.worker[port];

	if (w)
		stats_diff(&w->stats, &app->base[port], out);
	else
		memset(out, 0, sizeof(*out));
}

void app_feed_rates(struct app *app, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (app->pktgen.worker[i])
			stats_rate_feed(&app->rate[i],
					&app->pktgen.worker[i]->stats, now_ns);
}

static unsigned nb_ports(void *arg)
{
	return ((struct app *)arg)->pktgen.nb_ports;
}

static uint64_t selected(void *arg)
{
	return ((struct app *)arg)->selected;
}

/* One line for a port that works is what `port` is for; say what does not. */
static void report_ports(struct app *app, uint64_t now_ns)
{
	const struct pktgen *pg = &app->pktgen;

	if (!pg->nb_ports)
		session_event(&app->session, now_ns,
			      "no network device was found");
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (!pg->worker[i])
			session_event(&app->session, now_ns,
				      "port %u failed at '%s': %s", i,
				      port_step_name(pg->port[i].step),
				      strerror(-pg->port[i].err));
}

void app_init(struct app *app, struct uk_alloc *a, uint64_t now_ns)
{
	const struct session_env env = {
		.app = app,
		.commands = cmd_table,
		.nb_ports = nb_ports,
		.selected = selected,
		.prompt = "ukpktgen> ",
		.banner = "ukpktgen: 'help' lists the commands",
	};

	memset(app, 0, sizeof(*app));
	pktgen_open(&app->pktgen, a);
	app->selected = pktgen_all(&app->pktgen);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (app->pktgen.worker[i])
			stats_rate_start(&app->rate[i],
					 &app->pktgen.worker[i]->stats, now_ns);
	session_init(&app->session, &env);
	report_ports(app, now_ns);
}
