/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PCI by configuration mechanism #1 (ports 0xcf8 and 0xcfc): finding
 * functions, reading their registers, and memory BARs, which are given an
 * address where the firmware gave none. On a machine without PCI every read
 * gives all ones and nothing is found.
 *
 * At boot only, from one CPU.
 */
#ifndef KVM_PCI_H
#define KVM_PCI_H

#include <stddef.h>
#include <stdint.h>

/* Bus, slot and function as one number, bits 15:8, 7:3 and 2:0. */
typedef uint16_t pci_fn_t;

#define PCI_BUS(fn) ((unsigned int)(fn) >> 8)
#define PCI_SLOT(fn) ((unsigned int)(fn) >> 3 & 31)
#define PCI_FUNC(fn) ((unsigned int)(fn)&7)

#define PCI_VENDOR_ID 0x00
#define PCI_DEVICE_ID 0x02
#define PCI_COMMAND 0x04
#define PCI_COMMAND_IO 0x001
#define PCI_COMMAND_MEMORY 0x002
#define PCI_COMMAND_MASTER 0x004
#define PCI_COMMAND_INTX_OFF 0x400
#define PCI_STATUS 0x06
#define PCI_STATUS_CAPS 0x10
#define PCI_HEADER_TYPE 0x0e
#define PCI_BAR0 0x10
#define PCI_SUBSYSTEM_ID 0x2e
#define PCI_CAP_LIST 0x34
#define PCI_INTERRUPT_LINE 0x3c
#define PCI_NB_BARS 6

uint8_t pci_read8(pci_fn_t fn, uint8_t reg);
uint16_t pci_read16(pci_fn_t fn, uint8_t reg);
uint32_t pci_read32(pci_fn_t fn, uint8_t reg);
void pci_write16(pci_fn_t fn, uint8_t reg, uint16_t v);
void pci_write32(pci_fn_t fn, uint8_t reg, uint32_t v);

/*
 * Calls `visit` for every function, in ascending order of bus, slot and
 * function: on bus 0 and on the buses behind bridges that the firmware has
 * numbered.
 */
void pci_scan(void (*visit)(pci_fn_t fn, void *arg), void *arg);

/* A memory BAR; `base` is 0 while it has no address. */
struct pci_bar {
	uint64_t base;
	uint64_t size;
};

/*
 * Finds out where a memory BAR lies and how large it is. 0, -EINVAL for a
 * number that is none, -ENOENT where there is no BAR or one of ports. The
 * function does not answer at its BARs while this runs.
 */
int pci_bar_get(pci_fn_t fn, unsigned int bar, struct pci_bar *out);

/*
 * Gives a memory BAR an address where it has none. 0 with *out filled in,
 * -ENOSPC when there is no room below the IOAPIC, or as pci_bar_get().
 */
int pci_bar_assign(pci_fn_t fn, unsigned int bar, struct pci_bar *out);

/* Lets the function answer to memory accesses and do its own. */
void pci_enable(pci_fn_t fn);

/* Lets it interrupt by its line, which is off from pci_enable() on. */
void pci_enable_intx(pci_fn_t fn);

#endif /* KVM_PCI_H */
