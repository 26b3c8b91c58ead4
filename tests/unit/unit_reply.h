/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of replies and renderers share. */
#ifndef TESTS_UNIT_REPLY_H
#define TESTS_UNIT_REPLY_H

#include <string.h>

#include "shell/render.h"
#include "unit.h"

/* A reply renders to less than this, whatever is in it. */
#define RENDERED_MAX (1024 * 1024)

/*
 * Renders all of `r` in pieces of `step` bytes, of random sizes up to 40 where
 * it is 0. Returns the length; `out` gets a NUL behind.
 */
static inline size_t unit_render(const struct reply *r, bool json,
				 unsigned width, size_t step, char *out)
{
	struct render render;
	size_t len = 0, n, size;
	uint64_t seed = 1;

	render_start(&render, r, json, width);
	do {
		size = step ? step : 1 + unit_random(&seed) % 40;
		if (size > RENDERED_MAX - 1 - len)
			size = RENDERED_MAX - 1 - len;
		assert_true(size);
		n = render_step(&render, out + len, size);
		assert_true(n <= size);
		len += n;
	} while (n);
	assert_int_equal(render_step(&render, out + len, 1), 0);
	out[len] = '\0';
	assert_int_equal(strlen(out), len);
	return len;
}

/* The reply that a test builds, and what it renders to. */
static struct reply reply;
static char out[RENDERED_MAX];

static inline int unit_reply_setup(void **state)
{
	(void)state;
	reply_reset(&reply);
	return 0;
}

/* Whole, and in pieces. */
#define assert_screen(width, text)                               \
	do {                                                     \
		unit_render(&reply, false, width, 1 << 16, out); \
		assert_string_equal(out, text);                  \
		unit_render(&reply, false, width, 1, out);       \
		assert_string_equal(out, text);                  \
	} while (0)

#define assert_json(text)                                    \
	do {                                                 \
		unit_render(&reply, true, 80, 1 << 16, out); \
		assert_string_equal(out, text);              \
		unit_render(&reply, true, 80, 1, out);       \
		assert_string_equal(out, text);              \
	} while (0)

static inline void map(const char *key)
{
	reply_map(&reply, key, REPLY_TABLE);
}

static inline void list(const char *key)
{
	reply_list(&reply, key, REPLY_TABLE);
}

static inline void end(void)
{
	reply_end(&reply);
}

static inline void u64(const char *key, uint64_t v, const char *unit)
{
	reply_u64(&reply, key, v, unit);
}

static inline void text(const char *key, const char *v)
{
	reply_text(&reply, key, v);
}

#endif /* TESTS_UNIT_REPLY_H */
