/* SPDX-License-Identifier: BSD-3-Clause */
#include "units/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MICRO 1000000u
#define FRACTION_DIGITS 6

/* A number before its unit is known. */
struct decimal {
	uint64_t whole;
	uint32_t micro; /* millionths after the point */
	bool point;
	bool huge; /* the whole part does not fit */
};

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit multipliers[] = {
	{"k", 1000},     {"ki", 1024},      {"m", 1000000},
	{"mi", 1048576}, {"g", 1000000000}, {"gi", 1073741824},
};

/* By size: of two that print alike the printers want the larger. */
static const struct unit time_units[] = {
	{"ns", 1},         {"us", 1000},         {"ms", 1000000},
	{"s", 1000000000}, {"min", 60000000000}, {"h", 3600000000000},
};

/* Taken as well, and never printed. */
static const struct unit more_time_units[] = {
	{"m", 60000000000},       {"d", 86400000000000},
	{"sec", 1000000000},      {"second", 1000000000},
	{"seconds", 1000000000},  {"minute", 60000000000},
	{"minutes", 60000000000}, {"hour", 3600000000000},
	{"hours", 3600000000000}, {"day", 86400000000000},
	{"days", 86400000000000},
};

static const struct unit rate_prefixes[] = {
	{"", 1},           {"k", 1000},          {"m", 1000000},
	{"g", 1000000000}, {"t", 1000000000000},
};

static const struct {
	const char *name;
	enum rate_unit unit;
} rate_units[] = {
	{"pps", RATE_PPS},
	{"bps", RATE_BPS_L2},
	{"bpsl1", RATE_BPS_L1},
	{"bpsl2", RATE_BPS_L2},
	/* Taken as well, and never printed. */
	{"bit/s", RATE_BPS_L2},
	{"bit", RATE_BPS_L2},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Returns the first byte after the number, NULL when none stands there. */
static const char *take_digits(const char *s, uint64_t *v, bool *huge)
{
	if (!is_digit(*s))
		return NULL;
	for (*v = 0, *huge = false; is_digit(*s); s++)
		*huge |= __builtin_mul_overflow(*v, 10, v) ||
			 __builtin_add_overflow(*v, (uint64_t)(*s - '0'), v);
	return s;
}

static const char *take_decimal(const char *s, struct decimal *d)
{
	uint32_t weight = MICRO;

	*d = (struct decimal){0};
	s = take_digits(s, &d->whole, &d->huge);
	if (!s || *s != '.')
		return s;
	d->point = true;
	for (s++; is_digit(*s); s++) {
		weight /= 10;
		if (!weight)
			return NULL;
		d->micro += (uint32_t)(*s - '0') * weight;
	}
	return weight == MICRO ? NULL : s;
}

/* d * factor, which must be whole; one above 1.8e13 is a multiple of 10^6. */
static enum shell_err scale(const struct decimal *d, uint64_t factor,
			    uint64_t *v)
{
	const bool even = factor % MICRO == 0;
	uint64_t rest = d->micro * (even ? factor / MICRO : factor), product;

	if (!even && rest % MICRO)
		return E_SYNTAX;
	rest /= even ? 1 : MICRO;
	if (d->huge || __builtin_mul_overflow(d->whole, factor, &product) ||
	    __builtin_add_overflow(product, rest, &product))
		return E_RANGE;
	*v = product;
	return E_OK;
}

static const struct unit *find_unit(const struct unit *units, size_t n,
				    const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcasecmp(units[i].name, name))
			return &units[i];
	return NULL;
}

enum shell_err value_decimal(const char *word, uint64_t *micro,
			     const char **end)
{
	struct decimal d;
	const char *after = take_decimal(word, &d);

	if (!after)
		return E_SYNTAX;
	*end = after;
	return scale(&d, MICRO, micro);
}

enum shell_err value_int(const char *word, uint64_t *v)
{
	struct decimal d;
	const char *end = take_decimal(word, &d);
	const struct unit *u;

	if (!end)
		return E_SYNTAX;
	if (!*end)
		return d.point ? E_SYNTAX : scale(&d, 1, v);
	u = find_unit(multipliers, COUNT(multipliers), end);
	return u ? scale(&d, u->factor, v) : E_SYNTAX;
}

/* The unit behind a rate's number; false when it is none. */
static bool rate_unit(const char *name, enum rate_unit *unit, uint64_t *factor)
{
	*factor = 1;
	*unit = *name == '%' ? RATE_PERCENT : RATE_PER_MIN;
	if (!strcmp(name, "%") || !strcasecmp(name, "/min"))
		return true;
	for (size_t p = 0; p < COUNT(rate_prefixes); p++) {
		const char prefix = rate_prefixes[p].name[0];

		if (prefix && (*name | 0x20) != prefix)
			continue;
		for (size_t u = 0; u < COUNT(rate_units); u++) {
			if (strcasecmp(name + !!prefix, rate_units[u].name))
				continue;
			*factor = rate_prefixes[p].factor;
			*unit = rate_units[u].unit;
			return true;
		}
	}
	return false;
}

enum shell_err value_rate(const char *word, struct rate *v)
{
	struct rate rate = {0};
	struct decimal d;
	const char *end;
	uint64_t factor;
	enum shell_err err;

	if (!strcasecmp(word, "max")) {
		*v = (struct rate){.unit = RATE_MAX};
		return E_OK;
	}
	end = take_decimal(word, &d);
	if (!end || !rate_unit(end, &rate.unit, &factor))
		return E_SYNTAX;
	err = scale(&d, MICRO, &rate.micro);
	if (!err && __builtin_mul_overflow(rate.micro, factor, &rate.micro))
		err = E_RANGE;
	if (!err)
		*v = rate;
	return err;
}

bool value_lacks_unit(const char *word)
{
	struct decimal d;
	const char *end = take_decimal(word, &d);

	if (!end)
		return false;
	for (size_t p = 0; p < COUNT(rate_prefixes); p++)
		if (!strcasecmp(rate_prefixes[p].name, end))
			return true;
	return false;
}

/* The unit at the start of `s`: its letters, up to a number or the end. */
static const struct unit *take_time_unit(const char **s)
{
	const struct unit *u;
	char name[8];
	size_t n = 0;

	while ((*s)[n] && !is_digit((*s)[n]))
		n++;
	if (n >= sizeof(name))
		return NULL;
	memcpy(name, *s, n);
	name[n] = '\0';
	*s += n;
	u = find_unit(time_units, COUNT(time_units), name);
	if (!u)
		u = find_unit(more_time_units, COUNT(more_time_units), name);
	return u;
}

enum shell_err value_time(const char *word, uint64_t *ns)
{
	uint64_t sum = 0, one, least = UINT64_MAX;
	bool huge = false;

	/* No time at all has no unit either. */
	if (!strcmp(word, "0")) {
		*ns = 0;
		return E_OK;
	}
	do {
		const struct unit *u;
		struct decimal d;
		enum shell_err err;

		word = take_decimal(word, &d);
		u = word ? take_time_unit(&word) : NULL;
		/* From large to small, as people say it. */
		if (!u || u->factor >= least)
			return E_SYNTAX;
		least = u->factor;
		err = scale(&d, u->factor, &one);
		if (err == E_SYNTAX)
			return err;
		huge |= err || __builtin_add_overflow(sum, one, &sum);
	} while (*word);
	if (huge)
		return E_RANGE;
	*ns = sum;
	return E_OK;
}

const char *value_range(const char *s, uint64_t *from, uint64_t *to)
{
	bool huge;

	s = take_digits(s, from, &huge);
	if (!s)
		return NULL;
	if (huge)
		*from = UINT64_MAX;
	*to = *from;
	if (*s != '-')
		return s;
	s = take_digits(s + 1, to, &huge);
	if (s && huge)
		*to = UINT64_MAX;
	return s;
}

enum shell_err value_hex32(const char *word, uint32_t *v)
{
	uint32_t sum = 0;
	unsigned n = 0;

	for (; n < 8 && word[n]; n++) {
		char c = word[n];

		if (is_digit(c))
			sum = sum << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			sum = sum << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return E_SYNTAX;
	}
	if (n < 8 || word[8])
		return E_SYNTAX;
	*v = sum;
	return E_OK;
}

bool value_name(const char *text, size_t len)
{
	return len && len <= VALUE_NAME_MAX && !text[len] &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == len;
}

/* A number with the units that it could be printed in, the shortest so far. */
struct shortest {
	char text[48];
	int len;
};

/* Takes whole + micro / 10^6 and its unit, if that is shorter. */
static void try_print(struct shortest *best, uint64_t whole, uint32_t micro,
		      const char *prefix, const char *unit)
{
	struct shortest s;
	int digits = FRACTION_DIGITS;

	for (; digits && micro % 10 == 0; digits--)
		micro /= 10;
	if (digits)
		s.len = snprintf(s.text, sizeof(s.text),
				 "%" PRIu64 ".%0*" PRIu32 "%s%s", whole, digits,
				 micro, prefix, unit);
	else
		s.len = snprintf(s.text, sizeof(s.text), "%" PRIu64 "%s%s",
				 whole, prefix, unit);
	if (!best->len || s.len < best->len)
		*best = s;
}

void value_rate_print(const struct rate *v, char *buf, size_t size)
{
	static const char *const names[] = {
		[RATE_PPS] = "pps",      [RATE_BPS_L2] = "bps",
		[RATE_BPS_L1] = "bpsl1", [RATE_PERCENT] = "%",
		[RATE_PER_MIN] = "/min",
	};
	struct shortest best = {.len = 0};

	if (v->unit == RATE_MAX) {
		snprintf(buf, size, "max");
		return;
	}
	for (size_t i = COUNT(rate_prefixes); i-- > 0;) {
		const struct unit *p = &rate_prefixes[i];
		const uint64_t micro = v->micro / p->factor;

		/* Not "0.25kpps", no thousands of percent or a minute. */
		if (i && (micro < MICRO || v->unit == RATE_PERCENT ||
			  v->unit == RATE_PER_MIN))
			continue;
		if (v->micro % p->factor == 0)
			try_print(&best, micro / MICRO,
				  (uint32_t)(micro % MICRO), p->name,
				  names[v->unit]);
	}
	snprintf(buf, size, "%s", best.text);
}

void value_time_print(uint64_t ns, char *buf, size_t size)
{
	struct shortest best = {.len = 0};

	for (size_t i = COUNT(time_units); ns && i-- > 0;) {
		const struct unit *u = &time_units[i];
		const uint64_t rest = ns % u->factor * MICRO;

		if (ns >= u->factor && rest % u->factor == 0)
			try_print(&best, ns / u->factor,
				  (uint32_t)(rest / u->factor), "", u->name);
	}
	snprintf(buf, size, "%s", ns ? best.text : "0s");
}

void value_set_print(uint64_t mask, char *buf, size_t size)
{
	char text[200]; /* 32 numbers of two digits with a comma at most */
	int n = snprintf(text, sizeof(text), mask ? "" : "none");

	for (unsigned from = 0, to; from < 64; from = to + 1) {
		to = from;
		if (!(mask >> from & 1))
			continue;
		while (to < 63 && mask >> (to + 1) & 1)
			to++;
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%u",
			      n ? "," : "", from);
		if (to > from)
			n += snprintf(text + n, sizeof(text) - (size_t)n, "-%u",
				      to);
	}
	snprintf(buf, size, "%s", text);
}
