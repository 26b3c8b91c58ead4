/* SPDX-License-Identifier: BSD-3-Clause */
/* From a device that was found to one that runs, and calls out of order. */
#include <string.h>

#include "tests/netdev/case.h"

#define MTU_MIN 68
#define NEVER "a stock tree asserts it: the API leaves open what it returns"

static struct rig_dev *dut(struct netdev_test *t)
{
	return &t->rig->dev[0];
}

void netdev_learn(struct rig_dev *d)
{
	uk_netdev_info_get(d->dev, &d->info);
	if (!d->info.ioalign)
		d->info.ioalign = 1;
}

int netdev_set_rxq(struct rig_dev *d, struct uk_alloc *a, uint16_t queue_id,
		   uint16_t nb_desc)
{
	struct uk_netdev_rxqueue_conf conf = {
		.a = a,
		.alloc_rxpkts = rig_alloc_rxpkts,
		.alloc_rxpkts_argp = d,
	};

	return uk_netdev_rxq_configure(d->dev, queue_id, nb_desc, &conf);
}

int netdev_set_txq(struct rig_dev *d, struct uk_alloc *a, uint16_t queue_id,
		   uint16_t nb_desc)
{
	struct uk_netdev_txqueue_conf conf = {.a = a};

	return uk_netdev_txq_configure(d->dev, queue_id, nb_desc, &conf);
}

int netdev_bring_up(struct rig_dev *d, struct uk_alloc *a, uint16_t nb_desc)
{
	const struct uk_netdev_conf conf = {1, 1};
	int rc = 0;

	if (uk_netdev_state_get(d->dev) == UK_NETDEV_UNPROBED)
		rc = uk_netdev_probe(d->dev);
	if (rc < 0)
		return rc;
	netdev_learn(d);
	rc = uk_netdev_configure(d->dev, &conf);
	if (rc < 0)
		return rc;
	d->mtu = uk_netdev_mtu_get(d->dev);
	rc = netdev_set_rxq(d, a, 0, nb_desc);
	if (rc == 0)
		rc = netdev_set_txq(d, a, 0, nb_desc);
	return rc < 0 ? rc : uk_netdev_start(d->dev);
}

/* The state after a call that had to fail. */
static enum netdev_verdict refused(struct netdev_test *t, const char *call,
				   int rc, enum uk_netdev_state state)
{
	enum uk_netdev_state now = uk_netdev_state_get(dut(t)->dev);

	WANT(t, rc < 0, "%s returns %d", call, rc);
	WANT(t, now == state, "%s returns %d, and the state went from %d to %d",
	     call, rc, state, now);
	return NETDEV_OK;
}

static enum netdev_verdict numbers(struct netdev_test *t)
{
	const unsigned n = uk_netdev_count();

	for (unsigned i = 0; i < n; i++) {
		struct uk_netdev *dev = uk_netdev_get(i);

		WANT(t, dev, "there are %u devices, and no device %u", n, i);
		WANT(t, uk_netdev_id_get(dev) == i, "device %u says it is %u",
		     i, uk_netdev_id_get(dev));
	}
	WANT(t, !uk_netdev_get(n), "there are %u devices, and a device %u", n,
	     n);
	return NETDEV_OK;
}

static enum netdev_verdict probe(struct netdev_test *t)
{
	struct uk_netdev *dev = dut(t)->dev;
	int rc;

	if (uk_netdev_state_get(dev) != UK_NETDEV_UNPROBED)
		return netdev_skip(t, "the tree probed it at boot");
	rc = uk_netdev_probe(dev);
	WANT(t, rc == 0, "probe returns %d", rc);
	WANT(t, uk_netdev_state_get(dev) == UK_NETDEV_UNCONFIGURED,
	     "the state is %d", uk_netdev_state_get(dev));
	return NETDEV_OK;
}

static enum netdev_verdict probe_again(struct netdev_test *t)
{
#ifdef UK_NETDEV_HAVE_ORDER_ERRORS
	return refused(t, "probe", uk_netdev_probe(dut(t)->dev),
		       UK_NETDEV_UNCONFIGURED);
#else
	return netdev_skip(t, NEVER);
#endif
}

static enum netdev_verdict info(struct netdev_test *t)
{
	struct uk_netdev_info i[2];

	memset(&i, 0xff, sizeof(i));
	uk_netdev_info_get(dut(t)->dev, &i[0]);
	uk_netdev_info_get(dut(t)->dev, &i[1]);
	WANT(t, i[0].max_rx_queues && i[0].max_tx_queues, "%u, %u queues",
	     i[0].max_rx_queues, i[0].max_tx_queues);
	WANT(t, !(i[0].ioalign & (i[0].ioalign - 1)), "ioalign %u",
	     i[0].ioalign);
	WANT(t, i[0].max_mtu >= MTU_MIN, "max_mtu %u", i[0].max_mtu);
	WANT(t,
	     i[0].nb_encap_rx == i[1].nb_encap_rx &&
		     i[0].nb_encap_tx == i[1].nb_encap_tx &&
		     i[0].features == i[1].features,
	     "the second time it says something else");
	netdev_learn(dut(t));
	return NETDEV_OK;
}

static enum netdev_verdict queues_first(struct netdev_test *t)
{
	enum netdev_verdict v = refused(t, "rxq_configure",
					netdev_set_rxq(dut(t), t->rig->a, 0, 0),
					UK_NETDEV_UNCONFIGURED);

	if (v == NETDEV_OK)
		v = refused(t, "txq_configure",
			    netdev_set_txq(dut(t), t->rig->a, 0, 0),
			    UK_NETDEV_UNCONFIGURED);
	if (v == NETDEV_OK)
		v = refused(t, "start", uk_netdev_start(dut(t)->dev),
			    UK_NETDEV_UNCONFIGURED);
	WANT(t, !dut(t)->nb_asked, "%u buffers were asked for",
	     dut(t)->nb_asked);
	return v;
}

static enum netdev_verdict queue_numbers(struct netdev_test *t)
{
	const uint16_t rx = dut(t)->info.max_rx_queues;
	const uint16_t tx = dut(t)->info.max_tx_queues;
	const struct uk_netdev_conf wrong[] = {
		{0, 0},
		{(uint16_t)(rx + 1), 1},
		{1, (uint16_t)(tx + 1)},
		{0, 1},
		{1, 0},
	};
	enum netdev_verdict v = NETDEV_OK;

	for (unsigned i = 0; v == NETDEV_OK && i < ARRAY_SIZE(wrong); i++)
		v = refused(t, "configure",
			    uk_netdev_configure(dut(t)->dev, &wrong[i]),
			    UK_NETDEV_UNCONFIGURED);
	return v;
}

static enum netdev_verdict configure(struct netdev_test *t)
{
	const struct uk_netdev_conf conf = {1, 1};
	int rc = uk_netdev_configure(dut(t)->dev, &conf);

	WANT(t, rc == 0, "configure returns %d", rc);
	WANT(t, uk_netdev_state_get(dut(t)->dev) == UK_NETDEV_CONFIGURED,
	     "the state is %d", uk_netdev_state_get(dut(t)->dev));
	return NETDEV_OK;
}

static enum netdev_verdict configure_again(struct netdev_test *t)
{
	const struct uk_netdev_conf conf = {1, 1};

	return refused(t, "configure", uk_netdev_configure(dut(t)->dev, &conf),
		       UK_NETDEV_CONFIGURED);
}

static enum netdev_verdict hwaddr(struct netdev_test *t)
{
	static const struct uk_hwaddr none;
	const struct uk_hwaddr *hw = uk_netdev_hwaddr_get(dut(t)->dev);

	if (!hw)
		return netdev_skip(t, "the device has none");
	WANT(t, memcmp(hw, &none, sizeof(none)) != 0, "it is zero");
	WANT(t, !(hw->addr_bytes[0] & 1), "it is that of a group");
	return NETDEV_OK;
}

static enum netdev_verdict mtu(struct netdev_test *t)
{
	struct rig_dev *d = dut(t);

	d->mtu = uk_netdev_mtu_get(d->dev);
	WANT(t, d->mtu >= MTU_MIN && d->mtu <= d->info.max_mtu,
	     "%u, where %u is the largest", d->mtu, d->info.max_mtu);
	return NETDEV_OK;
}

static enum netdev_verdict sane(struct netdev_test *t, const char *queue,
				int rc, const struct uk_netdev_queue_info *i)
{
	WANT(t, rc == 0, "%s_info_get returns %d", queue, rc);
	WANT(t, i->nb_min && i->nb_min <= i->nb_max, "%s: %u to %u descriptors",
	     queue, i->nb_min, i->nb_max);
	WANT(t,
	     !i->nb_is_power_of_two ||
		     (POWER_OF_2(i->nb_min) && POWER_OF_2(i->nb_max)),
	     "%s: %u to %u is no power of two", queue, i->nb_min, i->nb_max);
	return NETDEV_OK;
}

static enum netdev_verdict queue_info(struct netdev_test *t)
{
	struct uk_netdev_queue_info i;
	enum netdev_verdict v;

	v = sane(t, "rxq", uk_netdev_rxq_info_get(dut(t)->dev, 0, &i), &i);
	if (v != NETDEV_OK)
		return v;
	return sane(t, "txq", uk_netdev_txq_info_get(dut(t)->dev, 0, &i), &i);
}

static enum netdev_verdict queue_beyond(struct netdev_test *t)
{
#ifdef UK_NETDEV_HAVE_ORDER_ERRORS
	const uint16_t rx = dut(t)->info.max_rx_queues;
	const uint16_t tx = dut(t)->info.max_tx_queues;
	struct uk_netdev_queue_info i;
	struct uk_alloc *a = t->rig->a;
	enum netdev_verdict v = refused(
		t, "rxq_info_get", uk_netdev_rxq_info_get(dut(t)->dev, rx, &i),
		UK_NETDEV_CONFIGURED);

	if (v == NETDEV_OK)
		v = refused(t, "txq_info_get",
			    uk_netdev_txq_info_get(dut(t)->dev, tx, &i),
			    UK_NETDEV_CONFIGURED);
	if (v == NETDEV_OK)
		v = refused(t, "rxq_configure",
			    netdev_set_rxq(dut(t), a, rx, 0),
			    UK_NETDEV_CONFIGURED);
	if (v == NETDEV_OK)
		v = refused(t, "txq_configure",
			    netdev_set_txq(dut(t), a, tx, 0),
			    UK_NETDEV_CONFIGURED);
	return v;
#else
	return netdev_skip(t, NEVER);
#endif
}

/* Queue lengths that its info rules out. */
static enum netdev_verdict queue_lengths(struct netdev_test *t)
{
	struct uk_netdev_queue_info rx, tx;
	enum netdev_verdict v = NETDEV_OK;
	struct uk_alloc *a = t->rig->a;

	uk_netdev_rxq_info_get(dut(t)->dev, 0, &rx);
	uk_netdev_txq_info_get(dut(t)->dev, 0, &tx);
	if (rx.nb_max < 32768)
		v = refused(
			t, "rxq_configure",
			netdev_set_rxq(dut(t), a, 0, (uint16_t)(rx.nb_max * 2)),
			UK_NETDEV_CONFIGURED);
	if (v == NETDEV_OK && tx.nb_max < 32768)
		v = refused(
			t, "txq_configure",
			netdev_set_txq(dut(t), a, 0, (uint16_t)(tx.nb_max * 2)),
			UK_NETDEV_CONFIGURED);
	if (v == NETDEV_OK && rx.nb_is_power_of_two && rx.nb_max > 3)
		v = refused(
			t, "rxq_configure",
			netdev_set_rxq(dut(t), a, 0, (uint16_t)(rx.nb_max - 1)),
			UK_NETDEV_CONFIGURED);
	if (v == NETDEV_OK && tx.nb_is_power_of_two && tx.nb_max > 3)
		v = refused(
			t, "txq_configure",
			netdev_set_txq(dut(t), a, 0, (uint16_t)(tx.nb_max - 1)),
			UK_NETDEV_CONFIGURED);
	if (v == NETDEV_OK)
		WANT(t, !dut(t)->nb_asked, "%u buffers were asked for",
		     dut(t)->nb_asked);
	return v;
}

static enum netdev_verdict start_early(struct netdev_test *t)
{
#ifdef UK_NETDEV_HAVE_ORDER_ERRORS
	return refused(t, "start", uk_netdev_start(dut(t)->dev),
		       UK_NETDEV_CONFIGURED);
#else
	return netdev_skip(t, "a stock tree starts it: the API asks for queues "
			      "and leaves open what else");
#endif
}

static enum netdev_verdict set_queues(struct netdev_test *t)
{
	struct uk_netdev_queue_info i;
	int rc;

	uk_netdev_rxq_info_get(dut(t)->dev, 0, &i);
	rc = netdev_set_rxq(dut(t), t->rig->a, 0, 0);
	WANT(t, rc == 0, "rxq_configure returns %d", rc);
	WANT(t, dut(t)->nb_given && dut(t)->nb_given <= i.nb_max,
	     "it has %u buffers in %u descriptors", dut(t)->nb_given, i.nb_max);
	rc = netdev_set_txq(dut(t), t->rig->a, 0, 0);
	WANT(t, rc == 0, "txq_configure returns %d", rc);
	return NETDEV_OK;
}

static enum netdev_verdict set_queues_again(struct netdev_test *t)
{
	const unsigned asked = dut(t)->nb_asked;
	enum netdev_verdict v = refused(t, "rxq_configure",
					netdev_set_rxq(dut(t), t->rig->a, 0, 0),
					UK_NETDEV_CONFIGURED);

	if (v == NETDEV_OK)
		v = refused(t, "txq_configure",
			    netdev_set_txq(dut(t), t->rig->a, 0, 0),
			    UK_NETDEV_CONFIGURED);
	WANT(t, dut(t)->nb_asked == asked, "%u more buffers were asked for",
	     dut(t)->nb_asked - asked);
	return v;
}

static enum netdev_verdict start(struct netdev_test *t)
{
	int rc = uk_netdev_start(dut(t)->dev);

	WANT(t, rc == 0, "start returns %d", rc);
	WANT(t, uk_netdev_state_get(dut(t)->dev) == UK_NETDEV_RUNNING,
	     "the state is %d", uk_netdev_state_get(dut(t)->dev));
	rc = netdev_bring_up(&t->rig->dev[1], t->rig->a, 0);
	WANT(t, rc == 0, "the second device fails: %d", rc);
	t->up = true;
	return NETDEV_OK;
}

static enum netdev_verdict all_again(struct netdev_test *t)
{
	const struct uk_netdev_conf conf = {1, 1};
	enum netdev_verdict v = refused(
		t, "start", uk_netdev_start(dut(t)->dev), UK_NETDEV_RUNNING);

	if (v == NETDEV_OK)
		v = refused(t, "configure",
			    uk_netdev_configure(dut(t)->dev, &conf),
			    UK_NETDEV_RUNNING);
	if (v == NETDEV_OK)
		v = refused(t, "rxq_configure",
			    netdev_set_rxq(dut(t), t->rig->a, 0, 0),
			    UK_NETDEV_RUNNING);
	if (v == NETDEV_OK)
		v = refused(t, "txq_configure",
			    netdev_set_txq(dut(t), t->rig->a, 0, 0),
			    UK_NETDEV_RUNNING);
	return v;
}

const struct netdev_case netdev_cases_up[] = {
	{"device-numbers", numbers, false},
	{"probe", probe, false},
	{"probe-twice", probe_again, false},
	{"info", info, false},
	{"queue-before-configure", queues_first, false},
	{"queue-pairs-out-of-range", queue_numbers, false},
	{"configure", configure, false},
	{"configure-twice", configure_again, false},
	{"hwaddr", hwaddr, false},
	{"mtu", mtu, false},
	{"queue-info", queue_info, false},
	{"queue-number-out-of-range", queue_beyond, false},
	{"queue-length-out-of-range", queue_lengths, false},
	{"start-without-queues", start_early, false},
	{"queue", set_queues, false},
	{"queue-twice", set_queues_again, false},
	{"start", start, false},
	{"configure-while-running", all_again, true},
	{0},
};
