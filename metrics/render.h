/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What appliances said, as Prometheus reads it: the text format 0.0.4, which is
 * that of node-exporter's textfiles too, or OpenMetrics 1.0.0. One text cannot
 * be both: the names of counters and the end differ.
 */
#ifndef METRICS_RENDER_H
#define METRICS_RENDER_H

#include "metrics/ask.h"
#include "metrics/text.h"

enum render_format { RENDER_TEXT, RENDER_OPENMETRICS };

/* The value of Content-Type. */
const char *render_type(enum render_format format);

/*
 * The format that the value of an Accept header asks for, NULL for none: the
 * one with the higher quality; of OpenMetrics, where both have the same.
 */
enum render_format render_accepted(const char *accept);

/* Appends all to `out`; false without memory. */
bool render(const struct asked *a, unsigned n, enum render_format format,
	    struct text *out);

#endif /* METRICS_RENDER_H */
