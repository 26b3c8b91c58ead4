/* SPDX-License-Identifier: BSD-3-Clause */
/* Sizes, which are the only values of several words: parsed and completed. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "shell/complete_impl.h"
#include "shell/parse_impl.h"

const char *parse_sizes(const struct parser *p, char buf[PARSE_SIZES_MAX],
			unsigned *n)
{
	enum sizes_next next = SIZES_NO_MORE;
	size_t used = 0;

	*n = 0;
	do {
		const char *const word = p->pos[p->at + *n]->text;

		if (next == SIZES_STEP && strcasecmp(word, "step") != 0)
			break;
		next = value_sizes_next(next, word);
		if (used < PARSE_SIZES_MAX)
			used += (size_t)snprintf(buf + used,
						 PARSE_SIZES_MAX - used, "%s%s",
						 *n ? " " : "", word);
		++*n;
	} while (next != SIZES_NO_MORE && p->at + *n < p->nb_pos);
	/* One word may be longer; several that are cut are refused so, too. */
	return *n == 1 ? p->pos[p->at]->text : buf;
}

enum shell_err parse_take_sizes(const struct parser *p, const struct arg *a,
				struct value *v, unsigned *n,
				const struct word **word)
{
	char buf[PARSE_SIZES_MAX];
	const char *const text = parse_sizes(p, buf, n);
	enum shell_err err = arg_take(a, text, p->ports, v);
	size_t at, len;

	if (!err) {
		/* Where the sizes begin, for what is refused later. */
		*word = p->pos[p->at +
			       (*n > 1 && v->sizes.kind != SIZES_RANGE)];
		v->word = (*word)->text;
		v->rest = (*word)->column - 1;
		return err;
	}
	at = (size_t)(v->word - text);
	for (unsigned i = 0; i < *n; i++, at -= len + 1) {
		*word = p->pos[p->at + i];
		len = strlen((*word)->text);
		if (at <= len || i + 1 == *n)
			break;
	}
	v->word = (*word)->text + at;
	return err;
}

/* ---- Completed ----------------------------------------------------------- */

enum sizes_next complete_sizes_there(const struct complete *c, unsigned at)
{
	for (unsigned first = c->call.first; first < at; first++) {
		enum sizes_next next = SIZES_NO_MORE;
		unsigned i = first;

		do
			next = value_sizes_next(next, c->words.word[i].text);
		while (next && ++i < at);
		if (next)
			return next;
	}
	return SIZES_NO_MORE;
}

unsigned complete_take_sizes(const struct complete *c, const struct arg *a,
			     unsigned at)
{
	const enum sizes_next was = complete_sizes_there(c, at);
	const char *const text = c->words.word[at].text;
	const enum sizes_next next = value_sizes_next(was, text);
	struct value v;

	if (next == SIZES_A_RANGE || next == SIZES_A_STEP)
		return 1; /* more must follow */
	if ((was == SIZES_NO_MORE || was == SIZES_A_RANGE) &&
	    arg_take(a, text, &c->env->ports, &v))
		return 0;
	return was == SIZES_STEP ? 0 : next ? 3 : 2;
}

void complete_offer_sizes(const struct complete *c)
{
	switch (complete_sizes_there(c, c->done)) {
	case SIZES_NO_MORE:
		complete_offer(c, "imix", "64, 594 and 1518 bytes 7:4:1");
		complete_offer(c, "random", "any size of a range");
		break;
	case SIZES_LETTERS:
		complete_describe(c, "LETTERS", "of abcdefghiz",
				  "sizes of RFC 6985, in that order");
		break;
	case SIZES_A_RANGE:
		complete_describe(c, "SIZE-SIZE", "", "the ends of the range");
		break;
	case SIZES_STEP:
		complete_offer(c, "step", "not each size of the range");
		break;
	case SIZES_A_STEP:
		complete_describe(c, "STEP", "number",
				  "bytes from one size to the next");
	}
}
