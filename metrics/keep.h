/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What appliances said last, for those who cannot wait until many have
 * answered: a thread asks them again and again, and who wants to know gets that
 * at once.
 */
#ifndef METRICS_KEEP_H
#define METRICS_KEEP_H

#include <pthread.h>
#include <stdint.h>

#include "metrics/render.h"

#define KEEP_FORMATS 2

struct keep {
	/* Asks, and appends what there is, in each format; false: it cannot. */
	bool (*ask)(void *arg, int spread_ms, struct text out[KEEP_FORMATS]);
	void *arg;
	uint64_t every_ns;

	pthread_mutex_t lock;
	struct text last[KEEP_FORMATS];
};

/* Asks for the first time, and begins; it goes on as long as the process. */
bool keep_begin(struct keep *k);

/* Appends what was said last; false without memory. */
bool keep_get(struct keep *k, enum render_format format, struct text *out);

#endif /* METRICS_KEEP_H */
