/* SPDX-License-Identifier: BSD-3-Clause */
/* The appliances that the launcher runs, by the files that it keeps of them. */
#ifndef CLIENT_NAMES_H
#define CLIENT_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The path of NAME's socket; false where there is none that is ours. KIND is
 * "sock", the console, or "watch".
 */
bool names_socket(const char *name, const char *kind, char *path, size_t size);

/* Writes the names of those that run, with blanks between, or "none". */
void names_running(char *out, size_t size);

#endif /* CLIENT_NAMES_H */
