/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long a cache line takes from one CPU to another and back, which is what
 * the rate of a ring between them depends on. Arguments: CPU CPU. Prints the
 * median of many short batches in ns: whoever interrupts one does not change
 * it.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BATCHES 301
#define TRIPS 1000
#define WARM_UP 20 /* batches: a clock that speeds up under load */

struct line {
	_Alignas(128) _Atomic uint32_t turn;
};

static bool pin(long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)cpu, &set);
	return pthread_setaffinity_np(pthread_self(), sizeof(set), &set) == 0;
}

static void await(struct line *l, uint32_t turn)
{
	while (atomic_load_explicit(&l->turn, memory_order_acquire) != turn)
		;
}

struct other {
	struct line *line;
	long cpu;
};

static void *answer(void *arg)
{
	const struct other *o = arg;

	if (!pin(o->cpu))
		exit(1);
	for (uint32_t i = 0; i < (WARM_UP + BATCHES) * TRIPS; i++) {
		await(o->line, 2 * i + 1);
		atomic_store_explicit(&o->line->turn, 2 * i + 2,
				      memory_order_release);
	}
	return NULL;
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	static struct line line;
	static uint64_t took_ns[BATCHES];
	struct other other = {&line, argc > 2 ? atol(argv[2]) : 1};
	pthread_t thread;
	uint32_t turn = 0;

	if (!pin(argc > 1 ? atol(argv[1]) : 0) ||
	    pthread_create(&thread, NULL, answer, &other))
		return 1;
	for (int batch = -WARM_UP; batch < BATCHES; batch++) {
		const uint64_t begin_ns = now_ns();

		for (int i = 0; i < TRIPS; i++) {
			atomic_store_explicit(&line.turn, ++turn,
					      memory_order_release);
			await(&line, ++turn);
		}
		if (batch >= 0)
			took_ns[batch] = now_ns() - begin_ns;
	}
	pthread_join(thread, NULL);
	qsort(took_ns, BATCHES, sizeof(*took_ns), compare);
	printf("%.1f\n", (double)took_ns[BATCHES / 2] / TRIPS);
	return 0;
}
