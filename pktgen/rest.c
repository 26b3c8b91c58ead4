/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/rest.h"

#include "pktgen/pktgen.h"

_Static_assert(PKTGEN_MAX_PORTS <= 64, "a mask holds all ports");

static uint64_t sent(const struct pktgen *pg, unsigned i)
{
	return pg->worker[i] ? worker_sent(pg->worker[i]) - pg->rest[i].sent
			     : 0;
}

static uint64_t received(const struct pktgen *pg, unsigned i)
{
	return pg->worker[i]
		       ? worker_received(pg->worker[i]) - pg->rest[i].received
		       : 0;
}

/* A port may still send by itself: one that reflects only answers. */
static bool may_send(const struct worker *w)
{
	return w && ((w->state == WORKER_RUNNING && w->mode & MODE_TX &&
		      !(w->mode & MODE_NULL)) ||
		     (w->state != WORKER_IDLE && w->frames.nb_held));
}

bool rest_any_sends(const struct pktgen *pg)
{
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (may_send(pg->worker[i]))
			return true;
	return false;
}

/*
 * The port that has received as many frames as `i` has sent: its peer, if it is
 * one of them, else the first that nobody else has `taken`; -1: none.
 */
static int find_peer(const struct pktgen *pg, unsigned i, uint64_t taken)
{
	const uint64_t n = sent(pg, i);
	const int peer = pg->rest[i].peer;

	if (peer >= 0 && !(taken >> peer & 1) &&
	    received(pg, (unsigned)peer) == n)
		return peer;
	for (unsigned j = 0; j < pg->nb_ports; j++)
		if (!(taken >> j & 1) && pg->worker[j] && received(pg, j) == n)
			return (int)j;
	return -1;
}

/* Each port that sent has one of its own that has received as many. */
static bool all_came(const struct pktgen *pg)
{
	uint64_t taken = 0;

	for (unsigned i = 0; i < pg->nb_ports; i++) {
		int peer;

		if (!sent(pg, i))
			continue;
		peer = find_peer(pg, i, taken);
		if (peer < 0)
			return false;
		taken |= 1ull << peer;
	}
	return true;
}

void rest_init(struct pktgen *pg)
{
	for (unsigned i = 0; i < pg->nb_ports; i++)
		pg->rest[i].peer = REST_PEER_UNKNOWN;
}

static void begin_here(struct pktgen *pg)
{
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		if (!pg->worker[i])
			continue;
		pg->rest[i].sent = worker_sent(pg->worker[i]);
		pg->rest[i].received = worker_received(pg->worker[i]);
	}
}

void rest_begin(struct pktgen *pg)
{
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pg->worker[i] &&
		    (may_send(pg->worker[i]) ||
		     pg->worker[i]->state & (WORKER_PAUSED | WORKER_DRAINING)))
			return;
	begin_here(pg);
}

/* What came at more than one port as often says nothing new. */
void rest_learn(struct pktgen *pg)
{
	int peer[PKTGEN_MAX_PORTS];

	for (unsigned i = 0; i < pg->nb_ports; i++) {
		peer[i] = pg->rest[i].peer;
		if (!sent(pg, i))
			continue;
		peer[i] = find_peer(pg, i, 0);
		if (peer[i] < 0)
			peer[i] = REST_PEER_NONE;
		else if (peer[i] != pg->rest[i].peer &&
			 find_peer(pg, i, 1ull << peer[i]) >= 0)
			peer[i] = REST_PEER_UNKNOWN;
	}
	for (unsigned i = 0; i < pg->nb_ports; i++)
		pg->rest[i].peer = peer[i];
	begin_here(pg);
}

bool rest_reached(struct pktgen *pg, unsigned i, uint64_t now_ns)
{
	struct worker *w = pg->worker[i];
	const int peer = pg->rest[i].peer;
	uint64_t patience_ns = REST_PATIENCE_NS;

	if (w->frames.nb_held)
		return false;
	if (!(w->state & (WORKER_PAUSED | WORKER_DRAINING)))
		return true;
	if (!w->sent_ns)
		w->sent_ns = w->still_ns = now_ns;
	if (port_can_reap() && now_ns - w->sent_ns < REST_DEVICE_NS &&
	    worker_in_flight(w)) {
		w->still_ns = now_ns;
		return false;
	}
	if (!sent(pg, i))
		return true;
	/* While others send, only what is known to come here can be told. */
	if (rest_any_sends(pg)
		    ? peer >= 0 && received(pg, (unsigned)peer) == sent(pg, i)
		    : all_came(pg))
		return true;
	if (peer == REST_PEER_NONE ||
	    (peer == REST_PEER_UNKNOWN && rest_any_sends(pg)))
		patience_ns = REST_QUIET_NS;
	return now_ns - w->still_ns >= patience_ns;
}
