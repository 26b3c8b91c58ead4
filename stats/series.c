/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A record is a number, then those that it announces: 1 + 2 * slots of a gap,
 * or 2 * a mask of the values that are not as foretold, each of which follows
 * by its difference. Packets are foretold to be as many as in the slot before,
 * bytes to be of packets as large as there, all else to be as before.
 *
 * Numbers have 7 bits to a byte, the lowest first, with 0x80 where more follow.
 */
#include "stats/series.h"

#include <string.h>

#define NUMBER_BYTES 10
#define RECORD_BYTES (NUMBER_BYTES * (1 + SERIES_VALUES))

_Static_assert(RECORD_BYTES <= SERIES_BYTES_MIN, "a ring has room for one");

void series_init(struct series *s, void *mem, size_t size, uint64_t slots,
		 uint64_t slot)
{
	memset(s, 0, sizeof(*s));
	s->mem = mem;
	s->size = size;
	s->slots = slots;
	s->first = s->next = slot;
}

/* What value `i` of a slot is foretold to be, behind `was`. */
static uint64_t foretold(const uint64_t was[SERIES_VALUES],
			 const uint64_t v[SERIES_VALUES], unsigned i)
{
	if (i < 2 * SERIES_PAIRS && i & 1 && was[i - 1])
		return was[i] / was[i - 1] * v[i - 1];
	return was[i];
}

static size_t put_number(unsigned char *to, uint64_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		to[n++] = (unsigned char)(v | 0x80);
	to[n++] = (unsigned char)v;
	return n;
}

static uint64_t take_number(const struct series *s, uint64_t *at)
{
	uint64_t v = 0;
	unsigned char c;
	unsigned shift = 0;

	do {
		c = s->mem[(*at)++ % s->size];
		v |= (uint64_t)(c & 0x7f) << shift;
		shift += 7;
	} while (c & 0x80);
	return v;
}

/* Differences of either sign, the small ones small. */
static uint64_t folded(uint64_t difference)
{
	return difference << 1 ^ (0 - (difference >> 63));
}

static uint64_t unfolded(uint64_t v)
{
	return v >> 1 ^ (0 - (v & 1));
}

/* The record at `at->at`; of a gap the values are as before. */
static void take(const struct series *s, struct series_at *at,
		 struct series_row *row)
{
	const uint64_t head = take_number(s, &at->at);

	memset(row, 0, sizeof(*row));
	row->slot = at->slot;
	row->gap = head & 1;
	row->slots = row->gap ? head >> 1 : 1;
	at->slot += row->slots;
	if (row->gap)
		return;
	for (unsigned i = 0; i < SERIES_VALUES; i++) {
		row->v[i] = foretold(at->last, row->v, i);
		if (head >> (1 + i) & 1)
			row->v[i] += unfolded(take_number(s, &at->at));
	}
	memcpy(at->last, row->v, sizeof(at->last));
}

static void begin(const struct series *s, struct series_at *at)
{
	at->at = s->from;
	at->slot = s->first;
	memcpy(at->last, s->was, sizeof(at->last));
}

bool series_read(const struct series *s, struct series_at *at,
		 struct series_row *row)
{
	if (at->at < s->from || at->slot < s->first)
		begin(s, at);
	if (at->at == s->to)
		return false;
	take(s, at, row);
	return true;
}

static void drop(struct series *s)
{
	struct series_at at;
	struct series_row row;

	begin(s, &at);
	take(s, &at, &row);
	for (unsigned i = 0; i < SERIES_VALUES; i++)
		s->gone[i] += row.v[i];
	s->from = at.at;
	s->first = at.slot;
	memcpy(s->was, at.last, sizeof(s->was));
}

/* The end of the oldest record. */
static uint64_t first_end(const struct series *s)
{
	struct series_at at;
	struct series_row row;

	begin(s, &at);
	take(s, &at, &row);
	return at.slot;
}

static void append(struct series *s, const unsigned char *record, size_t len,
		   uint64_t slots)
{
	while (s->to - s->from + len > s->size)
		drop(s);
	for (size_t i = 0; i < len; i++)
		s->mem[s->to++ % s->size] = record[i];
	s->next += slots;
	while (s->next - s->first > s->slots &&
	       first_end(s) + s->slots <= s->next)
		drop(s);
}

void series_add(struct series *s, const uint64_t v[SERIES_VALUES])
{
	unsigned char record[RECORD_BYTES], numbers[RECORD_BYTES] = {0};
	uint64_t mask = 0;
	size_t len = 0, head;

	for (unsigned i = 0; i < SERIES_VALUES; i++) {
		const uint64_t off = v[i] - foretold(s->last, v, i);

		if (!off)
			continue;
		mask |= 1u << i;
		len += put_number(numbers + len, folded(off));
	}
	head = put_number(record, mask << 1);
	memcpy(record + head, numbers, len);
	append(s, record, head + len, 1);
	memcpy(s->last, v, sizeof(s->last));
}

void series_gap(struct series *s, uint64_t n)
{
	unsigned char record[NUMBER_BYTES];
	const size_t len = put_number(record, n << 1 | 1);

	append(s, record, len, n);
}
