/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/rest.h"
#include "pktgen/pktgen_seen.h"

#include "pktgen/pktgen.h"

_Static_assert(PKTGEN_MAX_PORTS <= 64, "a mask holds all ports");

/* What each port has sent and received since all was last at rest. */
struct counts {
	unsigned nb;
	uint64_t sent[PKTGEN_MAX_PORTS], received[PKTGEN_MAX_PORTS];
	bool up[PKTGEN_MAX_PORTS];
	bool any_sends;
};

/* A port may still send by itself: one that reflects only answers. */
static bool may_send(const struct worker_view *v)
{
	return (v->state == WORKER_RUNNING && v->mode & MODE_TX &&
		!(v->mode & MODE_NULL)) ||
	       (v->state != WORKER_IDLE && v->nb_held);
}

static void take_counts(const struct pktgen *pg, struct counts *n)
{
	*n = (struct counts){.nb = pg->nb_ports};
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const struct worker_view *v = pktgen_look(pg, i);
		const struct rest_port *r = &pg->set[i].rest;

		if (!v)
			continue;
		n->up[i] = true;
		/* One side's answers may be what the other counts. */
		n->sent[i] = v->sent + v->stats.host_tx - r->sent;
		n->received[i] = v->received + v->stats.host_rx - r->received;
		n->any_sends |= may_send(v);
	}
}

bool rest_any_sends(const struct pktgen *pg)
{
	struct counts n;

	take_counts(pg, &n);
	return n.any_sends;
}

/*
 * The port that has received as many frames as `i` has sent: its peer, if it is
 * one of them, else the first that nobody else has `taken`; -1: none.
 */
static int find_peer(const struct counts *n, unsigned i, int peer,
		     uint64_t taken)
{
	if (peer >= 0 && !(taken >> peer & 1) &&
	    n->received[peer] == n->sent[i])
		return peer;
	for (unsigned j = 0; j < n->nb; j++)
		if (!(taken >> j & 1) && n->up[j] &&
		    n->received[j] == n->sent[i])
			return (int)j;
	return -1;
}

/* Each port that sent has one of its own that has received as many. */
static bool all_came(const struct pktgen *pg, const struct counts *n)
{
	uint64_t taken = 0;

	for (unsigned i = 0; i < n->nb; i++) {
		int peer;

		if (!n->sent[i])
			continue;
		peer = find_peer(n, i, pg->set[i].rest.peer, taken);
		if (peer < 0)
			return false;
		taken |= 1ull << peer;
	}
	return true;
}

void rest_init(struct pktgen *pg)
{
	for (unsigned i = 0; i < pg->nb_ports; i++)
		pg->set[i].rest.peer = REST_PEER_UNKNOWN;
}

/* What signatures tell of the frames that a port sent since all was at rest. */
enum signs {
	SIGNS_NOTHING, /* not all are signed, or none has come of them */
	SIGNS_SOME,    /* some have come, and some have not */
	SIGNS_ALL,     /* all have come */
};

/* Many streams are not looked at each step. */
#define LOOK_NS 1000000ull

static enum signs signs_tell(struct pktgen *pg, unsigned i, uint64_t sent,
			     uint64_t now_ns)
{
	struct rest_port *r = &pg->set[i].rest;
	struct pktgen_signed s;

	if (!pg->nb_signed)
		return SIGNS_NOTHING;
	if (r->some_lack && now_ns < r->look_ns)
		return SIGNS_SOME;
	pktgen_sum_signed(pg, i, &s);
	if (r->arrived != s.arrived) {
		r->arrived = s.arrived;
		r->wait_ns = core_awake_ns(&pg->core, now_ns);
	}
	r->look_ns = now_ns + LOOK_NS;
	r->some_lack = !s.unsure && s.arrived && s.sent > s.arrived + r->lacked;
	if (r->some_lack)
		return SIGNS_SOME;
	return !s.unsure && s.arrived && s.sent - r->signed_sent == sent
		       ? SIGNS_ALL
		       : SIGNS_NOTHING;
}

static void signs_begin(struct pktgen *pg, unsigned i)
{
	struct rest_port *r = &pg->set[i].rest;
	struct pktgen_signed s;

	if (!pg->nb_signed || !pktgen_up(pg, i))
		return;
	pktgen_sum_signed(pg, i, &s);
	r->signed_sent = s.sent;
	r->lacked = s.sent - MIN(s.sent, s.arrived);
}

/* `n` is what counted until here. */
static void begin_here(struct pktgen *pg, const struct counts *n)
{
	for (unsigned i = 0; i < n->nb; i++) {
		pg->set[i].rest.sent += n->sent[i];
		pg->set[i].rest.received += n->received[i];
		signs_begin(pg, i);
	}
}

void rest_begin(struct pktgen *pg)
{
	struct counts n;

	take_counts(pg, &n);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (n.up[i] && pktgen_look(pg, i)->state &
				       (WORKER_PAUSED | WORKER_DRAINING))
			return;
	if (!n.any_sends)
		begin_here(pg, &n);
}

/* What came at more than one port as often says nothing new. */
void rest_learn(struct pktgen *pg)
{
	int peer[PKTGEN_MAX_PORTS];
	struct counts n;

	take_counts(pg, &n);
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		const int had = pg->set[i].rest.peer;

		peer[i] = had;
		if (!n.sent[i])
			continue;
		peer[i] = find_peer(&n, i, had, 0);
		if (peer[i] < 0)
			peer[i] = REST_PEER_NONE;
		else if (peer[i] != had &&
			 find_peer(&n, i, had, 1ull << peer[i]) >= 0)
			peer[i] = REST_PEER_UNKNOWN;
	}
	for (unsigned i = 0; i < pg->nb_ports; i++)
		pg->set[i].rest.peer = peer[i];
	begin_here(pg, &n);
}

/* Whether fewer of its frames than it sent came, and some of them since. */
static bool some_came(struct rest_port *r, const struct counts *n,
		      uint64_t sent)
{
	const uint64_t came = r->peer >= 0 ? n->received[r->peer] : 0;
	const bool more = came != r->came;

	r->came = came;
	return more && came < sent;
}

/* For how long nothing came, without the time in which we were not run. */
static uint64_t waited(struct pktgen *pg, unsigned i, const struct counts *n,
		       uint64_t still_ns, uint64_t now_ns)
{
	const uint64_t awake_ns = core_awake_ns(&pg->core, now_ns);
	struct rest_port *r = &pg->set[i].rest;
	int64_t ns;

	if (r->still_ns != still_ns) {
		r->still_ns = still_ns;
		r->wait_ns = awake_ns - (now_ns - MIN(now_ns, still_ns));
	}
	if (some_came(r, n, n->sent[i]))
		r->wait_ns = awake_ns;
	/* It may have begun before all the time in which we were run. */
	ns = (int64_t)(awake_ns - r->wait_ns);
	return ns > 0 ? (uint64_t)ns : 0;
}

bool rest_reached(struct pktgen *pg, unsigned i, uint64_t now_ns)
{
	const struct worker_view *v = pktgen_count(pg, i, now_ns);
	const int peer = pg->set[i].rest.peer;
	uint64_t patience_ns = peer >= 0 ? REST_KNOWN_NS : REST_PATIENCE_NS;
	struct counts n;
	enum signs signs;

	if (v->nb_held)
		return false;
	if (!(v->state & (WORKER_PAUSED | WORKER_DRAINING)))
		return true;
	if (!v->still)
		return false;
	take_counts(pg, &n);
	if (!n.sent[i])
		return true;
	signs = signs_tell(pg, i, n.sent[i], now_ns);
	if (signs == SIGNS_ALL)
		return true;
	/*
	 * While others send, only what is known to come here can be told. What
	 * is from elsewhere may make up a number.
	 */
	if (signs == SIGNS_NOTHING &&
	    (n.any_sends ? peer >= 0 && n.received[peer] == n.sent[i]
			 : all_came(pg, &n)))
		return true;
	if (signs == SIGNS_SOME)
		patience_ns = REST_KNOWN_NS;
	else if (peer == REST_PEER_NONE ||
		 (peer == REST_PEER_UNKNOWN && n.any_sends))
		patience_ns = REST_QUIET_NS;
	return waited(pg, i, &n, v->still_ns, now_ns) >= patience_ns;
}
