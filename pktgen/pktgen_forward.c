/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that forward: the ways out of their workers, and links between. */
#include "pktgen/impair.h"
#include "pktgen/pktgen_impl.h"

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
	if (!w->forward)
		w->forward = forward_new(&pg->core, 1, pg->heap);
	if (!w->forward)
		return -ENOMEM;
	if (mode & MODE_IMPAIR && !w->forward->impair) {
		w->forward->impair = make_impair(pg->heap);
		if (!w->forward->impair)
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

void pktgen_set_forward(struct pktgen *pg, uint64_t mask, unsigned mode)
{
	const unsigned to = MODE_TO_PORT(mode);

	if (!FORWARDS)
		return;
	FOR_EACH_WORKER(pg, mask, w) {
		give_back(pg, w);
		if (!(mode & MODE_FORWARD))
			continue;
		w->forward->nb_out = 1;
		w->forward->out[0].to = pktgen_worker(
			pg, to, w->queue->id % pg->port[to].nb_queues);
	}
}

unsigned pktgen_impair_room(const struct pktgen *pg, unsigned port)
{
	unsigned room = 0;

	FOR_EACH_WORKER(pg, 1ull << port, w)
		if (FORWARDS && w->forward && w->forward->impair)
			room += impair_room(w->forward->impair);
	return room;
}
