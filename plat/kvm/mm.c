/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/mm.h"

#include <uk/assert.h>

#include "plat/kvm/cpu.h"
#include "plat/kvm/image.h"
#include "plat/kvm/io.h"
#include "plat/kvm/memmap.h"

#define PAGE 4096ull
#define LARGE (2ull << 20)

/* Page table entries (Intel SDM volume 3, 4.5). */
#define PTE_PRESENT (1ull << 0)
#define PTE_WRITE (1ull << 1)
#define PTE_UNCACHED (3ull << 3) /* PWT and PCD: memory type UC */
#define PTE_LARGE (1ull << 7)
#define PTE_NX (1ull << 63)
#define PTE_ADDR 0x000ffffffffff000ull

#define MSR_EFER 0xc0000080
#define EFER_NXE (1ull << 11)

/*
 * RAM up to 4 GiB takes 1 + 1 + 4 tables, and one more for each border that
 * is not on 2 MiB. Registers take one for each 2 MiB that holds some, and two
 * on top in each GiB that no other has touched.
 */
#define NR_TABLES 32

static uint64_t tables[NR_TABLES][512] __align(4096);
static unsigned int nr_tables;
static uint64_t *root;
static uint64_t nx;

/* Those of CPU 0, and four of each other. */
static struct mm_stack stacks[4 * CPU_MAX] = {
	{(uintptr_t)stack_boot_low, (uintptr_t)stack_boot_high, "boot"},
	{(uintptr_t)stack_trap_low, (uintptr_t)stack_trap_high, "exception"},
	{(uintptr_t)stack_fatal_low, (uintptr_t)stack_fatal_high, "fatal"},
	{(uintptr_t)stack_irq_low, (uintptr_t)stack_irq_high, "interrupt"},
};
static unsigned int nr_stacks = 4;
static uint64_t low_page;

const struct mm_stack *mm_stack_of(uintptr_t addr)
{
	for (unsigned int i = 0; i < nr_stacks; i++)
		if (addr >= stacks[i].low && addr < stacks[i].high)
			return &stacks[i];
	return NULL;
}

const struct mm_stack *mm_guard_of(uintptr_t addr)
{
	for (unsigned int i = 0; i < nr_stacks; i++)
		if (addr >= stacks[i].low - PAGE && addr < stacks[i].low)
			return &stacks[i];
	return NULL;
}

/* The table below `table[i]`, made when there is none; NULL when it cannot. */
static uint64_t *table_below(uint64_t *table, unsigned int i)
{
	if (table[i] & PTE_LARGE)
		return NULL;
	if (!(table[i] & PTE_PRESENT)) {
		if (nr_tables == NR_TABLES)
			return NULL;
		table[i] = (uintptr_t)tables[nr_tables++] | PTE_PRESENT |
			   PTE_WRITE;
	}
	return (uint64_t *)(table[i] & PTE_ADDR);
}

static uint64_t *directory_of(uint64_t addr)
{
	uint64_t *t = table_below(root, addr >> 39 & 511);

	return t ? table_below(t, addr >> 30 & 511) : NULL;
}

/*
 * Maps [start, end) to itself with `flags`, in 2 MiB pages where they fit and
 * `page` allows them. What is mapped already stays as it is, provided that it
 * has the same memory type. False when it has not or the tables are used up.
 */
static bool map(uint64_t start, uint64_t end, uint64_t flags, uint64_t page)
{
	uint64_t *dir, *pde, *pte;

	flags |= PTE_PRESENT;
	for (uint64_t addr = start; addr < end;) {
		dir = directory_of(addr);
		if (!dir)
			return false;
		pde = pte = &dir[addr >> 21 & 511];
		if (!*pde && page == LARGE && !(addr % LARGE) &&
		    end - addr >= LARGE) {
			*pde = addr | flags | PTE_LARGE;
		} else if (!(*pde & PTE_LARGE)) {
			pte = table_below(dir, addr >> 21 & 511);
			if (!pte)
				return false;
			pte += addr >> 12 & 511;
			if (!*pte)
				*pte = addr | flags;
		}
		if ((*pte ^ flags) & PTE_UNCACHED)
			return false;
		addr += PAGE;
		if (*pde & PTE_LARGE)
			addr = MIN(ALIGN_UP(addr, LARGE), end);
	}
	return true;
}

/* The image, each part with its rights, the guard pages left out. */
static bool map_image(void)
{
	uintptr_t text = ALIGN_DOWN((uintptr_t)image_text, PAGE);
	uintptr_t rodata = ALIGN_DOWN((uintptr_t)image_rodata, PAGE);
	uintptr_t data = ALIGN_DOWN((uintptr_t)image_data, PAGE);

	if (!map(text, ALIGN_UP((uintptr_t)image_text_end, PAGE), 0, PAGE) ||
	    !map(rodata, ALIGN_UP((uintptr_t)image_rodata_end, PAGE), nx, PAGE))
		return false;
	for (uintptr_t p = data; p < (uintptr_t)image_end; p += PAGE)
		if (!mm_guard_of(p) && !map(p, p + PAGE, PTE_WRITE | nx, PAGE))
			return false;
	return true;
}

/*
 * The first MiB but page 0, the RAM around the image, and what else the loader
 * left to be read.
 */
static bool map_ram(const struct memmap *m)
{
	uint64_t low = ALIGN_DOWN((uintptr_t)image_start, PAGE);
	uint64_t high = (uintptr_t)image_end;
	const struct mem_range *r;

	if (!map(PAGE, 1 << 20, PTE_WRITE | nx, PAGE))
		return false;
	for (unsigned int i = 0; i < m->nr_ram; i++) {
		r = &m->ram[i];
		if (!map(r->start, MIN(r->end, low), PTE_WRITE | nx, LARGE) ||
		    !map(MAX(r->start, high), r->end, PTE_WRITE | nx, LARGE))
			return false;
	}
	for (unsigned int i = 0; i < m->nr_taken; i++) {
		r = &m->taken[i];
		if ((r->end <= low || r->start >= high) && r->start &&
		    !map(r->start, r->end, nx, PAGE))
			return false;
	}
	return true;
}

void mm_reload(void)
{
	__asm__ volatile("mov %0, %%cr3" : : "r"(root) : "memory");
}

/* RAM from 2 to 4 MiB is there on each board. */
bool mm_spread(void)
{
	uint64_t *dir = directory_of(MM_SPREAD);

	for (unsigned int i = 0; dir && i < MM_SPREAD_PAGES * PAGE / LARGE; i++)
		dir[i] = LARGE | PTE_PRESENT | PTE_LARGE | nx;
	return dir;
}

void mm_init(const struct hvm_start_info *si, void **heap, size_t *heap_len)
{
	struct mem_range free;
	struct memmap m;
	bool ok;

	/* What the loader left may be in page 0. */
	memmap_read(&m, si);
	low_page = memmap_low_page(&m, si);
	if (cpuid(0x80000000, 0).a >= 0x80000001 &&
	    cpuid(0x80000001, 0).d & 1u << 20) {
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
		nx = PTE_NX;
	}
	root = tables[nr_tables++];
	ok = map_image() && map_ram(&m);
	UK_ASSERT(ok);
	mm_reload();

	free = memmap_largest_free(&m);
	*heap = (void *)free.start;
	*heap_len = free.end - free.start;
}

uint64_t mm_low_page(void)
{
	return low_page;
}

/* The entry of the 4 KiB page at `addr`, which is mapped; NULL: no table. */
static uint64_t *split(uintptr_t addr)
{
	uint64_t *pde = &directory_of(addr)[addr >> 21 & 511];
	const uint64_t large = *pde;
	uint64_t *table;

	if (large & PTE_LARGE) {
		if (nr_tables == NR_TABLES)
			return NULL;
		table = tables[nr_tables++];
		for (unsigned int i = 0; i < 512; i++)
			table[i] = (large & ~PTE_LARGE) + i * PAGE;
		*pde = (uintptr_t)table | PTE_PRESENT | PTE_WRITE;
	}
	return &((uint64_t *)(*pde & PTE_ADDR))[addr >> 12 & 511];
}

bool mm_stack_add(uintptr_t low, uintptr_t high, const char *name)
{
	uint64_t *guard;

	if (nr_stacks == ARRAY_SIZE(stacks))
		return false;
	guard = split(low - PAGE);
	if (!guard)
		return false;
	*guard = 0;
	mm_reload();
	stacks[nr_stacks++] = (struct mm_stack){low, high, name};
	return true;
}

void mm_stack_drop(unsigned int n)
{
	for (; n; n--) {
		const uintptr_t guard = stacks[--nr_stacks].low - PAGE;

		*split(guard) = guard | PTE_PRESENT | PTE_WRITE | nx;
	}
	mm_reload();
}

static unsigned int address_bits(void)
{
	if (cpuid(0x80000000, 0).a < 0x80000008)
		return 36;
	/* 48 is what four levels of tables reach, less the upper half. */
	return MIN(cpuid(0x80000008, 0).a & 0xff, 47);
}

/* None that is empty or wraps around. */
static bool is_range(uint64_t phys, size_t len)
{
	const uint64_t last = phys + len - 1;

	return len && last >= phys && !(last >> address_bits());
}

bool mm_map_firmware(uint64_t phys, size_t len)
{
	return phys >= PAGE && is_range(phys, len) &&
	       map(ALIGN_DOWN(phys, PAGE), ALIGN_UP(phys + len, PAGE), nx,
		   PAGE);
}

void *mm_map_device(uint64_t phys, size_t len)
{
	if (!is_range(phys, len) || phys < (uintptr_t)image_end)
		return NULL;
	if (!map(ALIGN_DOWN(phys, PAGE), ALIGN_UP(phys + len, PAGE),
		 PTE_WRITE | PTE_UNCACHED | nx, LARGE))
		return NULL;
	return (void *)phys;
}
