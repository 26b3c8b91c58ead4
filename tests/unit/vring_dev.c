/* SPDX-License-Identifier: BSD-3-Clause */
#include "vring_dev.h"

#include <string.h>

/* Memory of the ring; little endian, as we are. */
static uint16_t get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void put16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* 2.8.1: wrap counters begin at 1 and change at the end of the ring. */
static bool wrap(const struct vring_dev *d, uint16_t at)
{
	return at / d->size % 2 == 0;
}

static uint8_t *desc(const struct vring_dev *d, uint16_t i)
{
	return d->area[0] + 16 * (i % d->size);
}

void vring_dev_init(struct vring_dev *d, bool packed, uint16_t size,
		    const uint64_t area[3])
{
	*d = (struct vring_dev){.packed = packed, .size = size};
	for (int i = 0; i < 3; i++)
		d->area[i] = (uint8_t *)(uintptr_t)area[i];
}

/* 2.8.13: address, length, identity, flags. */
static bool take_packed(struct vring_dev *d, struct vring_dev_buf *b)
{
	const uint8_t *p = desc(d, d->seen);
	uint16_t flags = get16(p + 14);
	bool avail = flags >> 7 & 1, used = flags >> 15 & 1;

	if (avail != wrap(d, d->seen) || used == wrap(d, d->seen))
		return false;
	b->id = get16(p + 12);
	b->flags = flags & 0x7f7f;
	memcpy(&b->addr, p, sizeof(b->addr));
	memcpy(&b->len, p + 8, sizeof(b->len));
	d->seen++;
	return true;
}

bool vring_dev_take(struct vring_dev *d, struct vring_dev_buf *b)
{
	const uint8_t *p;

	if (d->packed)
		return take_packed(d, b);
	/* 2.7.6: flags, idx, ring; 2.7.5: address, length, flags, next. */
	if (d->seen == get16(d->area[1] + 2))
		return false;
	b->id = get16(d->area[1] + 4 + 2 * (d->seen % d->size));
	p = desc(d, b->id);
	memcpy(&b->addr, p, sizeof(b->addr));
	memcpy(&b->len, p + 8, sizeof(b->len));
	b->flags = get16(p + 12);
	d->seen++;
	return true;
}

static void use(struct vring_dev *d, uint32_t id, uint32_t len, uint16_t flags)
{
	uint8_t *p;

	if (d->packed) {
		p = desc(d, d->put);
		put32(p + 8, len);
		put16(p + 12, (uint16_t)id);
		put16(p + 14, flags | (wrap(d, d->put) ? 1 << 7 | 1 << 15 : 0));
		d->put++;
		return;
	}
	/* 2.7.8: flags, idx, elements. */
	p = d->area[2] + 4 + 8 * (d->put % d->size);
	put32(p, id);
	put32(p + 4, len);
	put16(d->area[2] + 2, ++d->put);
}

void vring_dev_use(struct vring_dev *d, uint32_t id, uint32_t len)
{
	use(d, id, len, 0);
}

void vring_dev_use_flagged(struct vring_dev *d, uint32_t id, uint32_t len)
{
	use(d, id, len, 0x7f7f);
}

unsigned int vring_dev_use_all(struct vring_dev *d, uint32_t len)
{
	struct vring_dev_buf b;
	unsigned int n = 0;

	for (; vring_dev_take(d, &b); n++)
		vring_dev_use(d, b.id, len);
	return n;
}

void vring_dev_quiet(struct vring_dev *d, bool quiet)
{
	/* 2.7.8: flags; 2.8.14: the second half. */
	put16(d->area[2] + (d->packed ? 2 : 0), quiet);
}

void vring_dev_event(struct vring_dev *d, uint16_t at)
{
	if (!d->packed) {
		put16(d->area[2] + 4 + 8 * d->size, at);
		return;
	}
	put16(d->area[2], (uint16_t)(at % d->size | wrap(d, at) << 15));
	put16(d->area[2] + 2, 2);
}

bool vring_dev_would_interrupt(const struct vring_dev *d, bool event_idx,
			       uint16_t n)
{
	uint16_t event;

	if (d->packed)
		return get16(d->area[1] + 2) != 1;
	if (!event_idx)
		return !(get16(d->area[1]) & 1);
	event = get16(d->area[1] + 4 + 2 * d->size);
	return (uint16_t)(d->put + n - event - 1) < n;
}
