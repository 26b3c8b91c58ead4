/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Typed values: what the words of a command line become before the command
 * sees them. Each parser takes a whole word (NUL-terminated) and either
 * accepts all of it or refuses it: nothing is clamped, nothing ignored.
 */
#ifndef SHELL_VALUE_H
#define SHELL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shell/error.h"

enum rate_unit {
	RATE_MAX,     /* as fast as the backend takes it */
	RATE_PPS,     /* packets per second */
	RATE_BPS_L2,  /* bits per second on layer 2, FCS included */
	RATE_BPS_L1,  /* the same with preamble, SFD and inter-frame gap */
	RATE_PERCENT, /* of the link's speed, layer 1 */
};

struct rate {
	enum rate_unit unit;
	uint64_t micro; /* millionths of the unit; 0 for RATE_MAX */
};

/*
 * All parsers: E_SYNTAX when the word has not the form, E_RANGE when it has but
 * its value does not fit; then the result is left as it was. Letters may be of
 * either case. Fractions have at most 6 digits and never round: one that would
 * have to is E_SYNTAX.
 */

/*
 * A decimal number at the start of `word`, in millionths: "2.5" is 2500000.
 * *end is set to the first byte after it, also when it does not fit.
 */
enum shell_err value_decimal(const char *word, uint64_t *micro,
			     const char **end);

/*
 * "64", "1k" (1,000), "1ki" (1,024), "2m", "2mi", "1g", "1gi": digits and a
 * multiplier, and before one a fraction whose product is whole: "1.5k".
 */
enum shell_err value_int(const char *word, uint64_t *v);

/*
 * "10mpps", "2.5kpps", "500mbps" (layer 2, also "500mbpsl2"), "1gbpsl1" (layer
 * 1), "25%", "max". A number without a unit is packets per second. 0 and more
 * than 100% pass: whether they make sense the command knows.
 */
enum shell_err value_rate(const char *word, struct rate *v);

/* "10s", "250us", "1.5ms", "2min", "1h", "100ns"; a unit is needed. In ns. */
enum shell_err value_time(const char *word, uint64_t *ns);

/*
 * "0", "0,2-3", "all": a set of small numbers below `count` (at most 64) as a
 * bit mask. E_RANGE when it names a number that is not there ("3-2" does) or
 * nothing at all ("all" of none).
 */
enum shell_err value_set(const char *word, unsigned count, uint64_t *mask);

/* "00c0ffee": a CRC, exactly 8 hexadecimal digits. */
enum shell_err value_hex32(const char *word, uint32_t *v);

#define VALUE_NAME_MAX 31

/* True for 1..VALUE_NAME_MAX letters, digits, '_', '-' and '.'. */
bool value_name(const char *text, size_t len);

/*
 * Writes the shortest exact form that value_rate() reads back, of several the
 * one with the largest unit: "2.5kpps", but "250pps". Cut at `size`, as are
 * the others; 48 bytes hold any.
 */
void value_rate_print(const struct rate *v, char *buf, size_t size);

/* Writes the shortest exact form that value_time() reads back: "1.5s". */
void value_time_print(uint64_t ns, char *buf, size_t size);

/*
 * Writes the form that value_set() reads back, "0,2-3", or "none", which it
 * does not. Up to 90 bytes with the NUL.
 */
void value_set_print(uint64_t mask, char *buf, size_t size);

#endif /* SHELL_VALUE_H */
