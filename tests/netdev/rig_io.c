/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames sent and received, and what each call has to keep. */
#include <string.h>

#include "tests/netdev/rig.h"

#define KNOWN_FLAGS                                         \
	(UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_MORE | \
	 UK_NETDEV_STATUS_UNDERRUN)

void rig_offer(struct rig *r, unsigned side, struct uk_netbuf *nb[], unsigned n)
{
	struct rig_dev *d = &r->dev[side];

	for (unsigned i = 0; i < n; i++) {
		if (rig_slot(nb[i])->seq != RIG_SEQ_SHARED)
			rig_stamp(nb[i], d->seq_sent + i);
		/* The device may free it before its call returns. */
		rig_slot(nb[i])->owner = RIG_SENDER;
		d->nb_flying++;
	}
}

void rig_offered(struct rig *r, unsigned side, struct uk_netbuf *nb[],
		 unsigned n, unsigned taken)
{
	struct rig_dev *d = &r->dev[side];

	d->seq_sent += taken;
	for (unsigned i = taken; i < n; i++) {
		rig_slot(nb[i])->owner = RIG_CHECK;
		d->nb_flying--;
		rig_rule(r, RIG_REFUSED, rig_unchanged(nb[i]),
			 "frame %ld, of %ld bytes", (long)rig_slot(nb[i])->seq,
			 rig_slot(nb[i])->len);
	}
}

/* Whether MORE was the truth, the call before this one. */
static void look_at_more(struct rig *r, enum rig_rule rule, bool *more,
			 int status, unsigned max, unsigned n)
{
	if (*more && max && status >= 0)
		rig_rule(r, rule, n > 0,
			 "MORE, and the next call gives %ld of %ld", (long)n,
			 (long)max);
	*more = status > 0 && (status & UK_NETDEV_STATUS_MORE);
}

void rig_tx_status(struct rig *r, unsigned side, int status, unsigned max,
		   unsigned n)
{
	look_at_more(r, RIG_TX_MORE_TRUE, &r->dev[side].tx_more, status, max,
		     n);
	if (status < 0 || !max)
		return;
	rig_rule(r, RIG_FLAGS, !(status & ~KNOWN_FLAGS), "sending returns %#lx",
		 status, 0);
	rig_rule(r, RIG_TX_MORE, n || !(status & UK_NETDEV_STATUS_MORE),
		 "%#lx, with %ld frames taken", status, (long)n);
}

void rig_rx_status(struct rig *r, unsigned side, int status, unsigned max,
		   unsigned n)
{
	struct rig_dev *d = &r->dev[side];
	bool underrun = status > 0 && (status & UK_NETDEV_STATUS_UNDERRUN);

	look_at_more(r, RIG_RX_MORE_TRUE, &d->rx_more, status, max, n);
	if (status < 0)
		return;
	rig_rule(r, RIG_FLAGS, !(status & ~KNOWN_FLAGS),
		 "receiving returns %#lx", status, 0);
	if (max)
		rig_rule(r, RIG_RX_MORE, n || !(status & UK_NETDEV_STATUS_MORE),
			 "%#lx, with %ld frames", status, (long)n);
	if (d->refused)
		rig_rule(r, RIG_UNDERRUN_SAID, underrun,
			 "%#lx, and too few buffers were given", status, 0);
	else
		rig_rule(r, RIG_UNDERRUN_TRUE, !underrun,
			 "%#lx, and every buffer asked for was given", status,
			 0);
}

/* Bytes of the buffer from `data` on. */
static size_t room_of(const struct uk_netbuf *nb)
{
	const size_t head = (size_t)((char *)nb->data - (char *)nb->buf);

	return head < nb->buflen ? nb->buflen - head : 0;
}

static unsigned whole_len(const struct uk_netbuf *nb)
{
	unsigned len = 0;

	for (; nb; nb = nb->next)
		len += nb->len;
	return len;
}

/* A frame by its number: the next that is due from the peer. */
static void look_at_frame(struct rig *r, unsigned side,
			  const struct uk_netbuf *nb)
{
	struct rig_dev *peer = &r->dev[!side];
	const unsigned char *data = nb->data;
	uint32_t seq;
	uint16_t len;

	memcpy(&seq, data + 14, sizeof(seq));
	memcpy(&len, data + 18, sizeof(len));
	rig_rule(r, RIG_RX_LENGTH, whole_len(nb) == len,
		 "%ld bytes for a frame of %ld", (long)whole_len(nb), len);
	rig_rule(r, RIG_RX_BYTES,
		 rig_is_frame(nb->data,
			      (unsigned)MIN(room_of(nb), MIN(nb->len, len)),
			      seq, len),
		 "frame %ld of %ld bytes", (long)seq, len);
	if (seq != RIG_SEQ_SHARED) {
		rig_rule(r, RIG_RX_ORDER, seq == peer->seq_due,
			 "frame %ld, and %ld was due", (long)seq,
			 (long)peer->seq_due);
		peer->seq_due = seq;
	}
	peer->seq_due++;
}

void rig_got(struct rig *r, unsigned side, struct uk_netbuf *nb)
{
	const size_t room = room_of(nb);

	rig_rule(r, RIG_RX_BOUNDS,
		 nb->len <= room && nb->len >= RIG_FRAME_BYTES,
		 "data at %ld, %ld bytes",
		 (long)((char *)nb->data - (char *)nb->buf), nb->len);
	rig_rule(r, RIG_RX_REFCOUNT, uk_netbuf_refcount_single_get(nb) == 1,
		 "%ld references", (long)uk_netbuf_refcount_single_get(nb), 0);
	if (MIN(nb->len, room) >= RIG_FRAME_BYTES)
		look_at_frame(r, side, nb);
	for (struct uk_netbuf *part = nb; part; part = part->next) {
		struct rig_slot *s = rig_slot(part);

		rig_rule(r, RIG_RX_OURS,
			 s->owner == RIG_RECEIVER && s->side == side,
			 "device %ld, owner %ld", (long)s->side, s->owner);
		s->owner = RIG_CHECK;
		r->dev[side].nb_given--;
	}
	rig_free(r, nb);
}

int rig_tx(struct rig *r, unsigned side, struct uk_netbuf *nb)
{
	int status;

	rig_offer(r, side, &nb, 1);
	status = uk_netdev_tx_one(r->dev[side].dev, 0, nb);
	rig_offered(r, side, &nb, 1, uk_netdev_status_successful(status));
	rig_tx_status(r, side, status, 1, uk_netdev_status_successful(status));
	return status;
}

bool rig_rx(struct rig *r, unsigned side, int *status)
{
	struct uk_netbuf *nb = NULL;
	bool got;

	r->dev[side].refused = false;
	*status = uk_netdev_rx_one(r->dev[side].dev, 0, &nb);
	got = uk_netdev_status_successful(*status);
	rig_rx_status(r, side, *status, 1, got);
	if (got)
		rig_got(r, side, nb);
	return got;
}

bool rig_settle(struct rig *r, unsigned side)
{
	const struct rig_dev *d = &r->dev[side];
	struct rig_wait w = {0};
	int status;

	while ((int32_t)(d->seq_sent - d->seq_due) > 0) {
		if (rig_rx(r, !side, &status))
			w.polls = 0;
		else if (status < 0 || !rig_waits(&w))
			return false;
	}
	return true;
}

bool rig_pass(struct rig *r, unsigned side, unsigned n)
{
	struct rig_wait w = {0};
	int status;

	while (n) {
		struct uk_netbuf *nb = rig_plain(r, side);

		if (!nb)
			return false;
		status = rig_tx(r, side, nb);
		if (uk_netdev_status_successful(status)) {
			n--;
			continue;
		}
		rig_free(r, nb);
		if (status < 0 || !rig_waits(&w))
			return false;
		rig_rx(r, !side, &status);
	}
	return rig_settle(r, side);
}

/* Without bursts a device gives back only as it sends. */
bool rig_reap_some(struct rig *r, unsigned side)
{
#ifdef UK_NETDEV_HAVE_BURST
	uint16_t none = 0;
	int status = uk_netdev_tx_burst(r->dev[side].dev, 0, NULL, &none);

	rig_tx_status(r, side, status, 0, 0);
	return status >= 0;
#else
	return rig_pass(r, side, 1);
#endif
}

bool rig_reap(struct rig *r, unsigned side)
{
	const struct rig_dev *d = &r->dev[side];
	const unsigned target = d->nb_back + d->nb_flying;
	struct rig_wait w = {0};

	while ((int)(target - d->nb_back) > 0)
		if (!rig_reap_some(r, side) || !rig_waits(&w))
			return false;
	return true;
}
