/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * virtio over MMIO (virtio 1.2, 4.2), version 2 of its registers. Devices are
 * announced on the kernel's command line, one word each:
 *
 *   virtio_mmio.device=<size>[K]@<address>:<irq>[:<id>]
 *
 * virtio_mmio_scan() looks for these words (find_places(), parse_place()).
 * QEMU's microvm places its devices from the top slot down: the first -device
 * has the highest address. So ports are numbered by falling address, whatever
 * the order of the words (insert()). found() maps the registers of each, looks
 * for the magic number, the id of a device with a driver and version 2, and
 * gives it to virtio_found(), or says why it is passed over. Slots without a
 * device have an id of 0.
 *
 * From there on it is used by `mmio_ops`, each a register or two by get() and
 * set(). queue_enable() selects a queue, writes its size and the addresses of
 * its three areas, and says that it is ready; all queues are notified by
 * writing their number to one register. Its interrupt is the one that the word
 * on the command line has.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>

#include "plat/kvm/boot.h"
#include "plat/kvm/io.h"
#include "plat/kvm/mm.h"
#include "plat/kvm/virtio.h"

#define DEVICES_MAX 32
#define WORD "virtio_mmio.device="

/* 4.2.2: registers, 32 bits each. */
#define MAGIC_VALUE 0x000
#define MAGIC 0x74726976 /* "virt" */
#define VERSION 0x004
#define DEVICE_ID 0x008
#define DEVICE_FEATURES 0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES 0x020
#define DRIVER_FEATURES_SEL 0x024
#define QUEUE_SEL 0x030
#define QUEUE_NUM_MAX 0x034
#define QUEUE_NUM 0x038
#define QUEUE_READY 0x044
#define QUEUE_NOTIFY 0x050
#define INTERRUPT_STATUS 0x060
#define INTERRUPT_ACK 0x064
#define STATUS 0x070
#define QUEUE_AREA 0x080 /* three of them, 16 bytes apart, low half first */
#define CONFIG_GENERATION 0x0fc
#define CONFIG 0x100

struct virtio_mmio {
	struct virtio_dev dev;
	uintptr_t base;
	uint32_t len;
	uint8_t irq;
};

struct place {
	uint64_t base;
	uint32_t len;
	uint8_t irq;
};

static struct virtio_mmio *to_mmio(struct virtio_dev *vd)
{
	return __containerof(vd, struct virtio_mmio, dev);
}

static uint32_t get(struct virtio_dev *vd, uint32_t reg)
{
	return mmio_read32(to_mmio(vd)->base + reg);
}

static void set(struct virtio_dev *vd, uint32_t reg, uint32_t v)
{
	mmio_write32(to_mmio(vd)->base + reg, v);
}

static uint64_t get_features(struct virtio_dev *vd)
{
	uint64_t low;

	set(vd, DEVICE_FEATURES_SEL, 0);
	low = get(vd, DEVICE_FEATURES);
	set(vd, DEVICE_FEATURES_SEL, 1);
	return (uint64_t)get(vd, DEVICE_FEATURES) << 32 | low;
}

static void set_features(struct virtio_dev *vd, uint64_t features)
{
	set(vd, DRIVER_FEATURES_SEL, 0);
	set(vd, DRIVER_FEATURES, (uint32_t)features);
	set(vd, DRIVER_FEATURES_SEL, 1);
	set(vd, DRIVER_FEATURES, (uint32_t)(features >> 32));
}

static uint8_t get_status(struct virtio_dev *vd)
{
	return (uint8_t)get(vd, STATUS);
}

static void set_status(struct virtio_dev *vd, uint8_t status)
{
	set(vd, STATUS, status);
}

static uint16_t queue_max(struct virtio_dev *vd, uint16_t queue)
{
	uint32_t max;

	set(vd, QUEUE_SEL, queue);
	max = get(vd, QUEUE_NUM_MAX);
	return (uint16_t)MIN(max, UINT16_MAX);
}

static int queue_enable(struct virtio_dev *vd, uint16_t queue, uint16_t size,
			const uint64_t area[3], struct virtio_notify *notify)
{
	if (queue_max(vd, queue) == 0)
		return -ENODEV;
	if (get(vd, QUEUE_READY))
		return -EBUSY;
	set(vd, QUEUE_NUM, size);
	for (uint32_t i = 0; i < 3; i++) {
		set(vd, QUEUE_AREA + 16 * i, (uint32_t)area[i]);
		set(vd, QUEUE_AREA + 16 * i + 4, (uint32_t)(area[i] >> 32));
	}
	set(vd, QUEUE_READY, 1);
	*notify = (struct virtio_notify){
		.addr = (volatile void *)(to_mmio(vd)->base + QUEUE_NOTIFY),
		.queue = queue,
		.wide = true,
	};
	return 0;
}

static uint8_t config_byte(struct virtio_dev *vd, uint32_t offset)
{
	struct virtio_mmio *vm = to_mmio(vd);

	if (offset >= vm->len - CONFIG)
		return 0xff;
	return *(volatile uint8_t *)(vm->base + CONFIG + offset);
}

static uint32_t config_generation(struct virtio_dev *vd)
{
	return get(vd, CONFIG_GENERATION);
}

static int irq_enable(struct virtio_dev *vd)
{
	return to_mmio(vd)->irq ? to_mmio(vd)->irq : -ENOTSUP;
}

static void irq_ack(struct virtio_dev *vd)
{
	const uint32_t why = get(vd, INTERRUPT_STATUS);

	if (why)
		set(vd, INTERRUPT_ACK, why);
}

static const struct virtio_ops mmio_ops = {
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

/* What follows WORD; false when it is not of that form. */
static bool parse_place(const char *s, struct place *p)
{
	unsigned long long size;
	char *end;

	size = strtoull(s, &end, 0);
	if (end == s)
		return false;
	if (*end == 'K' || *end == 'k') {
		if (size > UINT32_MAX)
			return false;
		size *= 1024;
		end++;
	}
	if (*end++ != '@' || size <= CONFIG || size > UINT32_MAX)
		return false;
	s = end;
	p->base = strtoull(s, &end, 0);
	p->len = (uint32_t)size;
	if (end == s || *end != ':' || p->base % sizeof(uint32_t) != 0)
		return false;
	size = strtoull(end + 1, NULL, 0);
	p->irq = size <= UINT8_MAX ? (uint8_t)size : 0;
	return true;
}

/* Keeps the places in falling order of address, each one once. */
static unsigned int insert(struct place *list, unsigned int nb, struct place p)
{
	unsigned int i = nb;

	for (unsigned int j = 0; j < nb; j++)
		if (list[j].base == p.base)
			return nb;
	for (; i > 0 && list[i - 1].base < p.base; i--)
		list[i] = list[i - 1];
	list[i] = p;
	return nb + 1;
}

static unsigned int find_places(const char *line, struct place *list)
{
	unsigned int nb = 0;
	struct place p;

	for (const char *s = line; (s = strstr(s, WORD)) != NULL;) {
		bool starts = s == line || s[-1] == ' ';

		s += sizeof(WORD) - 1;
		if (!starts)
			continue;
		if (!parse_place(s, &p))
			virtio_skip("virtio_mmio.device", "cannot be read");
		else if (nb < DEVICES_MAX)
			nb = insert(list, nb, p);
	}
	return nb;
}

static void found(struct uk_alloc *a, struct place p)
{
	struct virtio_mmio *vm = uk_zalloc(a, sizeof(*vm));
	struct virtio_dev *vd;

	if (!vm)
		return;
	vd = &vm->dev;
	vd->ops = &mmio_ops;
	snprintf(vd->name, sizeof(vd->name), "MMIO %llx",
		 (unsigned long long)p.base);
	vm->base = (uintptr_t)mm_map_device(p.base, p.len);
	vm->len = p.len;
	vm->irq = p.irq;
	if (!vm->base) {
		virtio_skip(vd->name, "its registers cannot be reached");
	} else if (get(vd, MAGIC_VALUE) != MAGIC) {
		virtio_skip(vd->name, "not a virtio device");
	} else if (virtio_has_driver(get(vd, DEVICE_ID))) {
		vd->id = (uint16_t)get(vd, DEVICE_ID);
		if (get(vd, VERSION) == 2) {
			virtio_found(a, vd);
			return;
		}
		virtio_skip(vd->name, "legacy virtio only, needs "
				      "virtio-mmio.force-legacy=false");
	}
	uk_free(a, vm);
}

void virtio_mmio_scan(struct uk_alloc *a)
{
	struct place list[DEVICES_MAX];
	unsigned int nb = find_places(boot_cmdline(), list);

	for (unsigned int i = 0; i < nb; i++)
		found(a, list[i]);
}
