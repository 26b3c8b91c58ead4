/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Typed values: what the words of a command line become before the command
 * sees them. Each parser takes a whole word (NUL-terminated) and either
 * accepts all of it or refuses it: nothing is clamped, nothing ignored.
 */
#ifndef UNITS_VALUE_H
#define UNITS_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "units/error.h"

enum rate_unit {
	RATE_MAX,     /* as fast as the backend takes it */
	RATE_PPS,     /* packets per second */
	RATE_BPS_L2,  /* bits per second on layer 2, FCS included */
	RATE_BPS_L1,  /* the same with preamble, SFD and inter-frame gap */
	RATE_PERCENT, /* of the link's speed, layer 1 */
	RATE_PER_MIN, /* packets per minute */
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
 * "10mpps", "2.5kpps", "500mbps" (layer 2, also "500mbpsl2", "500mbit/s",
 * "500mbit"), "1gbpsl1" (layer 1), "25%", "6/min" (packets per minute), "max".
 * A unit is needed. 0 and more than 100% pass: whether they make sense the
 * command knows.
 */
enum shell_err value_rate(const char *word, struct rate *v);

/* A number, maybe with "k", "m", "g" or "t", where a rate's unit is missing. */
bool value_lacks_unit(const char *word);

/*
 * "10s", "250us", "1.5ms", "2min" or "2m", "1h", "1d", "100ns"; a unit is
 * needed, but for 0. Several add up, the largest first: "1h30m". In ns.
 */
enum shell_err value_time(const char *word, uint64_t *ns);

/*
 * A number or a range, "2-3", at the start of `s`; what does not fit is
 * UINT64_MAX. Returns the first byte after it, NULL when none stands there.
 */
const char *value_range(const char *s, uint64_t *from, uint64_t *to);

/* "00c0ffee": a CRC, exactly 8 hexadecimal digits. */
enum shell_err value_hex32(const char *word, uint32_t *v);

#define VALUE_NAME_MAX 31

/* True for 1..VALUE_NAME_MAX letters, digits, '_', '-' and '.'. */
bool value_name(const char *text, size_t len);

#define VALUE_MAC_BYTES 6
#define VALUE_IPV4_BYTES 4
#define VALUE_IPV6_BYTES 16

/* "02:00:00:00:00:01", or all with '-' between: two digits a byte. */
enum shell_err value_mac(const char *word, uint8_t mac[VALUE_MAC_BYTES]);

/*
 * "198.18.0.1": four numbers without leading zeros. Where `prefix` is not NULL
 * the length of a prefix may follow, "198.18.0.1/24"; bits below it stay as
 * they are, and without one it is 32. Addresses are in network byte order.
 */
enum shell_err value_ipv4(const char *word, uint8_t addr[VALUE_IPV4_BYTES],
			  unsigned *prefix);

/*
 * "2001:2::1", the forms of RFC 4291 section 2.2, without a zone; the prefix as
 * above, 128 without one.
 */
enum shell_err value_ipv6(const char *word, uint8_t addr[VALUE_IPV6_BYTES],
			  unsigned *prefix);

/*
 * Sizes of frames, and the order in which they come: one, or a mix, each as
 * often as its weight says in a round of as many frames as all weights add up
 * to; an IMIX genome, a letter for each frame of a round (RFC 6985); from one
 * end of a range to the other; or any of a range.
 */
#define SIZES_MAX 24
#define SIZES_SUM_MAX 10000
#define SIZES_LETTERS_MAX 95
#define SIZES_WHY_MAX 120

enum sizes_kind { SIZES_MIX, SIZES_GENOME, SIZES_RANGE, SIZES_RANDOM };

struct size_weight {
	uint16_t size; /* bytes */
	uint16_t weight;
};

/* What is not used is 0. */
struct sizes {
	uint8_t kind;   /* enum sizes_kind */
	uint8_t count;  /* MIX: 1..SIZES_MAX, else 0 */
	uint8_t digits; /* MIX: weights are multiples of 10^-digits */
	union {
		struct size_weight entry[SIZES_MAX];
		char letters[SIZES_LETTERS_MAX + 1];
		struct {
			uint16_t from, to, step; /* as typed */
		} range;
	};
};

struct sizes_range {
	uint64_t min, max; /* bytes, below 2^16 */
};

/*
 * "64", "64:7,594:4,1518:1", "64:58.33,1518:41.67", "imix", "imix abba",
 * "64-1518 step 2", "1518-64", "random 64-1518": words with one blank between.
 * Sizes are as value_int() takes them, each within `range`; E_RANGE also for
 * too many of them or too large a sum. Where it is refused, *fault is set to
 * where in `text` what is wrong begins, and `why` to a sentence for people, or
 * to nothing.
 */
enum shell_err value_sizes(const char *text, const struct sizes_range *range,
			   struct sizes *v, const char **fault,
			   char why[SIZES_WHY_MAX]);

/* What may stand behind the words of sizes that there are. */
enum sizes_next {
	SIZES_NO_MORE,
	SIZES_A_RANGE,
	SIZES_LETTERS,
	SIZES_STEP,   /* "step", or nothing */
	SIZES_A_STEP, /* its number */
};

/* Behind `word`, which is the first or stands where `was` may. */
enum sizes_next value_sizes_next(enum sizes_next was, const char *word);

/*
 * The size at `i`, from 0, as they are typed, of a range the ends that it
 * reaches; 0: there are not as many. `z` is what that letter stands for.
 */
unsigned sizes_at(const struct sizes *v, unsigned i, unsigned z);

/* The bytes of a round, and its frames; of random ones what is expected. */
uint64_t sizes_round(const struct sizes *v, unsigned z, uint64_t *frames);

bool value_sizes_equal(const struct sizes *a, const struct sizes *b);

/*
 * Writes the shortest exact form that value_rate() reads back, of several the
 * one with the largest unit: "2.5kpps", but "250pps". Cut at `size`, as are
 * the others; 48 bytes hold any.
 */
void value_rate_print(const struct rate *v, char *buf, size_t size);

/* Writes the shortest exact form that value_time() reads back: "1.5s". */
void value_time_print(uint64_t ns, char *buf, size_t size);

/*
 * Writes the numbers whose bits are set, "0,2-3", or "none". Up to 90 bytes
 * with the NUL.
 */
void value_set_print(uint64_t mask, char *buf, size_t size);

/* With ':' and small letters. */
void value_mac_print(const uint8_t mac[VALUE_MAC_BYTES], char *buf,
		     size_t size);

/* A prefix of the whole address is left out. */
void value_ipv4_print(const uint8_t addr[VALUE_IPV4_BYTES], unsigned prefix,
		      char *buf, size_t size);

/* The same in the form of RFC 5952, IPv4-mapped addresses with their dots. */
void value_ipv6_print(const uint8_t addr[VALUE_IPV6_BYTES], unsigned prefix,
		      char *buf, size_t size);

/* Without weights where all are 1. SIZES_PRINT_MAX bytes hold any. */
#define SIZES_PRINT_MAX 320
void value_sizes_print(const struct sizes *v, char *buf, size_t size);

#endif /* UNITS_VALUE_H */
