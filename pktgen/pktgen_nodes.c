/* SPDX-License-Identifier: BSD-3-Clause */
/* Ports that are nodes, too. */
#include "pktgen/engine.h"
#include "pktgen/pktgen_impl.h"

struct node *pktgen_node(struct pktgen *pg, unsigned port)
{
	if (!pg->node[port])
		pg->node[port] = node_open(&pg->port[port].queue[0], pg->heap);
	return pg->node[port];
}

void pktgen_link_routers(struct pktgen *pg)
{
	struct node *first = NULL;

	for (unsigned i = 0; ROUTES && i < pg->nb_ports; i++) {
		struct node *const h = pg->node[i];

		if (!h)
			continue;
		h->router = NULL;
		if (!(pg->set[i].mode & MODE_ROUTE))
			continue;
		h->router = first ? first->router : h;
		first = first ? first : h;
		first->router = h;
	}
}

void pktgen_use_node(struct pktgen *pg, unsigned port, uint64_t now_ns)
{
	struct node *const h = pg->node[port];
	const struct worker_order order = {
		.kind = ORDER_NODE,
		.now_ns = now_ns,
		.node = h && node_is_on(h) ? h : NULL,
	};

	if (h && !order.node)
		node_drop(h);
	pktgen_link_routers(pg);
	FOR_EACH_WORKER(pg, 1ull << port, w)
		worker_give(w, &order);
	pg->core.also &= ~CORE_NODES;
	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->node)
			pg->core.also |= CORE_NODES;
}

/* By the queue that it was made for. */
unsigned pktgen_step_nodes(struct pktgen *pg)
{
	unsigned moved = 0;

	FOR_EACH_WORKER(pg, ~0ull, w)
		if (w->node && w->node->queue == w->queue)
			moved += engine_node_step(w, pg->core.now_ns);
	return moved;
}

void pktgen_close_nodes(struct pktgen *pg)
{
	for (unsigned i = 0; i < pg->nb_ports; i++)
		if (pg->node[i])
			node_close(pg->node[i]);
}
