/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * virtio over PCI (virtio 1.2, 4.1).
 *
 * virtio_pci_scan() has every function looked at by found(), which takes
 * devices of virtio's vendor that there is a driver for. Vendor capabilities
 * say where the device's structures lie in its BARs: read_caps() goes through
 * their list, read_cap() notes the common, the notification and the device's
 * own structure, and map_region() gives the BAR a place, if it has none, and
 * maps it. With the first two found, the function is enabled and goes to
 * virtio_found(); else it is said why it is passed over.
 *
 * From there on it is used by `pci_ops`: features, status and configuration are
 * fields of the mapped structures. queue_enable() selects a queue, writes its
 * size and the addresses of its three areas, enables it, and tells where it is
 * notified: at its own place in the notification structure. MSI-X stays off, as
 * QEMU 7.2 crashes on it with vhost-user: what interrupts does it by the
 * function's line, and reading the ISR structure ends that.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <uk/alloc.h>

#include "plat/kvm/mm.h"
#include "plat/kvm/pci.h"
#include "plat/kvm/virtio.h"

#define VENDOR_VIRTIO 0x1af4
/* 4.1.2.1: transitional devices have numbers of their own. */
#define DEVICE_TRANSITIONAL 0x1000
#define DEVICE_MODERN 0x1040
#define DEVICE_LAST 0x107f

#define CAP_VENDOR 0x09
#define CAPS_MAX 48 /* as many as fit: a loop in the list ends there */

/* 4.1.4: virtio_pci_cap */
#define CAP_TYPE 3
#define CAP_BAR 4
#define CAP_OFFSET 8
#define CAP_LENGTH 12
#define CAP_NOTIFY_MULTIPLIER 16

#define CFG_COMMON 1
#define CFG_NOTIFY 2
#define CFG_ISR 3
#define CFG_DEVICE 4

/* 4.1.4.3. Fields of 64 bits are written in halves (4.1.3.1). */
struct common_cfg {
	uint32_t device_feature_select;
	uint32_t device_feature;
	uint32_t driver_feature_select;
	uint32_t driver_feature;
	uint16_t config_msix_vector;
	uint16_t num_queues;
	uint8_t device_status;
	uint8_t config_generation;
	uint16_t queue_select;
	uint16_t queue_size;
	uint16_t queue_msix_vector;
	uint16_t queue_enable;
	uint16_t queue_notify_off;
	uint32_t queue_area[3][2];
};

struct region {
	volatile uint8_t *base; /* NULL: the device has none */
	uint32_t len;
};

struct virtio_pci {
	struct virtio_dev dev;
	pci_fn_t fn;
	volatile struct common_cfg *common;
	struct region isr;
	struct region notify;
	struct region device;
	uint32_t notify_multiplier;
};

static struct virtio_pci *to_pci(struct virtio_dev *vd)
{
	return __containerof(vd, struct virtio_pci, dev);
}

static uint64_t get_features(struct virtio_dev *vd)
{
	volatile struct common_cfg *c = to_pci(vd)->common;
	uint64_t low;

	c->device_feature_select = 0;
	low = c->device_feature;
	c->device_feature_select = 1;
	return (uint64_t)c->device_feature << 32 | low;
}

static void set_features(struct virtio_dev *vd, uint64_t features)
{
	volatile struct common_cfg *c = to_pci(vd)->common;

	c->driver_feature_select = 0;
	c->driver_feature = (uint32_t)features;
	c->driver_feature_select = 1;
	c->driver_feature = (uint32_t)(features >> 32);
}

static uint8_t get_status(struct virtio_dev *vd)
{
	return to_pci(vd)->common->device_status;
}

static void set_status(struct virtio_dev *vd, uint8_t status)
{
	to_pci(vd)->common->device_status = status;
}

static uint16_t queue_max(struct virtio_dev *vd, uint16_t queue)
{
	volatile struct common_cfg *c = to_pci(vd)->common;

	if (queue >= c->num_queues)
		return 0;
	c->queue_select = queue;
	return c->queue_size;
}

static int queue_enable(struct virtio_dev *vd, uint16_t queue, uint16_t size,
			const uint64_t area[3], struct virtio_notify *notify)
{
	struct virtio_pci *vp = to_pci(vd);
	volatile struct common_cfg *c = vp->common;
	uint64_t at;

	if (queue_max(vd, queue) == 0)
		return -ENODEV;
	if (c->queue_enable)
		return -EBUSY;
	/* 4.1.4.4: the queue's own place in the notification structure. */
	at = (uint64_t)c->queue_notify_off * vp->notify_multiplier;
	if (at % 2 || at + 2 > vp->notify.len)
		return -EIO;
	c->queue_size = size;
	for (int i = 0; i < 3; i++) {
		c->queue_area[i][0] = (uint32_t)area[i];
		c->queue_area[i][1] = (uint32_t)(area[i] >> 32);
	}
	c->queue_enable = 1;
	*notify = (struct virtio_notify){
		.addr = vp->notify.base + at,
		.queue = queue,
	};
	return 0;
}

static uint8_t config_byte(struct virtio_dev *vd, uint32_t offset)
{
	struct virtio_pci *vp = to_pci(vd);

	return offset < vp->device.len ? vp->device.base[offset] : 0xff;
}

static uint32_t config_generation(struct virtio_dev *vd)
{
	return to_pci(vd)->common->config_generation;
}

static int irq_enable(struct virtio_dev *vd)
{
	struct virtio_pci *vp = to_pci(vd);
	const uint8_t line = pci_read8(vp->fn, PCI_INTERRUPT_LINE);

	/* The firmware says where it leads; 0 and 255: nowhere. */
	if (!vp->isr.base || line == 0 || line == 0xff)
		return -ENOTSUP;
	pci_enable_intx(vp->fn);
	return line;
}

static void irq_ack(struct virtio_dev *vd)
{
	(void)*to_pci(vd)->isr.base;
}

static const struct virtio_ops pci_ops = {
	.features = get_features,
	.set_features = set_features,
	.status = get_status,
	.set_status = set_status,
	.queue_max = queue_max,
	.queue_enable = queue_enable,
	.config_byte = config_byte,
	.config_generation = config_generation,
	.irq_enable = irq_enable,
	.irq_ack = irq_ack,
};

/* The part of a BAR that a capability names. */
static int map_region(pci_fn_t fn, uint8_t cap, struct region *r)
{
	uint32_t offset = pci_read32(fn, cap + CAP_OFFSET);
	uint32_t len = pci_read32(fn, cap + CAP_LENGTH);
	struct pci_bar bar;
	int rc;

	rc = pci_bar_assign(fn, pci_read8(fn, cap + CAP_BAR), &bar);
	if (rc < 0)
		return rc;
	if (!len || (uint64_t)offset + len > bar.size)
		return -EINVAL;
	r->base = mm_map_device(bar.base + offset, len);
	r->len = len;
	return r->base ? 0 : -ENOMEM;
}

/*
 * 4.1.4: a structure may be offered more than once; the first that can be
 * reached counts, and an unknown one is passed over.
 */
static void read_cap(pci_fn_t fn, uint8_t cap, struct virtio_pci *vp)
{
	struct region r;

	switch (pci_read8(fn, cap + CAP_TYPE)) {
	case CFG_COMMON:
		if (!vp->common && map_region(fn, cap, &r) == 0 &&
		    r.len >= sizeof(struct common_cfg))
			vp->common =
				(volatile struct common_cfg *)(volatile void *)
					r.base;
		break;
	case CFG_ISR:
		if (!vp->isr.base && map_region(fn, cap, &r) == 0)
			vp->isr = r;
		break;
	case CFG_NOTIFY:
		if (vp->notify.base || map_region(fn, cap, &r) < 0)
			break;
		vp->notify = r;
		vp->notify_multiplier =
			pci_read32(fn, cap + CAP_NOTIFY_MULTIPLIER);
		break;
	case CFG_DEVICE:
		if (!vp->device.base && map_region(fn, cap, &r) == 0)
			vp->device = r;
		break;
	}
}

/* Returns whether there was any virtio capability at all. */
static bool read_caps(pci_fn_t fn, struct virtio_pci *vp)
{
	bool any = false;
	uint8_t cap = 0;

	if (pci_read16(fn, PCI_STATUS) & PCI_STATUS_CAPS)
		cap = pci_read8(fn, PCI_CAP_LIST) & 0xfc;
	for (int i = 0; cap && i < CAPS_MAX; i++) {
		if (pci_read8(fn, cap) == CAP_VENDOR) {
			any = true;
			read_cap(fn, cap, vp);
		}
		cap = pci_read8(fn, cap + 1) & 0xfc;
	}
	return any;
}

static void found(pci_fn_t fn, void *arg)
{
	struct uk_alloc *a = arg;
	uint16_t id = pci_read16(fn, PCI_DEVICE_ID);
	struct virtio_pci *vp;
	const char *reason;

	if (pci_read16(fn, PCI_VENDOR_ID) != VENDOR_VIRTIO ||
	    id < DEVICE_TRANSITIONAL || id > DEVICE_LAST)
		return;
	id = id < DEVICE_MODERN ? pci_read16(fn, PCI_SUBSYSTEM_ID)
				: id - DEVICE_MODERN;
	if (!virtio_has_driver(id))
		return;
	vp = uk_zalloc(a, sizeof(*vp));
	if (!vp)
		return;
	snprintf(vp->dev.name, sizeof(vp->dev.name), "PCI %02x:%02x.%u",
		 PCI_BUS(fn), PCI_SLOT(fn), PCI_FUNC(fn));
	vp->dev.ops = &pci_ops;
	vp->dev.id = id;
	vp->fn = fn;
	if (!read_caps(fn, vp)) {
		reason = "legacy virtio only, needs disable-modern=off";
	} else if (!vp->common || !vp->notify.base) {
		reason = "its registers cannot be reached";
	} else {
		pci_enable(fn);
		virtio_found(a, &vp->dev);
		return;
	}
	virtio_skip(vp->dev.name, reason);
	uk_free(a, vp);
}

void virtio_pci_scan(struct uk_alloc *a)
{
	pci_scan(found, a);
}
