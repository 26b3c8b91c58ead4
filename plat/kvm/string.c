/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Copies and fills by the word. musl's own are "rep" instructions, of which an
 * emulated CPU does one step at a time: ten times as long as a loop.
 */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias, aligned(1))) word_t;
typedef uint32_t __attribute__((may_alias, aligned(1))) half_t;

#define W sizeof(word_t)

static inline word_t get(const unsigned char *p)
{
	return *(const word_t *)p;
}

static inline void put(unsigned char *p, word_t v)
{
	*(word_t *)p = v;
}

/* All is read before anything is written. */
static inline void move_few(unsigned char *d, const unsigned char *s, size_t n)
{
	unsigned char first, middle, last;

	if (n >= sizeof(half_t)) {
		const half_t a = *(const half_t *)s;
		const half_t b = *(const half_t *)(s + n - sizeof(half_t));

		*(half_t *)d = a;
		*(half_t *)(d + n - sizeof(half_t)) = b;
	} else if (n) {
		first = s[0];
		middle = s[n / 2];
		last = s[n - 1];
		d[0] = first;
		d[n / 2] = middle;
		d[n - 1] = last;
	}
}

/* From the first on: right where `d` is before `s`, too. */
static inline void move_up(unsigned char *d, const unsigned char *s, size_t n)
{
	/* What goes to the end may be written over on the way there. */
	const word_t last = get(s + n - W);
	unsigned char *const end = d + n - W;

	for (; n > 4 * W; n -= 4 * W, d += 4 * W, s += 4 * W) {
		const word_t a = get(s), b = get(s + W);
		const word_t c = get(s + 2 * W), e = get(s + 3 * W);

		put(d, a);
		put(d + W, b);
		put(d + 2 * W, c);
		put(d + 3 * W, e);
	}
	for (; n > W; n -= W, d += W, s += W)
		put(d, get(s));
	put(end, last);
}

static inline void move_down(unsigned char *d, const unsigned char *s, size_t n)
{
	const word_t first = get(s);

	for (; n > W; n -= W)
		put(d + n - W, get(s + n - W));
	put(d, first);
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	if (n < W)
		move_few(to, from, n);
	else
		move_up(to, from, n);
	return to;
}

void *memmove(void *to, const void *from, size_t n)
{
	if (n < W)
		move_few(to, from, n);
	else if ((uintptr_t)to - (uintptr_t)from >= n)
		move_up(to, from, n);
	else
		move_down(to, from, n);
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	const word_t v = (unsigned char)byte * 0x0101010101010101ull;
	unsigned char *d = to;

	if (n < W) {
		for (size_t i = 0; i < n; i++)
			d[i] = (unsigned char)byte;
		return to;
	}
	put(d + n - W, v);
	for (; n > 4 * W; n -= 4 * W, d += 4 * W) {
		put(d, v);
		put(d + W, v);
		put(d + 2 * W, v);
		put(d + 3 * W, v);
	}
	for (; n > W; n -= W, d += W)
		put(d, v);
	return to;
}
