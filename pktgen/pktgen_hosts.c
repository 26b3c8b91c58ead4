/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that are hosts, too. */
#include "pktgen/engine.h"
#include "pktgen/pktgen_impl.h"

struct host *pktgen_host(struct pktgen *pg, unsigned port)
{
	if (!pg->host[port])
		pg->host[port] = host_open(&pg->port[port].queue[0], pg->heap);
	return pg->host[port];
}

void pktgen_use_host(struct pktgen *pg, unsigned port, uint64_t now_ns)
{
	struct host *const h = pg->host[port];
	const struct worker_order order = {
		.kind = ORDER_HOST,
		.now_ns = now_ns,
		.host = h && h->nb_own ? h : NULL,
	};

	FOR_EACH_WORKER(pg, 1ull << port, w)
		worker_give(w, &order);
	pg->core.also = 0;
	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->host)
			pg->core.also = CORE_HOSTS;
}

/* By the queue that it was made for. */
unsigned pktgen_step_hosts(struct pktgen *pg)
{
	unsigned moved = 0;

	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->host && w->host->queue == w->queue)
			moved += engine_host_step(w, pg->core.now_ns);
	return moved;
}

void pktgen_close_hosts(struct pktgen *pg)
{
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pg->host[i])
			host_close(pg->host[i]);
}
