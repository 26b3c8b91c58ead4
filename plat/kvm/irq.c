/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/irq.h"

#include <uk/assert.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>

#include "plat/kvm/cpu.h"
#include "plat/kvm/io.h"
#include "plat/kvm/lapic.h"
#include "plat/kvm/mm.h"
#include "plat/kvm/serial.h"
#include "plat/kvm/trap.h"
#include "plat/kvm/virtio.h"

#define VECTOR_PIC 0x20
#define VECTOR_TIMER 0x40
#define VECTOR_DEVICE 0x48
#define VECTOR_SERIAL 0x50
#define VECTOR_SPURIOUS 0xff

#define PIC1 0x20
#define PIC2 0xa0

/* 82093AA data sheet, 3.0. */
#define IOAPIC_BASE 0xfec00000
#define IOAPIC_SELECT 0x00
#define IOAPIC_WINDOW 0x10
#define IOAPIC_VERSION 0x01
#define IOAPIC_ROUTE(n) (0x10 + 2 * (n))
#define ROUTE_MASKED 0x10000
#define ROUTE_LEVEL 0x8000

/* A device interrupted since the last halt began. */
static volatile bool came;

/*
 * Masked, and away from the exceptions: a glitch on a masked input still comes
 * as the seventh of each (8259A data sheet, "spurious").
 */
static void pic_disable(void)
{
	outb(PIC1, 0x11);
	outb(PIC2, 0x11);
	outb(PIC1 + 1, VECTOR_PIC);
	outb(PIC2 + 1, VECTOR_PIC + 8);
	outb(PIC1 + 1, 4);
	outb(PIC2 + 1, 2);
	outb(PIC1 + 1, 1);
	outb(PIC2 + 1, 1);
	outb(PIC1 + 1, 0xff);
	outb(PIC2 + 1, 0xff);
	trap_set(VECTOR_PIC + 7, trap_entry_spurious, TRAP_STACK_IRQ);
	trap_set(VECTOR_PIC + 15, trap_entry_spurious, TRAP_STACK_IRQ);
}

static uint32_t ioapic_get(unsigned int reg)
{
	mmio_write32(IOAPIC_BASE + IOAPIC_SELECT, reg);
	return mmio_read32(IOAPIC_BASE + IOAPIC_WINDOW);
}

static void ioapic_set(unsigned int reg, uint32_t v)
{
	mmio_write32(IOAPIC_BASE + IOAPIC_SELECT, reg);
	mmio_write32(IOAPIC_BASE + IOAPIC_WINDOW, v);
}

static unsigned int ioapic_last(void)
{
	return ioapic_get(IOAPIC_VERSION) >> 16 & 0xff;
}

/* Active high, also those of PCI, as in QEMU's own ACPI tables. */
static void ioapic_route(unsigned int input, uint32_t how)
{
	ioapic_set(IOAPIC_ROUTE(input) + 1, (uint32_t)lapic_id() << 24);
	ioapic_set(IOAPIC_ROUTE(input), how);
}

/* Masks every input but the serial line's, which is edge-triggered. */
static void ioapic_init(void)
{
	UK_ASSERT(mm_map_device(IOAPIC_BASE, 4096));
	for (unsigned int i = 0; i <= ioapic_last(); i++)
		ioapic_set(IOAPIC_ROUTE(i), ROUTE_MASKED);
	ioapic_route(SERIAL_IRQ, VECTOR_SERIAL);
}

void irq_init(void)
{
	pic_disable();
	trap_set(VECTOR_TIMER, trap_entry_timer, TRAP_STACK_IRQ);
	trap_set(VECTOR_DEVICE, trap_entry_device, TRAP_STACK_IRQ);
	trap_set(VECTOR_SERIAL, trap_entry_serial, TRAP_STACK_IRQ);
	trap_set(VECTOR_SPURIOUS, trap_entry_spurious, TRAP_STACK_IRQ);
	lapic_init(VECTOR_TIMER, VECTOR_SPURIOUS);
	ioapic_init();
	serial_irq_enable();
}

bool irq_route(unsigned int line)
{
	if (line == SERIAL_IRQ || line > ioapic_last())
		return false;
	ioapic_route(line, VECTOR_DEVICE | ROUTE_LEVEL);
	return true;
}

void irq_timer(void)
{
	lapic_eoi();
}

/*
 * Acknowledged first: a byte that arrives after the handler's last look is
 * then a new edge, which waits for the end of this handler.
 */
void irq_serial(void)
{
	lapic_eoi();
	serial_receive();
}

/* The line is down by then, unless a device interrupts anew. */
void irq_device(void)
{
	virtio_irq();
	came = true;
	lapic_eoi();
}

void ukplat_lcpu_disable_irq(void)
{
	__asm__ volatile("cli" : : : "memory");
}

void ukplat_lcpu_enable_irq(void)
{
	__asm__ volatile("sti" : : : "memory");
}

void irq_init_cpu(void)
{
	lapic_init_cpu();
}

/*
 * One store of each side is before its load of the other's: either it is seen
 * to halt here, or that it is woken there. The interrupt needs no more than
 * the timer's.
 */
void irq_wake(struct cpu *c)
{
	__atomic_store_n(&c->woken, true, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&c->halts, __ATOMIC_SEQ_CST))
		lapic_ipi(c->lapic_id, LAPIC_IPI_FIXED(VECTOR_TIMER));
}

/* For good, not for a while. Devices interrupt CPU 0 alone. */
static bool is_roused(struct cpu *c)
{
	return c->woken || (!c->idx && (serial_pending() || came));
}

/*
 * A wait without end arms nothing, so that the machine has nothing to do until
 * a byte comes (and no time passes under `-icount sleep=off`).
 *
 * STI takes effect after the instruction that follows it, so an interrupt
 * that came since the look at the ring still ends the halt; a device's that
 * came since interrupts are off is not served yet.
 */
void ukplat_lcpu_halt_irq_until(__nsec until)
{
	struct cpu *self = cpu_self();
	__nsec now;

	if (!self->idx)
		came = false;
	__atomic_store_n(&self->halts, true, __ATOMIC_SEQ_CST);
	while (!is_roused(self) && (now = ukplat_monotonic_clock()) < until) {
		if (until == UINT64_MAX)
			lapic_timer_stop();
		else
			lapic_timer_arm(until - now);
		__asm__ volatile("sti; hlt; cli" : : : "memory");
	}
	self->halts = false;
	__atomic_store_n(&self->woken, false, __ATOMIC_SEQ_CST);
}
