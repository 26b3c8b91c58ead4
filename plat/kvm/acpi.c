/* SPDX-License-Identifier: BSD-3-Clause */
/* ACPI 6.5, 5.2: RSDP, RSDT or XSDT, MADT. */
#include "plat/kvm/acpi.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <uk/essentials.h>

#include "plat/kvm/mm.h"

/* Where a root may be that nobody tells of (5.2.5.1). */
#define SCAN_FROM 0xe0000
#define SCAN_TO 0x100000
#define TABLE_MAX ((uint32_t)1 << 20)

#define LOCAL_APIC 0
#define LOCAL_APIC_ENABLED 0x1

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length; /* from revision 2 on, as what follows */
	uint64_t xsdt;
} __packed;

struct table {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6 + 8 + 4 + 4 + 4];
} __packed;

struct madt {
	struct table head;
	uint32_t lapic, flags;
	uint8_t entries[];
} __packed;

struct local_apic {
	uint8_t type, length;
	uint8_t processor, id;
	uint32_t flags;
} __packed;

static bool sums_up(const void *p, size_t len)
{
	const uint8_t *bytes = p;
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *bytes++);
	return sum == 0;
}

static bool is_rsdp(const struct rsdp *r)
{
	return !memcmp(r->signature, "RSD PTR ", 8) &&
	       sums_up(r, offsetof(struct rsdp, length));
}

static const struct rsdp *find_rsdp(uint64_t told)
{
	if (told && mm_map_firmware(told, sizeof(struct rsdp)) &&
	    is_rsdp((const struct rsdp *)told))
		return (const struct rsdp *)told;
	for (uintptr_t p = SCAN_FROM; p < SCAN_TO; p += 16)
		if (is_rsdp((const struct rsdp *)p))
			return (const struct rsdp *)p;
	return NULL;
}

/* The table at `phys` if it is whole, else NULL. */
static const struct table *table_at(uint64_t phys)
{
	const struct table *t = (const struct table *)phys;

	if (!mm_map_firmware(phys, sizeof(*t)) || t->length < sizeof(*t) ||
	    t->length > TABLE_MAX || !mm_map_firmware(phys, t->length) ||
	    !sums_up(t, t->length))
		return NULL;
	return t;
}

/* Pointers in `root` have `width` bytes. */
static const struct madt *find_madt(const struct table *root, size_t width)
{
	const uint8_t *p = (const uint8_t *)(root + 1);
	const uint8_t *end = (const uint8_t *)root + root->length;
	const struct table *t;
	uint64_t phys = 0;

	for (; p + width <= end; p += width) {
		memcpy(&phys, p, width);
		t = table_at(phys);
		if (t && !memcmp(t->signature, "APIC", 4) &&
		    t->length >= sizeof(struct madt))
			return (const struct madt *)t;
	}
	return NULL;
}

static unsigned int read_madt(const struct madt *m, uint8_t ids[],
			      unsigned int max)
{
	const uint8_t *p = m->entries, *end = (const uint8_t *)m;
	const struct local_apic *l;
	unsigned int n = 0;

	end += m->head.length;
	for (; p + 2 <= end && p[1] >= 2 && p[1] <= end - p; p += p[1]) {
		l = (const struct local_apic *)p;
		if (l->type == LOCAL_APIC && l->length >= sizeof(*l) &&
		    l->flags & LOCAL_APIC_ENABLED && n < max)
			ids[n++] = l->id;
	}
	return n;
}

unsigned int acpi_lapic_ids(uint64_t told, uint8_t ids[], unsigned int max)
{
	const struct rsdp *rsdp = find_rsdp(told);
	const struct table *root = NULL;
	const struct madt *madt;
	size_t width = sizeof(uint64_t);

	if (rsdp && rsdp->revision >= 2)
		root = table_at(rsdp->xsdt);
	if (rsdp && !root) {
		root = table_at(rsdp->rsdt);
		width = sizeof(uint32_t);
	}
	madt = root ? find_madt(root, width) : NULL;
	return madt ? read_madt(madt, ids, max) : 0;
}
