/* SPDX-License-Identifier: BSD-3-Clause */
/* A program that is run for what it prints, without a shell. */
#ifndef REPORT_CHILD_H
#define REPORT_CHILD_H

#include <stdbool.h>
#include <stdio.h>

#include "metrics/text.h"

/* `in`: its standard input, from its beginning, or NULL. Its standard output is
 * appended to `out`, or is lost with what it says of errors, if NULL. False: it
 * is not there (errno is ENOENT then), failed, or printed more than 16 MB. */
bool child_run(char *const argv[], FILE *in, struct text *out);

#endif /* REPORT_CHILD_H */
