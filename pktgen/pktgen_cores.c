/* SPDX-License-Identifier: BSD-3-Clause */
/* Which core steps which worker. */
#include <stdlib.h>
#include <uk/plat/time.h>

#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_impl.h"

/* ---- What they have in common ------------------------------------------- */

static bool plays(const struct pktgen *pg, unsigned port)
{
	unsigned i = 0;

	for (; STREAM_PLAYS &&
	       (i = pktgen_next_stream(pg, port, i)) != PKTGEN_NO_STREAM;
	     i++)
		if (stream_plays(pktgen_stream(pg, port, i)))
			return true;
	return false;
}

/*
 * Frames that a port has forwarded may be with the device of any other: who
 * gets them back uses both queues. See pktgen_end_forward().
 */
static bool any_forwards(const struct pktgen *pg)
{
	bool any = false;

	FOR_EACH_WORKER(pg, FORWARDS ? ~0ull : 0, w)
		any |= w->forward != NULL;
	return any;
}

/* Of one of its workers, which are alike. */
static enum core_need need_of(const struct pktgen *pg, const struct worker *w)
{
	if (w->tap.rx || w->tap.tx)
		return CORE_NEED_CAPTURE;
	if (w->node)
		return CORE_NEED_NODE;
	if (w->mode & MODE_KV)
		return CORE_NEED_KV;
	if (w->signs && w->mode & MODE_RX)
		return CORE_NEED_SIGNED;
	if (w->track)
		return CORE_NEED_TRACK;
	if (w->how.kinds == KINDS_PAYLOAD)
		return CORE_NEED_PAYLOAD;
	return plays(pg, w->queue->port->id) ? CORE_NEED_PLAY
					     : CORE_NEED_NOTHING;
}

enum core_need pktgen_core_need(const struct pktgen *pg, unsigned port)
{
	if (any_forwards(pg))
		return CORE_NEED_FORWARD;
	FOR_EACH_WORKER(pg, 1ull << port, w)
		return need_of(pg, w);
	return CORE_NEED_NOTHING;
}

/* ---- What is seen ------------------------------------------------------- */

unsigned pktgen_core_of(const struct pktgen *pg, unsigned port, unsigned queue)
{
	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (w->queue->id == queue)
			return w->core;
	return 0;
}

unsigned pktgen_core_load(const struct pktgen *pg, unsigned core)
{
	if (pktgen_cores(pg) == 1)
		return CORE_LOAD_UNKNOWN;
	return core ? pg->cores->cpu[core]->load.milli : pg->cores->first.milli;
}

static int64_t size_of(const struct core_apart *is)
{
	return is->ahead_ns < 0 ? -is->ahead_ns : is->ahead_ns;
}

struct core_apart pktgen_core_apart(const struct pktgen *pg)
{
	struct core_apart most = {0};

	for (unsigned i = 1; i < pktgen_cores(pg); i++) {
		const struct core_apart is = pg->cores->cpu[i]->apart;

		if (i == 1 || size_of(&is) > size_of(&most))
			most = is;
	}
	return most;
}

#if CORES_SEVERAL

void pktgen_start_cores(struct pktgen *pg, ukplat_lcpu_entry_t entry)
{
	cores_open(&pg->cores, CORES_MAX, entry, pg->heap);
	if (pg->cores)
		pg->core.also |= CORE_BESIDE;
}

void __noreturn pktgen_run_core(struct pktgen *pg)
{
	while (!pg->cores)
		ukplat_lcpu_halt_irq_until(UINT64_MAX);
	cores_run(pg->cores, ukplat_lcpu_idx());
}

/* ---- Who steps whom ----------------------------------------------------- */

#define NOBODY UINT32_MAX
/* One that does not run is at rest after this time without frames. */
#define REST_NS 20000000ull

static bool is_busy(const struct worker *w, uint64_t now_ns)
{
	return w->state != WORKER_IDLE ||
	       (w->last_rx_ns && now_ns - w->last_rx_ns < REST_NS);
}

/* The core that is set, if there is one of that number; else NOBODY. */
static unsigned core_set(const struct pktgen *pg, const struct worker *w)
{
	const struct worker_how *how = &w->how;
	const unsigned nb = pg->cores->nb;

	if (!how->cores || how->core >= nb)
		return NOBODY;
	return how->core + w->queue->id % MIN(how->cores, nb - how->core);
}

static unsigned least(const unsigned load[], unsigned nb)
{
	unsigned at = 0;

	for (unsigned i = 1; i < nb; i++)
		if (load[i] < load[at])
			at = i;
	return at;
}

/*
 * Into to[], by worker: CPU 0 has those that rest, and that have to be its own;
 * then those count that were set, and of the rest each core gets as many as the
 * others.
 */
static void choose(const struct pktgen *pg, uint64_t now_ns, unsigned to[])
{
	const bool forwards = any_forwards(pg);
	unsigned load[CORES_MAX] = {0};

	for (unsigned i = 0; i < pg->nb_workers; i++) {
		const struct worker *w = pg->worker[i];
		const bool busy = is_busy(w, now_ns);

		to[i] = busy && !forwards && !need_of(pg, w) ? core_set(pg, w)
							     : 0;
		if (to[i] != NOBODY)
			load[to[i]] += busy;
	}
	for (unsigned i = 0; i < pg->nb_workers; i++)
		if (to[i] == NOBODY)
			load[to[i] = least(load, pg->cores->nb)]++;
}

static struct core *core_of(struct pktgen *pg, unsigned cpu)
{
	return cpu ? &pg->cores->cpu[cpu]->core : &pg->core;
}

/* All lists anew; a core begins once the last of them is whole. */
static void deal(struct pktgen *pg, const unsigned to[])
{
	for (unsigned i = 0; i < pg->cores->nb; i++)
		core_of(pg, i)->nb_workers = 0;
	for (unsigned i = 0; i < pg->nb_workers; i++) {
		struct core *c = core_of(pg, to[i]);

		pg->worker[i]->core = to[i];
		c->worker[c->nb_workers++] = pg->worker[i];
		c->now_ns = pg->cores->floor_ns;
	}
}

static void place(struct pktgen *pg, uint64_t now_ns)
{
	unsigned to[CORE_WORKERS_MAX];
	bool same = true;

	if (any_forwards(pg))
		pktgen_end_forward(pg);
	choose(pg, now_ns, to);
	for (unsigned i = 0; i < pg->nb_workers; i++)
		same &= pg->worker[i]->core == to[i];
	if (!same)
		deal(pg, to);
}

/* ---- The gate ----------------------------------------------------------- */

/* Whose they are, for worker_check_owner(). */
static void own(struct pktgen *pg, bool held)
{
	FOR_EACH_WORKER(pg, ~0ull, w)
		w->owner = held ? 0 : w->core;
}

static uint64_t latest(const struct pktgen *pg)
{
	uint64_t ns = MAX(pg->cores->floor_ns, pg->core.now_ns);

	for (unsigned i = 1; i < pg->cores->nb; i++)
		ns = MAX(ns, pg->cores->cpu[i]->core.now_ns);
	return ns;
}

/* The host did not run one of them, and so maybe none who brings frames. */
static void note_wait(struct core *c, uint64_t awake_ns)
{
	const uint64_t ns = core_awake_ns(c, c->now_ns) - awake_ns;

	if (ns >= CORE_GAP_NS)
		c->away_ns += ns - CORE_GAP_NS;
}

bool pktgen_hold_others(struct pktgen *pg)
{
	struct cores *const cs = pg->cores;

	if (cs->held)
		return true;
	if (!cs->shut) {
		cs->shut_ns = pg->core.now_ns;
		cs->shut_awake_ns = core_awake_ns(&pg->core, cs->shut_ns);
	}
	if (!cores_stand(cs))
		return false;
	if (!cs->nb_awake)
		return true;
	note_wait(&pg->core, cs->shut_awake_ns);
	/* CPU 0's next step is not before what they had. */
	pg->core.now_ns = cs->floor_ns = latest(pg);
	own(pg, true);
	pktgen_end_runs(pg, cs->floor_ns);
	return true;
}

static void look_at_loads(struct cores *cs, uint64_t now_ns)
{
	core_load_look(&cs->first, now_ns);
	for (unsigned i = 1; i < cs->nb; i++)
		core_load_look(&cs->cpu[i]->load, now_ns);
}

/* They get on for this many times as long as all of them stood, or... */
#define CALM 10
#define CALM_NS_MAX 50000000ull

void pktgen_let_others_go(struct pktgen *pg, uint64_t now_ns)
{
	struct cores *const cs = pg->cores;

	cs->floor_ns = MAX(latest(pg), now_ns);
	if (cs->shut)
		cs->calm_ns = now_ns +
			      MIN(CALM * (now_ns - cs->shut_ns), CALM_NS_MAX);
	place(pg, cs->floor_ns);
	own(pg, false);
	look_at_loads(cs, now_ns);
	for (unsigned i = 1; i < cs->nb; i++)
		cores_wake(cs, i, cs->cpu[i]->core.nb_workers);
	cores_go(cs);
}

void pktgen_stop_cores(struct pktgen *pg, struct uk_alloc *a)
{
	if (!pg->cores)
		return;
	while (!pktgen_hold(pg))
		pktgen_step(pg, ukplat_monotonic_clock());
	for (unsigned i = 1; i < pg->cores->nb; i++)
		cores_wake(pg->cores, i, false);
	cores_go(pg->cores);
	cores_close(pg->cores, a);
	pg->cores = NULL;
	pg->core.also &= ~CORE_BESIDE;
}

#else

void pktgen_start_cores(struct pktgen *pg __unused,
			ukplat_lcpu_entry_t entry __unused)
{
}

void pktgen_stop_cores(struct pktgen *pg __unused, struct uk_alloc *a __unused)
{
}

#endif /* CORES_SEVERAL */
