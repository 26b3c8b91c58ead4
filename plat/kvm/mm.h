/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory: one address space, identity mapped but for MM_SPREAD, so that a
 * pointer is also the physical address that a device is told. Code is
 * read-execute, constants are read-only, all else is read-write and never
 * executed; page 0 and the pages below each stack are not mapped.
 *
 * Start-up calls mm_init() once; drivers call mm_map_device() before main();
 * the crash report asks mm_stack_of(). mm.c owns the page tables.
 */
#ifndef KVM_MM_H
#define KVM_MM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Maps `len` bytes of device registers at `phys` uncached, above 4 GiB too,
 * and returns their address (which is `phys`). Mapping again what is mapped is
 * no error. NULL when no table pages are left or the range is none: empty,
 * wrapping around, RAM, below the image, past the processor's address width.
 * Nothing is ever unmapped.
 */
void *mm_map_device(uint64_t phys, size_t len);

/*
 * Maps `len` bytes that the firmware left at `phys` to be read, wherever that
 * is. False when it cannot.
 */
bool mm_map_firmware(uint64_t phys, size_t len);

/* The page of memmap_low_page(), or 0. */
uint64_t mm_low_page(void);

struct hvm_start_info;

/*
 * Reads the memory map, builds the final page tables, switches to them, and
 * sets *heap and *heap_len to the RAM that is left for the heap.
 */
void mm_init(const struct hvm_start_info *si, void **heap, size_t *heap_len);

/*
 * Forgets cached translations. Emulators size their cache of translations when
 * it is emptied, by its use until then: worth one call after a large set of
 * buffers has been touched for the first time.
 */
void mm_reload(void);

/*
 * Maps so many pages of addresses to be read, all of the same 2 MiB of RAM.
 * False when no table pages are left.
 */
#define MM_SPREAD 0xffff800000000000ull
#define MM_SPREAD_PAGES 2048u
bool mm_spread(void);

/*
 * Makes the page below [low, high) a guard, and the bytes in it a stack that
 * the crash report knows. False when there is no room for one more.
 */
bool mm_stack_add(uintptr_t low, uintptr_t high, const char *name);

/* The `n` that were added last are memory as any, and so are their guards. */
void mm_stack_drop(unsigned int n);

/* A stack's usable bytes, [low, high), and its name for the crash report. */
struct mm_stack {
	uintptr_t low, high;
	const char *name;
};

/* The stack that holds `addr`, or NULL. */
const struct mm_stack *mm_stack_of(uintptr_t addr);

/* The stack whose guard page holds `addr`, or NULL. */
const struct mm_stack *mm_guard_of(uintptr_t addr);

#endif /* KVM_MM_H */
