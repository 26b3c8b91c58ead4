/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/nearest.h"

#include <limits.h>
#include <string.h>

/* Letters of another case are the same: that is what was meant. */
static bool differ(char a, char b)
{
	if (a >= 'A' && a <= 'Z')
		a |= 0x20;
	if (b >= 'A' && b <= 'Z')
		b |= 0x20;
	return a != b;
}

#define LETTERS 32

/*
 * Edits that turn one word into the other, two letters in the wrong order being
 * one of them (optimal string alignment), or 99 where they are long.
 */
static unsigned distance(const char *a, const char *b)
{
	unsigned rows[3][LETTERS + 2];
	unsigned *before = rows[0], *last = rows[1], *row = rows[2];
	const unsigned la = (unsigned)strlen(a), lb = (unsigned)strlen(b);

	if (la > LETTERS || lb > LETTERS)
		return 99;
	for (unsigned j = 0; j <= lb; j++)
		row[j] = j;
	for (unsigned i = 1; i <= la; i++) {
		unsigned *free = before;

		before = last;
		last = row;
		row = free;
		row[0] = i;
		for (unsigned j = 1; j <= lb; j++) {
			row[j] = last[j - 1] + differ(a[i - 1], b[j - 1]);
			if (last[j] + 1 < row[j])
				row[j] = last[j] + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			if (i > 1 && j > 1 && !differ(a[i - 1], b[j - 2]) &&
			    !differ(a[i - 2], b[j - 1]) &&
			    before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
	}
	return row[lb];
}

/* Of a few words: one or two edits away. */
static bool is_near(size_t len, unsigned d)
{
	return d <= (len > 4 ? 2u : 1u);
}

/*
 * Of many words: one edit away, or two where it is long. Of few letters one
 * more or one less will do, or the wrong order: one of them another makes
 * another word.
 */
static bool is_likely(const char *word, const char *text, unsigned d)
{
	const size_t len = strlen(text), other = strlen(word);

	if (len < 3 || other < 2)
		return d == 0;
	if (len == 3)
		return d <= 1 && (other > len || (strspn(word, text) == len &&
						  strspn(text, word) == len));
	return d <= (len < 7 ? 1u : 2u);
}

void nearest_init(struct nearest *n, const char *text)
{
	n->text = text;
	n->least = UINT_MAX;
	n->word = NULL;
	n->many = false;
}

void nearest_offer(struct nearest *n, const char *word)
{
	/* Of two that are as near, the one that begins so. */
	unsigned d = distance(word, n->text);

	/* Of signs, the one that it begins with: "=" of "==". */
	if (strchr("=!<>+", n->text[0]) && n->text[0]) {
		if (strncmp(n->text, word, strlen(word)) != 0 ||
		    strlen(n->text) <= strlen(word))
			return;
		n->word = word;
		return;
	}
	/* A word of one letter is near to any other. */
	if (d && d >= strlen(word))
		return;
	if (n->many ? !is_likely(word, n->text, d)
		    : !is_near(strlen(n->text), d))
		return;
	/* All of it in another case is nearer than the start of another. */
	d *= 2;
	if (d)
		d -= !strncmp(word, n->text, strlen(n->text));
	if (d < n->least) {
		n->least = d;
		n->word = word;
	}
}

const char *nearest_command(const struct cmd *const *commands, const char *text)
{
	struct nearest n;

	nearest_init(&n, text);
	n.many = true;
	for (; *commands; commands++)
		if (!(*commands)->hidden && !(*commands)->grave)
			nearest_offer(&n, (*commands)->name);
	return n.word;
}

/* Whether the next of `words` is `text`, of `len` bytes; "-I" is not "-i". */
static bool is_text(const char *words, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[0] == '-' ? words[i] != text[i]
				   : differ(words[i], text[i]))
			return false;
	return true;
}

/* Whether "-c ping:-f top" has `word`, or "ping:" and it of a command. */
static bool has_word(const char *words, const char *command, const char *word)
{
	const size_t own = command ? strlen(command) + 1 : 0;
	const size_t len = strlen(word);

	for (size_t n; *words; words += n + (words[n] == ' ')) {
		n = strcspn(words, " ");
		if (n == own + len && is_text(words + own, word, len) &&
		    (!own || (is_text(words, command, own - 1) &&
			      words[own - 1] == ':')))
			return true;
	}
	return false;
}

const char *nearest_hint(const char *hints, const char *command,
			 const char *word)
{
	for (; hints && *hints; hints += strlen(hints) + 1) {
		const char *hint = hints + strlen(hints) + 1;

		if (has_word(hints, command, word))
			return hint;
		hints = hint;
	}
	return NULL;
}
