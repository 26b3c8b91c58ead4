/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What musl's libc.a needs under it. Its start-up code is not run: functions
 * that work on memory, strings and numbers need none of it. Those that would
 * ask a kernel for something crash with the number of the system call.
 */
#include "plat/kvm/libc.h"

#include <assert.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>

#include <uk/assert.h>
#include <uk/plat/bootstrap.h>

#include "plat/kvm/crash.h"
#include "plat/kvm/io.h"

#define MSR_FS_BASE 0xc0000100

#define CPUID_RDRAND (1u << 30)

/* Its lowest byte is zero: no overlong string can write it back. */
static uint64_t new_canary(void)
{
	uint64_t random = 0;

	if (cpuid(1, 0).c & CPUID_RDRAND)
		__asm__ volatile("rdrand %0" : "+r"(random) : : "cc");
	return (random ^ rdtsc() * 0x9e3779b97f4a7c15) << 8;
}

void libc_init(struct libc_thread *t)
{
	t->self = t;
	t->canary = new_canary();
	wrmsr(MSR_FS_BASE, (uintptr_t)t);
	uselocale(LC_GLOBAL_LOCALE);
}

/* A function found on its way out that its canary was written over. */
__noreturn void __stack_chk_fail(void);

void __stack_chk_fail(void)
{
	crash("stack smashed");
}

void abort(void)
{
	crash("abort()");
}

void exit(int status)
{
	ukplat_terminate(status ? UKPLAT_CRASH : UKPLAT_HALT);
}

void __assert_fail(const char *expr, const char *file, int line,
		   const char *func __unused)
{
	uk_assert_fail(expr, file, line);
}
