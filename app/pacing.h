/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How late frames left, and the times between those that were received, since
 * `stats clear`.
 */
#ifndef APP_PACING_H
#define APP_PACING_H

#include "shell/cmd.h"

/* Puts what there is of a port that is up into the map that is open. */
void pacing_show(struct call *c, unsigned port);

/* Both histograms of it. */
void pacing_show_histograms(struct call *c, unsigned port);

#endif /* APP_PACING_H */
