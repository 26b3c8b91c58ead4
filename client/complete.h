/* SPDX-License-Identifier: BSD-3-Clause */
/* What may come next in a line: the appliance says it. */
#ifndef CLIENT_COMPLETE_H
#define CLIENT_COMPLETE_H

#include <stdbool.h>
#include <stddef.h>

#include "client/client.h"

#define CANDIDATES_MAX 256
#define CANDIDATE_TEXT 128

struct candidate {
	char word[CANDIDATE_TEXT];
	char help[CANDIDATE_TEXT * 2];
};

struct candidates {
	size_t start; /* bytes of the line before the word at the cursor */
	unsigned count;
	unsigned more; /* how many there was no room for */
	struct candidate list[CANDIDATES_MAX];
};

/* Puts one in, if it can be shown as it is. */
void candidates_add(struct candidates *list, const char *word,
		    const char *help);

/*
 * What may stand at the end of `line`: words that begin with what is typed or,
 * with `next`, what the appliance shows for `?`. False when it does not say.
 */
bool complete_ask(struct client *c, const char *line, bool next,
		  struct candidates *list);

/*
 * The bytes that all candidates have behind those of the line, up to `size`
 * with a blank behind a single one. Returns how many.
 */
size_t complete_common(const struct candidates *list, const char *line,
		       char *out, size_t size);

void complete_show(struct ui *ui, const struct candidates *list);

#endif /* CLIENT_COMPLETE_H */
