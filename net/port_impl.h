/* SPDX-License-Identifier: BSD-3-Clause */
/* Between the files of a port. Private to net/port*.c. */
#ifndef NET_PORT_IMPL_H
#define NET_PORT_IMPL_H

#include "net/port.h"

/*
 * Stock Unikraft's virtio-net drives transitional devices, whose rings have one
 * length, and lets a queue be configured with another all the same.
 */
#ifdef PORT_BURST
#define PORT_RINGS_SHORTEN 1
#else
#define PORT_RINGS_SHORTEN 0
#endif

/*
 * Sizes the buffers, and shortens the queues until they fit this port's share
 * of what is left: the costlier one first.
 */
void port_fit_memory(struct port *p, unsigned burst, struct uk_alloc *a);

/* A queue's buffers, memory from `a`: 0, or -ENOMEM. */
int port_make_pools(const struct port *p, struct port_queue *q,
		    struct uk_alloc *a);
void port_free_pools(struct port_queue *q, struct uk_alloc *a);

/* A receive buffer that nobody but the queue has. */
void port_rx_reset(struct uk_netbuf *nb, struct port_queue *q);

/* The last reference of a receive buffer was given back. */
void port_rx_back(struct uk_netbuf *nb);

/* Called by the driver for the receive buffers that it lacks; of a queue. */
uint16_t port_rx_alloc(void *queue, struct uk_netbuf *pkts[], uint16_t count);

/* Takes back what is lent and was sent. False: nothing is lent. */
bool port_lent_back(struct port_queue *q);

/* Called by the driver for what is lent no longer; of a queue. */
void port_claim_lent(void *queue, struct uk_netbuf *const pkts[], unsigned n);

/* Before a receive buffer of `len` bytes is used for the first time. */
void port_rx_mark(char *buf, size_t len);

#endif /* NET_PORT_IMPL_H */
