/* SPDX-License-Identifier: BSD-3-Clause */
/* What is kept between runs: files of the XDG state directory. */
#ifndef CLIENT_STATE_H
#define CLIENT_STATE_H

#include <stdbool.h>

#define STATE_PATH 1024

/*
 * The path of a file there, its directory made; false where there is no home.
 * `name` may have directories of its own.
 */
bool state_path(char path[STATE_PATH], const char *name);

#endif /* CLIENT_STATE_H */
