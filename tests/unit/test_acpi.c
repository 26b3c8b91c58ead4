/* SPDX-License-Identifier: BSD-3-Clause */
/* Which CPUs plat/kvm finds in ACPI's tables, also in damaged ones. */
#include "plat/kvm/acpi.c" /* NOLINT: its structures, too */

#include "unit.h"

#define MAX_BLOCKS 4

/* What may be read; each an allocation of its own, for ASan. */
static struct {
	uint8_t *at;
	size_t len;
} blocks[MAX_BLOCKS];
static unsigned nb_blocks;

bool mm_map_firmware(uint64_t phys, size_t len)
{
	for (unsigned i = 0; i < nb_blocks; i++)
		if (phys >= (uintptr_t)blocks[i].at &&
		    phys - (uintptr_t)blocks[i].at <= blocks[i].len &&
		    len <= blocks[i].len - (phys - (uintptr_t)blocks[i].at))
			return true;
	return false;
}

static void *new_block(size_t len)
{
	assert_true(nb_blocks < MAX_BLOCKS);
	blocks[nb_blocks].at = test_calloc(1, len);
	blocks[nb_blocks].len = len;
	return blocks[nb_blocks++].at;
}

static void free_blocks(void)
{
	while (nb_blocks)
		test_free(blocks[--nb_blocks].at);
}

static uint8_t sum_of(const void *p, size_t len)
{
	const uint8_t *bytes = p;
	uint8_t sum = 0;

	while (len--)
		sum = (uint8_t)(sum + *bytes++);
	return (uint8_t)-sum;
}

static void end_table(struct table *t, const char *signature, uint32_t len)
{
	memcpy(t->signature, signature, 4);
	t->length = len;
	t->checksum = 0;
	t->checksum = sum_of(t, len);
}

static uint64_t new_madt(const void *entries, size_t len)
{
	struct madt *m = new_block(sizeof(*m) + len);

	memcpy(m->entries, entries, len);
	end_table(&m->head, "APIC", (uint32_t)(sizeof(*m) + len));
	return (uintptr_t)m;
}

/* A root of another table and that one. */
static uint64_t new_root(uint64_t madt)
{
	struct table *other = new_block(sizeof(*other));
	uint64_t to[2] = {(uintptr_t)other, madt};
	struct table *xsdt = new_block(sizeof(*xsdt) + sizeof(to));
	struct rsdp *r = new_block(sizeof(*r));

	end_table(other, "FACP", sizeof(*other));
	memcpy(xsdt + 1, to, sizeof(to));
	end_table(xsdt, "XSDT", sizeof(*xsdt) + sizeof(to));
	memcpy(r->signature, "RSD PTR ", 8);
	r->revision = 2;
	r->xsdt = (uintptr_t)xsdt;
	r->checksum = sum_of(r, offsetof(struct rsdp, length));
	return (uintptr_t)r;
}

/* CPUs 0, 2 and 5, one that is not there, and what is no CPU. */
static const uint8_t entries[] = {
	0, 8, 0, 0, 1, 0, 0, 0, 1, 12, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0,                                      /* an I/O APIC */
	0, 8, 1, 2, 1, 0, 0, 0, 0, 8,  2, 3, 0, 0, 0, 0, /* not there */
	0, 8, 3, 5, 1, 0, 0, 0,
};

static void test_ids(void **state)
{
	uint8_t ids[4] = {9, 9, 9, 9};

	(void)state;
	assert_int_equal(
		acpi_lapic_ids(new_root(new_madt(entries, sizeof(entries))),
			       ids, 4),
		3);
	assert_memory_equal(ids, ((uint8_t[]){0, 2, 5, 9}), 4);
	free_blocks();
}

static void test_no_more_than_asked(void **state)
{
	uint8_t ids[3] = {9, 9, 9};

	(void)state;
	assert_int_equal(
		acpi_lapic_ids(new_root(new_madt(entries, sizeof(entries))),
			       ids, 2),
		2);
	assert_memory_equal(ids, ((uint8_t[]){0, 2, 9}), 3);
	free_blocks();
}

/* Its sum is right, but an entry has no length, or more than there is. */
static void test_broken_entries(void **state)
{
	uint8_t bad[sizeof(entries)], ids[4];

	(void)state;
	for (unsigned len = 0; len < 256; len++) {
		memcpy(bad, entries, sizeof(bad));
		bad[sizeof(bad) - 7] = (uint8_t)len;
		assert_in_range(
			acpi_lapic_ids(new_root(new_madt(bad, sizeof(bad))),
				       ids, 4),
			2, 3);
		free_blocks();
	}
}

/* Any byte of any table is another: fewer are found, or none. */
static void test_damage(void **state)
{
	uint64_t root;
	uint8_t ids[4];

	(void)state;
	for (unsigned b = 0; b < MAX_BLOCKS - 1; b++) {
		for (size_t at = 0;; at++) {
			root = new_root(new_madt(entries, sizeof(entries)));
			if (at == blocks[b].len)
				break;
			blocks[b].at[at] ^= 0x55;
			assert_in_range(acpi_lapic_ids(root, ids, 4), 0, 3);
			free_blocks();
		}
		free_blocks();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_no_more_than_asked),
		cmocka_unit_test(test_broken_entries),
		cmocka_unit_test(test_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
