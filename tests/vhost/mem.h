/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The driver's memory, as the front end shares it: regions with an address in
 * the guest, one in the front end's process, and one here.
 */
#ifndef VHOST_MEM_H
#define VHOST_MEM_H

#include "tests/vhost/protocol.h"
#include "tests/vhost/util.h"

struct mem_region {
	uint64_t guest; /* address in descriptors */
	uint64_t user;  /* address in messages */
	uint64_t size;  /* bytes */
	uint8_t *host;
	void *map; /* what munmap() wants; NULL: not ours */
	size_t map_len;
};

struct mem {
	struct mem_region region[VU_REGIONS_MAX];
	unsigned int nb;
	unsigned int last; /* region of the last hit */
};

/*
 * Maps `nb` regions, each from its descriptor, in place of those before. The
 * descriptors stay the caller's. 0, or a negative errno with none mapped.
 */
int mem_map(struct mem *m, const struct vu_region *r, const int *fds,
	    unsigned int nb);

void mem_unmap(struct mem *m);

/* NULL unless all of `len` bytes at the guest's `addr` are in one region. */
void *mem_find(struct mem *m, uint64_t addr, uint64_t len);

static inline void *mem_guest(struct mem *m, uint64_t addr, uint64_t len)
{
	const struct mem_region *r = &m->region[m->last];
	const uint64_t at = addr - r->guest;

	if (likely(at < r->size && len <= r->size - at))
		return r->host + at;
	return mem_find(m, addr, len);
}

/* The same for an address in the front end's process. */
void *mem_user(struct mem *m, uint64_t addr, uint64_t len);

#endif /* VHOST_MEM_H */
