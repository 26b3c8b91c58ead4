/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any words as a field's value: refused with the word at fault and a sentence,
 * or taken, printed and read again as the same. A sequence of it is where a
 * seek says it is.
 *
 * The first byte of an input says which field, the rest is parted by blanks.
 */
#include <stdlib.h>
#include <string.h>

#include "pktgen/sequence.h"
#include "tests/fuzz/line.h"
#include "units/vary_file.h"

#define WORDS 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct field {
	enum vary_type type;
	unsigned bits;
} fields[] = {
	{VARY_NUMBER, 1},  {VARY_NUMBER, 4},   {VARY_NUMBER, 12},
	{VARY_NUMBER, 16}, {VARY_NUMBER, 20},  {VARY_NUMBER, 32},
	{VARY_NUMBER, 64}, {VARY_NUMBER, 128}, {VARY_MAC, 48},
	{VARY_IPV4, 32},   {VARY_IPV6, 128},
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Parts a text by blanks; changes it. */
static unsigned split(char *text, const char *word[WORDS])
{
	unsigned nb = 0;

	while (*text && nb < WORDS) {
		word[nb++] = text;
		text += strcspn(text, " ");
		if (*text)
			*text++ = '\0';
	}
	return nb;
}

static void check_sequence(const struct vary *v, const struct vary_pool *pool,
			   const struct field *f, uint64_t n)
{
	uint64_t *aux = malloc(sequence_room(v));
	struct sequence_state s;
	struct sequence q;

	sequence_make(&q, v, pool, f->bits, n, 1 + n % 3, aux);
	sequence_seek(&q, &s, n);
	for (unsigned i = 0; i < 4; i++)
		fuzz_check(sequence_next(&q, &s) == sequence_at(&q, n + i));
	free(aux);
}

/* "@f" has three values, of any field. */
static void read_file(struct vary_file *file, const struct field *f,
		      uint64_t values[6])
{
	static const char *const text[] = {
		[VARY_NUMBER] = "0\n1\n1",
		[VARY_MAC] = "02:00:00:00:00:01\n#\n02:00:00:00:00:02\n02:00:"
			     "00:00:00:01",
		[VARY_IPV4] = "10.0.0.1\n10.0.0.2\n10.0.0.1",
		[VARY_IPV6] = "2001:2::1\nfe80::1\n2001:2::1",
	};
	struct vary_reading read = {0};
	char why[VARY_WHY_MAX];
	enum shell_err err;

	vary_file_begin(file, "f", f->type, f->bits, 3, values);
	while (!vary_file_read(&read, text[f->type], strlen(text[f->type]), 1,
			       file, &err, why))
		;
	fuzz_check(!err && read.count == 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vary_pool pool = {.used = 0}, other = {.used = 0};
	char text[VARY_PRINT_MAX], why[VARY_WHY_MAX];
	struct vary_file file;
	uint64_t values[6];
	const struct field *f;
	const char *word[WORDS];
	struct vary v, again;
	unsigned fault, nb;
	enum shell_err err;

	if (!size || size >= sizeof(text))
		return 0;
	f = &fields[data[0] % FIELDS];
	read_file(&file, f, values);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	nb = split(text, word);
	err = vary_take(word, nb, f->type, f->bits, &file, &pool, &v, &fault,
			why);
	if (err) {
		fuzz_check(fault <= nb && (fault == nb) == (err == E_MISSING));
		fuzz_check(strstr(why, "; type ") != NULL);
		fuzz_check(!pool.used && !memcmp(&pool, &other, sizeof(pool)));
		return 0;
	}
	vary_print(&v, f->type, f->bits, &pool, text, sizeof(text));
	fuzz_check(strlen(text) < sizeof(text) - 1);
	check_sequence(&v, &pool, f, size * 0x9e3779b97f4a7c15ull >> size % 64);
	nb = split(text, word);
	fuzz_check(!vary_take(word, nb, f->type, f->bits, &file, &other, &again,
			      &fault, why));
	fuzz_check(!memcmp(&v, &again, sizeof(v)));
	fuzz_check(!memcmp(&pool, &other, sizeof(pool)));
	return 0;
}
