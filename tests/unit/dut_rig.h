/* SPDX-License-Identifier: BSD-3-Clause */
/* A device in memory whose truth is known, between ports 0 and 1. */
#ifndef UNIT_DUT_RIG_H
#define UNIT_DUT_RIG_H

#include <string.h>

#include "app_rig.h"

/*
 * Bears so many frames a second, with a queue of a few, loses what is more, and
 * one of `lose` besides; each takes `delay_ns` more.
 */
static struct device {
	uint64_t pps;
	unsigned queue, lose;
	bool dead;
	uint64_t free_ns; /* when it is done with all that it has */
	uint64_t nb, lost;
} dut;

static void dut_forward(void *arg, const void *frame, size_t len)
{
	const uint64_t gap_ns = S / dut.pps;

	dut.nb++;
	if (dut.dead || dut.free_ns > rig.now + dut.queue * gap_ns ||
	    (dut.lose && dut.nb % dut.lose == 0)) {
		dut.lost++;
		return;
	}
	dut.free_ns = MAX(dut.free_ns, rig.now) + gap_ns;
	host_netdev_receive(arg, frame, len);
}

static int dut_setup(void **state)
{
	rig_setup(state);
	memset(&dut, 0, sizeof(dut));
	dut.pps = 123456;
	dut.queue = 8;
	host_netdev_wire(rig.dev[0], dut_forward, rig.dev[1]);
	return 0;
}

static int dut_teardown(void **state)
{
	return rig_teardown(state);
}

#endif /* UNIT_DUT_RIG_H */
