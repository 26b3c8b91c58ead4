/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int mem_map(struct mem *m, const struct vu_region *r, const int *fds,
	    unsigned int nb)
{
	mem_unmap(m);
	for (unsigned int i = 0; i < nb; i++) {
		struct mem_region *to = &m->region[i];
		void *map;
		int rc;

		if (r[i].mmap_offset > SIZE_MAX - r[i].size) {
			mem_unmap(m);
			return -EINVAL;
		}
		/* From offset 0: huge pages want an aligned one. */
		map = mmap(NULL, r[i].size + r[i].mmap_offset,
			   PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0);
		if (map == MAP_FAILED) {
			rc = -errno;
			mem_unmap(m);
			return rc;
		}
		*to = (struct mem_region){
			.guest = r[i].guest,
			.user = r[i].user,
			.size = r[i].size,
			.host = (uint8_t *)map + r[i].mmap_offset,
			.map = map,
			.map_len = r[i].size + r[i].mmap_offset,
		};
		m->nb = i + 1;
	}
	return 0;
}

void mem_unmap(struct mem *m)
{
	for (unsigned int i = 0; i < m->nb; i++)
		if (m->region[i].map)
			munmap(m->region[i].map, m->region[i].map_len);
	memset(m, 0, sizeof(*m));
}

void *mem_find(struct mem *m, uint64_t addr, uint64_t len)
{
	for (unsigned int i = 0; i < m->nb; i++) {
		const struct mem_region *r = &m->region[i];
		const uint64_t at = addr - r->guest;

		if (at < r->size && len <= r->size - at) {
			m->last = i;
			return r->host + at;
		}
	}
	return NULL;
}

void *mem_user(struct mem *m, uint64_t addr, uint64_t len)
{
	for (unsigned int i = 0; i < m->nb; i++) {
		const struct mem_region *r = &m->region[i];
		const uint64_t at = addr - r->user;

		if (at < r->size && len <= r->size - at)
			return r->host + at;
	}
	return NULL;
}
