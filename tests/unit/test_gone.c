/* SPDX-License-Identifier: BSD-3-Clause */
/* A device that is pulled out ends its run, whoever finds it first. */
#include <errno.h>

#include "forward_rig.h"

static int link_rc;

static int link_get(struct uk_netdev *d)
{
	(void)d;
	return link_rc;
}

static void a_run_ends_with_its_device(void **state)
{
	const struct uk_netdev_ops *was = pg.port[0].dev->ops;
	struct host_faults *faults = host_netdev_faults(dev[0]);
	struct stream s = *pktgen_stream(&pg, 0, 0);
	struct uk_netdev_ops ops = *was;
	(void)state;

	s.rate = (struct rate){RATE_PPS, 100ull * 1000000};
	set_stream(0, &s);
	ops.link_get = link_get;
	pg.port[0].dev->ops = &ops;
	step_ns = 100 * US;
	for (unsigned watched = 0; watched < 2; watched++) {
		link_rc = 1;
		faults->tx = faults->rx = 0;
		pktgen_watch_links(&pg, now += S);
		pktgen_start(&pg, 1, now);
		run_for(S / 10);
		assert_int_equal(worker(0)->state, WORKER_RUNNING);
		link_rc = faults->tx = faults->rx = -EIO;
		if (watched)
			pktgen_watch_links(&pg, now);
		run_for(S / 10);
		assert_int_equal(worker(0)->state, WORKER_IDLE);
		assert_int_equal(worker(0)->err, -EIO);
		assert_int_equal(stats(0)->tx_link_down, 0);
	}
	pg.port[0].dev->ops = was;
	step_ns = US;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_run_ends_with_its_device,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
