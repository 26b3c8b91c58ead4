/* SPDX-License-Identifier: BSD-3-Clause */
/* Two ports on wired devices in memory, with a queue each; port 0 sends. */
#ifndef TESTS_PKTGEN_RIG_H
#define TESTS_PKTGEN_RIG_H

#include <string.h>

#include "edit_ports.h"
#include "pktgen/pktgen.h"
#include "pktgen/pktgen_cores.h"
#include "plat/host/host.h"
#include "unit.h"

#define US 1000ull
#define S 1000000000ull

static struct pktgen pg;
static struct host_netdev *dev[2];

static inline int setup(void **state)
{
	(void)state;
	host_reset();
	host_loop_pair(dev, 1500);
	pktgen_open(&pg, 1, uk_alloc_get_default());
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	/* Frames still in the devices go down with their pools. */
	pktgen_close(&pg, uk_alloc_get_default());
	return 0;
}

static inline void run_for(uint64_t *now, uint64_t ns, uint64_t step)
{
	for (uint64_t end = *now + ns; *now < end; *now += step)
		pktgen_step(&pg, *now);
}

static inline void set_rate_edit(struct stream *s, const void *arg)
{
	s->rate = *(const struct rate *)arg;
}

static inline void set_pps(uint64_t pps, uint64_t now)
{
	const struct rate load = {RATE_PPS, pps * 1000000};
	struct pktgen_fault fault;

	assert_int_equal(
		edit_streams(&pg, 1, set_rate_edit, &load, now, &fault), 0);
}

/*
 * One frame of `len` bytes and that type comes to port 1 from outside; false:
 * its ring has no room.
 */
static inline bool inject(uint16_t len, uint16_t type)
{
	struct uk_netbuf *nb = port_frame_alloc(&pg.port[0].queue[0]);

	assert_non_null(nb);
	nb->len = len;
	memset(nb->data, 0, len);
	((struct eth_hdr *)nb->data)->type = net16(type);
	if (uk_netdev_status_successful(
		    uk_netdev_tx_one(pg.port[0].dev, 0, nb)))
		return true;
	uk_netbuf_free(nb);
	return false;
}

#endif /* TESTS_PKTGEN_RIG_H */
