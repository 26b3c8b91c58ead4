/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that forward: the ways out of their workers. */
#include "pktgen/pktgen_impl.h"

int pktgen_reserve_forward(struct pktgen *pg, uint64_t mask, unsigned mode)
{
	if (!FORWARDS || !(mode & MODE_FORWARD))
		return 0;
	FOR_EACH_WORKER(pg, mask, w) {
		if (!w->forward)
			w->forward = forward_new(&pg->core, 1, pg->heap);
		if (!w->forward)
			return -ENOMEM;
	}
	return 0;
}

void pktgen_set_forward(struct pktgen *pg, uint64_t mask, unsigned mode)
{
	if (!FORWARDS || !(mode & MODE_FORWARD))
		return;
	FOR_EACH_WORKER(pg, mask, w) {
		const unsigned to = MODE_TO_PORT(mode);

		w->forward->nb_out = 1;
		w->forward->out[0].to = pktgen_worker(
			pg, to, w->queue->id % pg->port[to].nb_queues);
	}
}
