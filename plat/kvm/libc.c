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

/*
 * musl's struct pthread, which holds errno and the locale among others. The
 * ABI fixes its first word alone, which points to itself; musl 1.2's is some
 * 200 bytes long.
 */
static struct {
	void *self;
	uint8_t rest[504];
} tcb __align(64);

void libc_init(void)
{
	tcb.self = &tcb;
	wrmsr(MSR_FS_BASE, (uintptr_t)&tcb);
	uselocale(LC_GLOBAL_LOCALE);
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
