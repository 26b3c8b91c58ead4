/* SPDX-License-Identifier: BSD-3-Clause */
/* Sending one frame at a time: what is taken, refused, given back. */
#include "tests/netdev/case.h"

#define ETH_BYTES 14
/* More frames than a ring and its peer's ring hold. */
#define MANY 4096
#define TAIL_BYTES 40

/* That a frame is refused with an error and stays as it was. */
static enum netdev_verdict refuses(struct netdev_test *t, struct uk_netbuf *nb)
{
	const struct rig_dev *d = &t->rig->dev[0];
	bool kept = false;
	int rc;

	WANT_MEMORY(t, nb);
	rc = rig_tx(t->rig, 0, nb);
	if (uk_netdev_status_successful(rc))
		return netdev_fail(t, "it was taken: %#x", (unsigned)rc);
	kept = rig_unchanged(nb) && uk_netbuf_refcount_single_get(nb) == 1;
	rig_free(t->rig, nb);
	WANT(t, rc < 0, "it returns %#x, which is a full ring", (unsigned)rc);
	WANT(t, kept, "%d, and data, len, bytes or references changed", rc);
	WANT(t, rig_pass(t->rig, 0, 1), "nothing can be sent afterwards");
	WANT(t, d->seq_sent == d->seq_due, "something of it arrived");
	return NETDEV_OK;
}

static enum netdev_verdict one(struct netdev_test *t)
{
	struct uk_netbuf *nb = rig_plain(t->rig, 0);
	int rc;

	WANT_MEMORY(t, nb);
	rc = rig_tx(t->rig, 0, nb);
	WANT(t, uk_netdev_status_successful(rc), "it returns %d", rc);
	WANT(t, uk_netdev_status_more(rc), "%#x: an empty ring has no room",
	     (unsigned)rc);
	WANT(t, rig_settle(t->rig, 0), "it does not arrive");
	return NETDEV_OK;
}

static enum netdev_verdict other_way(struct netdev_test *t)
{
	WANT(t, rig_pass(t->rig, 1, RIG_BATCH), "frames of the peer are lost");
	return NETDEV_OK;
}

static enum netdev_verdict sizes(struct netdev_test *t)
{
	const unsigned longest = t->rig->dev[0].mtu + ETH_BYTES;

	for (unsigned len = RIG_FRAME_BYTES; len <= longest;
	     len +=
	     len < longest - 1 && len + 97 > longest ? longest - len : 97) {
		struct uk_netbuf *nb = rig_frame(
			t->rig, 0, len, t->rig->dev[0].info.nb_encap_tx);
		int rc;

		WANT_MEMORY(t, nb);
		rc = rig_tx(t->rig, 0, nb);
		if (!uk_netdev_status_successful(rc)) {
			rig_free(t->rig, nb);
			return netdev_fail(t, "%u bytes: it returns %d", len,
					   rc);
		}
		WANT(t, rig_settle(t->rig, 0), "%u bytes do not arrive", len);
	}
	return NETDEV_OK;
}

static enum netdev_verdict given_back(struct netdev_test *t)
{
	WANT(t, rig_pass(t->rig, 0, RIG_BATCH), "frames are lost");
	WANT(t, rig_reap(t->rig, 0), "%u frames are not given back",
	     t->rig->dev[0].nb_flying);
	return NETDEV_OK;
}

/* A reference that the check keeps keeps the frame. */
static enum netdev_verdict reference_kept(struct netdev_test *t)
{
	struct rig_dev *d = &t->rig->dev[0];
	struct uk_netbuf *nb = rig_plain(t->rig, 0);
	struct rig_wait w = {0};
	bool waits = true;
	int rc;

	WANT_MEMORY(t, nb);
	uk_netbuf_ref(nb);
	rc = rig_tx(t->rig, 0, nb);
	WANT(t, uk_netdev_status_successful(rc), "it returns %d", rc);
	WANT(t, rig_settle(t->rig, 0), "it does not arrive");
	while (uk_netbuf_refcount_single_get(nb) != 1 && waits)
		waits = rig_reap_some(t->rig, 0) && rig_waits(&w);
	WANT(t, waits, "the device keeps its reference");
	WANT(t, rig_slot(nb)->owner == RIG_SENDER,
	     "it was freed with a reference left");
	rig_slot(nb)->owner = RIG_CHECK;
	d->nb_flying--;
	d->nb_back++;
	rig_free(t->rig, nb);
	return NETDEV_OK;
}

static enum netdev_verdict headroom(struct netdev_test *t)
{
	const unsigned encap = t->rig->dev[0].info.nb_encap_tx;

	if (!encap)
		return netdev_skip(t, "the device asks for none");
	return refuses(t, rig_frame(t->rig, 0, RIG_FRAME_BYTES, encap - 1));
}

static enum netdev_verdict too_long(struct netdev_test *t)
{
	const struct rig_dev *d = &t->rig->dev[0];

	return refuses(t, rig_frame(t->rig, 0, d->mtu + ETH_BYTES + 64u,
				    d->info.nb_encap_tx));
}

static enum netdev_verdict empty(struct netdev_test *t)
{
#ifdef UK_NETDEV_HAVE_ORDER_ERRORS
	return refuses(
		t, rig_frame(t->rig, 0, 0, t->rig->dev[0].info.nb_encap_tx));
#else
	return netdev_skip(t, "the API does not say what becomes of it");
#endif
}

/* Two parts arrived as one frame. */
static enum netdev_verdict arrives_whole(struct netdev_test *t)
{
	struct uk_netbuf *nb = NULL;
	struct rig_wait w = {0};
	bool whole;
	int rc;

	do {
		t->rig->dev[1].refused = false;
		rc = uk_netdev_rx_one(t->rig->dev[1].dev, 0, &nb);
		rig_rx_status(t->rig, 1, rc, 1,
			      uk_netdev_status_successful(rc));
	} while (uk_netdev_status_notready(rc) && rig_waits(&w));
	WANT(t, uk_netdev_status_successful(rc), "it was taken and is lost");
	whole = nb->len >= RIG_FRAME_BYTES + TAIL_BYTES &&
		rig_is_frame((char *)nb->data + RIG_FRAME_BYTES, TAIL_BYTES, 0,
			     TAIL_BYTES);
	rig_slot(nb)->owner = RIG_CHECK;
	t->rig->dev[1].nb_given--;
	rig_free(t->rig, nb);
	WANT(t, whole, "its second part is missing");
	return NETDEV_OK;
}

/* A chain is sent whole or refused as a whole. */
static enum netdev_verdict chain(struct netdev_test *t)
{
	struct rig_dev *d = &t->rig->dev[0];
	struct uk_netbuf *a = rig_plain(t->rig, 0);
	struct uk_netbuf *b = rig_frame(t->rig, 0, TAIL_BYTES, 0);
	bool kept;
	int rc;

	WANT_MEMORY(t, a);
	WANT_MEMORY(t, b);
	a->next = b;
	b->prev = a;
	rig_slot(a)->owner = rig_slot(b)->owner = RIG_SENDER;
	d->nb_flying += 2;
	rc = uk_netdev_tx_one(d->dev, 0, a);
	rig_tx_status(t->rig, 0, rc, 1, uk_netdev_status_successful(rc));
	if (uk_netdev_status_successful(rc)) {
		enum netdev_verdict v = arrives_whole(t);

		WANT(t, v != NETDEV_OK || rig_reap(t->rig, 0),
		     "a part is not given back");
		return v;
	}
	d->nb_flying -= 2;
	rig_slot(a)->owner = rig_slot(b)->owner = RIG_CHECK;
	kept = rig_unchanged(a) && rig_unchanged(b) && a->next == b;
	rig_free(t->rig, a);
	WANT(t, rc < 0, "it returns %#x, which is a full ring", (unsigned)rc);
	WANT(t, kept, "%d, and it is another chain afterwards", rc);
	return NETDEV_OK;
}

/* The peer gets no more buffers: the ring fills up. */
static enum netdev_verdict full(struct netdev_test *t)
{
	struct rig_dev *d = &t->rig->dev[0], *peer = &t->rig->dev[1];
	struct uk_netdev_queue_info i;
	int rc = UK_NETDEV_STATUS_SUCCESS;

	uk_netdev_txq_info_get(d->dev, 0, &i);
	peer->give = 0;
	for (unsigned n = 0; uk_netdev_status_successful(rc); n++) {
		struct uk_netbuf *nb = rig_plain(t->rig, 0);

		WANT_MEMORY(t, nb);
		WANT(t, n < MANY, "%u frames were taken, and no ring is full",
		     n);
		rc = rig_tx(t->rig, 0, nb);
		if (!uk_netdev_status_successful(rc))
			rig_free(t->rig, nb);
	}
	WANT(t, rc >= 0, "a full ring is an error: %d", rc);
	WANT(t, rc == 0, "a full ring returns %#x", (unsigned)rc);
	WANT(t, d->nb_flying <= i.nb_max, "%u frames are in %u descriptors",
	     d->nb_flying, i.nb_max);
	return NETDEV_OK;
}

static enum netdev_verdict full_recovers(struct netdev_test *t)
{
	struct rig_dev *d = &t->rig->dev[0], *peer = &t->rig->dev[1];

	peer->give = UINT_MAX;
	WANT(t, rig_settle(t->rig, 0), "%u frames that were taken are lost",
	     d->seq_sent - d->seq_due);
	WANT(t, rig_pass(t->rig, 0, RIG_BATCH), "nothing more can be sent");
	WANT(t, rig_reap(t->rig, 0), "%u frames are not given back",
	     d->nb_flying);
	return NETDEV_OK;
}

const struct netdev_case netdev_cases_tx[] = {
	{"tx-one", one, true},
	{"tx-both-ways", other_way, true},
	{"tx-sizes", sizes, true},
	{"tx-given-back", given_back, true},
	{"tx-reference-is-kept", reference_kept, true},
	{"tx-too-little-headroom", headroom, true},
	{"tx-too-long", too_long, true},
	{"tx-empty", empty, true},
	{"tx-chain", chain, true},
	{"tx-full-ring", full, true},
	{"tx-full-ring-recovers", full_recovers, true},
	{0},
};
