/* SPDX-License-Identifier: BSD-3-Clause */
/* Which requests change nothing, so that those who watch may send them. */
#ifndef RELAY_ALLOWED_H
#define RELAY_ALLOWED_H

#include <stdbool.h>

/* `text` is what stands behind "@TAG ", a person's mark included. */
bool allowed(const char *text);

#endif /* RELAY_ALLOWED_H */
