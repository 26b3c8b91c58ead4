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
#include "units/vary.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vary_pool pool = {.used = 0}, other = {.used = 0};
	char text[VARY_PRINT_MAX], why[VARY_WHY_MAX];
	const struct field *f;
	const char *word[WORDS];
	struct vary v, again;
	unsigned fault, nb;
	enum shell_err err;

	if (!size || size >= sizeof(text))
		return 0;
	f = &fields[data[0] % FIELDS];
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	nb = split(text, word);
	err = vary_take(word, nb, f->type, f->bits, &pool, &v, &fault, why);
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
	fuzz_check(!vary_take(word, nb, f->type, f->bits, &other, &again,
			      &fault, why));
	fuzz_check(!memcmp(&v, &again, sizeof(v)));
	fuzz_check(!memcmp(&pool, &other, sizeof(pool)));
	return 0;
}
