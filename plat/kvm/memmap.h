/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What memory there is and what of it is taken, from the loader's map. Used by
 * mm_init() at start-up, once; it allocates nothing and writes nothing of the
 * loader's.
 */
#ifndef KVM_MEMMAP_H
#define KVM_MEMMAP_H

#include <stdint.h>

struct hvm_start_info;

#define MEMMAP_MAX_RAM 32
#define MEMMAP_MAX_TAKEN 32

/* Bytes [start, end), both on page borders. */
struct mem_range {
	uint64_t start, end;
};

struct memmap {
	/* RAM between 1 MiB and 4 GiB. */
	struct mem_range ram[MEMMAP_MAX_RAM];
	unsigned int nr_ram;
	/* The image, and what the loader left to be read. */
	struct mem_range taken[MEMMAP_MAX_TAKEN];
	unsigned int nr_taken;
};

/* Crashes when the loader gave no map or more ranges than fit. */
void memmap_read(struct memmap *m, const struct hvm_start_info *si);

/*
 * A page below 1 MiB that nothing has taken, or 0: where a CPU begins that is
 * started later. The firmware may have used it, but runs no more.
 */
uint64_t memmap_low_page(const struct memmap *m,
			 const struct hvm_start_info *si);

/* The largest piece of RAM that nothing has taken; empty when there is none. */
struct mem_range memmap_largest_free(const struct memmap *m);

#endif /* KVM_MEMMAP_H */
