/* SPDX-License-Identifier: BSD-3-Clause */
/* What ports in mode kv answer from. */
#include "pktgen/pktgen_impl.h"

void pktgen_set_kv(struct pktgen *pg, struct kv *kv, uint64_t now_ns)
{
	const struct worker_order order = {
		.kind = ORDER_KV, .now_ns = now_ns, .kv = kv};

	FOR_EACH_WORKER(pg, ~0ull, w)
		worker_give(w, &order);
	kv_delete(pg->kv);
	pg->kv = kv;
}
