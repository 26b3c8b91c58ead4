/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Progress, on the platform's own driver: see progress_rig.h. One port receives
 * what it sends, in buffers that the device uses in any order, too.
 */
#include "progress_rig.h"
#include "virtio_fake.h"

#define DESC 256
#define AT_HAND 5 /* receive buffers of which the device takes any */

struct sent {
	uint16_t id;
	uint64_t until;
};

static void *dev;
static uint64_t looks, back_seed;
static struct sent sent[DESC];
static unsigned nb_sent;
static struct vring_dev_buf at_hand[AT_HAND];
static unsigned nb_at_hand;

static void rig_open(const struct trial *t)
{
	(t->seed & 1 ? virtio_fake_setup_packed
		     : virtio_fake_setup_split)(&dev);
	fake.max[0] = fake.max[1] = DESC;
	looks = nb_sent = nb_at_hand = 0;
	back_seed = t->seed;
	pktgen_open(&pg, 1, uk_alloc_get_default());
}

static void rig_close(void)
{
	virtio_fake_teardown(&dev);
	pktgen_close(&pg, uk_alloc_get_default());
}

static unsigned rig_rx_port(void)
{
	return 0;
}

/* False: there is no buffer to receive into. */
static bool receive(const struct vring_dev_buf *tx)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_RXQ].dev;
	struct vring_dev_buf b;
	unsigned any = 0;
	uint8_t *p;

	while (nb_at_hand < AT_HAND && vring_dev_take(d, &at_hand[nb_at_hand]))
		nb_at_hand++;
	if (!nb_at_hand)
		return false;
	if (trial->back != BACK_AT_ONCE)
		any = (unsigned)((unit_random(&back_seed) >> 32) % nb_at_hand);
	b = at_hand[any];
	at_hand[any] = at_hand[--nb_at_hand];
	p = (uint8_t *)(uintptr_t)b.addr;
	memcpy(p, (const void *)(uintptr_t)tx->addr, tx->len);
	p[VIRTIO_NET_HDR_NUM_BUFFERS] = 1;
	vring_dev_use(d, b.id, tx->len);
	rig_taken(p + VIRTIO_NET_HDR_LEN, tx->len - VIRTIO_NET_HDR_LEN);
	return true;
}

/* Each frame arrives, and its buffer is used when it is time. */
static void rig_look(void)
{
	struct vring_dev *d = &fake.q[VIRTIO_NET_TXQ].dev;
	static struct vring_dev_buf next;
	static bool waits;
	unsigned left = 0;

	if (!looks++)
		waits = false;
	while (waits || vring_dev_take(d, &next)) {
		waits = !receive(&next);
		if (waits)
			break;
		sent[nb_sent++] = (struct sent){
			next.id, looks + host_back_delay(trial->back, looks,
							 &back_seed)};
	}
	for (unsigned i = 0; i < nb_sent; i++) {
		if (sent[i].until <= looks)
			vring_dev_use(d, sent[i].id, 0);
		else
			sent[left++] = sent[i];
	}
	nb_sent = left;
}

int main(int argc, char **argv)
{
	return progress_main(argc, argv, "progress on virtio-net");
}
