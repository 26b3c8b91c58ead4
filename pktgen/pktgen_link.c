/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether what ports send goes anywhere, and what ends a halt. */
#include "pktgen/pktgen_cores.h"
#include "pktgen/pktgen_impl.h"

static void look(struct pktgen *pg, unsigned port, uint64_t now_ns)
{
	struct pktgen_port *const set = &pg->set[port];
	const enum port_link link = port_link(&pg->port[port]);
	const struct worker_order order = {
		.kind = ORDER_LINK,
		.now_ns = now_ns,
		.unplugged = link == PORT_LINK_DOWN,
	};

	if (link == set->link)
		return;
	if (set->link != PORT_LINK_UNKNOWN)
		set->link_ns = now_ns;
	set->link = link;
	FOR_EACH_WORKER(pg, 1ull << port, w)
		worker_give(w, &order);
}

void pktgen_watch_links(struct pktgen *pg, uint64_t now_ns)
{
	if (pg->links_ns && now_ns - pg->links_ns < PKTGEN_LINK_NS)
		return;
	pg->links_ns = now_ns;
	FOR_EACH_PORT_UP(pg, pktgen_all(pg), i)
		look(pg, i, now_ns);
}

bool pktgen_wake(struct pktgen *pg, bool on)
{
	bool none = true;

	FOR_EACH_PORT_UP(pg, pktgen_all(pg), i)
		none &= port_wake(&pg->port[i], on);
	return none;
}
