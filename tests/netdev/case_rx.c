/* SPDX-License-Identifier: BSD-3-Clause */
/* Receiving one frame at a time, and running out of buffers. */
#include "tests/netdev/case.h"

/* Looks at a queue where nothing is. */
#define LOOKS 16
/* Of the pair with short queues. */
#define SHORT_DESC 64

static enum netdev_verdict nothing(struct netdev_test *t)
{
	int rc;

	WANT(t, rig_settle(t->rig, 0), "frames are lost");
	for (unsigned i = 0; i < LOOKS; i++) {
		WANT(t, !rig_rx(t->rig, 1, &rc), "a frame that nobody sent");
		WANT(t, rc >= 0, "an empty queue is an error: %d", rc);
	}
	return NETDEV_OK;
}

static enum netdev_verdict several(struct netdev_test *t)
{
	WANT(t, rig_pass(t->rig, 0, 8 * RIG_BATCH), "frames are lost");
	return NETDEV_OK;
}

/*
 * Sends and receives until the receiver, which gets no more buffers, has `left`
 * of them; *said is whether it told so.
 */
static enum netdev_verdict starve(struct netdev_test *t, unsigned left,
				  bool *said)
{
	struct rig_dev *d = &t->rig->dev[1];
	struct rig_wait w = {0};
	int rc = 0;

	*said = false;
	d->give = 0;
	while (d->nb_given > left) {
		struct uk_netbuf *nb = rig_plain(t->rig, 0);

		WANT_MEMORY(t, nb);
		rc = rig_tx(t->rig, 0, nb);
		if (!uk_netdev_status_successful(rc))
			rig_free(t->rig, nb);
		WANT(t, uk_netdev_status_successful(rc), "sending returns %d",
		     rc);
		while (!rig_rx(t->rig, 1, &rc)) {
			*said |= rc > 0 && (rc & UK_NETDEV_STATUS_UNDERRUN);
			WANT(t, rc >= 0, "receiving returns %d", rc);
			WANT(t, rig_waits(&w),
			     "nothing comes, with %u buffers left",
			     d->nb_given);
		}
		*said |= (rc & UK_NETDEV_STATUS_UNDERRUN) != 0;
		w.polls = 0;
	}
	return NETDEV_OK;
}

static enum netdev_verdict underrun(struct netdev_test *t)
{
	bool said;
	enum netdev_verdict v = starve(t, 0, &said);

	WANT(t, v != NETDEV_OK || said, "no buffer is left, and nothing said");
	return v;
}

static enum netdev_verdict underrun_recovers(struct netdev_test *t)
{
	struct rig_dev *d = &t->rig->dev[1];
	int rc;

	d->give = UINT_MAX;
	WANT(t, !rig_rx(t->rig, 1, &rc) && rc >= 0, "receiving returns %d", rc);
	WANT(t, d->nb_given, "it asks for no buffers");
	WANT(t, rig_pass(t->rig, 0, 2 * RIG_BATCH), "nothing comes any more");
	WANT(t, !rig_rx(t->rig, 1, &rc) && rc == 0,
	     "%#x, though it has its buffers", (unsigned)rc);
	return NETDEV_OK;
}

/* A quarter of the buffers is left, and then there are as many as it wants. */
static enum netdev_verdict partly(struct netdev_test *t)
{
	struct rig_dev *d = &t->rig->dev[1];
	const unsigned full = d->nb_given;
	enum netdev_verdict v;
	bool said;
	int rc;

	v = starve(t, full / 4, &said);
	d->give = UINT_MAX;
	if (v != NETDEV_OK)
		return v;
	rig_rx(t->rig, 1, &rc);
	WANT(t, rc >= 0, "receiving returns %d", rc);
	WANT(t, !(rc & UK_NETDEV_STATUS_UNDERRUN),
	     "%#x, with every buffer given that it asked for", (unsigned)rc);
	WANT(t, rig_pass(t->rig, 0, 2 * RIG_BATCH), "nothing comes any more");
	return NETDEV_OK;
}

/* As many descriptors as the queue's info allows, but not the most. */
static uint16_t short_desc(struct uk_netdev *dev)
{
	struct uk_netdev_queue_info i;
	unsigned n = SHORT_DESC;

	uk_netdev_rxq_info_get(dev, 0, &i);
	while (n > i.nb_max / 2u)
		n /= 2;
	return (uint16_t)MAX(n, i.nb_min);
}

static enum netdev_verdict short_queues(struct netdev_test *t)
{
	struct uk_netdev *dev[2] = {uk_netdev_get(t->id + 2),
				    uk_netdev_get(t->id + 3)};
	struct rig *r;
	uint16_t desc;
	int rc;

	if (!dev[0] || !dev[1])
		return netdev_skip(t, "there is no second pair of devices");
	r = rig_new(t->rig->a, dev);
	WANT_MEMORY(t, r);
	desc = short_desc(t->rig->dev[0].dev);
	for (unsigned i = 0; i < 2; i++) {
		rc = netdev_bring_up(&r->dev[i], t->rig->a, desc);
		WANT(t, rc == 0, "%u descriptors: error %d", desc, rc);
	}
	WANT(t, rig_pass(r, 0, 4u * desc), "%u descriptors: frames are lost",
	     desc);
	for (unsigned i = 0; i < 2; i++)
		WANT(t, r->dev[i].nb_given <= desc,
		     "%u buffers in %u descriptors", r->dev[i].nb_given, desc);
	return NETDEV_OK;
}

const struct netdev_case netdev_cases_rx[] = {
	{"rx-nothing", nothing, true},
	{"rx-several", several, true},
	{"rx-partly-refilled", partly, true},
	{"queue-shorter-than-longest", short_queues, true},
	{0},
};

/* Run last, as a driver may never get over it. */
const struct netdev_case netdev_cases_underrun[] = {
	{"rx-underrun", underrun, true},
	{"rx-underrun-recovers", underrun_recovers, true},
	{0},
};
