/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports, as commands name them: what they are at, and why not. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/experiment.h"

const struct arg_word app_modes[] = {
	{"off", "neither send nor receive"},
	{"tx", "send; count what arrives as ignored"},
	{"rx", "receive"},
	{"txrx", "send and receive"},
	{"null", "build frames and discard them: measures the generator alone"},
	{"reflect",
	 "send frames to the port's address back, with addresses and "
	 "ports swapped"},
	{"reflect-any", "do the same with frames for any station, or for all"},
#ifdef CONFIG_APPUKPKTGEN_KV
	{"kv", "answer requests for keys, see 'kv'"},
#endif
	{NULL},
};
static const unsigned modes[] = {
	0,
	MODE_TX,
	MODE_RX,
	MODE_TX | MODE_RX,
	MODE_TX | MODE_NULL,
	MODE_RX | MODE_REFLECT,
	MODE_RX | MODE_REFLECT | MODE_ANY,
	MODE_SERVE,
};

const struct arg_word app_waits[] = {
	{"spin", "ask the ring again at once"},
	{"pause", "ask again after a PAUSE instruction"},
	{"halt", "halt the CPU until the device interrupts, and between "
		 "frames"},
	{"auto",
	 "try all three when a run starts, keep the one that sends most"},
	{NULL},
};

const struct arg_word app_strategies[] = {
	{"create", "build each frame from its headers"},
	{"copy", "copy each frame from a template"},
	{"pool", "reuse and edit frames that the device has returned"},
	{"shared",
	 "send one frame repeatedly where all are alike, else as pool"},
	{NULL},
};

const char *const app_links[] = {"-", "up", "down", NULL};

enum {
	IDLE,
	RECEIVING,
	SENDING,
	REFLECTING,
	DRAINING,
	PAUSED,
	FORWARDING,
	ANSWERING
};

const char *const app_states[] = {"idle",       "receiving", "sending",
				  "reflecting", "draining",  "paused",
				  "forwarding", "answering", NULL};

const char *app_state(const struct worker_view *v)
{
	if (v->state == WORKER_DRAINING)
		return app_states[DRAINING];
	if (worker_runs(v->state) && v->mode & MODE_TX && v->paused)
		return app_states[PAUSED];
	if (worker_runs(v->state) && v->mode & MODE_TX)
		return app_states[SENDING];
	if (worker_runs(v->state) && v->mode & MODE_KV)
		return app_states[ANSWERING];
	if (worker_runs(v->state) && v->mode & MODE_REFLECT)
		return app_states[REFLECTING];
	if (worker_runs(v->state) && v->mode & MODE_FORWARD)
		return app_states[FORWARDING];
	return app_states[v->mode & MODE_RX ? RECEIVING : IDLE];
}

enum call_result app_fail_active(struct call *c, int arg, unsigned port)
{
	const struct worker_view *v = pktgen_look(&call_app(c)->pktgen, port);

	return call_fail(c, E_STATE, arg, "port %u is %s; 'stop' %sfirst", port,
			 app_state(v), arg < 0 ? "" : "it ");
}

enum call_result app_check_unmeasured(struct call *c, int arg, uint64_t mask)
{
	const struct app *app = call_app(c);

	mask &= pktgen_owned(&app->pktgen, OWNER_EXPERIMENT);
	if (!OPTION(SEARCH) || !mask)
		return CALL_DONE;
	return call_fail(c, E_STATE, arg,
			 "port %d is measured by '%s'; wait for its end, or "
			 "type 'stop'",
			 __builtin_ctzll(mask),
			 app->experiment->plan.course->experiment);
}

const char *app_why_down(const struct port *p)
{
	return p->err == -ENOMEM
		       ? "not enough memory, see 'ukpktgen run --memory'"
		       : port_why(p, p->err);
}

uint64_t app_ports_up(const struct app *app)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (pktgen_up(&app->pktgen, i))
			mask |= 1ull << i;
	return mask;
}

enum call_result app_check_up(struct call *c, uint64_t mask)
{
	const struct pktgen *pg = &call_app(c)->pktgen;
	int down = pktgen_first_down(pg, mask);

	if (down < 0)
		return CALL_DONE;
	return call_fail(c, E_DEVICE, -1, "port %d failed at '%s': %s", down,
			 port_step_name(pg->port[down].step),
			 app_why_down(&pg->port[down]));
}

unsigned app_mode(unsigned word)
{
	return modes[word];
}

unsigned app_mode_word(unsigned mode)
{
	unsigned word = 0;

	if (mode & MODE_FORWARD)
		mode = MODE_RX;
	while (modes[word] != mode)
		word++;
	return word;
}

const char *app_mode_name(unsigned mode)
{
	return mode & MODE_IMPAIR    ? APP_IMPAIR
	       : mode & MODE_FORWARD ? APP_FORWARD
				     : app_modes[app_mode_word(mode)].name;
}

bool app_relay_print(unsigned mode, char *buf, size_t size)
{
	if (!(mode & MODE_FORWARD))
		return false;
	if (mode & MODE_MESH)
		snprintf(buf, size, APP_FORWARD " %s",
			 mode & MODE_LEARN ? APP_LEARN : APP_ROUTE);
	else
		snprintf(buf, size, "%s %u", app_mode_name(mode),
			 MODE_TO_PORT(mode));
	return true;
}

void app_stats(const struct app *app, unsigned port, struct stats *out)
{
	const struct worker_view *v = pktgen_look(&app->pktgen, port);

	if (v)
		stats_diff(&v->stats, &app->port[port].base, out);
	else
		memset(out, 0, sizeof(*out));
}

void app_show_rate(const struct call *c, uint64_t milli_pps)
{
	if (c->json)
		reply_milli(c->reply, "rate", milli_pps, "pps");
	else
		reply_u64(c->reply, "rate", (milli_pps + 500) / 1000, "pps");
}

static struct app_queue queue_of(const struct app *app, unsigned port,
				 unsigned queue)
{
	const struct stats *s =
		&pktgen_look_queue(&app->pktgen, port, queue)->stats;

	return (struct app_queue){s->tx_packets, s->tx_bytes, s->rx_packets,
				  s->rx_bytes};
}

void app_queue_counts(const struct app *app, unsigned port, unsigned queue,
		      struct app_queue *out)
{
	const struct app_queue *base = &app->port[port].queue_base[queue];

	*out = queue_of(app, port, queue);
	out->tx_packets -= base->tx_packets;
	out->tx_bytes -= base->tx_bytes;
	out->rx_packets -= base->rx_packets;
	out->rx_bytes -= base->rx_bytes;
}

void app_clear_queues(struct app *app, unsigned port)
{
	for (unsigned q = 0; q < app->pktgen.port[port].nb_queues; q++)
		app->port[port].queue_base[q] = queue_of(app, port, q);
}

void app_show_ports(struct call *c, uint64_t mask,
		    void (*show)(struct call *c, unsigned port))
{
	reply_list(c->reply, "ports", REPLY_TABLE);
	for (unsigned i = 0; i < call_app(c)->pktgen.nb_ports; i++) {
		if (!(mask >> i & 1))
			continue;
		reply_map(c->reply, NULL, REPLY_TABLE);
		reply_u64(c->reply, "port", i, NULL);
		show(c, i);
		reply_end(c->reply);
	}
	reply_end(c->reply);
}
