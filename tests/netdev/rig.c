/* SPDX-License-Identifier: BSD-3-Clause */
/* Netbufs and who owns them. */
#include "tests/netdev/rig.h"

#include <stdio.h>
#include <string.h>
#include <uk/arch/lcpu.h>
#include <uk/plat/time.h>

/* What stands in a buffer where no frame is. */
#define GUARD 0x5a
/* Ethernet: to all, from a local address, an experimental type. */
#define ADDRS_LEN 12
#define TYPE_LEN 2
#define SEQ_AT (ADDRS_LEN + TYPE_LEN)
#define LEN_AT (SEQ_AT + 4)
#define BODY_AT (LEN_AT + 2)

/* Headroom of a plain frame that no device may touch. */
#define SPARE 32
/* A device that does nothing is given up after so long... */
#define WAIT_NS 10000000000ull
/* ...or, where the clock stands still, so many looks. */
#define WAIT_POLLS 10000u

struct rig *rig_new(struct uk_alloc *a, struct uk_netdev *dev[2])
{
	struct rig *r = uk_calloc(a, 1, sizeof(*r));

	if (!r)
		return NULL;
	r->a = a;
	for (unsigned i = 0; i < 2; i++) {
		r->dev[i].rig = r;
		r->dev[i].dev = dev[i];
		r->dev[i].give = UINT_MAX;
	}
	return r;
}

void rig_rule(struct rig *r, enum rig_rule rule, bool holds, const char *fmt,
	      long got, long want)
{
	size_t len;

	r->seen[rule] = true;
	if (holds || r->broken[rule])
		return;
	r->broken[rule] = true;
	len = (size_t)snprintf(r->why[rule], NETDEV_WHY_MAX, fmt, got, want);
	if (r->during && len < NETDEV_WHY_MAX)
		snprintf(r->why[rule] + len, NETDEV_WHY_MAX - len, " (%s)",
			 r->during);
}

bool rig_waits(struct rig_wait *w)
{
	const uint64_t now_ns = ukplat_monotonic_clock();

	if (!w->polls++)
		w->since_ns = now_ns;
	ukarch_spinwait();
	if (now_ns == w->since_ns)
		return w->polls < WAIT_POLLS;
	return now_ns - w->since_ns < WAIT_NS;
}

struct rig_slot *rig_slot(const struct uk_netbuf *nb)
{
	return nb->priv;
}

static unsigned headroom(const struct rig *r, unsigned side)
{
	return r->dev[side].info.nb_encap_tx;
}

static bool all_guard(const char *from, const char *to)
{
	for (; from < to; from++)
		if (*from != GUARD)
			return false;
	return true;
}

/* The byte at `i` of a frame. */
static char frame_byte(uint32_t seq, unsigned len, unsigned i)
{
	if (i < 6)
		return (char)0xff;
	if (i < ADDRS_LEN)
		return 2;
	if (i < SEQ_AT)
		return (char)(i == ADDRS_LEN ? 0x88 : 0xb5);
	if (i < LEN_AT)
		return (char)(seq >> (i - SEQ_AT) * 8);
	if (i < BODY_AT)
		return (char)(len >> (i - LEN_AT) * 8);
	return (char)(seq * 31 + i * 7);
}

void rig_stamp(struct uk_netbuf *nb, uint32_t seq)
{
	struct rig_slot *s = rig_slot(nb);

	s->seq = seq;
	for (unsigned i = 0; i < s->len; i++)
		s->data[i] = frame_byte(seq, s->len, i);
}

bool rig_is_frame(const char *data, unsigned n, uint32_t seq, unsigned len)
{
	for (unsigned i = 0; i < n; i++)
		if (data[i] != frame_byte(seq, len, i))
			return false;
	return true;
}

bool rig_unchanged(const struct uk_netbuf *nb)
{
	const struct rig_slot *s = rig_slot(nb);

	return nb->data == s->data && nb->len == s->len &&
	       rig_is_frame(s->data, s->len, s->seq, s->len);
}

/* The device has not written where it may not. */
static void look_at_sent(struct rig *r, const struct uk_netbuf *nb)
{
	const struct rig_slot *s = rig_slot(nb);
	const char *buf = nb->buf, *room = s->data - headroom(r, s->side);

	rig_rule(r, RIG_SENT_INTACT,
		 rig_is_frame(s->data, s->len, s->seq, s->len),
		 "frame %ld, of %ld bytes, was written to", (long)s->seq,
		 s->len);
	rig_rule(r, RIG_HEADROOM,
		 all_guard(buf, MAX(room, buf)) &&
			 all_guard(s->data + s->len, buf + nb->buflen),
		 "frame %ld, beyond its %ld bytes of headroom", (long)s->seq,
		 (long)headroom(r, s->side));
}

/* The last reference was given back, by whomever. */
static void on_free(struct uk_netbuf *nb)
{
	struct rig_slot *s = rig_slot(nb);
	struct rig *r = s->rig;
	struct rig_dev *d = &r->dev[s->side];

	rig_rule(r, RIG_FREED, s->owner != RIG_CHECK || r->freeing,
		 "frame %ld of device %ld, which does not have it",
		 (long)s->seq, (long)s->side);
	if (s->owner == RIG_SENDER) {
		look_at_sent(r, nb);
		d->nb_flying--;
		d->nb_back++;
	} else if (s->owner == RIG_RECEIVER) {
		d->nb_given--;
	}
	s->owner = RIG_NOBODY;
}

static struct rig_slot *new_slot(struct rig *r)
{
	for (unsigned i = 0; i < RIG_SLOTS; i++) {
		struct rig_slot *s = &r->slot[r->next_slot++ % RIG_SLOTS];

		if (s->owner == RIG_NOBODY)
			return s;
	}
	return NULL;
}

/* A netbuf of `room` bytes behind `headroom`, all of it a guard. */
static struct uk_netbuf *new_netbuf(struct rig *r, unsigned side, unsigned room,
				    unsigned headroom)
{
	const struct uk_netdev_info *info = &r->dev[side].info;
	struct rig_slot *s = new_slot(r);
	struct uk_netbuf *nb;

	if (!s)
		return NULL;
	nb = uk_netbuf_alloc_buf(r->a, ALIGN_UP(headroom + room, 64u),
				 info->ioalign, (uint16_t)headroom, 0, on_free);
	if (!nb)
		return NULL;
	memset(nb->buf, GUARD, nb->buflen);
	*s = (struct rig_slot){
		.rig = r,
		.owner = RIG_CHECK,
		.side = side,
		.len = (uint16_t)room,
		.data = nb->data,
	};
	nb->priv = s;
	nb->len = (uint16_t)room;
	return nb;
}

struct uk_netbuf *rig_frame(struct rig *r, unsigned side, unsigned len,
			    unsigned headroom)
{
	struct uk_netbuf *nb = new_netbuf(r, side, len, headroom);

	if (nb)
		rig_stamp(nb, 0);
	return nb;
}

struct uk_netbuf *rig_plain(struct rig *r, unsigned side)
{
	return rig_frame(r, side, RIG_FRAME_BYTES, headroom(r, side) + SPARE);
}

void rig_free(struct rig *r, struct uk_netbuf *nb)
{
	r->freeing = true;
	uk_netbuf_free(nb);
	r->freeing = false;
}

uint16_t rig_alloc_rxpkts(void *argp, struct uk_netbuf *pkts[], uint16_t count)
{
	struct rig_dev *d = argp;
	struct rig *r = d->rig;
	const unsigned side = (unsigned)(d - r->dev);
	const unsigned max_frame = d->mtu + 18u;
	uint16_t n = 0;

	d->nb_asked += count;
	while (n < count && d->give) {
		pkts[n] = new_netbuf(r, side, max_frame, d->info.nb_encap_rx);
		if (!pkts[n])
			break;
		rig_slot(pkts[n])->owner = RIG_RECEIVER;
		d->nb_given++;
		d->give -= d->give != UINT_MAX;
		n++;
	}
	d->refused |= n < count;
	return n;
}
