/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/run.h"

#include <string.h>

#include "app/app.h"

void run_init(struct app *app)
{
	for (unsigned i = 0; i < PKTGEN_MAX_PORTS; i++)
		app->port[i].run.wired = RUN_PEER_UNKNOWN;
}

/* A number of a port at *s, which is moved behind it. */
static bool take_port(const struct app *app, const char **s, unsigned *port)
{
	uint64_t n, last;
	const char *end = value_range(*s, &n, &last);

	if (!end || n != last || n >= app->pktgen.nb_ports)
		return false;
	*port = (unsigned)n;
	*s = end;
	return true;
}

bool run_wires(struct app *app, const char *text)
{
	unsigned a, b;

	do {
		if (!take_port(app, &text, &a) || *text++ != ':' ||
		    !take_port(app, &text, &b) || a == b)
			return false;
		app->port[a].run.wired = (int)b;
		app->port[b].run.wired = (int)a;
	} while (*text++ == ',');
	return !text[-1];
}

static uint64_t rx_of(const struct app *app, unsigned port)
{
	return pktgen_look(&app->pktgen, port)->stats.rx_packets;
}

static bool any_goes_on(const struct app *app)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (app->port[i].run.on)
			return true;
	return false;
}

static void begin(const struct app *app, unsigned port, struct app_run *r,
		  uint64_t now_ns)
{
	const struct worker_view *v;
	const uint64_t rx_packets = r->from.rx_packets;

	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		if (pktgen_up(&app->pktgen, i))
			r->rx_from[i] = rx_of(app, i);
	r->ever = r->on = true;
	r->whole = r->judged = false;
	balance_of_port(app, port, &r->loss_from);
	memset(&r->loss_before, 0, sizeof(r->loss_before));
	memset(&r->verdict, 0, sizeof(r->verdict));
	verdict_begin(app, port, &r->verdict_from);
	r->began_ns = now_ns;
	v = pktgen_look(&app->pktgen, port);
	r->sent_from = v->sent;
	r->from = v->stats;
	r->from.rx_packets = rx_packets;
}

void run_begin(struct app *app, uint64_t mask, uint64_t now_ns)
{
	const bool first = !any_goes_on(app);
	struct run_sum sum;

	/* What is over is judged before anybody sends again. */
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++)
		run_sum(app, i, now_ns, &sum);
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		const struct worker_view *v = pktgen_look(&app->pktgen, i);
		struct app_run *r = &app->port[i].run;

		if (!v)
			continue;
		/* What is received belongs to the first that sends. */
		if (first) {
			app->ran = true;
			r->from.rx_packets = v->stats.rx_packets;
		}
		if (mask >> i & 1 && !(r->on && worker_runs(v->state)))
			begin(app, i, r, now_ns);
	}
}

void run_stopped(struct app *app, unsigned port, uint64_t now_ns)
{
	struct app_run *r = &app->port[port].run;

	if (!r->on)
		return;
	r->on = false;
	r->ended_ns = now_ns;
}

void run_done(struct app *app, unsigned port, uint64_t at_ns)
{
	app->port[port].run.whole = app->port[port].run.on;
	run_stopped(app, port, at_ns);
}

void run_forget(struct app *app, unsigned port)
{
	app->port[port].run.ever = app->port[port].run.on = false;
}

int run_peer(const struct app *app, unsigned port)
{
	const struct app_run *r = &app->port[port].run;
	const int seen = app->pktgen.set[port].rest.peer;

	if (r->wired != RUN_PEER_UNKNOWN)
		return r->wired;
	return seen >= 0 ? seen : RUN_PEER_UNKNOWN;
}

static void count_missing(struct app *app, unsigned port, struct run_sum *sum)
{
	const int peer = run_peer(app, port);
	const struct worker_view *v = pktgen_look(&app->pktgen, port);
	const uint64_t sent = v->sent - app->port[port].run.sent_from;
	uint64_t received;

	if (peer == RUN_PEER_UNKNOWN)
		return;
	if (!pktgen_up(&app->pktgen, (unsigned)peer))
		return;
	/* What a port counts as ignored did not arrive either. */
	received =
		rx_of(app, (unsigned)peer) - app->port[port].run.rx_from[peer];
	/* Then some came from elsewhere, and nobody can tell. */
	if (received > sent)
		return;
	sum->has_missing = true;
	sum->missing = sent - received;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Of the run alone. */
static void find_loss(const struct app *app, unsigned port, struct balance *b)
{
	const struct app_run *r = &app->port[port].run;
	const struct balance *from = &r->loss_from, *before = &r->loss_before;

	balance_of_port(app, port, b);
	b->sent = before->sent + less(b->sent, from->sent);
	b->arrived = before->arrived + less(b->arrived, from->arrived);
	b->lost = less(b->sent, b->arrived);
	b->known &= b->sent && !r->on;
}

void run_cleared(struct app *app, unsigned port)
{
	struct app_run *r = &app->port[port].run;
	struct pktgen_signed s;
	struct balance l;

	pktgen_sum_signed(&app->pktgen, port, &s);
	app->port[port].signed_before += s.sent;
	find_loss(app, port, &l);
	verdict_cleared(app, port);
	r->loss_before = l;
	memset(&r->loss_from, 0, sizeof(r->loss_from));
}

/* It is over, and all that was sent has come or is lost. */
static void judge(struct app *app, unsigned port, uint64_t now_ns,
		  const struct run_sum *sum)
{
	struct app_run *r = &app->port[port].run;
	uint64_t left = 0;

	if (port_can_reap())
		left = pktgen_count(&app->pktgen, port, now_ns)->in_flight;
	r->judged = true;
	r->has_missing = sum->has_missing;
	r->missing = sum->missing;
	r->loss = sum->loss;
	/* Some may be of an earlier run. */
	verdict_judge(app, port, MIN(left, sum->stats.tx_packets), &r->verdict);
	if (app->pktgen.set[port].owner != OWNER_EXPERIMENT)
		verdict_tell(app, port, now_ns);
}

void run_sum(struct app *app, unsigned port, uint64_t now_ns,
	     struct run_sum *sum)
{
	struct app_run *r = &app->port[port].run;
	const struct worker_view *v = pktgen_look(&app->pktgen, port);
	struct stats *s = &sum->stats;
	uint64_t n, bytes;

	memset(sum, 0, sizeof(*sum));
	if (!v)
		return;
	if (!r->ever) {
		s->rx_packets = v->stats.rx_packets -
				(app->ran ? r->from.rx_packets
					  : app->port[port].base.rx_packets);
		return;
	}
	stats_diff(&v->stats, &r->from, s);
	/* One that starts together with others may begin later. */
	sum->time_ns = less(r->on ? now_ns : r->ended_ns, r->began_ns);
	n = s->tx_packets;
	bytes = s->tx_bytes;
	/* Between the first and the last of n frames there are n - 1 gaps. */
	if (r->whole && n > 1) {
		bytes -= bytes / n;
		n--;
	}
	sum->pps_milli = stats_rate_milli(n, sum->time_ns);
	sum->l1_milli = stats_mbps_l1_milli(n, bytes, sum->time_ns);
	sum->l2_milli = stats_mbps_l1_milli(0, bytes, sum->time_ns);
	if (!r->judged) {
		count_missing(app, port, sum);
		find_loss(app, port, &sum->loss);
	}
	/* Later runs of the other port are none of this one's. */
	if (!r->on && v->state == WORKER_IDLE && !r->judged)
		judge(app, port, now_ns, sum);
	if (!r->judged)
		return;
	sum->has_missing = r->has_missing;
	sum->missing = r->missing;
	sum->loss = r->loss;
	sum->verdict = r->verdict;
}

void run_watch(struct app *app, unsigned port, uint64_t now_ns)
{
	const struct app_run *r = &app->port[port].run;
	struct run_sum sum;

	if (r->ever && !r->on && !r->judged &&
	    pktgen_look(&app->pktgen, port)->state == WORKER_IDLE)
		run_sum(app, port, now_ns, &sum);
}
