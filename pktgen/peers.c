/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/peers.h"

#include <errno.h>
#include <string.h>

#include "pktgen/pktgen_impl.h"

/* A head as it lies in memory; and less its port and sequence number. */
#define MAGIC_MASK __builtin_bswap64(0xffffffull << 40)
#define MAGIC __builtin_bswap64((uint64_t)SIGNATURE_MAGIC << 40)
#define SENDER(head) ((uint16_t)((head) >> 24))

static uint64_t time_of(const struct peers *ps, uint64_t now_ns)
{
	return ps->pg->core.clock_ns ? ps->pg->core.clock_ns() : now_ns;
}

static struct peer *find(const struct peers *ps, uint16_t sender)
{
	for (unsigned i = 0; i < ps->nb; i++)
		if (ps->peer[i]->sender == sender)
			return ps->peer[i];
	return NULL;
}

/* ---- What comes ---------------------------------------------------------- */

/* A signed frame that it sent at `stamp` by its clock. */
static void time_frame(const struct peers *ps, struct peer *p, uint64_t stamp,
		       uint64_t now_ns)
{
	const struct far_clock *c = &p->clock;
	uint64_t ns, bound_ns;

	if (!far_clock_known(c, now_ns) ||
	    (bound_ns = far_clock_bound(c, now_ns)) > ps->within_ns) {
		p->untimed++;
		return;
	}
	ns = (now_ns + far_clock_ahead(c, now_ns) - stamp) &
	     SIGNATURE_TIME_MASK;
	/* Less than no time, by what is not known of the clock. */
	if (ns > SIGNATURE_TIME_MASK / 2)
		ns = 0;
	ns = MIN(ns, LATENCY_MAX_NS);
	latency_add_one(&p->latency, far_clock_ours(c, ns), false);
	p->bound_ns = MAX(p->bound_ns, bound_ns);
}

static void keep(struct peers_port *pp, const struct uk_netbuf *nb,
		 uint64_t now_ns)
{
	struct peers_came *const came = &pp->came[pp->nb_came];

	if (pp->nb_came == PEERS_CAME ||
	    !probe_get(nb->data, nb->len, &came->probe))
		return;
	came->ns = now_ns;
	pp->nb_came++;
}

/* A frame that another appliance has signed. */
static void see(struct peers_port *pp, const struct uk_netbuf *nb,
		uint64_t head, uint64_t now_ns)
{
	struct peer *const p = find(pp->peers, SENDER(head));
	uint64_t stamp;

	memcpy(&stamp, (uint8_t *)nb->data + nb->len - sizeof(stamp),
	       sizeof(stamp));
	stamp = __builtin_bswap64(stamp);
	if (stamp >> 50 == PROBE_STREAM)
		keep(pp, nb, now_ns);
	else if (p)
		time_frame(pp->peers, p, stamp, now_ns);
}

static void offer(struct tap *t, struct uk_netbuf *const pkts[], unsigned n,
		  uint64_t now_ns)
{
	struct peers_port *const pp = (struct peers_port *)t;
	struct peers *const ps = pp->peers;
	const uint64_t ours = ps->pg->appliance;

	if (pp->behind)
		pp->behind->offer(pp->behind, pkts, n, now_ns);
	/* They came before this. */
	now_ns = time_of(ps, now_ns);
	for (unsigned i = 0; i < n; i++) {
		const struct uk_netbuf *nb = pkts[i];
		uint64_t head;

		if (nb->next || nb->len < SIGNATURE_LEN)
			continue;
		memcpy(&head, (uint8_t *)nb->data + nb->len - SIGNATURE_LEN,
		       sizeof(head));
		if ((head & MAGIC_MASK) != MAGIC)
			continue;
		head = __builtin_bswap64(head);
		if (SENDER(head) / SIGNATURE_PORTS != ours)
			see(pp, nb, head, now_ns);
	}
}

static void count(struct tap *t, unsigned n)
{
	struct tap *const behind = ((struct peers_port *)t)->behind;

	if (behind)
		behind->count(behind, n);
}

/* ---- What is sent -------------------------------------------------------- */

static uint16_t sender_of(const struct peers *ps, unsigned port)
{
	return (uint16_t)(ps->pg->appliance * SIGNATURE_PORTS + port);
}

/* Returns when it went; 0: the device did not take it. */
static uint64_t send(const struct peers *ps, unsigned port, struct probe *p,
		     uint64_t now_ns)
{
	struct port *const to = &ps->pg->port[port];
	struct uk_netbuf *nb = port_guest_alloc(&to->queue[0]);
	int err;

	if (!nb)
		return 0;
	nb->len = PROBE_LEN;
	p->sender = sender_of(ps, port);
	memcpy(p->src, to->mac, ETH_ALEN);
	p->sent_ns = time_of(ps, now_ns);
	if (p->kind == PROBE_ASKS)
		p->asked_ns = p->sent_ns;
	probe_put(nb->data, p);
	if (port_tx_burst(&to->queue[0], &nb, 1, &err) == 1)
		return p->sent_ns;
	port_frame_free(nb);
	return 0;
}

static void ask(struct peers_port *pp, uint64_t now_ns)
{
	struct probe p = {.kind = PROBE_ASKS, .number = pp->number};
	uint64_t *const asked = &pp->asked_ns[pp->number++ % PEERS_ASKED];

	memset(p.dst, 0xff, ETH_ALEN);
	*asked = send(pp->peers, pp->port, &p, now_ns);
	pp->peers->nb_probes += *asked != 0;
}

static void answer(const struct peers_port *pp, const struct peers_came *c,
		   uint64_t now_ns)
{
	struct probe p = {.kind = PROBE_ANSWERS,
			  .to = c->probe.sender,
			  .number = c->probe.number,
			  .asked_ns = c->probe.asked_ns,
			  .heard_ns = c->ns};

	memcpy(p.dst, c->probe.src, ETH_ALEN);
	pp->peers->nb_answers += send(pp->peers, pp->port, &p, now_ns) != 0;
}

/* Its place is that of one that answers no more, where all are taken. */
static struct peer *place(struct peers *ps, uint64_t now_ns)
{
	struct peer *p = NULL;

	for (unsigned i = 0; i < ps->nb && ps->nb == PEERS_MAX && !p; i++)
		if (!far_clock_known(&ps->peer[i]->clock, now_ns))
			p = ps->peer[i];
	if (p || ps->nb == PEERS_MAX)
		return p;
	p = uk_malloc(ps->pg->heap, sizeof(*p));
	if (p)
		ps->peer[ps->nb++] = p;
	return p;
}

static struct peer *meet(struct peers *ps, uint16_t sender, uint64_t now_ns)
{
	struct peer *const p = place(ps, now_ns);

	if (!p)
		return NULL;
	memset(p, 0, sizeof(*p));
	p->sender = sender;
	latency_begin(&p->latency, p->count);
	return p;
}

/* Of the probes alone that have a place yet. */
static bool was_asked(const struct peers_port *pp, const struct probe *p)
{
	return p->to == sender_of(pp->peers, pp->port) &&
	       pp->number - 1 - p->number < PEERS_ASKED && p->asked_ns &&
	       pp->asked_ns[p->number % PEERS_ASKED] == p->asked_ns;
}

static void learn(const struct peers_port *pp, const struct peers_came *c)
{
	const struct probe *const is = &c->probe;
	const struct far_clock_probe probe = {.sent_ns = is->asked_ns,
					      .came_ns = c->ns,
					      .heard_ns = is->heard_ns,
					      .answered_ns = is->sent_ns};
	struct peer *p;

	if (!was_asked(pp, is))
		return;
	p = find(pp->peers, is->sender);
	if (!p)
		p = meet(pp->peers, is->sender, c->ns);
	if (!p)
		return;
	p->port = pp->port;
	far_clock_add(&p->clock, &probe);
}

static void hear(struct peers_port *pp, uint64_t now_ns)
{
	const unsigned n = pp->nb_came;

	pp->nb_came = 0;
	for (unsigned i = 0; i < n; i++) {
		if (pp->came[i].probe.kind == PROBE_ASKS)
			answer(pp, &pp->came[i], now_ns);
		else
			learn(pp, &pp->came[i]);
	}
}

void peers_step(struct peers *ps, uint64_t now_ns)
{
	const bool is_due = now_ns >= ps->next_ns;

	ps->now_ns = now_ns;
	if (is_due)
		ps->next_ns = now_ns + PEERS_PROBE_NS;
	for (unsigned i = 0; i < ps->pg->nb_ports; i++) {
		hear(&ps->port[i], now_ns);
		if (is_due && ps->port[i].on)
			ask(&ps->port[i], now_ns);
	}
}

/* ---- On and off ---------------------------------------------------------- */

struct tap *peers_tap(struct peers *ps, unsigned port, struct tap *rx)
{
	struct peers_port *const pp = &ps->port[port];

	pp->behind = rx;
	return pp->on ? &pp->tap : rx;
}

static struct peers *open(struct pktgen *pg)
{
	struct peers *ps = uk_calloc(
		pg->heap, 1, sizeof(*ps) + pg->nb_ports * sizeof(ps->port[0]));

	if (!ps)
		return NULL;
	ps->pg = pg;
	for (unsigned i = 0; i < pg->nb_ports; i++) {
		ps->port[i].tap = (struct tap){offer, count};
		ps->port[i].peers = ps;
		ps->port[i].port = i;
		ps->port[i].behind = pg->set[i].taps.rx;
	}
	return ps;
}

void peers_close(struct pktgen *pg)
{
	struct peers *const ps = pg->peers;

	if (!ps)
		return;
	pg->peers = NULL;
	while (ps->nb)
		uk_free(pg->heap, ps->peer[--ps->nb]);
	uk_free(pg->heap, ps);
}

int pktgen_set_clocks(struct pktgen *pg, uint64_t mask, bool on,
		      uint64_t within_ns)
{
	bool any = false;

	if (!pg->peers && !on)
		return 0;
	if (!pg->peers)
		pg->peers = open(pg);
	if (!pg->peers)
		return -ENOMEM;
	if (on)
		pg->peers->within_ns = within_ns;
	FOR_EACH_PORT_UP(pg, mask, i)
		pg->peers->port[i].on = on;
	FOR_EACH_PORT_UP(pg, mask, i) {
		const struct worker_taps taps = pg->set[i].taps;

		pktgen_set_taps(pg, 1ull << i, &taps);
	}
	for (unsigned i = 0; i < pg->nb_ports; i++)
		any |= pg->peers->port[i].on;
	if (!any)
		peers_close(pg);
	return 0;
}

void peers_clear(struct peers *ps, unsigned port)
{
	for (unsigned i = 0; i < ps->nb; i++) {
		struct peer *const p = ps->peer[i];

		if (p->port != port)
			continue;
		memset(p->count, 0, sizeof(p->count));
		latency_begin(&p->latency, p->count);
		p->bound_ns = p->untimed = 0;
	}
}
