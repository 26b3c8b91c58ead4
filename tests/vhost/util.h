/* SPDX-License-Identifier: BSD-3-Clause */
/* What every file here needs. */
#ifndef VHOST_UTIL_H
#define VHOST_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull

/* The most frames that are handled between two updates of a ring. */
#define BATCH 64

/* The virtio-net header in front of each frame (virtio 1.2, 5.1.6). */
#define NET_HDR_LEN 12

static inline uint64_t clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

#endif /* VHOST_UTIL_H */
