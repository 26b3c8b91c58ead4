/* SPDX-License-Identifier: BSD-3-Clause */
/* How text looks on a terminal: SGR of ECMA-48. Private to shell/. */
#ifndef SHELL_ATTR_H
#define SHELL_ATTR_H

#include <stddef.h>
#include <string.h>

#define ATTR_PLAIN 0u
#define ATTR_BOLD 0x01u
#define ATTR_DIM 0x02u
#define ATTR_REVERSE 0x04u
#define ATTR_RED 0x08u /* one colour at most */
#define ATTR_GREEN 0x10u

#define ATTR_ALL 0x1fu
#define ATTR_COLORS (ATTR_RED | ATTR_GREEN)
#define ATTR_MAX 15 /* bytes of the longest sequence */

/*
 * Writes the shortest sequence that takes a terminal from the attributes `from`
 * to `to`, without a NUL; returns its length, 0 where they are the same.
 */
static inline size_t attr_change(char *buf, unsigned from, unsigned to)
{
	static const char *const digits[] = {"1", "2", "7", "31", "32"};
	unsigned set = to & ~from;
	size_t n = 2;

	if (from == to)
		return 0;
	buf[0] = '\x1b';
	buf[1] = '[';
	/* What is to go goes by starting over; no digit is a zero. */
	if ((from & ~to) && to) {
		set = to;
		buf[n++] = ';';
	} else if (!to) {
		set = 0;
	}
	for (unsigned i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
		if (!(set >> i & 1))
			continue;
		memcpy(buf + n, digits[i], strlen(digits[i]));
		n += strlen(digits[i]);
		buf[n++] = ';';
	}
	if (set)
		n--;
	buf[n++] = 'm';
	return n;
}

#endif /* SHELL_ATTR_H */
