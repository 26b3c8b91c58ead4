/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtio network device that a test plays: its registers are the operations
 * of a transport, its rings are memory that the driver under test gave it.
 * There is one, `fake`; virtio_fake_setup() makes it new.
 */
#ifndef TESTS_VIRTIO_FAKE_H
#define TESTS_VIRTIO_FAKE_H

#include <uk/allocpool.h>

#include "plat/kvm/virtio_net_queue.h"
#include "vring_dev.h"

#define NB_BUFS 64
#define BUF_LEN 2048
#define HEADROOM 64
#define RING 16

struct fake_queue {
	struct vring_dev dev;
	uint16_t bell; /* the queue's index when it is notified */
};

struct virtio_fake {
	struct virtio_dev vd;
	uint64_t offered, accepted;
	uint8_t status;
	bool refuses, hangs;
	uint16_t max[2]; /* of receive and transmit queues */
	uint16_t pairs;  /* that its control queue was told; 0: none */
	uint8_t rss[2 + 8 + 2 * 128 + 3 + 40]; /* its command of that */
	bool refuses_pairs, no_answer;
	uint32_t generation;
	unsigned int changes; /* of the configuration, while it is read */
	uint8_t config[24];
	/* As the driver numbers them: two pairs and the control queue. */
	struct fake_queue q[5];
	unsigned int resets;
	int irq; /* its line */
	unsigned int acks;
	void (*at_ack)(void); /* NULL: nothing happens then */
};

extern struct virtio_fake fake;
extern struct uk_allocpool *pool; /* of all netbufs */
extern bool pool_dry;             /* alloc_rxpkts() gives none */

/*
 * For cmocka: *state is the uknetdev, registered but not probed, of a device
 * that offers all there is, packed rings or not. Teardown fails when a netbuf
 * is missing.
 */
int virtio_fake_setup_split(void **state);
int virtio_fake_setup_packed(void **state);
int virtio_fake_teardown(void **state);

/* The test runs with either layout. */
#define VIRTIO_FAKE_TEST(f)                                               \
	{#f " (split)", f, virtio_fake_setup_split, virtio_fake_teardown, \
	 NULL},                                                           \
	{                                                                 \
#f " (packed)", f, virtio_fake_setup_packed,              \
			virtio_fake_teardown, NULL                        \
	}

/* The device is a console, too, and the channel; takes it back. */
bool virtio_fake_console(void);
void virtio_fake_no_console(void);

/* Its driver, see uk/console.h. */
bool fake_channel_begin(struct uk_alloc *a);
const void *fake_channel_in(__sz *len);
void fake_channel_took(__sz n);
void *fake_channel_out(__sz *room);
void fake_channel_send(__sz n);

/* From UNPROBED to RUNNING, with a pair of queues or more. */
void virtio_fake_bring_up(struct uk_netdev *dev);
/* The same, with another source of receive buffers. */
void virtio_fake_bring_up_with(struct uk_netdev *dev,
			       uk_netdev_alloc_rxpkts alloc);
/* 0, or as uk_netdev_start() fails. */
int virtio_fake_bring_up_pairs(struct uk_netdev *dev, uint16_t pairs,
			       uk_netdev_alloc_rxpkts alloc);

struct uk_netbuf *new_netbuf(uint16_t headroom, uint16_t len);

/* A frame of `len` bytes of `fill` arrives in one buffer. */
void dev_receive(uint32_t len, int fill);

/*
 * A frame of `len` bytes, byte i being i % 251, arrives in as many buffers as
 * it takes; its header says that there are `more` than there are.
 */
void dev_receive_parts(uint32_t len, int more);

/* Sends what is waiting; returns how many frames that was. */
unsigned int dev_send(void);

#endif /* TESTS_VIRTIO_FAKE_H */
