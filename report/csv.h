/* SPDX-License-Identifier: BSD-3-Clause */
/* One list of all results as CSV (RFC 4180): a line for each of its objects. */
#ifndef REPORT_CSV_H
#define REPORT_CSV_H

#include "report/load.h"

/* `list`: its key; NULL for the first that is there of rows, goals and trials.
 * False: no result has it. */
bool csv_write(struct text *out, const struct result *r, unsigned nb,
	       const char *list);

#endif /* REPORT_CSV_H */
