/* SPDX-License-Identifier: BSD-3-Clause */
/* Progress, on the loop: see progress_rig.h. */
#include "progress_rig.h"

static struct host_netdev *dev[2];

static void tap(void *arg, const void *frame, size_t len)
{
	(void)arg;
	rig_taken(frame, len);
}

static void rig_open(const struct trial *t)
{
	struct host_faults *f;

	host_reset();
	host_loop_pair(dev, 1500);
	f = host_netdev_faults(dev[0]);
	f->back = t->back;
	f->back_seed = t->seed;
	host_netdev_tap(dev[0], tap, NULL);
	pktgen_open(&pg, 1, uk_alloc_get_default());
}

static void rig_look(void)
{
}

static void rig_close(void)
{
	pktgen_close(&pg, uk_alloc_get_default());
}

static unsigned rig_rx_port(void)
{
	return 1;
}

int main(int argc, char **argv)
{
	return progress_main(argc, argv, "progress on the loop");
}
