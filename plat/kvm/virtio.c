/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What virtio devices have in common (virtio 1.2, 3.1.1), whatever bus they are
 * on.
 *
 * virtio_init(), at boot, has both buses looked through, virtio_pci_scan() and
 * virtio_mmio_scan(), PCI first, so that ports are numbered alike on every
 * boot. A device that they find comes to virtio_found(), which ends whatever
 * the firmware did with it and makes a port of it by virtio_net_add(), or of a
 * console the channel. One that cannot be used is named on the console, by
 * virtio_skip().
 *
 * The driver brings a device up by virtio_negotiate(): it is reset
 * (virtio_reset()), told that there is a driver, and both agree on features
 * (agree()). The driver then reads its configuration, virtio_config_read(),
 * again if it changed in between, sets up its queues by the bus's
 * `queue_enable`, and says that it is ready, virtio_driver_ok(). What goes
 * wrong is noted by virtio_why(), the first reason only.
 */
#include "plat/kvm/virtio.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <uk/console.h>
#include <uk/essentials.h>

#include "plat/kvm/irq.h"
#include "plat/kvm/virtio_net.h"

/* Reads until a device counts as hung; each one leaves the guest. */
#define RESET_READS 100000
#define CONFIG_TRIES 100
#define CONSOLE_TRIES 100000

/* Those that may interrupt: they share a handler, and lines. */
static struct virtio_dev *with_irq;

static void add_status(struct virtio_dev *vd, uint8_t bits)
{
	vd->ops->set_status(vd, vd->ops->status(vd) | bits);
}

void virtio_why(struct virtio_dev *vd, const char *fmt, ...)
{
	va_list args;

	if (vd->why[0])
		return;
	va_start(args, fmt);
	vsnprintf(vd->why, sizeof(vd->why), fmt, args);
	va_end(args);
}

int virtio_reset(struct virtio_dev *vd)
{
	vd->ops->set_status(vd, 0);
	for (int i = 0; i < RESET_READS; i++)
		if (vd->ops->status(vd) == 0)
			return 0;
	virtio_why(vd, "the device does not come to rest when it is reset");
	return -ETIMEDOUT;
}

static int agree(struct virtio_dev *vd, uint64_t wanted, uint64_t needed)
{
	const uint64_t offered = vd->ops->features(vd);

	vd->features = offered & wanted;
	if ((vd->features & needed) != needed) {
		virtio_why(vd,
			   "the device lacks features that are needed "
			   "(%#llx)",
			   (unsigned long long)(needed & ~vd->features));
		return -ENOTSUP;
	}
	vd->ops->set_features(vd, vd->features);
	add_status(vd, VIRTIO_STATUS_FEATURES_OK);
	/* 3.1.1 step 6: the device takes the bit back where it disagrees. */
	if (vd->ops->status(vd) & VIRTIO_STATUS_FEATURES_OK)
		return 0;
	if (offered & ~wanted & VIRTIO_F_ACCESS_PLATFORM)
		virtio_why(vd, "the device wants an IOMMU "
			       "(VIRTIO_F_ACCESS_PLATFORM)");
	virtio_why(vd, "the device refuses the features asked for (%#llx)",
		   (unsigned long long)vd->features);
	return -EIO;
}

int virtio_negotiate(struct virtio_dev *vd, uint64_t wanted, uint64_t needed)
{
	int rc;

	vd->why[0] = '\0';
	rc = virtio_reset(vd);
	if (rc < 0)
		return rc;
	add_status(vd, VIRTIO_STATUS_ACKNOWLEDGE);
	add_status(vd, VIRTIO_STATUS_DRIVER);
	rc = agree(vd, wanted, needed);
	if (rc < 0)
		add_status(vd, VIRTIO_STATUS_FAILED);
	return rc;
}

void virtio_driver_ok(struct virtio_dev *vd)
{
	add_status(vd, VIRTIO_STATUS_DRIVER_OK);
}

bool virtio_irq_begin(struct virtio_dev *vd)
{
	const int line = vd->ops->irq_enable(vd);

	vd->has_irq = line >= 0 && irq_route((unsigned int)line);
	if (vd->has_irq) {
		vd->next_irq = with_irq;
		with_irq = vd;
	}
	return vd->has_irq;
}

void virtio_irq(void)
{
	for (struct virtio_dev *vd = with_irq; vd; vd = vd->next_irq)
		vd->ops->irq_ack(vd);
}

int virtio_config_read(struct virtio_dev *vd, uint32_t offset, void *dst,
		       size_t len)
{
	uint8_t *d = dst;
	uint32_t before;

	for (int i = 0; i < CONFIG_TRIES; i++) {
		before = vd->ops->config_generation(vd);
		for (size_t n = 0; n < len; n++)
			d[n] = vd->ops->config_byte(vd, offset + (uint32_t)n);
		if (vd->ops->config_generation(vd) == before)
			return 0;
	}
	virtio_why(vd, "the device keeps changing its configuration");
	return -EIO;
}

void virtio_skip(const char *name, const char *reason)
{
	char line[120];
	int len = snprintf(line, sizeof(line), "%s skipped: %s\r\n", name,
			   reason);
	__ssz n = 0;

	/* The console takes what fits; nothing else is to do yet. */
	for (int i = 0; i < CONSOLE_TRIES && n < len; i++)
		n += uk_console_out(line + n, (__sz)(len - n));
}

void virtio_found(struct uk_alloc *a, struct virtio_dev *vd)
{
	/* Firmware may have used it; it must not write to memory any more. */
	vd->ops->set_status(vd, 0);
	if (vd->id == VIRTIO_ID_CONSOLE)
		virtio_console_found(vd);
	else if (virtio_net_add(a, vd) < 0)
		virtio_skip(vd->name, "no memory for the driver");
}

void virtio_init(struct uk_alloc *a)
{
	virtio_pci_scan(a);
	virtio_mmio_scan(a);
}
