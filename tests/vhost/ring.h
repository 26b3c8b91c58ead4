/* SPDX-License-Identifier: BSD-3-Clause */
/* Split and packed rings as they lie in memory (virtio 1.2, 2.7 and 2.8). */
#ifndef VHOST_RING_H
#define VHOST_RING_H

#include <stdint.h>

#define RING_DESC_NEXT 1
#define RING_DESC_WRITE 2
#define RING_DESC_INDIRECT 4

/* 2.7.5 */
struct ring_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

#define SPLIT_AVAIL_NO_INTERRUPT 1
#define SPLIT_USED_NO_NOTIFY 1

/* 2.7.6; used_event follows ring[size]. */
struct split_avail {
	uint16_t flags;
	uint16_t idx;
	uint16_t ring[];
};

struct split_used_elem {
	uint32_t id;
	uint32_t len;
};

/* 2.7.8; avail_event follows ring[size]. */
struct split_used {
	uint16_t flags;
	uint16_t idx;
	struct split_used_elem ring[];
};

static inline uint16_t *split_avail_event(struct split_used *u, uint16_t size)
{
	return (uint16_t *)(void *)&u->ring[size];
}

#define PACKED_DESC_AVAIL 0x80
#define PACKED_DESC_USED 0x8000

/* 2.8.13 */
struct packed_desc {
	uint64_t addr;
	uint32_t len;
	uint16_t id;
	uint16_t flags;
};

#define PACKED_EVENT_ENABLE 0
#define PACKED_EVENT_DISABLE 1
#define PACKED_EVENT_DESC 2

/* 2.8.14: which notifications the side that writes it wants. */
struct packed_event {
	uint16_t off_wrap;
	uint16_t flags;
};

#endif /* VHOST_RING_H */
