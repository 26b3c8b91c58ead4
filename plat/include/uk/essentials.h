/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiler spellings and small arithmetic by Unikraft's names. */
#ifndef UK_ESSENTIALS_H
#define UK_ESSENTIALS_H

#include <stddef.h>
#include <stdint.h>

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#endif
#ifndef unlikely
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif
#ifndef __packed
#define __packed __attribute__((packed))
#endif
#ifndef __noreturn
#define __noreturn __attribute__((noreturn))
#endif
#ifndef __unused
#define __unused __attribute__((unused))
#endif
#ifndef __align
#define __align(n) __attribute__((aligned(n)))
#endif

#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#endif

/* `a` is a power of two. */
#define ALIGN_UP(v, a) (((v) + (a)-1) & ~((__typeof__(v))(a)-1))
#define ALIGN_DOWN(v, a) ((v) & ~((__typeof__(v))(a)-1))
#define POWER_OF_2(n) ((n) > 0 && ((n) & ((n)-1)) == 0)

#ifndef __containerof
#define __containerof(ptr, type, field) \
	((type *)(void *)((char *)(ptr)-offsetof(type, field)))
#endif

#endif /* UK_ESSENTIALS_H */
