/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The local APIC: it lets interrupts in, and has the timer that ends a halt.
 *
 * lapic_init() turns it on by its MSR, leaves x2APIC mode if the firmware chose
 * that, maps its registers, and masks what is not used. Its timer counts down
 * at a rate that nobody tells: lapic_count_start() lets it run masked from the
 * largest value, and clock.c reads lapic_count() beside the TSC, twice. What
 * comes of that is told by lapic_timer_set_hz().
 *
 * From then on a halt arms it, lapic_timer_arm(), for one interrupt, at most
 * LAPIC_TIMER_MAX_NS ahead, or stops it, lapic_timer_stop(). Each handler ends
 * with lapic_eoi(), without which no further interrupt of that rank comes.
 * lapic_id() is where the serial line's interrupt is routed to.
 */
#include "plat/kvm/lapic.h"

#include <uk/assert.h>

#include "plat/kvm/io.h"
#include "plat/kvm/mm.h"

#define MSR_APIC_BASE 0x1b
#define APIC_BASE_X2APIC (1ull << 10)
#define APIC_BASE_ENABLE (1ull << 11)
#define APIC_BASE_ADDR 0x000ffffffffff000ull

/* Intel SDM volume 3, 11.4.1. */
#define REG_ID 0x020
#define REG_TPR 0x080
#define REG_EOI 0x0b0
#define REG_SVR 0x0f0
#define REG_ICR_LOW 0x300
#define REG_ICR_HIGH 0x310
#define REG_LVT_TIMER 0x320
#define REG_LVT_LINT0 0x350
#define REG_LVT_LINT1 0x360
#define REG_LVT_ERROR 0x370
#define REG_TIMER_INITIAL 0x380
#define REG_TIMER_CURRENT 0x390
#define REG_TIMER_DIVIDE 0x3e0

#define SVR_ENABLE 0x100
#define ICR_PENDING 0x1000
#define LVT_MASKED 0x10000
#define LVT_NMI 0x400
#define DIVIDE_BY_1 0xb

static uintptr_t base;
static uint32_t timer_lvt, svr;
static uint64_t ticks_per_ns; /* 32.32 fixed point */

static uint32_t get(unsigned int reg)
{
	return mmio_read32(base + reg);
}

static void set(unsigned int reg, uint32_t v)
{
	mmio_write32(base + reg, v);
}

/* x2APIC mode is left by way of the disabled state (SDM, 11.12.5). */
static uint64_t base_msr(void)
{
	uint64_t v = rdmsr(MSR_APIC_BASE);

	if (v & APIC_BASE_X2APIC) {
		v &= ~(APIC_BASE_X2APIC | APIC_BASE_ENABLE);
		wrmsr(MSR_APIC_BASE, v);
	}
	wrmsr(MSR_APIC_BASE, v | APIC_BASE_ENABLE);
	return v;
}

static void enable(void)
{
	set(REG_SVR, svr);
	set(REG_TPR, 0);
	set(REG_LVT_LINT0, LVT_MASKED);
	set(REG_LVT_LINT1, LVT_NMI);
	set(REG_LVT_ERROR, LVT_MASKED);
	set(REG_TIMER_DIVIDE, DIVIDE_BY_1);
}

void lapic_init(unsigned int timer_vector, unsigned int spurious_vector)
{
	UK_ASSERT(cpuid(1, 0).d & 1u << 9);
	base = base_msr() & APIC_BASE_ADDR;
	UK_ASSERT(mm_map_device(base, 4096));
	svr = SVR_ENABLE | spurious_vector;
	timer_lvt = timer_vector;
	enable();
}

void lapic_init_cpu(void)
{
	base_msr();
	enable();
	set(REG_LVT_TIMER, timer_lvt);
}

/* Delivery takes a moment on real processors: never more than these reads. */
void lapic_ipi(uint8_t id, uint32_t how)
{
	set(REG_ICR_HIGH, (uint32_t)id << 24);
	set(REG_ICR_LOW, how);
	for (int i = 0; i < 1000 && get(REG_ICR_LOW) & ICR_PENDING; i++)
		cpu_pause();
}

uint8_t lapic_id(void)
{
	return (uint8_t)(get(REG_ID) >> 24);
}

void lapic_eoi(void)
{
	set(REG_EOI, 0);
}

void lapic_count_start(void)
{
	set(REG_LVT_TIMER, timer_lvt | LVT_MASKED);
	set(REG_TIMER_INITIAL, UINT32_MAX);
}

uint32_t lapic_count(void)
{
	return UINT32_MAX - get(REG_TIMER_CURRENT);
}

void lapic_timer_set_hz(uint64_t hz)
{
	set(REG_TIMER_INITIAL, 0);
	set(REG_LVT_TIMER, timer_lvt);
	ticks_per_ns = (hz << 32) / 1000000000;
}

void lapic_timer_stop(void)
{
	set(REG_TIMER_INITIAL, 0);
}

void lapic_timer_arm(uint64_t ns)
{
	unsigned __int128 ticks;

	ticks = (unsigned __int128)MIN(ns, LAPIC_TIMER_MAX_NS) * ticks_per_ns;
	ticks >>= 32;
	/* 0 would stop the timer. */
	set(REG_TIMER_INITIAL, (uint32_t)MIN(ticks + 1, UINT32_MAX));
}
