/* SPDX-License-Identifier: BSD-3-Clause */
/* What both forms of captures are read with. Private to capture/. */
#ifndef CAPTURE_READ_IMPL_H
#define CAPTURE_READ_IMPL_H

#include "capture/read.h"

/* Ends the reading. `at` is the byte of the file that is at fault. */
__attribute__((format(printf, 3, 4))) enum capture_result capture_fail(
	struct capture_reader *r, uint64_t at, const char *fmt, ...);

/*
 * The `need` bytes from r->at on, or NULL: *result then says what to return.
 * `what` they are part of, for the fault of a file that ends there.
 */
const unsigned char *capture_have(struct capture_reader *r,
				  const struct capture_bytes *bytes,
				  uint64_t need, const char *what,
				  enum capture_result *result);

/* Bytes of the file from r->at on that are here. */
static inline uint64_t capture_left(const struct capture_reader *r,
				    const struct capture_bytes *bytes)
{
	const uint64_t end = bytes->at + bytes->len;

	return end > r->at ? end - r->at : 0;
}

/* Numbers the record, whose time is `ns` after 1970. */
enum capture_result capture_give(struct capture_reader *r,
				 struct capture_record *record, uint64_t ns);

/*
 * Ticks of the interface, in ns since 1970. False of a time before that or
 * after what 64 bits hold (2554).
 */
bool capture_ns(const struct capture_interface *i, uint64_t ticks,
		uint64_t *ns);

enum capture_result capture_next_block(struct capture_reader *r,
				       const struct capture_bytes *bytes,
				       struct capture_record *record);

static inline uint16_t capture_u16(const struct capture_reader *r,
				   const unsigned char *p)
{
	return (uint16_t)(r->big ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

static inline uint32_t capture_u32(const struct capture_reader *r,
				   const unsigned char *p)
{
	const uint32_t a = capture_u16(r, p), b = capture_u16(r, p + 2);

	return r->big ? a << 16 | b : b << 16 | a;
}

static inline uint64_t capture_u64(const struct capture_reader *r,
				   const unsigned char *p)
{
	const uint64_t a = capture_u32(r, p), b = capture_u32(r, p + 4);

	return r->big ? a << 32 | b : b << 32 | a;
}

#endif /* CAPTURE_READ_IMPL_H */
