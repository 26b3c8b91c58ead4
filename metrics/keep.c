/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/keep.h"

#include <time.h>

#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	const struct timespec t = {.tv_sec = (time_t)(ns / NS_PER_S),
				   .tv_nsec = (long)(ns % NS_PER_S)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* What was known stays where nothing can be had. */
static bool ask_once(struct keep *k, uint64_t spread_ns)
{
	struct text now[KEEP_FORMATS] = {{.data = NULL}}, old;
	const bool done = k->ask(k->arg, (int)(spread_ns / NS_PER_MS), now);

	pthread_mutex_lock(&k->lock);
	for (unsigned i = 0; i < KEEP_FORMATS && done; i++) {
		old = k->last[i];
		k->last[i] = now[i];
		now[i] = old;
	}
	pthread_mutex_unlock(&k->lock);
	for (unsigned i = 0; i < KEEP_FORMATS; i++)
		text_free(&now[i]);
	return done;
}

static void *run(void *arg)
{
	struct keep *k = arg;
	uint64_t next = now_ns(), now;

	for (;;) {
		now = now_ns();
		next = next + k->every_ns > now ? next + k->every_ns : now;
		sleep_until(next);
		ask_once(k, k->every_ns);
	}
	return NULL;
}

bool keep_begin(struct keep *k)
{
	pthread_t thread;

	pthread_mutex_init(&k->lock, NULL);
	return ask_once(k, 0) && !pthread_create(&thread, NULL, run, k);
}

bool keep_get(struct keep *k, enum render_format format, struct text *out)
{
	pthread_mutex_lock(&k->lock);
	text_bytes(out, k->last[format].data, k->last[format].len);
	pthread_mutex_unlock(&k->lock);
	return !out->failed;
}
