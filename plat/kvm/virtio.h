/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * virtio 1.2 devices, modern interface only: what a transport (virtio_pci.c,
 * virtio_mmio.c) gives to a driver (virtio_net.c), and how a driver brings a
 * device up. Devices are polled; a network device is asked for an interrupt
 * where the CPU is to halt until a frame comes.
 *
 * The transport owns `struct virtio_dev` and it stays for good. All calls come
 * from one CPU, at boot or while a port is configured. Of a running device
 * only its status may be read, it may be reset and notified; from any CPU.
 */
#ifndef KVM_VIRTIO_H
#define KVM_VIRTIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uk_alloc;
struct virtio_dev;

/* Finds the devices and registers their drivers; called once, before main(). */
void virtio_init(struct uk_alloc *a);

/* 5: kinds of devices. There is a driver for these. */
#define VIRTIO_ID_NET 1
#define VIRTIO_ID_CONSOLE 3

/* 2.1: device status. */
#define VIRTIO_STATUS_ACKNOWLEDGE 1
#define VIRTIO_STATUS_DRIVER 2
#define VIRTIO_STATUS_DRIVER_OK 4
#define VIRTIO_STATUS_FEATURES_OK 8
#define VIRTIO_STATUS_NEEDS_RESET 64
#define VIRTIO_STATUS_FAILED 128

/* 6: features of every kind of device. */
#define VIRTIO_F_EVENT_IDX (1ULL << 29)
#define VIRTIO_F_VERSION_1 (1ULL << 32)
#define VIRTIO_F_ACCESS_PLATFORM (1ULL << 33)
#define VIRTIO_F_RING_PACKED (1ULL << 34)

/* Where a queue is notified, and the queue's index, which is written there. */
struct virtio_notify {
	volatile void *addr;
	uint16_t queue;
	bool wide; /* 32 bits instead of 16 */
};

/* What the transports do differently. */
struct virtio_ops {
	uint64_t (*features)(struct virtio_dev *vd);
	void (*set_features)(struct virtio_dev *vd, uint64_t features);
	uint8_t (*status)(struct virtio_dev *vd);
	void (*set_status)(struct virtio_dev *vd, uint8_t status);
	/* The most descriptors that a queue takes; 0: no such queue. */
	uint16_t (*queue_max)(struct virtio_dev *vd, uint16_t queue);
	/*
	 * Tells the device where the queue lies (2.7, 2.8: descriptor, driver
	 * and device area), enables it and fills *notify in. 0, -ENODEV for no
	 * such queue, -EBUSY for one in use, -EIO when the device gives no
	 * usable place to notify it.
	 */
	int (*queue_enable)(struct virtio_dev *vd, uint16_t queue,
			    uint16_t size, const uint64_t area[3],
			    struct virtio_notify *notify);
	/* Bytes of the device's configuration; all 0xff past its end. */
	uint8_t (*config_byte)(struct virtio_dev *vd, uint32_t offset);
	/* Changes whenever the configuration does. */
	uint32_t (*config_generation)(struct virtio_dev *vd);
	/*
	 * Lets the device interrupt; returns the IOAPIC's input that it has, or
	 * a negative errno.
	 */
	int (*irq_enable)(struct virtio_dev *vd);
	/* Has it take its interrupt back, if there is one. */
	void (*irq_ack)(struct virtio_dev *vd);
};

struct virtio_dev {
	const struct virtio_ops *ops;
	uint64_t features; /* negotiated */
	uint16_t id;       /* VIRTIO_ID_* */
	bool has_irq;      /* virtio_irq_begin() was true */
	struct virtio_dev *next_irq;
	char name[16]; /* where it sits, for messages */
	char why[96];  /* what failed last, in words; empty: nothing */
};

/* Says in vd->why what failed, where nothing is said yet. */
__attribute__((format(printf, 2, 3))) void virtio_why(struct virtio_dev *vd,
						      const char *fmt, ...);

/*
 * Resets the device and waits for it (2.4.2). 0, or -ETIMEDOUT when it does
 * not come to rest within some 100,000 reads.
 */
int virtio_reset(struct virtio_dev *vd);

/*
 * Steps 1 to 6 of 3.1.1: resets, then agrees on `wanted` as far as the device
 * offers it, in vd->features. `needed` is a part of `wanted`. 0, -ENOTSUP when
 * the device lacks one that is needed, -EIO when it refuses the set,
 * -ETIMEDOUT. After an error vd->why says more, and the device is given up
 * (FAILED).
 */
int virtio_negotiate(struct virtio_dev *vd, uint64_t wanted, uint64_t needed);

/* Step 8: the device is live. Queues may be notified from here on. */
void virtio_driver_ok(struct virtio_dev *vd);

/* Has the device's interrupts end a halt; false: it has none. */
bool virtio_irq_begin(struct virtio_dev *vd);

/* Called by irq_device(): whichever device it was. */
void virtio_irq(void);

/*
 * Copies `len` bytes of configuration, all of one generation (2.5.3). 0, or
 * -EIO when the device keeps changing it.
 */
int virtio_config_read(struct virtio_dev *vd, uint32_t offset, void *dst,
		       size_t len);

/* 2.9: tells the device of new buffers. They are published before. */
static inline void virtio_notify(const struct virtio_notify *n)
{
	if (n->wide)
		*(volatile uint32_t *)n->addr = n->queue;
	else
		*(volatile uint16_t *)n->addr = n->queue;
}

/* ---- Between virtio.c and the transports ------------------------------- */

/* Each calls virtio_found() for its devices in the order of their ports. */
void virtio_pci_scan(struct uk_alloc *a);
void virtio_mmio_scan(struct uk_alloc *a);

static inline bool virtio_has_driver(uint32_t id)
{
	return id == VIRTIO_ID_NET || id == VIRTIO_ID_CONSOLE;
}

/* Quietens a device and gives it to its driver. */
void virtio_found(struct uk_alloc *a, struct virtio_dev *vd);

/* The first one is the channel, once that begins. */
void virtio_console_found(struct virtio_dev *vd);

/* Says at boot why a device is left alone. */
void virtio_skip(const char *name, const char *reason);

#endif /* KVM_VIRTIO_H */
