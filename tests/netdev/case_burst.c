/* SPDX-License-Identifier: BSD-3-Clause */
/* Bursts and shared frames, where the platform has them. */
#include "tests/netdev/case.h"

#define ETH_BYTES 14
#define NO_BURST "the platform has no bursts"
#define NO_SHARED "the platform shares no frames"

#ifdef UK_NETDEV_HAVE_BURST

static bool make(struct netdev_test *t, struct uk_netbuf *nb[], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		nb[i] = rig_plain(t->rig, 0);
		if (!nb[i])
			return false;
	}
	return true;
}

static int tx(struct netdev_test *t, struct uk_netbuf *nb[], uint16_t *cnt)
{
	const unsigned n = *cnt;
	int rc;

	rig_offer(t->rig, 0, nb, n);
	rc = uk_netdev_tx_burst(t->rig->dev[0].dev, 0, nb, cnt);
	rig_offered(t->rig, 0, nb, n, *cnt);
	rig_tx_status(t->rig, 0, rc, n, *cnt);
	return rc;
}

static int rx(struct netdev_test *t, struct uk_netbuf *nb[], uint16_t *cnt)
{
	const unsigned n = *cnt;
	int rc;

	t->rig->dev[1].refused = false;
	rc = uk_netdev_rx_burst(t->rig->dev[1].dev, 0, nb, cnt);
	rig_rx_status(t->rig, 1, rc, n, *cnt);
	for (unsigned i = 0; i < *cnt; i++)
		rig_got(t->rig, 1, nb[i]);
	return rc;
}

static enum netdev_verdict tx_whole(struct netdev_test *t)
{
	struct uk_netbuf *nb[RIG_BATCH];
	uint16_t cnt = RIG_BATCH;
	bool made = make(t, nb, RIG_BATCH);
	int rc;

	WANT(t, made, "no memory for the check");
	rc = tx(t, nb, &cnt);
	WANT(t, uk_netdev_status_more(rc), "it returns %d", rc);
	WANT(t, cnt == RIG_BATCH, "%u of %u were taken", cnt, RIG_BATCH);
	WANT(t, rig_settle(t->rig, 0), "frames are lost");
	return NETDEV_OK;
}

static enum netdev_verdict tx_none(struct netdev_test *t)
{
	uint16_t cnt = 0;
	int rc = uk_netdev_tx_burst(t->rig->dev[0].dev, 0, NULL, &cnt);

	WANT(t, rc >= 0 && !(rc & UK_NETDEV_STATUS_SUCCESS), "it returns %d",
	     rc);
	WANT(t, !cnt, "%u frames were taken of none", cnt);
	WANT(t, rig_reap(t->rig, 0), "%u frames are not given back",
	     t->rig->dev[0].nb_flying);
	return NETDEV_OK;
}

/* One in the middle can never be sent. */
static enum netdev_verdict tx_refused(struct netdev_test *t)
{
	const struct rig_dev *d = &t->rig->dev[0];
	struct uk_netbuf *nb[8], *bad;
	bool made = make(t, nb, ARRAY_SIZE(nb));
	uint16_t cnt = ARRAY_SIZE(nb), rest;
	int rc, rc_rest;

	bad = rig_frame(t->rig, 0, d->mtu + ETH_BYTES + 64u,
			d->info.nb_encap_tx);
	WANT(t, made && bad, "no memory for the check");
	rig_free(t->rig, nb[3]);
	nb[3] = bad;
	rc = tx(t, nb, &cnt);
	WANT(t, cnt == 3, "%u of 3 were taken before it", cnt);
	rig_free(t->rig, bad);
	rest = ARRAY_SIZE(nb) - 4;
	rc_rest = tx(t, nb + 4, &rest);
	WANT(t, rc == -EINVAL, "it returns %d", rc);
	WANT(t, rc_rest > 0 && rest == ARRAY_SIZE(nb) - 4,
	     "%u frames behind it can be sent: %d", rest, rc_rest);
	WANT(t, rig_settle(t->rig, 0), "frames are lost");
	return NETDEV_OK;
}

/* The peer gets no more buffers. */
static enum netdev_verdict tx_short(struct netdev_test *t)
{
	struct uk_netbuf *nb[RIG_BATCH];
	uint16_t cnt = RIG_BATCH;
	bool settled;
	int rc = 0;

	t->rig->dev[1].give = 0;
	for (unsigned n = 0; cnt == RIG_BATCH && rc >= 0; n++) {
		bool made = make(t, nb, RIG_BATCH);

		WANT(t, made, "no memory for the check");
		WANT(t, n < 128, "no ring is full after %u frames",
		     n * RIG_BATCH);
		rc = tx(t, nb, &cnt);
	}
	for (unsigned i = cnt; i < RIG_BATCH; i++)
		rig_free(t->rig, nb[i]);
	t->rig->dev[1].give = UINT_MAX;
	settled = rig_settle(t->rig, 0);
	WANT(t, rc >= 0, "a full ring is an error: %d", rc);
	WANT(t, !(rc & UK_NETDEV_STATUS_MORE), "%#x: %u were taken, and MORE",
	     (unsigned)rc, cnt);
	WANT(t, settled, "frames that were taken are lost");
	return NETDEV_OK;
}

static enum netdev_verdict rx_most(struct netdev_test *t)
{
	struct rig_dev *d = &t->rig->dev[0];
	struct uk_netbuf *nb[RIG_BATCH], *out[3];
	uint16_t cnt = RIG_BATCH;
	struct rig_wait w = {0};
	bool made = make(t, nb, RIG_BATCH);
	int rc;

	WANT(t, made, "no memory for the check");
	rc = tx(t, nb, &cnt);
	WANT(t, cnt == RIG_BATCH, "%u frames were taken: %d", cnt, rc);
	while (d->seq_due != d->seq_sent) {
		cnt = 3;
		rc = rx(t, out, &cnt);
		WANT(t, rc >= 0, "it returns %d", rc);
		WANT(t, cnt <= 3, "%u frames where 3 were wanted", cnt);
		WANT(t, !cnt == !(rc & UK_NETDEV_STATUS_SUCCESS),
		     "%#x, with %u frames", (unsigned)rc, cnt);
		WANT(t, rig_waits(&w), "frames are lost");
	}
	return NETDEV_OK;
}

static enum netdev_verdict rx_none(struct netdev_test *t)
{
	struct uk_netbuf *out[1] = {NULL};
	uint16_t cnt = 0;
	int rc = rx(t, out, &cnt);

	WANT(t, rc >= 0 && !(rc & UK_NETDEV_STATUS_SUCCESS), "it returns %d",
	     rc);
	WANT(t, !cnt && !out[0], "%u frames where none was wanted", cnt);
	return NETDEV_OK;
}

#ifdef UK_NETDEV_HAVE_SHARED_TX

/* One frame, as often as a burst has places, and the check's own reference. */
static enum netdev_verdict shared(struct netdev_test *t)
{
	struct rig_dev *d = &t->rig->dev[0];
	struct uk_netbuf *nb[RIG_BATCH], *one = rig_plain(t->rig, 0);
	struct rig_wait w = {0};
	uint16_t cnt = RIG_BATCH;
	bool kept, waits = true;
	int rc;

	WANT_MEMORY(t, one);
	rig_stamp(one, RIG_SEQ_SHARED);
	for (unsigned i = 0; i < RIG_BATCH; i++)
		nb[i] = uk_netbuf_ref(one);
	rc = tx(t, nb, &cnt);
	WANT(t, cnt == RIG_BATCH, "%u of %u were taken: %d", cnt, RIG_BATCH,
	     rc);
	WANT(t, rig_settle(t->rig, 0), "frames are lost");
	while (uk_netbuf_refcount_single_get(one) != 1 && waits)
		waits = rig_reap_some(t->rig, 0) && rig_waits(&w);
	WANT(t, waits, "%u references are not given back",
	     uk_netbuf_refcount_single_get(one) - 1);
	WANT(t, rig_slot(one)->owner == RIG_SENDER,
	     "it was freed with a reference left");
	kept = rig_unchanged(one);
	d->nb_flying -= RIG_BATCH - 1;
	/* As the device does: what it wrote to is looked at. */
	uk_netbuf_free(one);
	WANT(t, kept, "the frame is another afterwards");
	return NETDEV_OK;
}

#endif
#endif

#ifdef UK_NETDEV_HAVE_BURST
#define BURST_CASE(name) name
#else
static enum netdev_verdict no_burst(struct netdev_test *t)
{
	return netdev_skip(t, NO_BURST);
}
#define BURST_CASE(name) no_burst
#endif

#if defined(UK_NETDEV_HAVE_BURST) && defined(UK_NETDEV_HAVE_SHARED_TX)
#define SHARED_CASE shared
#else
static enum netdev_verdict no_shared(struct netdev_test *t)
{
	return netdev_skip(t, NO_SHARED);
}
#define SHARED_CASE no_shared
#endif

const struct netdev_case netdev_cases_burst[] = {
	{"burst-tx", BURST_CASE(tx_whole), true},
	{"burst-tx-none", BURST_CASE(tx_none), true},
	{"burst-tx-refused-within", BURST_CASE(tx_refused), true},
	{"burst-tx-full-ring", BURST_CASE(tx_short), true},
	{"burst-rx", BURST_CASE(rx_most), true},
	{"burst-rx-none", BURST_CASE(rx_none), true},
	{"shared-frame", SHARED_CASE, true},
	{0},
};
