/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/engine.h"

unsigned engine_rx_step(struct worker *w, uint64_t now_ns)
{
	struct uk_netbuf *pkts[WORKER_BURST];
	uint64_t bytes = 0;
	bool underrun;
	unsigned n;
	int err;

	n = port_rx_burst(w->port, pkts, WORKER_BURST, &underrun, &err);
	for (unsigned i = 0; i < n; i++) {
		bytes += port_frame_len(pkts[i]);
		port_frame_free(pkts[i]);
	}
	if (n) {
		w->last_rx_ns = now_ns;
		if (w->mode & MODE_RX) {
			w->stats.rx_packets += n;
			w->stats.rx_bytes += bytes + (uint64_t)n * ETH_FCS_LEN;
		} else {
			w->stats.rx_ignored += n;
		}
	}
	w->stats.rx_underrun += underrun;
	if (unlikely(err) && err != w->err) {
		w->err = err;
		w->stats.rx_errors++;
	}
	return n;
}
