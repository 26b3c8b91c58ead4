/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/pktgen.h"

#include <string.h>

#define FOR_EACH_WORKER(pg, mask, i, w)                  \
	for (unsigned i = 0; i < (pg)->nb_ports; i++)    \
		for (struct worker *w = (pg)->worker[i]; \
		     w && ((mask) >> i & 1); w = NULL)

static void open_one(struct pktgen *pg, unsigned i, struct uk_alloc *a)
{
	struct port *p = &pg->port[i];
	struct worker *w;

	/* Besides a burst there may be frames to be shared. */
	if (port_open(p, i, WORKER_BURST + SIZES_MAX, a) < 0)
		return;
	w = uk_memalign(a, 64, sizeof(*w));
	if (!w || worker_open(w, p, pktgen_first_mode(i), a) < 0) {
		if (w)
			uk_free(a, w);
		p->step = PORT_STEP_POOL;
		p->err = -ENOMEM;
		return;
	}
	stream_init(&pg->stream[i], p->mac);
	program_compile(worker_spare_program(w), &pg->stream[i]);
	worker_set_program(w, 0);
	pg->worker[i] = w;
}

void pktgen_open(struct pktgen *pg, struct uk_alloc *a)
{
	memset(pg, 0, sizeof(*pg));
	pg->nb_ports = MIN(uk_netdev_count(), (unsigned)PKTGEN_MAX_PORTS);
	for (unsigned i = 0; i < pg->nb_ports; i++)
		open_one(pg, i, a);
	rest_init(pg);
}

void pktgen_close(struct pktgen *pg, struct uk_alloc *a)
{
	FOR_EACH_WORKER(pg, ~0ull, i, w) {
		worker_close(w, a);
		uk_free(a, w);
	}
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
		if (mask >> i & 1 && !pg->worker[i])
			return (int)i;
	return -1;
}

int pktgen_edit(struct pktgen *pg, uint64_t mask,
		void (*edit)(struct stream *s, const void *arg),
		const void *arg, uint64_t now_ns, struct pktgen_fault *fault)
{
	FOR_EACH_WORKER(pg, mask, i, w) {
		struct stream s = pg->stream[i];
		int rc;

		edit(&s, arg);
		fault->port = i;
		fault->min = stream_size_min(&s);
		fault->max = MIN(port_max_size(w->port), STREAM_SIZE_MAX);
		fault->size = stream_bad_size(&s, fault->min, fault->max);
		if (fault->size)
			return -EMSGSIZE;
		rc = program_compile(worker_spare_program(w), &s);
		if (rc < 0)
			return rc;
	}
	FOR_EACH_WORKER(pg, mask, i, w) {
		edit(&pg->stream[i], arg);
		worker_set_program(w, now_ns);
	}
	return 0;
}

/* Whether it sends of its own accord, and to its device. */
static bool generates(const struct worker *w)
{
	return (w->mode & (MODE_TX | MODE_NULL)) == MODE_TX;
}

/* Those of `mask` that are to be held back. */
static void pause_some(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	FOR_EACH_WORKER(pg, mask & pg->held_back, i, w)
		if (generates(w))
			worker_pause(w, now_ns);
}

void pktgen_set_mode(struct pktgen *pg, uint64_t mask, unsigned mode,
		     uint64_t now_ns)
{
	FOR_EACH_WORKER(pg, mask, i, w)
		worker_set_mode(w, mode, now_ns);
	pause_some(pg, mask, now_ns);
}

void pktgen_set_how(struct pktgen *pg, uint64_t mask,
		    void (*edit)(struct worker_how *how, const void *arg),
		    const void *arg, uint64_t now_ns)
{
	FOR_EACH_WORKER(pg, mask, i, w) {
		struct worker_how how = w->how;

		edit(&how, arg);
		worker_set_how(w, &how, now_ns);
	}
}

void pktgen_start(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	rest_begin(pg);
	FOR_EACH_WORKER(pg, mask, i, w)
		worker_start(w, now_ns);
	pause_some(pg, mask, now_ns);
}

void pktgen_start_limited(struct pktgen *pg, uint64_t mask,
			  const struct worker_limit *limit, uint64_t now_ns)
{
	rest_begin(pg);
	FOR_EACH_WORKER(pg, mask, i, w)
		if (w->mode & MODE_TX)
			worker_start_limited(w, limit, now_ns);
	pause_some(pg, mask, now_ns);
}

void pktgen_stop(struct pktgen *pg, uint64_t mask)
{
	FOR_EACH_WORKER(pg, mask, i, w)
		worker_stop(w);
}

/* Ends the runs of which all is at rest; the last of them teaches us. */
static void end_runs(struct pktgen *pg, uint64_t now_ns)
{
	unsigned ended = 0, left = 0;

	FOR_EACH_WORKER(pg, ~0ull, i, w) {
		if (w->state == WORKER_DRAINING &&
		    rest_reached(pg, i, now_ns)) {
			worker_rest(w);
			ended++;
		}
		left += w->state != WORKER_IDLE && w->mode & MODE_TX;
	}
	if (ended && !left)
		rest_learn(pg);
}

bool pktgen_drained(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	end_runs(pg, now_ns);
	return !(pktgen_active(pg) & mask);
}

void pktgen_pause(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	pg->nb_pauses++;
	pg->held_back |= mask;
	pause_some(pg, mask, now_ns);
}

void pktgen_resume(struct pktgen *pg, uint64_t now_ns)
{
	if (--pg->nb_pauses)
		return;
	pg->held_back = 0;
	FOR_EACH_WORKER(pg, ~0ull, i, w)
		worker_resume(w, now_ns);
}

bool pktgen_still(struct pktgen *pg, uint64_t mask, uint64_t now_ns)
{
	FOR_EACH_WORKER(pg, mask, i, w)
		if (!rest_reached(pg, i, now_ns))
			return false;
	if (!rest_any_sends(pg))
		rest_learn(pg);
	return true;
}

void pktgen_abandon(struct pktgen *pg, uint64_t mask)
{
	FOR_EACH_WORKER(pg, mask, i, w)
		worker_abandon(w);
}

uint64_t pktgen_active(const struct pktgen *pg)
{
	uint64_t mask = 0;

	FOR_EACH_WORKER(pg, ~0ull, i, w)
		if (w->state != WORKER_IDLE)
			mask |= 1ull << i;
	return mask;
}

/* The time without a frame, as far as it counts; 0 while a worker is active. */
static uint64_t quiet_for(const struct pktgen *pg, uint64_t now_ns)
{
	uint64_t quiet_ns = PKTGEN_SLEEP_NS * PKTGEN_QUIET_PART;

	FOR_EACH_WORKER(pg, ~0ull, i, w) {
		if (w->state != WORKER_IDLE)
			return 0;
		if (w->last_rx_ns)
			quiet_ns = MIN(quiet_ns, now_ns - w->last_rx_ns);
	}
	return quiet_ns;
}

uint64_t pktgen_sleep_ns(const struct pktgen *pg, uint64_t now_ns)
{
	const uint64_t quiet_ns = quiet_for(pg, now_ns);

	return quiet_ns < PKTGEN_AWAKE_NS ? 0 : quiet_ns / PKTGEN_QUIET_PART;
}

unsigned pktgen_step(struct pktgen *pg, uint64_t now_ns)
{
	unsigned moved = 0, states = 0;

	FOR_EACH_WORKER(pg, ~0ull, i, w) {
		moved += worker_step(w, now_ns);
		states |= w->state;
	}
	if (unlikely(states & WORKER_DRAINING))
		end_runs(pg, now_ns);
	return moved;
}

enum wait_kind pktgen_wait(struct pktgen *pg, uint64_t now_ns)
{
	enum wait_kind least = WAIT_AUTO, kind;

	FOR_EACH_WORKER(pg, ~0ull, i, w) {
		kind = worker_wait(w, now_ns);
		least = MIN(least, kind);
	}
	if (least != WAIT_AUTO)
		return least;
	return quiet_for(pg, now_ns) < PKTGEN_PAUSE_NS ? WAIT_PAUSE : WAIT_HALT;
}
