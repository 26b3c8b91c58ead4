/* SPDX-License-Identifier: BSD-3-Clause */
/* A file that is whole or not there: it takes the place of the one that is. */
#ifndef METRICS_FILE_H
#define METRICS_FILE_H

#include "metrics/text.h"

/* False with errno, and what was there stays. All may read it. */
bool file_replace(const char *path, const struct text *t);
/* To a descriptor; false with errno. */
bool file_write(int fd, const struct text *t);

#endif /* METRICS_FILE_H */
