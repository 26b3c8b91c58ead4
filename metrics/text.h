/* SPDX-License-Identifier: BSD-3-Clause */
/* Text that grows. Without memory it is `failed`, and what is added is lost. */
#ifndef METRICS_TEXT_H
#define METRICS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *data; /* a NUL behind `len` bytes; NULL of none */
	size_t len, room;
	bool failed;
};

__attribute__((format(printf, 2, 3))) void text_add(struct text *t,
						    const char *fmt, ...);
void text_bytes(struct text *t, const void *bytes, size_t len);

/* The first `len` bytes are done with. */
void text_drop(struct text *t, size_t len);

void text_free(struct text *t);

#endif /* METRICS_TEXT_H */
