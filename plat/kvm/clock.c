/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/clock.h"

#include <stdbool.h>
#include <string.h>

#include <uk/arch/limits.h>
#include <uk/essentials.h>
#include <uk/plat/time.h>

#include "plat/kvm/cpu.h"
#include "plat/kvm/io.h"
#include "plat/kvm/lapic.h"
#include "plat/kvm/mm.h"
#include "plat/kvm/pit.h"

#define NS_PER_S 1000000000ull

/* Linux, Documentation/virt/kvm/x86/cpuid.rst and msr.rst. */
#define KVM_CPUID_BASE 0x40000000
#define KVM_CPUID_FEATURES 0x40000001
#define KVM_CPUID_TSC_KHZ 0x40000010
#define KVM_FEATURE_CLOCKSOURCE2 (1u << 3)
#define MSR_KVM_SYSTEM_TIME 0x4b564d01

/* The local APIC is compared with the TSC over this long at least. */
#define LAPIC_SPAN_NS 200000

/* What KVM writes at the address in its MSR. */
struct pvclock {
	uint32_t version; /* odd while it is being written */
	uint32_t pad0;
	uint64_t tsc_timestamp;
	uint64_t system_time;
	uint32_t tsc_to_system_mul;
	int8_t tsc_shift;
	uint8_t flags;
	uint8_t pad[2];
};

/* now = ns + (TSC - tsc) * mul / 2^32 */
static struct {
	uint64_t tsc;
	uint64_t ns;
	uint64_t mul;
} clk;

/* The TSC and the local APIC's counter at one moment. */
struct pair {
	uint64_t tsc;
	uint32_t lapic;
};

static bool by_pit;

/*
 * An emulator's cache of translations grows and shrinks with its use, but only
 * when it is emptied. This is asked for the time at each step, whatever is
 * being sent: now and then it does that. With the frames of 256 streams that
 * makes five times as many a second; what it costs is the filling, 0.2 %.
 *
 * A page has one place there, by its address, and each is made so that two
 * thirds of all places are in use: many pages share theirs, and where frames
 * come to them by turns, each look is a miss. So each step also reads a page
 * that nobody needs, until there are so many that what is needed lies alone.
 */
#define RELOAD_NS 40000000

static uint64_t reload_ticks = UINT64_MAX;
static uint32_t spread_pages;

static void reload_begin(void)
{
	struct cpuid c;
	char name[12];

	if (!(cpuid(1, 0).c & 1u << 31))
		return;
	c = cpuid(KVM_CPUID_BASE, 0);
	memcpy(name, &c.b, sizeof(name));
	if (memcmp(name, "TCGTCGTCGTCG", sizeof(name)) != 0)
		return;
	reload_ticks = ((uint64_t)RELOAD_NS << 32) / clk.mul;
	spread_pages = mm_spread() ? MM_SPREAD_PAGES : 0;
}

__nsec ukplat_monotonic_clock(void)
{
	struct cpu *self = cpu_self();
	const uint64_t tsc = rdtsc() + self->tsc_ahead;
	unsigned __int128 t = tsc - clk.tsc;

	if (unlikely(tsc - self->reloaded > reload_ticks)) {
		self->reloaded = tsc;
		self->spread = spread_pages;
		mm_reload();
	} else if (self->spread) {
		self->spread--;
		*(volatile const char *)(MM_SPREAD +
					 self->spread * __PAGE_SIZE);
	}
	return clk.ns + (__nsec)(t * clk.mul >> 32);
}

/* Goes on from the present time at another rate. */
static void set_mul(uint64_t mul)
{
	uint64_t tsc = rdtsc();
	unsigned __int128 t = tsc - clk.tsc;

	if (clk.mul) {
		clk.ns += (uint64_t)(t * clk.mul >> 32);
		clk.tsc = tsc;
	}
	clk.mul = mul;
}

static uint64_t clk_hz(void)
{
	return (NS_PER_S << 32) / clk.mul;
}

/*
 * The scale that KVM keeps for its own clock. Read once, then told to stop: a
 * constant rate is worth more here than the host's small corrections.
 */
static uint64_t pvclock_mul(void)
{
	static volatile struct pvclock pv __align(64);
	uint32_t version, mul;
	int shift;

	if (!(cpuid(KVM_CPUID_FEATURES, 0).a & KVM_FEATURE_CLOCKSOURCE2))
		return 0;
	wrmsr(MSR_KVM_SYSTEM_TIME, (uintptr_t)&pv | 1);
	do {
		version = pv.version;
		mul = pv.tsc_to_system_mul;
		shift = pv.tsc_shift;
	} while (version & 1 || version != pv.version);
	wrmsr(MSR_KVM_SYSTEM_TIME, 0);
	return shift < 0 ? (uint64_t)mul >> -shift : (uint64_t)mul << shift;
}

static uint64_t hypervisor_mul(void)
{
	struct cpuid c;
	uint64_t mul = 0;
	char name[12];

	if (!(cpuid(1, 0).c & 1u << 31))
		return 0;
	c = cpuid(KVM_CPUID_BASE, 0);
	memcpy(name, &c.b, 12);
	if (!memcmp(name, "KVMKVMKVM\0\0\0", 12))
		mul = pvclock_mul();
	if (!mul && c.a >= KVM_CPUID_TSC_KHZ) {
		c = cpuid(KVM_CPUID_TSC_KHZ, 0);
		if (c.a)
			mul = (NS_PER_S << 32) / (c.a * 1000ull);
	}
	return mul;
}

/* Intel SDM volume 2, CPUID leaf 0x15; only where the crystal is named. */
static uint64_t crystal_hz(void)
{
	struct cpuid c;

	if (cpuid(0, 0).a < 0x15)
		return 0;
	c = cpuid(0x15, 0);
	return c.a ? (uint64_t)c.c * c.b / c.a : 0;
}

/* The closest of a few, as others may take the CPU away in between. */
static struct pair pair_read(void)
{
	uint64_t before, width, best = UINT64_MAX;
	struct pair p = {0, 0};
	uint32_t count;

	for (int i = 0; i < 16; i++) {
		before = rdtsc();
		count = lapic_count();
		width = rdtsc() - before;
		if (width < best) {
			best = width;
			p = (struct pair){before + width / 2, count};
		}
	}
	return p;
}

/*
 * Without a word from the machine and without an 8254: QEMU and KVM count the
 * local APIC's timer in nanoseconds.
 */
static uint64_t hz_by_lapic(void)
{
	struct pair a, b;

	lapic_count_start();
	a = pair_read();
	do
		b = pair_read();
	while (b.lapic - a.lapic < LAPIC_SPAN_NS * 20);
	return (b.tsc - a.tsc) * NS_PER_S / (b.lapic - a.lapic);
}

static void calibrate_lapic(const struct pair *begun)
{
	uint64_t span = LAPIC_SPAN_NS * clk_hz() / NS_PER_S;
	struct pair p;

	do
		p = pair_read();
	while (p.tsc - begun->tsc < span || p.lapic == begun->lapic);
	lapic_timer_set_hz((p.lapic - begun->lapic) * clk_hz() /
			   (p.tsc - begun->tsc));
}

void clock_boot(void)
{
	clk.tsc = rdtsc();
}

void clock_begin(void)
{
	uint64_t mul = hypervisor_mul(), hz;

	if (!mul) {
		hz = crystal_hz();
		if (!hz) {
			hz = pit_begin();
			by_pit = hz;
		}
		if (!hz)
			hz = hz_by_lapic();
		mul = (NS_PER_S << 32) / hz;
	}
	set_mul(mul);
}

void clock_end(void)
{
	struct pair begun;

	lapic_count_start();
	begun = pair_read();
	if (by_pit)
		set_mul((NS_PER_S << 32) / pit_end());
	calibrate_lapic(&begun);
	reload_begin();
}
