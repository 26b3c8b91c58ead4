/* SPDX-License-Identifier: BSD-3-Clause */
/* The lines that a person typed, kept between runs in the XDG state directory.
 */
#ifndef CLIENT_HISTORY_H
#define CLIENT_HISTORY_H

/* Has `take` take each line that is kept, the oldest first. */
void history_load(void (*take)(void *arg, const char *line), void *arg);

/* Appends one. Where it cannot be kept, nothing is said. */
void history_add(const char *line);

#endif /* CLIENT_HISTORY_H */
