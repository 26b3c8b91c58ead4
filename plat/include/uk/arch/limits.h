/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes that the machine sets, in bytes. */
#ifndef UK_ARCH_LIMITS_H
#define UK_ARCH_LIMITS_H

#define __PAGE_SIZE 4096ull

/* The stack of a CPU that ukplat_lcpu_start() starts, its guard included. */
#define __STACK_SIZE (8 * __PAGE_SIZE)

#endif /* UK_ARCH_LIMITS_H */
