/* SPDX-License-Identifier: BSD-3-Clause */
#include "plat/kvm/crash.h"

#include <stdbool.h>

#include <uk/assert.h>
#include <uk/plat/bootstrap.h>
#include <uk/plat/lcpu.h>

#include "plat/kvm/cpu.h"
#include "plat/kvm/image.h"
#include "plat/kvm/io.h"
#include "plat/kvm/mm.h"
#include "plat/kvm/serial.h"
#include "plat/kvm/smp.h"

#define MAX_FRAMES 32

/* Page fault error code (Intel SDM volume 3, 4.7). */
#define PF_PRESENT 0x1
#define PF_WRITE 0x2
#define PF_RESERVED 0x8
#define PF_FETCH 0x10

/* What the software said before it raised the exception by itself. */
static struct said {
	const char *cause;
	const char *file; /* of a failed assertion, else NULL */
	int line;
} said[CPU_MAX];

/* Who reports, from 1; 0: nobody does. */
static uint32_t reporter;

/* How many reports have begun: a fault in a report must not start another. */
static int depth;

static const char *prefix = "";

static const char *const exceptions[TRAP_NR_EXCEPTIONS] = {
	[0] = "division by zero",
	[1] = "debug exception",
	[2] = "non-maskable interrupt",
	[3] = "breakpoint",
	[4] = "overflow",
	[5] = "bound range exceeded",
	[6] = "invalid instruction",
	[7] = "no floating-point unit",
	[8] = "double fault",
	[10] = "invalid task state",
	[11] = "segment not present",
	[12] = "stack segment fault",
	[13] = "general protection fault",
	[16] = "floating-point error",
	[17] = "alignment check",
	[18] = "machine check",
	[19] = "SIMD floating-point error",
	[21] = "control protection fault",
};

static void put_hex(uint64_t v, unsigned int digits)
{
	char text[17];

	for (unsigned int i = 0; i < digits; i++)
		text[i] = "0123456789abcdef"[v >> 4 * (digits - 1 - i) & 15];
	text[digits] = '\0';
	serial_put(text);
}

/* As short as it can be, with 0x before it. */
static void put_short_hex(uint64_t v)
{
	unsigned int digits = 1;

	while (digits < 16 && v >> 4 * digits)
		digits++;
	serial_put("0x");
	put_hex(v, digits);
}

static void put_dec(uint64_t v)
{
	char text[21], *p = &text[20];

	*p = '\0';
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	serial_put(p);
}

static bool in_text(uint64_t addr)
{
	return addr >= (uintptr_t)image_text &&
	       addr < (uintptr_t)image_text_end;
}

static const char *place_of(uint64_t addr, uint64_t error)
{
	if (addr < 4096)
		return "null page";
	if (error & PF_RESERVED)
		return "broken page table";
	if (!(error & PF_PRESENT))
		return "nothing is mapped there";
	if (error & PF_FETCH)
		return "non-executable memory";
	if (in_text(addr))
		return "code is read-only";
	return "read-only memory";
}

static void put_page_fault(uint64_t error)
{
	const struct mm_stack *guard;
	uint64_t addr;

	__asm__ volatile("mov %%cr2, %0" : "=r"(addr));
	guard = mm_guard_of(addr);
	if (guard) {
		serial_put("stack overflow: guard page of the ");
		serial_put(guard->name);
		serial_put(" stack, at ");
		put_short_hex(addr);
		return;
	}
	if (error & PF_FETCH)
		serial_put("execution of ");
	else
		serial_put(error & PF_WRITE ? "write to " : "read of ");
	put_short_hex(addr);
	serial_put(": ");
	serial_put(place_of(addr, error));
}

static void put_cause(const struct trap_frame *f)
{
	const struct said *s = &said[cpu_self()->idx];

	if (s->file) {
		serial_put("assertion '");
		serial_put(s->cause);
		serial_put("' ");
		serial_put(s->file);
		serial_put(":");
		put_dec((unsigned int)s->line);
	} else if (s->cause) {
		serial_put(s->cause);
	} else if (f->vector == TRAP_PAGE_FAULT) {
		put_page_fault(f->error);
	} else if (f->vector == TRAP_SYSCALL) {
		serial_put("system call ");
		put_dec(f->rax);
		serial_put(" by libc, which has no system under it");
	} else if (f->vector < TRAP_NR_EXCEPTIONS && exceptions[f->vector]) {
		serial_put(exceptions[f->vector]);
	} else {
		serial_put("unknown exception");
	}
}

static void put_registers(const struct trap_frame *f)
{
	uint64_t cr2, cr3;
	unsigned int i;

	__asm__ volatile("mov %%cr2, %0; mov %%cr3, %1" : "=r"(cr2), "=r"(cr3));
	const struct {
		const char *name;
		uint64_t value;
	} regs[] = {
		{"rip", f->rip}, {"rsp", f->rsp}, {"rbp", f->rbp},
		{"rax", f->rax}, {"rbx", f->rbx}, {"rcx", f->rcx},
		{"rdx", f->rdx}, {"rsi", f->rsi}, {"rdi", f->rdi},
		{"r8 ", f->r8},  {"r9 ", f->r9},  {"r10", f->r10},
		{"r11", f->r11}, {"r12", f->r12}, {"r13", f->r13},
		{"r14", f->r14}, {"r15", f->r15}, {"rfl", f->rflags},
		{"cr2", cr2},    {"cr3", cr3},    {"cs ", f->cs},
	};

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		serial_put("  ");
		serial_put(regs[i].name);
		serial_put(" ");
		put_hex(regs[i].value, 16);
		if (i % 3 == 2)
			serial_put("\r\n");
	}
}

static void put_address(unsigned int n, uint64_t addr)
{
	serial_put("  #");
	put_dec(n);
	serial_put(" 0x");
	put_hex(addr, 16);
	serial_put("\r\n");
}

static bool readable_stack(uint64_t addr, size_t len)
{
	const struct mm_stack *s = mm_stack_of(addr);

	return s && !(addr % 8) && s->high - addr >= len;
}

/*
 * Follows the frame pointers as long as each lies in a stack and above the one
 * before it (or in another stack: an interrupt's frames lead to what it
 * interrupted).
 */
static void put_backtrace(const struct trap_frame *f)
{
	const uint64_t *fp;
	uint64_t rbp = f->rbp;
	unsigned int n = 0;

	serial_put("backtrace:\r\n");
	put_address(n++, f->rip);
	/* A call to nowhere: the caller is still on the stack. */
	if (!in_text(f->rip) && readable_stack(f->rsp, 8)) {
		fp = (const uint64_t *)f->rsp;
		if (in_text(*fp))
			put_address(n++, *fp);
	}
	while (n < MAX_FRAMES && readable_stack(rbp, 16)) {
		fp = (const uint64_t *)rbp;
		if (!in_text(fp[1]))
			break;
		put_address(n++, fp[1]);
		if (fp[0] <= rbp && mm_stack_of(fp[0]) == mm_stack_of(rbp))
			break;
		rbp = fp[0];
	}
}

void crash_prefix(const char *text)
{
	prefix = text;
}

/*
 * The first that comes here reports; what others do is to stand still, whether
 * the reporter stops them or they crash, too.
 */
static void become_reporter(void)
{
	uint32_t nobody = 0, self = cpu_self()->idx + 1;

	if (__atomic_compare_exchange_n(&reporter, &nobody, self, false,
					__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		smp_stop_others();
		return;
	}
	if (nobody == self)
		return;
	cpu_self()->stopped = true;
	for (;;)
		__asm__ volatile("cli; hlt");
}

void crash_trap(const struct trap_frame *f)
{
	become_reporter();
	depth++;
	if (depth == 1) {
		serial_put(prefix);
		serial_put("\r\n*** CRASH: ");
		put_cause(f);
		serial_put(" (vector ");
		put_dec(f->vector);
		serial_put(", error ");
		put_short_hex(f->error);
		if (ukplat_lcpu_count() > 1) {
			serial_put(", CPU ");
			put_dec(ukplat_lcpu_idx());
		}
		serial_put(")\r\n");
		put_registers(f);
		put_backtrace(f);
	} else if (depth == 2) {
		serial_put("\r\nfault in the report, vector ");
		put_dec(f->vector);
		serial_put(" at ");
		put_short_hex(f->rip);
		serial_put("\r\n");
	}
	if (depth <= 2)
		serial_put("*** END OF CRASH\r\n");
	ukplat_terminate(UKPLAT_CRASH);
}

/*
 * By way of the exception, which collects the registers. Asking for the frame
 * makes the compiler set one up, so that the backtrace has the caller.
 */
#define RAISE()                                                              \
	do {                                                                 \
		__asm__ volatile("ud2" : : "r"(__builtin_frame_address(0))); \
		__builtin_unreachable();                                     \
	} while (0)

void crash(const char *cause)
{
	said[cpu_self()->idx].cause = cause;
	RAISE();
}

void uk_assert_fail(const char *expr, const char *file, int line)
{
	said[cpu_self()->idx] = (struct said){expr, file, line};
	RAISE();
}
