/* SPDX-License-Identifier: BSD-3-Clause */
/* Clock, console, heap and the end of the machine, inside a process. */
#include "plat/host/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uk/alloc.h>
#include <uk/console.h>
#include <uk/plat/bootstrap.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>

#include "plat/host/channel.h"
#include "plat/host/cpus.h"
#include "plat/host/loop.h"

static struct {
	uint64_t now_ns;
	char in[65536], out[65536];
	size_t in_len, in_pos, out_len, out_room;
} host = {.out_room = SIZE_MAX};

void host_reset(void)
{
	host_cpus_reset();
	memset(&host, 0, sizeof(host));
	host.out_room = SIZE_MAX;
	host_loop_reset();
	host_channel_reset();
}

void host_clock_set(uint64_t ns)
{
	__atomic_store_n(&host.now_ns, ns, __ATOMIC_RELAXED);
	host_cpus_clock_moved();
}

void host_clock_advance(uint64_t ns)
{
	host_clock_set(host.now_ns + ns);
}

__nsec ukplat_monotonic_clock(void)
{
	return __atomic_load_n(&host.now_ns, __ATOMIC_RELAXED);
}

void ukplat_lcpu_disable_irq(void)
{
}

void ukplat_lcpu_enable_irq(void)
{
}

void ukplat_lcpu_halt_irq_until(__nsec until)
{
	if (!host_cpus_halt(until) && host.in_pos == host.in_len &&
	    host.now_ns < until)
		host_clock_set(until);
}

void host_console_type(const char *text)
{
	size_t len = strlen(text);

	if (host.in_len + len > sizeof(host.in))
		abort();
	memcpy(host.in + host.in_len, text, len);
	host.in_len += len;
}

void host_console_room(size_t len)
{
	host.out_room = len;
}

size_t host_console_text(char *buf, size_t size)
{
	size_t n = MIN(host.out_len, size - 1);

	memcpy(buf, host.out, n);
	buf[n] = '\0';
	return n;
}

__ssz uk_console_in(char *buf, __sz len)
{
	size_t n = MIN(len, host.in_len - host.in_pos);

	memcpy(buf, host.in + host.in_pos, n);
	host.in_pos += n;
	return (__ssz)n;
}

__ssz uk_console_out(const char *buf, __sz len)
{
	size_t n =
		MIN(MIN(len, host.out_room), sizeof(host.out) - host.out_len);

	memcpy(host.out + host.out_len, buf, n);
	host.out_len += n;
	return (__ssz)n;
}

/* More at once is more than there is, as on a machine that is as large. */
#define HEAP_MAX (256u << 20)

static void *heap_malloc(struct uk_alloc *a __unused, __sz size)
{
	return size > HEAP_MAX ? NULL : malloc(size);
}

static void *heap_calloc(struct uk_alloc *a __unused, __sz nmemb, __sz size)
{
	return calloc(nmemb, size);
}

static void *heap_memalign(struct uk_alloc *a __unused, __sz align, __sz size)
{
	void *mem;

	return posix_memalign(&mem, MAX(align, sizeof(void *)), size) ? NULL
								      : mem;
}

static void heap_free(struct uk_alloc *a __unused, void *ptr)
{
	free(ptr);
}

struct uk_alloc *uk_alloc_get_default(void)
{
	static struct uk_alloc heap = {
		.malloc = heap_malloc,
		.calloc = heap_calloc,
		.memalign = heap_memalign,
		.free = heap_free,
	};

	return &heap;
}

void uk_assert_fail(const char *expr, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion '%s' failed\n", file, line, expr);
	abort();
}

void ukplat_terminate(enum ukplat_gstate request)
{
	exit(request == UKPLAT_CRASH ? EXIT_FAILURE : EXIT_SUCCESS);
}
