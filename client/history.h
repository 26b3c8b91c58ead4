/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lines that a person typed, kept between runs in the XDG state directory.
 */
#ifndef CLIENT_HISTORY_H
#define CLIENT_HISTORY_H

#include <stdbool.h>

/* Has `take` take each line that is kept, the oldest first. */
void history_load(void (*take)(void *arg, const char *line), void *arg);

/* Appends one; false, with errno, when it cannot be kept. Where there is no
 * home nothing is. */
bool history_add(const char *line);

#endif /* CLIENT_HISTORY_H */
