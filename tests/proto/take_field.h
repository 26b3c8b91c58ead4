/* SPDX-License-Identifier: BSD-3-Clause */
/* A field of a stream as one word of a command line. */
#ifndef TESTS_PROTO_TAKE_FIELD_H
#define TESTS_PROTO_TAKE_FIELD_H

#include <stdio.h>
#include <string.h>

#include "pktgen/fields.h"

#define FIELD_WORDS_MAX 16

/* "udp.src=7-9+step+2"; what is wrong is printed behind the word `refused`. */
static inline bool take_field(struct stream *s, char *text, const char *refused)
{
	struct fields_fault fault = {0};
	const char *words[FIELD_WORDS_MAX];
	char *value = strchr(text, '='), *word;
	unsigned nb = 0;

	if (!value)
		return false;
	*value++ = 0;
	while ((word = strsep(&value, "+")) && nb < FIELD_WORDS_MAX)
		words[nb++] = word;
	if (!fields_set(s, text, words, nb, NULL, &fault))
		return true;
	printf("%s %s: %s\n", refused, text, fault.text);
	return false;
}

#endif /* TESTS_PROTO_TAKE_FIELD_H */
