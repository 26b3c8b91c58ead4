/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An image of its own for plat/kvm with several CPUs (tests/qemu/test_smp.py).
 * The command line says what is done; what comes of it is a line each.
 *
 *   count            how many CPUs there are, and how long it took to get here
 *   idle             what it takes to start all, which halt at once
 *   start            each counts, halts, is woken and says who it is
 *   missing          one that does not exist: an error comes back
 *   full             no room for all stacks of one: it leaves nothing behind
 *   crash KIND       the last CPU fails on purpose, while CPU 0 prints dots
 *   both             all CPUs fail at once
 *   clock            no CPU's time is behind one that another had before
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uk/alloc.h>
#include <uk/arch/lcpu.h>
#include <uk/arch/limits.h>
#include <uk/assert.h>
#include <uk/console.h>
#include <uk/plat/bootstrap.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>

#include "files/store.h"
#include "plat/kvm/mm.h"

#define CPUS_MAX 16
#define COUNT_TO 100000u
#define WAKES 200u
#define SPAN_NS 1000000ull
#define LOOKS 20000u

int main(int argc, char *argv[]);

/* Of each CPU; CPU 0 reads. */
static struct {
	volatile uint32_t count;  /* how far it counted */
	volatile uint32_t idx;    /* who it says it is */
	volatile uint32_t halted; /* how many halts have ended */
	volatile uint64_t late;  /* the latest that a timed halt ended, in ns */
	volatile uint64_t woken; /* how long a wake-up took, in ns */
	volatile bool early;     /* one ended before its time */
	volatile uint64_t bytes; /* how many its libc has printed */
	volatile double sum;     /* by the floating-point unit */
} seen[CPUS_MAX] __align(64);

static const char *kind;
static struct store store;
static volatile int zero;
static char data[16] = {(char)0xc3};
static volatile bool go;
static uint64_t latest_ns;

static void say(const char *format, ...)
{
	char line[200];
	va_list args;
	__ssz n, len;

	va_start(args, format);
	len = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (__ssz at = 0; at < len; at += n) {
		n = uk_console_out(line + at, (__sz)(len - at));
		if (n == 0)
			ukarch_spinwait();
	}
}

/* ---- What the others do ------------------------------------------------ */

static void __noreturn halt(void)
{
	for (;;)
		ukplat_lcpu_halt_irq_until(UINT64_MAX);
}

static void count(uint32_t me)
{
	double sum = 0;

	for (uint32_t i = 1; i <= COUNT_TO; i++) {
		sum += i;
		seen[me].count = i;
	}
	seen[me].sum = sum;
}

/* Ended by nobody but the timer. */
static void halt_for_a_while(uint32_t me)
{
	const __nsec until = ukplat_monotonic_clock() + SPAN_NS;
	__nsec now;

	ukplat_lcpu_halt_irq_until(until);
	now = ukplat_monotonic_clock();
	if (now < until)
		seen[me].early = true;
	seen[me].late = now - until;
}

static void __noreturn run(void)
{
	const uint32_t me = ukplat_lcpu_idx();
	char text[40];

	seen[me].idx = me;
	seen[me].bytes =
		(uint64_t)snprintf(text, sizeof(text), "%.3f", 1.5 + me);
	count(me);
	halt_for_a_while(me);
	for (;;) {
		ukplat_lcpu_halt_irq_until(UINT64_MAX);
		seen[me].halted++;
	}
}

/* Not a tail call, and not to be seen through. */
__attribute__((noinline)) static int recurse(volatile char *above)
{
	volatile char frame[512];

	frame[0] = *above;
	if (!frame[0])
		return 0;
	return recurse(frame) + frame[0];
}

static void __noreturn fail(void)
{
	volatile char one = 1;

	while (!go)
		ukarch_spinwait();
	if (!strcmp(kind, "null"))
		*(volatile int *)(uintptr_t)zero = 1;
	if (!strcmp(kind, "stack"))
		zero = recurse(&one);
	if (!strcmp(kind, "exec"))
		((void (*)(void))(uintptr_t)data)();
	if (!strcmp(kind, "text"))
		*(volatile char *)(uintptr_t)main = 0;
	if (!strcmp(kind, "div"))
		zero = one / zero;
	if (!strcmp(kind, "ud"))
		__asm__ volatile("ud2");
	if (!strcmp(kind, "syscall"))
		__asm__ volatile("syscall" : : "a"(999) : "rcx", "r11");
	if (!strcmp(kind, "assert"))
		UK_ASSERT(zero);
	if (!strcmp(kind, "heap"))
		uk_free(uk_alloc_get_default(),
			uk_malloc(uk_alloc_get_default(), 100));
	if (!strcmp(kind, "store"))
		store_find(&store, "a");
	if (!strcmp(kind, "console"))
		uk_console_out("x", 1);
	halt();
}

/* Takes the latest time that any has had, which its own has to be behind. */
static bool look(void)
{
	uint64_t had = __atomic_load_n(&latest_ns, __ATOMIC_ACQUIRE);
	const uint64_t now = ukplat_monotonic_clock();
	const bool behind = now < had;

	while (had < now &&
	       !__atomic_compare_exchange_n(&latest_ns, &had, now, false,
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		;
	return behind;
}

static void __noreturn look_often(void)
{
	const uint32_t me = ukplat_lcpu_idx();

	for (uint32_t i = 1; i <= LOOKS; i++) {
		seen[me].halted += look();
		seen[me].count = i;
	}
	halt();
}

/* ---- CPU 0 ------------------------------------------------------------- */

static int start_one(uint32_t idx, ukplat_lcpu_entry_t entry)
{
	char *stack =
		uk_memalign(uk_alloc_get_default(), __PAGE_SIZE, __STACK_SIZE);
	void *sp = stack + __STACK_SIZE;
	unsigned int n = 1;
	int rc;

	UK_ASSERT(stack);
	rc = ukplat_lcpu_start(&idx, &n, &sp, &entry, 0);
	UK_ASSERT(n == (rc == 0));
	return rc;
}

static int start_all(ukplat_lcpu_entry_t entry)
{
	int rc = 0;

	for (uint32_t i = 1; i < ukplat_lcpu_count() && rc == 0; i++)
		rc = start_one(i, entry);
	return rc;
}

static void wake(uint32_t idx)
{
	unsigned int n = 1;
	const int rc = ukplat_lcpu_wakeup(&idx, &n);

	UK_ASSERT(rc == 0 && n == 1);
}

/*
 * Wakes it again and again, often just before it halts. Once it has been woken
 * for the last time, it comes: a wake-up that was lost shows as no end.
 */
static void wake_often(uint32_t idx)
{
	uint32_t had, turns = 0;
	__nsec begun;

	while (!seen[idx].late)
		ukarch_spinwait();
	begun = ukplat_monotonic_clock();
	for (uint32_t i = 0; i < WAKES; i++) {
		had = seen[idx].halted;
		wake(idx);
		while (seen[idx].halted == had)
			if (++turns % 1024 == 0)
				ukarch_spinwait();
	}
	seen[idx].woken = (ukplat_monotonic_clock() - begun) / WAKES;
}

static void tell(uint32_t idx)
{
	say("cpu %u: is %u, counted %u, sum %s, printed %u, halts %u, timer "
	    "%s\n",
	    idx, seen[idx].idx, seen[idx].count,
	    seen[idx].sum == COUNT_TO * (COUNT_TO + 1.0) / 2 ? "right"
							     : "wrong",
	    (unsigned)seen[idx].bytes, seen[idx].halted >= WAKES,
	    seen[idx].early ? "early" : "in time");
}

/* How long that took, and what of the heap. */
static int start_all_and_tell(ukplat_lcpu_entry_t entry)
{
	struct uk_alloc *a = uk_alloc_get_default();
	const __ssz before = a->availmem(a);
	const __nsec begun = ukplat_monotonic_clock();
	const int rc = start_all(entry);

	say("took %u us, %u bytes\n",
	    (unsigned)((ukplat_monotonic_clock() - begun) / 1000),
	    (unsigned)(before - a->availmem(a)));
	return rc;
}

static int start(void)
{
	const uint32_t n = ukplat_lcpu_count();
	const int rc = start_all_and_tell(run);

	if (rc < 0)
		return rc;
	for (uint32_t i = 1; i < n; i++)
		wake_often(i);
	for (uint32_t i = 1; i < n; i++) {
		tell(i);
		say("woken in %u ns\n", (unsigned)seen[i].woken);
	}
	/* Its own halt is ended by a wake-up of before, too. */
	ukplat_lcpu_disable_irq();
	wake(0);
	ukplat_lcpu_halt_irq_until(UINT64_MAX);
	ukplat_lcpu_enable_irq();
	say("again: %d, CPU 0: %d, none: %d\n", n > 1 ? start_one(1, run) : 0,
	    start_one(0, run), start_one(n, run));
	return 0;
}

static int missing(void)
{
	const uint32_t last = ukplat_lcpu_count() - 1;
	unsigned int n = 1;

	say("start: %d\n", start_one(last, run));
	say("wake: %d\n", ukplat_lcpu_wakeup(&last, &n));
	say("again: %d\n", start_one(last, run));
	return 0;
}

/* Room is left for two of a CPU's four. */
static int full(void)
{
	struct uk_alloc *a = uk_alloc_get_default();
	const uintptr_t mem =
		(uintptr_t)uk_memalign(a, __PAGE_SIZE, 256 * __PAGE_SIZE);
	char *stack = uk_memalign(a, __PAGE_SIZE, __STACK_SIZE);
	ukplat_lcpu_entry_t entry = halt;
	void *sp = stack + __STACK_SIZE;
	unsigned int n = 0, one = 1;
	uintptr_t low = mem + __PAGE_SIZE;
	__ssz before;
	int rc;

	for (; mm_stack_add(low, low + __PAGE_SIZE, "test"); n++)
		low += 2 * __PAGE_SIZE;
	mm_stack_drop(2);
	before = a->availmem(a);
	rc = ukplat_lcpu_start(&(__lcpuidx){1}, &one, &sp, &entry, 0);
	say("full: %d, %d bytes\n", rc, (int)(before - a->availmem(a)));
	say("room is left: %d\n",
	    mm_stack_add(low - 4 * __PAGE_SIZE, low - 3 * __PAGE_SIZE, "test") +
		    mm_stack_add(low - 2 * __PAGE_SIZE, low - __PAGE_SIZE,
				 "test"));
	mm_stack_drop(n);
	memset((void *)mem, 0, 256 * __PAGE_SIZE);
	return start_one(1, halt);
}

static int crash(bool all)
{
	const uint32_t last = ukplat_lcpu_count() - 1;
	int rc = 0;

	if (all)
		rc = start_all(fail);
	else
		rc = start_one(last, fail);
	go = true;
	if (all)
		fail();
	while (rc == 0)
		say(".");
	return rc;
}

static int compare(void)
{
	uint32_t behind = 0, n = ukplat_lcpu_count();
	int rc = start_all(look_often);

	if (rc < 0)
		return rc;
	for (uint32_t i = 1; i < n; i++)
		while (seen[i].count < LOOKS)
			behind += look();
	for (uint32_t i = 1; i < n; i++)
		behind += seen[i].halted;
	say("behind: %u\n", behind);
	return 0;
}

static int tell_boot(__nsec ns)
{
	say("booted in %u us\n", (unsigned)(ns / 1000));
	return 0;
}

int main(int argc, char *argv[])
{
	const __nsec boot_ns = ukplat_monotonic_clock();
	const char *what = argc > 1 ? argv[1] : "";
	int rc = -EINVAL;

	kind = argc > 2 ? argv[2] : "null";
	say("cpus %u, this is %u\n", ukplat_lcpu_count(), ukplat_lcpu_idx());
	if (!strcmp(what, "count"))
		rc = tell_boot(boot_ns);
	if (!strcmp(what, "idle"))
		rc = start_all_and_tell(halt);
	if (!strcmp(what, "start"))
		rc = start();
	if (!strcmp(what, "missing"))
		rc = missing();
	if (!strcmp(what, "full"))
		rc = full();
	if (!strcmp(what, "crash") || !strcmp(what, "both"))
		rc = crash(*what == 'b');
	if (!strcmp(what, "clock"))
		rc = compare();
	say("end: %d\n", rc);
	return rc;
}
