/* SPDX-License-Identifier: BSD-3-Clause */
/* CPUs: the process is the first, each other is a thread. */
#include "plat/host/cpus.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <uk/arch/lcpu.h>
#include <uk/plat/lcpu.h>
#include <uk/plat/time.h>

#include "plat/host/host.h"

#define MAX_CPUS 16

static struct cpu {
	pthread_t thread;
	ukplat_lcpu_entry_t entry;
	bool started;
	bool woken; /* the next halt ends at once */
} cpus[MAX_CPUS];

static struct {
	pthread_mutex_t lock; /* of all of this, and of `cpus` */
	pthread_cond_t moved; /* the clock, or one was woken, or all end */
	unsigned nb;
	bool ends;
	uint64_t until; /* no halt is over before */
} all = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 1, false,
	 UINT64_MAX};

static __thread __lcpuidx own;

__lcpuidx ukplat_lcpu_idx(void)
{
	return own;
}

__u32 ukplat_lcpu_count(void)
{
	return all.nb;
}

/* Who is waited for may have to run where the caller does. */
void host_spinwait(void)
{
	sched_yield();
}

void host_cpus(unsigned n)
{
	all.nb = n < MAX_CPUS ? n : MAX_CPUS;
}

static void *begin(void *cpu)
{
	own = (__lcpuidx)((struct cpu *)cpu - cpus);
	((struct cpu *)cpu)->entry();
	return NULL;
}

int ukplat_lcpu_start(const __lcpuidx lcpuidx[], unsigned int *num,
		      void *sp[] __unused, const ukplat_lcpu_entry_t entry[],
		      unsigned long flags __unused)
{
	const unsigned n = *num;

	for (*num = 0; *num < n; ++*num) {
		const __lcpuidx i = lcpuidx[*num];

		if (!i || i >= all.nb || cpus[i].started)
			return -EINVAL;
		cpus[i].started = true;
		cpus[i].entry = entry[*num];
		if (pthread_create(&cpus[i].thread, NULL, begin, &cpus[i]))
			return -ETIMEDOUT;
	}
	return 0;
}

int ukplat_lcpu_wakeup(const __lcpuidx lcpuidx[], unsigned int *num)
{
	const unsigned n = *num;

	for (*num = 0; *num < n; ++*num) {
		if (lcpuidx[*num] >= all.nb)
			return -EINVAL;
		pthread_mutex_lock(&all.lock);
		cpus[lcpuidx[*num]].woken = true;
		pthread_cond_broadcast(&all.moved);
		pthread_mutex_unlock(&all.lock);
	}
	return 0;
}

void host_cpus_clock_moved(void)
{
	if (all.nb == 1 ||
	    ukplat_monotonic_clock() <
		    __atomic_load_n(&all.until, __ATOMIC_RELAXED))
		return;
	pthread_mutex_lock(&all.lock);
	__atomic_store_n(&all.until, UINT64_MAX, __ATOMIC_RELAXED);
	pthread_cond_broadcast(&all.moved);
	pthread_mutex_unlock(&all.lock);
}

/* Before the clock is looked at: who sets it then sees this. */
static void wait_until(__nsec until)
{
	if (until < all.until)
		__atomic_store_n(&all.until, until, __ATOMIC_SEQ_CST);
	if (ukplat_monotonic_clock() < until)
		pthread_cond_wait(&all.moved, &all.lock);
}

bool host_cpus_halt(__nsec until)
{
	bool ends;

	if (!own)
		return false;
	pthread_mutex_lock(&all.lock);
	while (!all.ends && !cpus[own].woken &&
	       ukplat_monotonic_clock() < until)
		wait_until(until);
	cpus[own].woken = false;
	ends = all.ends;
	pthread_mutex_unlock(&all.lock);
	if (ends)
		pthread_exit(NULL);
	return true;
}

void host_cpus_reset(void)
{
	pthread_mutex_lock(&all.lock);
	all.ends = true;
	pthread_cond_broadcast(&all.moved);
	pthread_mutex_unlock(&all.lock);
	for (unsigned i = 0; i < MAX_CPUS; i++)
		if (cpus[i].started)
			pthread_join(cpus[i].thread, NULL);
	for (unsigned i = 0; i < MAX_CPUS; i++)
		cpus[i] = (struct cpu){0};
	all.ends = false;
	all.nb = 1;
}
