/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The engines of a worker, each in a file of its own. A step moves at most
 * WORKER_BURST frames and returns how many. Private to pktgen/.
 */
#ifndef PKTGEN_ENGINE_H
#define PKTGEN_ENGINE_H

#include "pktgen/worker.h"

unsigned engine_tx_step(struct worker *w, uint64_t now_ns);
unsigned engine_rx_step(struct worker *w, uint64_t now_ns);

#endif /* PKTGEN_ENGINE_H */
