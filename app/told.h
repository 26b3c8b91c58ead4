/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What ports tell besides their counters, as a configuration has it: by which
 * field they track frames, and whether they compare clocks.
 */
#ifndef APP_TOLD_H
#define APP_TOLD_H

#include "app/app.h"
#include "app/config.h"

/*
 * The line of port `*at`, from 0 on, or of the first behind it that has one, of
 * which each may have two: *at goes on. False once there is none any more.
 */
bool told_line(const struct app *app, uint64_t *at, char line[CONFIG_LINE_MAX]);

struct told_kept {
	uint64_t tracks, clocks, within_ns; /* ports, and see 'clock' */
	struct find field[SUBJECT_PORTS_MAX];
};

void told_keep(const struct app *app, struct told_kept *k);

/* NULL: nothing is told, as at first. Counts begin anew. */
void told_restore(struct app *app, const struct told_kept *k, uint64_t now_ns);

#endif /* APP_TOLD_H */
