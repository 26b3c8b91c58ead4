/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that forward: the ways out of their workers, and links between. */
#include "pktgen/impair.h"
#include "pktgen/learn.h"
#include "pktgen/pktgen_impl.h"
#include "pktgen/route.h"

/* As much as the heap has, within these, and this left for others. */
#define CELLS_MAX 65536u
#define CELLS_MIN 64u
#define RESERVE (24u << 10)
#define CELL_BYTES 144u

static struct impair *make_impair(struct uk_alloc *a)
{
	for (unsigned n = CELLS_MAX; n >= CELLS_MIN; n /= 2) {
		void *mem = uk_malloc(a, n * CELL_BYTES + RESERVE);

		uk_free(a, mem);
		if (mem)
			return impair_new(n, a);
	}
	return NULL;
}

static int reserve(struct pktgen *pg, struct worker *w, unsigned mode)
{
	const unsigned ways = mode & MODE_MESH ? pg->nb_ports : 1;
	struct forward *f = w->forward;

	if (mode & MODE_LEARN && !pg->learnt)
		pg->learnt = uk_zalloc(pg->heap, sizeof(*pg->learnt));
	if (mode & MODE_LEARN && !pg->learnt)
		return -ENOMEM;
	if (!f || f->max_out < ways) {
		f = forward_new(&pg->core, ways, pg->heap);
		if (!f)
			return -ENOMEM;
		/* It goes its ways until its mode is another. */
		forward_move(f, w->forward);
		forward_delete(w->forward, pg->heap);
		w->forward = f;
	}
	if (ROUTES && mode & MODE_ROUTE && !f->route) {
		f->route = uk_zalloc(pg->heap, sizeof(*f->route));
		if (!f->route)
			return -ENOMEM;
	}
	if (mode & MODE_IMPAIR && !f->impair) {
		f->impair = make_impair(pg->heap);
		if (!f->impair)
			return -ENOMEM;
		forward_how(w);
	}
	return 0;
}

/* One that is not meant to lose frames has no link for that. */
static void give_back(struct pktgen *pg, struct worker *w)
{
	if (!w->forward || w->mode & MODE_IMPAIR)
		return;
	impair_delete(w->forward->impair, pg->heap);
	w->forward->impair = NULL;
}

int pktgen_reserve_forward(struct pktgen *pg, uint64_t mask, unsigned mode)
{
	int rc = 0;

	if (!FORWARDS || !(mode & MODE_FORWARD))
		return 0;
	FOR_EACH_WORKER(pg, mask, w)
		if (!rc)
			rc = reserve(pg, w, mode);
	FOR_EACH_WORKER(pg, mask, w)
		if (rc < 0)
			give_back(pg, w);
	return rc;
}

static void add_way(struct pktgen *pg, struct worker *w, unsigned to)
{
	w->forward->out[w->forward->nb_out++].to =
		pktgen_worker(pg, to, w->queue->id % pg->port[to].nb_queues);
}

/* The ports where frames of a bridge or router leave that come in at `w`. */
static uint64_t mesh_of(const struct pktgen *pg, const struct worker *w,
			unsigned kind)
{
	uint64_t to = 0;

	FOR_EACH_PORT_UP(pg, ~0ull, i)
		if (pg->set[i].mode & kind &&
		    (kind == MODE_ROUTE || i != w->queue->port->id))
			to |= 1ull << i;
	return to;
}

/*
 * All that learn have each other as ways out; all that route have themselves as
 * well. Ways that stay keep what they hold.
 */
static void link_mesh(struct pktgen *pg, unsigned kind)
{
	FOR_EACH_WORKER(pg, ~0ull, w) {
		uint64_t to;

		if (!(w->mode & kind))
			continue;
		to = forward_keep(w, mesh_of(pg, w, kind));
		if (kind == MODE_LEARN)
			w->forward->learnt = pg->learnt;
		else
			memset(w->forward->route, 0, sizeof(struct route));
		FOR_EACH_PORT_UP(pg, to, i)
			add_way(pg, w, i);
	}
}

static bool bridges(const struct pktgen *pg)
{
	FOR_EACH_PORT_UP(pg, ~0ull, i)
		if (pg->set[i].mode & MODE_LEARN)
			return true;
	return false;
}

void pktgen_set_forward(struct pktgen *pg, uint64_t mask, unsigned mode)
{
	if (!FORWARDS)
		return;
	FOR_EACH_WORKER(pg, mask, w) {
		give_back(pg, w);
		if (!w->forward)
			continue;
		w->forward->learnt = NULL;
		if (mode & MODE_MESH)
			continue;
		w->forward->nb_out = 0;
		if (mode & MODE_FORWARD)
			add_way(pg, w, MODE_TO_PORT(mode));
	}
	if (ROUTES) {
		pktgen_link_routers(pg);
		link_mesh(pg, MODE_ROUTE);
	}
	if (!pg->learnt)
		return;
	link_mesh(pg, MODE_LEARN);
	if (!bridges(pg)) {
		uk_free(pg->heap, pg->learnt);
		pg->learnt = NULL;
	}
}

/* Whether none forwards, and all frames that did are back. */
static bool is_over(struct pktgen *pg)
{
	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->mode & MODE_FORWARD)
			return false;
	FOR_EACH_WORKER(pg, ~0ull, w) {
		forward_reap(w);
		if (w->forward && (forward_held(w) || w->queue->nb_reflected))
			return false;
	}
	return true;
}

void pktgen_end_forward(struct pktgen *pg)
{
	if (!FORWARDS || !is_over(pg))
		return;
	FOR_EACH_WORKER(pg, ~0ull, w) {
		forward_delete(w->forward, pg->heap);
		w->forward = NULL;
	}
}

unsigned pktgen_learnt(const struct pktgen *pg)
{
	return FORWARDS && pg->learnt ? pg->learnt->nb : 0;
}

unsigned pktgen_impair_room(const struct pktgen *pg, unsigned port)
{
	unsigned room = 0;

	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (FORWARDS && w->forward && w->forward->impair)
			room += impair_room(w->forward->impair);
	return room;
}
