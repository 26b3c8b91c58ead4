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
	unsigned warm;    /* frames that it loses first, of all that come */
	uint64_t cold_ns; /* that it loses for what comes after a rest of
			     DUT_REST */
	unsigned foreign; /* one of so many is followed by one of its own */
	uint64_t delay_ns;
	bool dead;
	uint64_t last_ns, warm_ns; /* the last frame; when it is warm */
	uint64_t free_ns;          /* when it is done with all that it has */
	uint64_t nb, lost;
} dut;

#define DUT_REST (10 * MS)

/* Frames that it holds for its delay. */
#define DUT_HELD 4096
static struct {
	struct {
		uint64_t due_ns;
		size_t len;
		unsigned char frame[128];
	} held[DUT_HELD];
	unsigned from, to;
} dut_line;

/* Hands over what is due; call it after each step. */
static inline void dut_step(void)
{
	while (dut_line.from != dut_line.to) {
		const unsigned i = dut_line.from % DUT_HELD;

		if (dut_line.held[i].due_ns > rig.now)
			return;
		host_netdev_receive(rig.dev[1], dut_line.held[i].frame,
				    dut_line.held[i].len);
		dut_line.from++;
	}
}

static void dut_hold(const void *frame, size_t len)
{
	const unsigned i = dut_line.to++ % DUT_HELD;

	assert_true(dut_line.to - dut_line.from <= DUT_HELD);
	assert_true(len <= sizeof(dut_line.held[i].frame));
	dut_line.held[i].due_ns = rig.now + dut.delay_ns;
	dut_line.held[i].len = len;
	memcpy(dut_line.held[i].frame, frame, len);
}

static bool dut_is_cold(void)
{
	if (rig.now > dut.last_ns + DUT_REST)
		dut.warm_ns = rig.now + dut.cold_ns;
	dut.last_ns = rig.now;
	return rig.now < dut.warm_ns;
}

static void dut_forward(void *arg, const void *frame, size_t len)
{
	static const unsigned char own[60] = {2, 2, 2, 2, 2, 2, 2};
	const uint64_t gap_ns = S / dut.pps;

	dut.nb++;
	if (dut_is_cold() || dut.dead || dut.nb <= dut.warm ||
	    dut.free_ns > rig.now + dut.queue * gap_ns ||
	    (dut.lose && dut.nb % dut.lose == 0)) {
		dut.lost++;
		return;
	}
	dut.free_ns = MAX(dut.free_ns, rig.now) + gap_ns;
	if (dut.foreign && dut.nb % dut.foreign == 0)
		host_netdev_receive(arg, own, sizeof(own));
	if (dut.delay_ns)
		dut_hold(frame, len);
	else
		host_netdev_receive(arg, frame, len);
}

static int dut_setup(void **state)
{
	rig_setup(state);
	memset(&dut, 0, sizeof(dut));
	memset(&dut_line, 0, sizeof(dut_line));
	dut.pps = 123456;
	dut.queue = 8;
	rig.tick = dut_step;
	host_netdev_wire(rig.dev[0], dut_forward, rig.dev[1]);
	return 0;
}

static int dut_teardown(void **state)
{
	rig.tick = NULL;
	return rig_teardown(state);
}

#endif /* UNIT_DUT_RIG_H */
