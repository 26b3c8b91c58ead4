/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PCI by its two ports: who is there, and where its registers are.
 *
 * pci_scan() goes through bus 0 and the buses behind bridges, by rising number,
 * and has each function visited (scan_bus(), scan_function()). The visitor
 * reads and writes its configuration space, pci_read8() to pci_write32(), each
 * of which names the register by one port and accesses it by the other
 * (config_port()).
 *
 * pci_bar_get() tells where a BAR of memory is and how large: it is switched
 * off, written with ones and read back (probe_bits()). The firmware has mostly
 * placed it; pci_bar_assign() places one that it left out: it notes what all
 * functions, bridges and the configuration space of q35 have taken of the
 * window (take_function(), once), finds a free place (find_room()), and writes
 * it. pci_enable() then lets the device answer and write to memory, without
 * interrupts.
 *
 * Section numbers are those of the PCI Local Bus Specification 3.0 and, for
 * bridges, of the PCI-to-PCI Bridge Architecture Specification 1.2.
 */
#include "plat/kvm/pci.h"

#include <errno.h>
#include <stdbool.h>
#include <uk/essentials.h>

#include "plat/kvm/io.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc

#define HEADER_TYPE_MASK 0x7f
#define HEADER_TYPE_BRIDGE 1
#define HEADER_MULTI_FUNCTION 0x80
#define BRIDGE_NB_BARS 2
#define BRIDGE_SECONDARY 0x19
#define BRIDGE_MEMORY 0x20
#define BRIDGE_PREFETCH 0x24

#define BAR_IO 1u
#define BAR_TYPE_MASK 6u
#define BAR_TYPE_64 4u
#define BAR_FLAGS 15u

/*
 * Where BARs go that the firmware left out. QEMU puts no RAM there on its own
 * account (pc and q35 end it at 0xe0000000 or below), and the IOAPIC and what
 * else is fixed comes after.
 */
#define WINDOW_START 0xe0000000u
#define WINDOW_END 0xfe000000u

/* Q35 host bridge: where its memory-mapped configuration space lies. */
#define Q35_HOST 0x29c08086u
#define Q35_PCIEXBAR 0x60

struct range {
	uint64_t start, end;
};

/* What in the window is not free; filled when first needed. */
static struct range taken[64];
static unsigned int nb_taken;
static bool taken_known;

/* 3.2.2.3.2: one port names the register, the other one is the register. */
static uint16_t config_port(pci_fn_t fn, uint8_t reg)
{
	outl(CONFIG_ADDRESS, 0x80000000u | (uint32_t)fn << 8 | (reg & 0xfcu));
	return (uint16_t)(CONFIG_DATA + (reg & 3));
}

uint8_t pci_read8(pci_fn_t fn, uint8_t reg)
{
	return inb(config_port(fn, reg));
}

uint16_t pci_read16(pci_fn_t fn, uint8_t reg)
{
	return inw(config_port(fn, reg));
}

uint32_t pci_read32(pci_fn_t fn, uint8_t reg)
{
	return inl(config_port(fn, reg));
}

void pci_write16(pci_fn_t fn, uint8_t reg, uint16_t v)
{
	outw(config_port(fn, reg), v);
}

void pci_write32(pci_fn_t fn, uint8_t reg, uint32_t v)
{
	outl(config_port(fn, reg), v);
}

static unsigned int header_type(pci_fn_t fn)
{
	return pci_read8(fn, PCI_HEADER_TYPE) & HEADER_TYPE_MASK;
}

/* A bitmap of buses, one bit each. */
struct bus_set {
	uint32_t word[8];
};

static void scan_function(pci_fn_t fn, struct bus_set *buses,
			  void (*visit)(pci_fn_t fn, void *arg), void *arg)
{
	uint8_t bus;

	if (header_type(fn) == HEADER_TYPE_BRIDGE) {
		bus = pci_read8(fn, BRIDGE_SECONDARY);
		/* Downwards only: whatever a register says, this ends. */
		if (bus > PCI_BUS(fn))
			buses->word[bus / 32] |= 1u << bus % 32;
	}
	visit(fn, arg);
}

static void scan_bus(unsigned int bus, struct bus_set *buses,
		     void (*visit)(pci_fn_t fn, void *arg), void *arg)
{
	for (unsigned int slot = 0; slot < 32; slot++) {
		pci_fn_t fn = (pci_fn_t)(bus << 8 | slot << 3);
		unsigned int nb = 1;

		/* 6.1: function 0 is always there, all ones is nobody. */
		if (pci_read16(fn, PCI_VENDOR_ID) == 0xffff)
			continue;
		if (pci_read8(fn, PCI_HEADER_TYPE) & HEADER_MULTI_FUNCTION)
			nb = 8;
		for (unsigned int f = 0; f < nb; f++, fn++)
			if (pci_read16(fn, PCI_VENDOR_ID) != 0xffff)
				scan_function(fn, buses, visit, arg);
	}
}

void pci_scan(void (*visit)(pci_fn_t fn, void *arg), void *arg)
{
	struct bus_set buses = {{1}};

	for (unsigned int bus = 0; bus < 256; bus++)
		if (buses.word[bus / 32] & 1u << bus % 32)
			scan_bus(bus, &buses, visit, arg);
}

/* 6.2.5.1: the bits that stay 0 when all ones are written are the size. */
static uint32_t probe_bits(pci_fn_t fn, uint8_t reg)
{
	uint32_t old = pci_read32(fn, reg), bits;

	pci_write32(fn, reg, 0xffffffff);
	bits = pci_read32(fn, reg);
	pci_write32(fn, reg, old);
	return bits;
}

int pci_bar_get(pci_fn_t fn, unsigned int bar, struct pci_bar *out)
{
	unsigned int nb = header_type(fn) == HEADER_TYPE_BRIDGE ? BRIDGE_NB_BARS
								: PCI_NB_BARS;
	uint8_t reg = (uint8_t)(PCI_BAR0 + 4 * bar);
	uint32_t low, high = 0xffffffff;
	uint16_t command;
	uint64_t bits;
	bool wide;

	if (bar >= nb)
		return -EINVAL;
	low = pci_read32(fn, reg);
	wide = (low & BAR_TYPE_MASK) == BAR_TYPE_64;
	if (low & BAR_IO || (wide && bar + 1 >= nb))
		return -ENOENT;
	out->base = low & ~BAR_FLAGS;
	command = pci_read16(fn, PCI_COMMAND);
	pci_write16(fn, PCI_COMMAND,
		    command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	low = probe_bits(fn, reg);
	if (wide) {
		out->base |= (uint64_t)pci_read32(fn, reg + 4) << 32;
		high = probe_bits(fn, reg + 4);
	}
	pci_write16(fn, PCI_COMMAND, command);
	bits = (uint64_t)high << 32 | (low & ~BAR_FLAGS);
	/* An absent BAR reads as 0 whatever is written. */
	if (!(low & ~BAR_FLAGS) && (!wide || !high))
		return -ENOENT;
	out->size = ~bits + 1;
	return 0;
}

static void take(uint64_t start, uint64_t end)
{
	if (start >= end || end <= WINDOW_START || start >= WINDOW_END)
		return;
	if (nb_taken == ARRAY_SIZE(taken)) {
		/* More than can be noted: rather give nothing away. */
		taken[0] = (struct range){WINDOW_START, WINDOW_END};
		return;
	}
	taken[nb_taken++] = (struct range){start, end};
}

/* 3.2.5.8: a bridge's window is closed when its limit is below its base. */
static void take_window(pci_fn_t fn, uint8_t reg)
{
	uint32_t v = pci_read32(fn, reg);
	uint64_t base = (uint64_t)(v & 0xfff0) << 16;
	uint64_t limit = (v & 0xfff00000) | 0xfffff;

	if (base)
		take(base, limit + 1);
}

static void take_function(pci_fn_t fn, void *arg __unused)
{
	struct pci_bar b;
	uint32_t low;

	for (unsigned int i = 0; i < PCI_NB_BARS; i++) {
		int rc = pci_bar_get(fn, i, &b);

		if (rc == -EINVAL)
			break;
		if (rc < 0)
			continue;
		if (b.base)
			take(b.base, b.base + b.size);
		low = pci_read32(fn, (uint8_t)(PCI_BAR0 + 4 * i));
		/* The upper half is no BAR of its own. */
		if ((low & BAR_TYPE_MASK) == BAR_TYPE_64)
			i++;
	}
	if (header_type(fn) == HEADER_TYPE_BRIDGE) {
		take_window(fn, BRIDGE_MEMORY);
		take_window(fn, BRIDGE_PREFETCH);
	}
	if (pci_read32(fn, PCI_VENDOR_ID) == Q35_HOST) {
		low = pci_read32(fn, Q35_PCIEXBAR);
		if (low & 1)
			take(low & 0xfc000000, (low & 0xfc000000) + (1u << 28));
	}
}

/* 0 when there is no room. */
static uint64_t find_room(uint64_t size)
{
	uint64_t at = ALIGN_UP((uint64_t)WINDOW_START, size);
	unsigned int i = 0;

	while (i < nb_taken) {
		if (at < taken[i].end && taken[i].start < at + size) {
			at = ALIGN_UP(taken[i].end, size);
			i = 0;
		} else {
			i++;
		}
	}
	return at < WINDOW_END && size <= WINDOW_END - at ? at : 0;
}

int pci_bar_assign(pci_fn_t fn, unsigned int bar, struct pci_bar *out)
{
	uint8_t reg = (uint8_t)(PCI_BAR0 + 4 * bar);
	int rc = pci_bar_get(fn, bar, out);
	uint16_t command;
	uint64_t at;

	if (rc < 0 || out->base)
		return rc;
	if (!taken_known) {
		pci_scan(take_function, NULL);
		taken_known = true;
	}
	/* Behind a bridge only its window would do; firmware gives those. */
	at = PCI_BUS(fn) == 0 && out->size <= WINDOW_END ? find_room(out->size)
							 : 0;
	if (!at)
		return -ENOSPC;
	command = pci_read16(fn, PCI_COMMAND);
	pci_write16(fn, PCI_COMMAND, command & ~PCI_COMMAND_MEMORY);
	pci_write32(fn, reg, (uint32_t)at);
	if ((pci_read32(fn, reg) & BAR_TYPE_MASK) == BAR_TYPE_64)
		pci_write32(fn, reg + 4, 0);
	pci_write16(fn, PCI_COMMAND, command);
	take(at, at + out->size);
	out->base = at;
	return 0;
}

void pci_enable(pci_fn_t fn)
{
	uint16_t command = pci_read16(fn, PCI_COMMAND);

	pci_write16(fn, PCI_COMMAND,
		    command | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
			    PCI_COMMAND_INTX_OFF);
}

void pci_enable_intx(pci_fn_t fn)
{
	uint16_t command = pci_read16(fn, PCI_COMMAND);

	pci_write16(fn, PCI_COMMAND,
		    (uint16_t)(command & ~PCI_COMMAND_INTX_OFF));
}
