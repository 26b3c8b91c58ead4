/* SPDX-License-Identifier: BSD-3-Clause */
/* Between live.c, which counts and divides the page, and live_draw.c. */
#ifndef LIVE_IMPL_H
#define LIVE_IMPL_H

#include "app/app.h"

#define LIVE_GAP 2 /* columns between what stands beside each other */

/* What comes before the counters of a group that has rates. */
enum live_figure {
	LIVE_FIGURE_RATE,
	LIVE_FIGURE_L1,
	LIVE_FIGURE_L2,
	LIVE_FIGURE_MEAN,
	LIVE_FIGURES
};

/* The number of the port that has place `i` on the page. */
unsigned live_port_at(uint64_t mask, unsigned i);
unsigned live_nb_ports(uint64_t mask);

/* The groups of counters that are shown, NULL behind the last. */
const char *live_group(unsigned i);
bool live_has_rate(const char *group);
const struct stats_field *live_field(const char *group, unsigned i);

/* What the port has lost of its frames, and the share, behind what came. */
bool live_has_loss(const char *group);
#define LIVE_LOSS_FIGURES 2

/* Figures of a group: those that follow from counters, then the counters. */
unsigned live_figures(const char *group);

/* Rows of a group: its figures, and a sparkline where there are rates. */
unsigned live_group_rows(const char *group, unsigned figures);

#endif /* LIVE_IMPL_H */
