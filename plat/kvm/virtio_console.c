/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The virtio console device (virtio 1.2, 5.3) as the channel of uk/console.h:
 * its first port, without the queues that control several. The transport finds
 * the device and calls virtio_console_found() at boot; nothing of it is touched
 * before ukplat_channel_begin(), which an image without the channel lacks.
 *
 * Both rings are split and short: each of their buffers is a page of one piece
 * of memory, and is either the device's or in the hands of the one user. What
 * came stays in its buffer until it is taken, what is sent is written where it
 * leaves from. A device that breaks the rules of a ring is reset, and there is
 * no channel from then on.
 */
#include <stdio.h>
#include <uk/alloc.h>
#include <uk/console.h>

#include "plat/kvm/virtio.h"
#include "plat/lib/vring.h"

/* 5.3.2: queues of the first port. */
#define RXQ 0
#define TXQ 1

#define RING_BUFS 8
#define RING_BUF_BYTES 4096

struct ring {
	struct vring vr;
	struct virtio_notify notify;
	unsigned char *mem; /* its buffers */
	unsigned next;      /* of those, the one that is in hand... */
	bool has;           /* ...if so */
	unsigned nb_fresh;  /* that were never the device's: the first ones */
	uint32_t at, len; /* what the one in hand has, and how far it is read */
};

static struct console {
	struct virtio_dev *vd; /* NULL: there is none */
	bool up;
	struct ring rx, tx;
} console;

void virtio_console_found(struct virtio_dev *vd)
{
	if (!console.vd)
		console.vd = vd;
}

static bool get_buf(void *arg, size_t i, struct vring_buf *b)
{
	const struct ring *r = arg;

	if (i)
		return false;
	b->cookie = r->mem + (size_t)r->next * RING_BUF_BYTES;
	b->addr = (uintptr_t)b->cookie;
	b->len = r->len;
	return true;
}

static void take_buf(void *arg, size_t i __unused, void *cookie, uint32_t len)
{
	struct ring *r = arg;

	r->next = (unsigned)((size_t)((unsigned char *)cookie - r->mem) /
			     RING_BUF_BYTES);
	r->has = true;
	r->at = 0;
	r->len = len;
}

static void give_up(void)
{
	console.up = false;
	virtio_reset(console.vd);
}

/* Has the buffer in hand be the next that the device is done with. */
static bool reap(struct ring *r, const enum vring_dir dir)
{
	if (!r->has &&
	    !vring_reap_each(&r->vr, VRING_SPLIT, dir, 1, take_buf, r) &&
	    r->vr.broken)
		give_up();
	return r->has;
}

static bool lay_out(struct ring *r, uint16_t index, const enum vring_dir dir,
		    struct uk_alloc *a)
{
	struct virtio_dev *vd = console.vd;
	void *mem = uk_memalign(a, VRING_ALIGN,
				vring_bytes(VRING_SPLIT, RING_BUFS));

	r->mem = uk_memalign(a, VRING_ALIGN, RING_BUFS * RING_BUF_BYTES);
	if (!mem || !r->mem || vd->ops->queue_max(vd, index) < RING_BUFS) {
		uk_free(a, mem);
		uk_free(a, r->mem);
		return false;
	}
	vring_init(&r->vr, mem, VRING_SPLIT, RING_BUFS, dir, false);
	if (dir == VRING_FROM_DEVICE)
		vring_set_buf_len(&r->vr, VRING_SPLIT, RING_BUF_BYTES);
	return !vd->ops->queue_enable(
		vd, index, RING_BUFS,
		(uint64_t[]){vring_desc_addr(&r->vr), vring_driver_addr(&r->vr),
			     vring_device_addr(&r->vr, VRING_SPLIT)},
		&r->notify);
}

bool ukplat_channel_begin(struct uk_alloc *a)
{
	struct virtio_dev *vd = console.vd;
	struct ring *const rx = &console.rx;

	if (!vd || console.up)
		return console.up;
	if (virtio_negotiate(vd, VIRTIO_F_VERSION_1, VIRTIO_F_VERSION_1) < 0 ||
	    !lay_out(rx, RXQ, VRING_FROM_DEVICE, a) ||
	    !lay_out(&console.tx, TXQ, VRING_TO_DEVICE, a)) {
		virtio_skip(vd->name,
			    vd->why[0] ? vd->why : "no room for its queues");
		vd->ops->set_status(vd, 0);
		console.vd = NULL;
		return false;
	}
	for (rx->next = 0; rx->next < RING_BUFS; rx->next++)
		vring_add(&rx->vr, VRING_SPLIT, VRING_FROM_DEVICE, 1, get_buf,
			  rx);
	console.tx.nb_fresh = RING_BUFS;
	virtio_driver_ok(vd);
	vring_publish(&rx->vr, VRING_SPLIT);
	virtio_notify(&rx->notify);
	console.up = true;
	return true;
}

const void *ukplat_channel_in(__sz *len)
{
	struct ring *const rx = &console.rx;

	*len = 0;
	if (!console.up || !reap(rx, VRING_FROM_DEVICE))
		return NULL;
	*len = rx->len - rx->at;
	return rx->mem + (size_t)rx->next * RING_BUF_BYTES + rx->at;
}

void ukplat_channel_took(__sz n)
{
	struct ring *const rx = &console.rx;

	rx->at += (uint32_t)n;
	if (rx->at < rx->len)
		return;
	rx->has = false;
	vring_add(&rx->vr, VRING_SPLIT, VRING_FROM_DEVICE, 1, get_buf, rx);
	if (vring_publish(&rx->vr, VRING_SPLIT))
		virtio_notify(&rx->notify);
}

void *ukplat_channel_out(__sz *room)
{
	struct ring *const tx = &console.tx;

	*room = 0;
	if (!console.up)
		return NULL;
	/* Those that were never sent come first. */
	if (!tx->has && tx->nb_fresh) {
		tx->next = --tx->nb_fresh;
		tx->has = true;
	}
	if (!reap(tx, VRING_TO_DEVICE))
		return NULL;
	*room = RING_BUF_BYTES;
	return tx->mem + (size_t)tx->next * RING_BUF_BYTES;
}

void ukplat_channel_send(__sz n)
{
	struct ring *const tx = &console.tx;

	tx->len = (uint32_t)n;
	tx->has = false;
	vring_add(&tx->vr, VRING_SPLIT, VRING_TO_DEVICE, 1, get_buf, tx);
	if (vring_publish(&tx->vr, VRING_SPLIT))
		virtio_notify(&tx->notify);
}
