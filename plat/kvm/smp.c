/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Other CPUs are found at boot and left alone until ukplat_lcpu_start(). That
 * gives each the stacks of its exceptions, sends it INIT and twice STARTUP to
 * smp_trampoline, which is copied below 1 MiB, and waits. Through smp_entry.S
 * it comes to smp_enter() on its interrupt stack, loads its tables, has its
 * clock compared, and only then, if CPU 0 waits still, goes on to the stack and
 * the entry that it was given.
 *
 *   OFF -> STARTING (CPU 0) -> RUNNING (the CPU itself)
 *                           -> LOST (CPU 0, which waited long enough)
 *
 * One that is LOST, or comes unasked, halts for good in smp_entry.S or here.
 */
#include "plat/kvm/smp.h"

#ifdef CONFIG_HAVE_SMP
#include <errno.h>
#include <string.h>

#include <uk/alloc.h>
#include <uk/arch/limits.h>
#include <uk/assert.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>

#include "plat/kvm/acpi.h"
#include "plat/kvm/cpu.h"
#include "plat/kvm/io.h"
#include "plat/kvm/irq.h"
#include "plat/kvm/lapic.h"
#include "plat/kvm/mm.h"

#define MSR_EFER 0xc0000080
#define EFER_LMA (1ull << 10) /* read only */

/* On a host with thirty others that want it a CPU has taken two seconds. */
#define COME_UP_NS 10000000000ull
#define SECOND_STARTUP_NS 1000000ull
#define MAKE_WAY_NS 100000ull
#define STAND_STILL_CYCLES (1ull << 32)

/*
 * Their clocks are compared by this many questions, the last of which ends it,
 * or for this long, counted from before it was called up.
 */
#define PINGS 16
#define PINGS_NS 10000000ull
#define PING_LAST UINT32_MAX

enum { OFF, STARTING, RUNNING, LOST };

/* ---- smp_entry.S ------------------------------------------------------- */

extern const char smp_trampoline[], smp_trampoline_end[];
__noreturn void smp_leave(ukplat_lcpu_entry_t entry, void *sp);
__noreturn void smp_enter(uint32_t idx);

/* What it reads: of CPU 0; by local APIC, 0 being nobody's; by CPU. */
extern struct {
	uint32_t cr0, cr3, cr4, efer;
} smp_control;
extern uint8_t smp_idx_of[256];
extern uint64_t smp_stack_of[CPU_MAX];

/* ------------------------------------------------------------------------ */

static uint32_t nr_cpus = 1;

/* CPU 0 asks, the one that starts answers with its TSC. */
struct ping {
	volatile uint32_t asked, answered;
	volatile uint64_t tsc;
};

static struct {
	ukplat_lcpu_entry_t entry;
	void *sp;
	struct ping ping;
} begin[CPU_MAX];

static uint32_t word_count(const char *cmdline)
{
	const char *p = strstr(cmdline, SMP_WORD);
	uint32_t n = 0;

	if (p && (p == cmdline || p[-1] == ' '))
		for (p += sizeof(SMP_WORD) - 1; *p >= '0' && *p <= '9'; p++)
			n = MIN(n * 10 + (uint32_t)(*p - '0'), 256u);
	return n;
}

static void add(uint8_t lapic)
{
	if (lapic == cpus[0].lapic_id || nr_cpus == CPU_MAX)
		return;
	cpus[nr_cpus].idx = nr_cpus;
	cpus[nr_cpus].lapic_id = lapic;
	smp_idx_of[lapic] = (uint8_t)nr_cpus;
	nr_cpus++;
}

void smp_find(uint64_t rsdp, const char *cmdline)
{
	uint32_t n = word_count(cmdline);
	uint8_t ids[CPU_MAX];

	cpus[0].lapic_id = (uint8_t)(cpuid(1, 0).b >> 24);
	if (n) {
		for (uint32_t i = 0; i < n; i++)
			add((uint8_t)i);
		return;
	}
	n = acpi_lapic_ids(rsdp, ids, CPU_MAX);
	for (uint32_t i = 0; i < n; i++)
		add(ids[i]);
}

__lcpuidx ukplat_lcpu_idx(void)
{
	return cpu_self()->idx;
}

__u32 ukplat_lcpu_count(void)
{
	return nr_cpus;
}

/* ---- The CPU that starts ----------------------------------------------- */

static uint64_t rdtsc_in_order(void)
{
	__asm__ volatile("lfence" : : : "memory");
	return rdtsc();
}

/*
 * Emulated, PAUSE takes a lock of the emulator's, for which two CPUs that wait
 * for each other would fight; but where one thread plays all CPUs, it is what
 * lets the next one on.
 */
static void wait_a_little(uint32_t *turns)
{
	if (++*turns % 1024 == 0)
		cpu_pause();
}

static void answer(struct ping *p)
{
	uint32_t asked, done = 0, turns = 0;

	do {
		while ((asked = p->asked) == done)
			wait_a_little(&turns);
		p->tsc = rdtsc_in_order();
		p->answered = done = asked;
	} while (asked != PING_LAST);
}

void smp_enter(uint32_t idx)
{
	struct cpu *c = &cpus[idx];
	uint32_t starting = STARTING;

	trap_load(c);
	libc_init(&c->libc);
	irq_init_cpu();
	answer(&begin[idx].ping);
	if (__atomic_compare_exchange_n(&c->state, &starting, RUNNING, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		smp_leave(begin[idx].entry, begin[idx].sp);
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* ---- CPU 0 ------------------------------------------------------------- */

/*
 * Three stacks of a page, a guard below each, and its main one. False, with
 * nothing changed: there is no room for them.
 */
static bool give_stacks(struct cpu *c, uintptr_t main_low, uintptr_t main_high)
{
	static const char *const names[] = {"exception", "fatal", "interrupt"};
	struct uk_alloc *const a = uk_alloc_get_default();
	void *const mem = uk_memalign(a, __PAGE_SIZE,
				      2 * ARRAY_SIZE(names) * __PAGE_SIZE);
	uintptr_t low = (uintptr_t)mem;
	unsigned int n;

	if (!mem)
		return false;
	for (n = 0; n < ARRAY_SIZE(names); n++) {
		low += __PAGE_SIZE;
		if (!mm_stack_add(low, low + __PAGE_SIZE, names[n]))
			break;
		low += __PAGE_SIZE;
		c->tables.tss.ist[n] = low;
	}
	if (n == ARRAY_SIZE(names) &&
	    mm_stack_add(main_low, main_high, "main")) {
		smp_stack_of[c->idx] = low;
		return true;
	}
	mm_stack_drop(n);
	uk_free(a, mem);
	return false;
}

static void read_control(void)
{
	uint64_t cr0, cr3, cr4;

	__asm__ volatile("mov %%cr0, %0; mov %%cr3, %1; mov %%cr4, %2"
			 : "=r"(cr0), "=r"(cr3), "=r"(cr4));
	smp_control.cr0 = (uint32_t)cr0;
	smp_control.cr3 = (uint32_t)cr3;
	smp_control.cr4 = (uint32_t)cr4;
	smp_control.efer = (uint32_t)(rdmsr(MSR_EFER) & ~EFER_LMA);
}

/* The host has others to run: the sooner it comes to the other CPU. */
static void make_way(void)
{
	const uint64_t flags = irq_save();

	ukplat_lcpu_halt_irq_until(ukplat_monotonic_clock() + MAKE_WAY_NS);
	irq_restore(flags);
}

static bool ask(struct ping *p, uint32_t nr, __nsec until)
{
	const __nsec begun = ukplat_monotonic_clock();
	uint32_t turns = 0;
	__nsec now;

	p->asked = nr;
	while (p->answered != nr) {
		now = ukplat_monotonic_clock();
		if (now > until)
			return false;
		if (now - begun > SECOND_STARTUP_NS)
			make_way();
		else
			wait_a_little(&turns);
	}
	return true;
}

/* False: it does not come up. Some processors miss the first STARTUP. */
static bool call_up(struct cpu *c, struct ping *p, __nsec until)
{
	const uint32_t startup =
		LAPIC_IPI_STARTUP | (uint32_t)(mm_low_page() >> 12);

	lapic_ipi(c->lapic_id, LAPIC_IPI_INIT);
	lapic_ipi(c->lapic_id, startup);
	if (ask(p, 1, ukplat_monotonic_clock() + SECOND_STARTUP_NS))
		return true;
	lapic_ipi(c->lapic_id, startup);
	return ask(p, 1, until);
}

/*
 * The narrowest of a few answers says best how far behind CPU 0's the other's
 * TSC is. Less than what that is uncertain by is taken for nothing.
 */
static void compare_clocks(struct cpu *c, struct ping *p, __nsec enough,
			   __nsec until)
{
	uint64_t before, width, best = UINT64_MAX;
	int64_t behind = 0;
	uint32_t nr = 1;

	while (nr != PING_LAST) {
		nr++;
		if (nr > PINGS || ukplat_monotonic_clock() > enough)
			nr = PING_LAST;
		before = rdtsc_in_order();
		if (!ask(p, nr, until))
			return;
		width = rdtsc_in_order() - before;
		if (width < best) {
			best = width;
			behind = (int64_t)(before + width / 2 - p->tsc);
		}
	}
	if ((uint64_t)(behind < 0 ? -behind : behind) > best / 2)
		c->tsc_ahead = (uint64_t)behind;
}

static int start(struct cpu *c)
{
	const __nsec begun = ukplat_monotonic_clock();
	const __nsec until = begun + COME_UP_NS;
	struct ping *p = &begin[c->idx].ping;
	uint32_t starting = STARTING;

	c->state = STARTING;
	if (call_up(c, p, until)) {
		compare_clocks(c, p, begun + PINGS_NS, until);
		while (c->state == STARTING && ukplat_monotonic_clock() < until)
			cpu_pause();
	}
	if (__atomic_compare_exchange_n(&c->state, &starting, LOST, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		return -ETIMEDOUT;
	return 0;
}

static int prepare(uint32_t idx, uintptr_t sp, ukplat_lcpu_entry_t entry)
{
	struct cpu *c = &cpus[idx];

	if (!idx || idx >= nr_cpus || c->state != OFF || sp % __PAGE_SIZE ||
	    sp < __STACK_SIZE)
		return -EINVAL;
	if (!mm_low_page() ||
	    !give_stacks(c, sp - __STACK_SIZE + __PAGE_SIZE, sp))
		return -ENOMEM;
	begin[idx].entry = entry;
	begin[idx].sp = (void *)sp;
	return 0;
}

int ukplat_lcpu_start(const __lcpuidx lcpuidx[], unsigned int *num, void *sp[],
		      const ukplat_lcpu_entry_t entry[], unsigned long flags)
{
	const unsigned int n = *num;
	int rc;

	UK_ASSERT(ukplat_lcpu_idx() == 0 && !flags);
	read_control();
	memcpy((void *)mm_low_page(), smp_trampoline,
	       (size_t)(smp_trampoline_end - smp_trampoline));
	for (*num = 0; *num < n; ++*num) {
		rc = prepare(lcpuidx[*num], (uintptr_t)sp[*num], entry[*num]);
		if (rc == 0)
			rc = start(&cpus[lcpuidx[*num]]);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- Any CPU ----------------------------------------------------------- */

int ukplat_lcpu_wakeup(const __lcpuidx lcpuidx[], unsigned int *num)
{
	const unsigned int n = *num;

	for (*num = 0; *num < n; ++*num) {
		if (lcpuidx[*num] >= nr_cpus ||
		    (lcpuidx[*num] && cpus[lcpuidx[*num]].state != RUNNING))
			return -EINVAL;
		irq_wake(&cpus[lcpuidx[*num]]);
	}
	return 0;
}

void smp_stop_others(void)
{
	const struct cpu *self = cpu_self();
	const uint64_t begun = rdtsc();

	for (uint32_t i = 0; i < nr_cpus; i++)
		if (&cpus[i] != self && (!i || cpus[i].state == RUNNING))
			lapic_ipi(cpus[i].lapic_id, LAPIC_IPI_NMI);
	for (uint32_t i = 0; i < nr_cpus; i++)
		while (&cpus[i] != self && (!i || cpus[i].state == RUNNING) &&
		       !cpus[i].stopped && rdtsc() - begun < STAND_STILL_CYCLES)
			cpu_pause();
}
#endif /* CONFIG_HAVE_SMP */
