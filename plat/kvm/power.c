/* SPDX-License-Identifier: BSD-3-Clause */
/* The ways to end the machine, the proper one first and the rudest last. */
#include <uk/essentials.h>
#include <uk/plat/bootstrap.h>

#include "plat/kvm/io.h"
#include "plat/kvm/pci.h"
#include "plat/kvm/serial.h"

/* QEMU's isa-debug-exit: the monitor ends with status value * 2 + 1. */
#define DEBUG_EXIT_PORT 0xf4
#define DEBUG_EXIT_CRASH 1

#define PIIX4_PM (1 << 3 | 3)
#define ICH9_LPC (31 << 3)
#define ID_PIIX4_PM 0x71138086
#define ID_ICH9_LPC 0x29188086
#define PM_BASE 0x40 /* the same place in both */
#define PM_BASE_MASK 0xff80
#define PIIX4_PMREGMISC 0x80
#define PIIX4_PMIOSE 0x01
#define ICH9_ACPI_CNTL 0x44
#define ICH9_ACPI_EN 0x80
#define PM_DEFAULT 0x600

/* ACPI 6.5, 4.8.3.2.1. QEMU's value for S5 in SLP_TYP is 0 on both boards. */
#define PM1_CONTROL 4
#define PM1_SLP_EN 0x2000

#define RESET_CONTROL 0xcf9
#define KEYBOARD_CONTROL 0x64
#define KEYBOARD_RESET 0xfe

/* Powers off by the board's ACPI registers, if `fn` is what holds them. */
static void power_off_by(pci_fn_t fn, uint32_t id, uint8_t enable_reg,
			 uint32_t enable)
{
	uint16_t pm;

	if (pci_read32(fn, PCI_VENDOR_ID) != id)
		return;
	pm = pci_read32(fn, PM_BASE) & PM_BASE_MASK;
	if (!pm) {
		pm = PM_DEFAULT;
		pci_write32(fn, PM_BASE, pm | 1);
	}
	pci_write32(fn, enable_reg, pci_read32(fn, enable_reg) | enable);
	outw((uint16_t)(pm + PM1_CONTROL), PM1_SLP_EN);
}

static void power_off(void)
{
	power_off_by(ICH9_LPC, ID_ICH9_LPC, ICH9_ACPI_CNTL, ICH9_ACPI_EN);
	power_off_by(PIIX4_PM, ID_PIIX4_PM, PIIX4_PMREGMISC, PIIX4_PMIOSE);
}

static void reset(void)
{
	outb(RESET_CONTROL, 0x02);
	outb(RESET_CONTROL, 0x06);
	outb(KEYBOARD_CONTROL, KEYBOARD_RESET);
}

/* Shuts the processor down, which resets the machine or ends the monitor. */
__noreturn static void triple_fault(void)
{
	const struct {
		uint16_t limit;
		uint64_t base;
	} __packed none = {0, 0};

	__asm__ volatile("lidt %0; int3" : : "m"(none));
	for (;;)
		__asm__ volatile("cli; hlt");
}

void ukplat_terminate(enum ukplat_gstate request)
{
	__asm__ volatile("cli");
	serial_drain();
	if (request == UKPLAT_CRASH)
		outl(DEBUG_EXIT_PORT, DEBUG_EXIT_CRASH);
	if (request == UKPLAT_RESTART)
		reset();
	else
		power_off();
	triple_fault();
}
