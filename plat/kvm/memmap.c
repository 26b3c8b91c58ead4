/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/memmap.h"

#include <stdbool.h>
#include <string.h>

#include <uk/assert.h>

#include "plat/kvm/image.h"
#include "plat/kvm/pvh.h"

#define PAGE 4096ull
#define MIB (1ull << 20)
#define GIB (1ull << 30)

static void take(struct memmap *m, uint64_t start, uint64_t len)
{
	struct mem_range *r = &m->taken[m->nr_taken];

	if (!start || !len)
		return;
	UK_ASSERT(m->nr_taken < MEMMAP_MAX_TAKEN);
	r->start = ALIGN_DOWN(start, PAGE);
	r->end = ALIGN_UP(start + len, PAGE);
	m->nr_taken++;
}

static void take_string(struct memmap *m, uint64_t start)
{
	if (start)
		take(m, start, strlen((const char *)start) + 1);
}

static void read_taken(struct memmap *m, const struct hvm_start_info *si)
{
	const struct hvm_module *mod = (const void *)si->modlist_paddr;

	take(m, (uintptr_t)image_start,
	     (uintptr_t)image_end - (uintptr_t)image_start);
	take(m, (uintptr_t)si, sizeof(*si));
	take(m, si->memmap_paddr,
	     si->memmap_entries * sizeof(struct hvm_memmap_entry));
	take_string(m, si->cmdline_paddr);
	take(m, si->modlist_paddr, si->nr_modules * sizeof(*mod));
	for (uint32_t i = 0; i < si->nr_modules; i++) {
		take(m, mod[i].paddr, mod[i].size);
		take_string(m, mod[i].cmdline_paddr);
	}
}

/*
 * The first MiB holds the firmware's data whatever the map says, and a device
 * that can only address 32 bits must reach all that the heap gives out.
 */
static void read_ram(struct memmap *m, const struct hvm_memmap_entry *e)
{
	uint64_t start = e->addr, end = e->addr + e->size;

	if (e->type != HVM_MEMMAP_RAM || end < start)
		return;
	start = ALIGN_UP(MAX(start, MIB), PAGE);
	end = ALIGN_DOWN(MIN(end, 4 * GIB), PAGE);
	if (start >= end)
		return;
	UK_ASSERT(m->nr_ram < MEMMAP_MAX_RAM);
	m->ram[m->nr_ram++] = (struct mem_range){start, end};
}

void memmap_read(struct memmap *m, const struct hvm_start_info *si)
{
	const struct hvm_memmap_entry *e;

	m->nr_ram = 0;
	m->nr_taken = 0;
	UK_ASSERT(si->magic == HVM_START_MAGIC && si->version >= 1);
	e = (const void *)si->memmap_paddr;
	for (uint32_t i = 0; i < si->memmap_entries; i++)
		read_ram(m, &e[i]);
	read_taken(m, si);
}

/* The first piece of `r` that nothing has taken; the rest stays in *r. */
static struct mem_range next_free(const struct memmap *m, struct mem_range *r)
{
	struct mem_range piece = *r;
	const struct mem_range *t;
	unsigned int i = 0;

	while (i < m->nr_taken && piece.start < piece.end) {
		t = &m->taken[i++];
		if (t->end <= piece.start || t->start >= piece.end)
			continue;
		if (t->start > piece.start) {
			piece.end = t->start;
			continue;
		}
		/* It covers the start: look again from where it ends. */
		piece.start = MIN(t->end, r->end);
		piece.end = r->end;
		i = 0;
	}
	r->start = piece.end;
	return piece;
}

struct mem_range memmap_largest_free(const struct memmap *m)
{
	struct mem_range best = {0, 0}, rest, piece;

	for (unsigned int i = 0; i < m->nr_ram; i++) {
		rest = m->ram[i];
		while (rest.start < rest.end) {
			piece = next_free(m, &rest);
			if (piece.end - piece.start > best.end - best.start)
				best = piece;
		}
	}
	return best;
}

static bool is_taken(const struct memmap *m, uint64_t page)
{
	for (unsigned int i = 0; i < m->nr_taken; i++)
		if (m->taken[i].start < page + PAGE && m->taken[i].end > page)
			return true;
	return false;
}

/* Page 0 has the vectors and variables of the firmware. */
uint64_t memmap_low_page(const struct memmap *m,
			 const struct hvm_start_info *si)
{
	const struct hvm_memmap_entry *e = (const void *)si->memmap_paddr;
	uint64_t page, end;

	for (uint32_t i = 0; i < si->memmap_entries; i++) {
		if (e[i].type != HVM_MEMMAP_RAM)
			continue;
		end = MIN(e[i].addr + e[i].size, MIB);
		page = ALIGN_UP(MAX(e[i].addr, PAGE), PAGE);
		for (; page + PAGE <= end; page += PAGE)
			if (!is_taken(m, page))
				return page;
	}
	return 0;
}
