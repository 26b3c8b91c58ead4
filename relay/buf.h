/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes that wait, up to a limit; what does not fit the owner keeps. */
#ifndef RELAY_BUF_H
#define RELAY_BUF_H

#include <stddef.h>
#include <string.h>

#define BUF_BYTES 65536

struct buf {
	char data[BUF_BYTES];
	size_t len;
};

static inline size_t buf_room(const struct buf *b)
{
	return BUF_BYTES - b->len;
}

/* Takes as much as there is room for; returns how much that is. */
static inline size_t buf_add(struct buf *b, const void *data, size_t len)
{
	len = len < buf_room(b) ? len : buf_room(b);
	memcpy(b->data + b->len, data, len);
	b->len += len;
	return len;
}

static inline void buf_drop(struct buf *b, size_t len)
{
	b->len -= len;
	memmove(b->data, b->data + len, b->len);
}

#endif /* RELAY_BUF_H */
