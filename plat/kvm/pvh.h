/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a PVH loader hands over (Xen, xen/include/public/arch-x86/hvm/
 * start_info.h). All addresses are physical. The memory is the loader's: read
 * at start-up only, never written, and kept out of the heap by memmap.c.
 */
#ifndef KVM_PVH_H
#define KVM_PVH_H

#include <stdint.h>

#define HVM_START_MAGIC 0x336ec578
#define HVM_MEMMAP_RAM 1

struct hvm_start_info {
	uint32_t magic;
	uint32_t version; /* the memory map exists from 1 on */
	uint32_t flags;
	uint32_t nr_modules;
	uint64_t modlist_paddr;
	uint64_t cmdline_paddr; /* 0, or a string */
	uint64_t rsdp_paddr;
	uint64_t memmap_paddr;
	uint32_t memmap_entries;
	uint32_t reserved;
};

struct hvm_module {
	uint64_t paddr;
	uint64_t size;
	uint64_t cmdline_paddr; /* 0, or a string */
	uint64_t reserved;
};

struct hvm_memmap_entry {
	uint64_t addr;
	uint64_t size;
	uint32_t type;
	uint32_t reserved;
};

#endif /* KVM_PVH_H */
