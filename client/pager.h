/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CLIENT_PAGER_H
#define CLIENT_PAGER_H

#include <stdbool.h>
#include <stddef.h>

#include "client/term.h"

/* Has the person read it in $PAGER; false when that is not there, or fails. */
bool pager_show(const struct term *term, const char *text, size_t len);

#endif /* CLIENT_PAGER_H */
