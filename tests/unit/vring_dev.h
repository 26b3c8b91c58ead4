/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The device's side of a virtqueue, written from virtio 1.2 and not from the
 * driver's code. It does what a test tells it to, right or wrong.
 */
#ifndef TESTS_VRING_DEV_H
#define TESTS_VRING_DEV_H

#include <stdbool.h>
#include <stdint.h>

struct vring_dev {
	bool packed;
	uint16_t size;
	uint8_t *area[3]; /* descriptor, driver, device */
	uint16_t seen;    /* buffers taken, counting on */
	uint16_t put;     /* buffers used, counting on */
};

/* A buffer as the driver describes it. */
struct vring_dev_buf {
	uint16_t id;
	uint64_t addr;
	uint32_t len;
	uint16_t flags; /* without those of the packed layout's laps */
};

void vring_dev_init(struct vring_dev *d, bool packed, uint16_t size,
		    const uint64_t area[3]);

/* The next buffer that the driver offers; false when there is none. */
bool vring_dev_take(struct vring_dev *d, struct vring_dev_buf *b);

/* Gives one back, whatever is said about it. */
void vring_dev_use(struct vring_dev *d, uint32_t id, uint32_t len);

/* The same with all flags that may stand there and mean nothing. */
void vring_dev_use_flagged(struct vring_dev *d, uint32_t id, uint32_t len);

/* Takes and gives back all there are, in order, each with `len` written. */
unsigned int vring_dev_use_all(struct vring_dev *d, uint32_t len);

/* No notifications at all; all of them. */
void vring_dev_quiet(struct vring_dev *d, bool quiet);

/* With the event index: one at the `at`th buffer, counting on. */
void vring_dev_event(struct vring_dev *d, uint16_t at);

/* 2.7.7, 2.8.10: whether using `n` more buffers would interrupt the driver. */
bool vring_dev_would_interrupt(const struct vring_dev *d, bool event_idx,
			       uint16_t n);

#endif /* TESTS_VRING_DEV_H */
