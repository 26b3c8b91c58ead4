/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/nearest.h"

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

/* Edits that turn one word into the other, or 99 where they are long. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[34], la = (unsigned)strlen(a), lb = (unsigned)strlen(b);

	if (la > 32 || lb > 32)
		return 99;
	for (unsigned j = 0; j <= lb; j++)
		row[j] = j;
	for (unsigned i = 1; i <= la; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= lb; j++) {
			unsigned best = diagonal + differ(a[i - 1], b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

void nearest_init(struct nearest *n, const char *text)
{
	n->text = text;
	n->least = strlen(text) > 3 ? 6 : 4;
	n->word = NULL;
}

void nearest_offer(struct nearest *n, const char *word)
{
	/* Of two that are as near, the one that begins so. */
	unsigned d = 2 * distance(word, n->text);

	/* A word of one letter is near to any other. */
	if (d && d >= 2 * strlen(word))
		return;
	/* All of it in another case is nearer than the start of another. */
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
	for (; *commands; commands++)
		if (!(*commands)->hidden)
			nearest_offer(&n, (*commands)->name);
	return n.word;
}
