/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_impl.h"
#include "pktgen/pktgen_runs.h"

#include <string.h>

/* ---- Ports come up ------------------------------------------------------ */

static int add_worker(struct pktgen *pg, struct port_queue *q, unsigned mode,
		      struct uk_alloc *a)
{
	struct worker *w = uk_memalign(a, PORT_LINE, sizeof(*w));
	int rc;

	if (!w)
		return -ENOMEM;
	rc = worker_open(w, q, mode, a);
	if (rc >= 0) {
		rc = arrivals_open(&w->arrivals, pg->appliance, pg->nb_ports,
				   a);
		if (rc < 0)
			worker_close(w);
	}
	if (rc < 0) {
		uk_free(a, w);
		return rc;
	}
	pg->worker[pg->nb_workers++] = w;
	pg->core.worker[pg->core.nb_workers++] = w;
	return 0;
}

static void close_worker(struct pktgen *pg)
{
	struct worker *w = pg->worker[--pg->nb_workers];

	if (TRAILS) {
		track_close(w->track, pg->heap);
		uk_free(pg->heap, w->checker);
	}
	arrivals_close(&w->arrivals, pg->heap);
	if (FORWARDS)
		forward_delete(w->forward, pg->heap);
	worker_close(w);
	uk_free(pg->heap, w);
}

static int open_workers(struct pktgen *pg, unsigned i, struct uk_alloc *a)
{
	struct pktgen_port *set = &pg->set[i];
	struct port *p = &pg->port[i];
	int rc = 0;

	set->mode = pktgen_first_mode(i);
	set->how = worker_how_default;
	if (p->nb_queues > 1)
		set->sum = uk_calloc(a, 1, sizeof(*set->sum));
	if (p->nb_queues > 1 && !set->sum)
		return -ENOMEM;
	for (unsigned q = 0; q < p->nb_queues && !rc; q++)
		rc = add_worker(pg, &p->queue[q], set->mode, a);
	return rc < 0 ? rc : pktgen_add_stream(pg, i, 0, 0, 0);
}

/* A number that another appliance hardly has: of its first port's address. */
static uint16_t appliance_of(const uint8_t mac[ETH_ALEN])
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (unsigned i = 0; i < ETH_ALEN; i++)
		hash = (hash ^ mac[i]) * 16777619u;
	return (uint16_t)((hash ^ hash >> 16) % SIGNATURE_APPLIANCES);
}

static void open_one(struct pktgen *pg, unsigned i, unsigned nb_queues,
		     struct uk_alloc *a)
{
	const unsigned had = pg->nb_workers;
	struct port *p = &pg->port[i];
	int rc;

	if (port_open(p, i, nb_queues, WORKER_BURST, a) < 0)
		return;
	if (!had)
		pg->appliance = appliance_of(p->mac);
	rc = open_workers(pg, i, a);
	if (rc >= 0)
		return;
	while (pg->nb_workers > had)
		close_worker(pg);
	pg->core.nb_workers = had;
	uk_free(a, pg->set[i].sum);
	pg->set[i].sum = NULL;
	p->step = PORT_STEP_POOL;
	p->err = rc;
}

void pktgen_set_clock(struct pktgen *pg, uint64_t (*clock_ns)(void))
{
	pg->core.clock_ns = clock_ns;
	FOR_EACH_WORKER(pg, ~0ull, w)
		w->clock_ns = clock_ns;
}

void pktgen_open(struct pktgen *pg, unsigned nb_queues, struct uk_alloc *a)
{
	memset(pg, 0, sizeof(*pg));
	pg->heap = a;
	pg->files.heap = a;
	pg->nb_ports = MIN(uk_netdev_count(), (unsigned)PKTGEN_MAX_PORTS);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		open_one(pg, i, nb_queues, a);
	pg->core.wakes = true;
	FOR_EACH_PORT_UP(pg, ~0ull, i)
		pg->core.wakes &= port_wakes(&pg->port[i]);
	trails_open(&pg->trails, pg->nb_ports, a);
	FOR_EACH_PORT_UP(pg, ~0ull, i)
		pktgen_reserve_arrivals(pg, i);
	rest_init(pg);
}

void pktgen_close(struct pktgen *pg, struct uk_alloc *a)
{
	pktgen_stop_cores(pg, a);
	if (TRAILS)
		peers_close(pg);
	FOR_EACH_PORT_UP(pg, ~0ull, i)
		pktgen_close_streams(pg, i);
	pktgen_close_nodes(pg);
	while (pg->nb_workers)
		close_worker(pg);
	pg->core.nb_workers = 0;
	trails_close(&pg->trails);
	uk_free(a, pg->learnt);
	if (SERVES)
		kv_delete(pg->kv);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		port_close(&pg->port[i], a);
}

uint64_t pktgen_all(const struct pktgen *pg)
{
	return pg->nb_ports < 64 ? (1ull << pg->nb_ports) - 1 : ~0ull;
}

int pktgen_first_down(const struct pktgen *pg, uint64_t mask)
{
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (mask >> i & 1 && !pktgen_up(pg, i))
			return (int)i;
	return -1;
}

uint64_t pktgen_owned(const struct pktgen *pg, enum pktgen_owner owner)
{
	uint64_t mask = 0;

	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pg->set[i].owner == owner)
			mask |= 1ull << i;
	return mask;
}

struct worker *pktgen_worker(struct pktgen *pg, unsigned port, unsigned queue)
{
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (w->queue->id == queue)
			return w;
	return NULL;
}

/* ---- What is set -------------------------------------------------------- */

/* Whether it sends of its own accord, and to its device. */
static bool generates(unsigned mode)
{
	return (mode & (MODE_TX | MODE_NULL)) == MODE_TX;
}

void pktgen_hold_back(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	FOR_EACH_WORKER(pg, mask & pg->held_back, w) {
		const struct pktgen_port *set = &pg->set[w->queue->port->id];

		if (generates(set->mode) && set->owner == OWNER_NOBODY)
			worker_tell(w, ORDER_PAUSE, now_ns);
	}
}

/* What a frame's source may not be, where it would be sent back. */
static void list_own(struct pktgen *pg)
{
	pg->own.nb = 0;
	FOR_EACH_PORT_UP(pg, pktgen_all(pg), i)
		if (pg->set[i].mode & MODE_REFLECT)
			memcpy(pg->own.mac[pg->own.nb++], pg->port[i].mac,
			       ETH_ALEN);
	FOR_EACH_WORKER(pg, pktgen_all(pg), w)
		w->own = &pg->own;
}

void pktgen_set_mode(struct pktgen *pg, uint64_t mask, unsigned mode,
		     uint64_t now_ns)
{
	struct worker_order order = {.kind = ORDER_MODE, .now_ns = now_ns};

	if (pktgen_reserve_forward(pg, mask, mode) < 0)
		mode = MODE_RX;
	order.mode = mode;
	FOR_EACH_PORT_UP(pg, mask, i) {
		pktgen_sign_mode(pg, i, mode);
		pg->set[i].mode = mode;
		pg->set[i].changes++;
	}
	list_own(pg);
	FOR_EACH_WORKER(pg, mask, w)
		worker_give(w, &order);
	pktgen_align_all(pg, mask);
	pktgen_set_forward(pg, mask, mode);
	pktgen_hold_back(pg, mask, now_ns);
}

void pktgen_set_how(struct pktgen *pg, uint64_t mask,
		    const struct worker_how *how, uint64_t now_ns)
{
	struct worker_order order = {.kind = ORDER_HOW, .now_ns = now_ns};

	order.how = *how;
	FOR_EACH_PORT_UP(pg, mask, i) {
		pg->set[i].how = *how;
		pg->set[i].changes++;
	}
	FOR_EACH_WORKER(pg, mask, w) {
		worker_give(w, &order);
		if (TRAILS)
			pktgen_check(pg, w, how->kinds == KINDS_PAYLOAD);
	}
}

void pktgen_set_taps(struct pktgen *pg, uint64_t mask,
		     const struct worker_taps *taps)
{
	struct worker_order order = {.kind = ORDER_TAP, .taps = *taps};

	FOR_EACH_WORKER(pg, mask, w) {
		const unsigned port = w->queue->port->id;

		pg->set[port].taps = *taps;
		if (TRAILS && pg->peers)
			order.taps.rx = peers_tap(pg->peers, port, taps->rx);
		worker_give(w, &order);
	}
}

bool pktgen_has_strategy(const struct pktgen *pg, unsigned port,
			 enum strategy strategy)
{
	const struct flow *f = pg->set[port].stream[0]->flow;

	return frames_strategy(strategy, f->program) == strategy;
}

/* ---- What is done ------------------------------------------------------- */

static void tell_all(struct pktgen *pg, uint64_t mask,
		     enum worker_order_kind kind, uint64_t now_ns)
{
	FOR_EACH_WORKER(pg, mask, w)
		worker_tell(w, kind, now_ns);
}

void pktgen_stop(struct pktgen *pg, uint64_t mask)
{
	tell_all(pg, mask, ORDER_STOP, 0);
}

void pktgen_end_lease(struct pktgen *pg, uint64_t mask)
{
	tell_all(pg, mask, ORDER_END_LEASE, 0);
}

void pktgen_abandon(struct pktgen *pg, uint64_t mask)
{
	tell_all(pg, mask, ORDER_ABANDON, 0);
}

/* The states of a port's workers. */
static unsigned states_of(const struct pktgen *pg, unsigned port)
{
	unsigned states = 0;

	FOR_EACH_WORKER(pg, 1ull << port, w)
		states |= w->state;
	return states;
}

void pktgen_end_runs(struct pktgen *pg, uint64_t now_ns)
{
	unsigned ended = 0, left = 0;

	FOR_EACH_PORT_UP(pg, ~0ull, i) {
		if (states_of(pg, i) == WORKER_DRAINING &&
		    rest_reached(pg, i, now_ns)) {
			tell_all(pg, 1ull << i, ORDER_REST, now_ns);
			ended++;
		}
		left += states_of(pg, i) && pg->set[i].mode & MODE_TX;
	}
	if (ended && !left)
		rest_learn(pg);
}

bool pktgen_drained(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	pktgen_end_runs(pg, now_ns);
	return !(pktgen_active(pg) & mask);
}

void pktgen_pause(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	pg->nb_pauses++;
	pg->held_back |= mask;
	pktgen_hold_back(pg, mask, now_ns);
}

void pktgen_resume(struct pktgen *pg, uint64_t now_ns)
{
	if (--pg->nb_pauses)
		return;
	pg->held_back = 0;
	tell_all(pg, ~0ull, ORDER_RESUME, now_ns);
}

bool pktgen_still(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	FOR_EACH_PORT_UP(pg, mask, i)
		if (!rest_reached(pg, i, now_ns))
			return false;
	if (!rest_any_sends(pg))
		rest_learn(pg);
	return true;
}

/* ---- What is seen ------------------------------------------------------- */

static const enum worker_state by_rank[] = {WORKER_RUNNING, WORKER_PAUSED,
					    WORKER_DRAINING};

static void add_stats(struct stats *to, const struct stats *from)
{
	uint64_t *t = (void *)to;
	const uint64_t *f = (const void *)from;

	for (size_t i = 0; i < sizeof(*to) / sizeof(*t); i++)
		t[i] += f[i];
}

/* Several queues are one port: it is as busy as the busiest of them. */
static void add_view(struct worker_view *to, const struct worker_view *v)
{
	const unsigned states = to->state | v->state;

	if (to->state == WORKER_IDLE) {
		to->sent_ns = v->sent_ns;
		to->still_ns = v->still_ns;
		to->still = v->still;
	} else if (v->state != WORKER_IDLE) {
		to->sent_ns = to->sent_ns && v->sent_ns
				      ? MAX(to->sent_ns, v->sent_ns)
				      : 0;
		to->still_ns = MAX(to->still_ns, v->still_ns);
		to->still &= v->still;
	}
	for (unsigned i = ARRAY_SIZE(by_rank); i-- > 0;)
		if (states & by_rank[i])
			to->state = by_rank[i];
	to->limited |= v->limited;
	to->paused &= v->paused;
	if (v->stalled && !to->stalled) {
		to->moved_ns = v->moved_ns;
		to->stalled_ns = v->stalled_ns;
		to->stalled_at = v->stalled_at;
	}
	to->stalled |= v->stalled;
	to->err = to->err ? to->err : v->err;
	to->nb_held += v->nb_held;
	to->in_flight += v->in_flight;
	to->last_rx_ns = MAX(to->last_rx_ns, v->last_rx_ns);
	to->run_packets += v->run_packets;
	to->sent += v->sent;
	to->full_ns = MAX(to->full_ns, v->full_ns);
	to->lag_ns = MAX(to->lag_ns, v->lag_ns);
	to->gap_ns = MAX(to->gap_ns, v->gap_ns);
	to->stood_ns = MAX(to->stood_ns, v->stood_ns);
	to->received += v->received;
	to->done.runs = MAX(to->done.runs, v->done.runs);
	to->done.packets += v->done.packets;
	to->done.at_ns = MAX(to->done.at_ns, v->done.at_ns);
	to->done.in_flight += v->done.in_flight;
	add_stats(&to->stats, &v->stats);
}

static const struct worker_view *view(const struct pktgen *pg, unsigned port,
				      enum worker_order_kind kind,
				      uint64_t now_ns)
{
	struct worker_view *const sum = pg->set[port].sum, *all = NULL;

	FOR_EACH_WORKER(pg, 1ull << port, w) {
		worker_tell(w, kind, now_ns);
		if (all)
			add_view(all, &w->view);
		else if (!sum)
			all = &w->view;
		else
			*(all = sum) = w->view;
	}
	return all;
}

const struct worker_view *pktgen_look(const struct pktgen *pg, unsigned port)
{
	return view(pg, port, ORDER_LOOK, 0);
}

const struct worker_view *pktgen_look_queue(const struct pktgen *pg,
					    unsigned port, unsigned queue)
{
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (w->queue->id == queue)
			return worker_look(w);
	return NULL;
}

const struct worker_view *pktgen_count(const struct pktgen *pg, unsigned port,
				       uint64_t now_ns)
{
	return view(pg, port, ORDER_COUNT, now_ns);
}

bool pktgen_lag(const struct pktgen *pg, unsigned port, struct histogram *lag)
{
	memset(lag, 0, sizeof(*lag));
	if (!pktgen_up(pg, port))
		return false;
	FOR_EACH_WORKER(pg, 1ull << port, w)
		histogram_sum(lag, &w->lag);
	return true;
}

uint64_t pktgen_active(const struct pktgen *pg)
{
	uint64_t mask = 0;

	FOR_EACH_PORT_UP(pg, ~0ull, i)
		if (states_of(pg, i))
			mask |= 1ull << i;
	return mask;
}

/* ---- Time --------------------------------------------------------------- */

unsigned pktgen_step(struct pktgen *pg, uint64_t now_ns)
{
	unsigned states, moved;

	moved = core_step(&pg->core, now_ns, &states);
	if (unlikely(states & (WORKER_DRAINING | CORE_NODES | CORE_BESIDE))) {
		if (NODES && states & CORE_NODES)
			moved += pktgen_step_nodes(pg);
		if (states & WORKER_DRAINING && !pktgen_others(pg))
			pktgen_end_runs(pg, pg->core.now_ns);
		if (CORES_SEVERAL && states & CORE_BESIDE)
			core_load_step(&pg->cores->first, now_ns, moved);
	}
	if (TRAILS && unlikely(pg->peers != NULL))
		peers_step(pg->peers, pg->core.now_ns);
	return moved;
}
