/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unikraft's names for the machine's integers. The app itself uses
 * <stdint.h>; these appear where the API's signatures do.
 */
#ifndef UK_ARCH_TYPES_H
#define UK_ARCH_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef int8_t __s8;
typedef uint8_t __u8;
typedef int16_t __s16;
typedef uint16_t __u16;
typedef int32_t __s32;
typedef uint32_t __u32;
typedef int64_t __s64;
typedef uint64_t __u64;
typedef size_t __sz;
typedef ssize_t __ssz;
typedef uintptr_t __uptr;

/* Time on the monotonic clock, or a span of it, in nanoseconds. */
typedef uint64_t __nsec;

#endif /* UK_ARCH_TYPES_H */
