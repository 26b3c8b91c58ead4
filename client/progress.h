/* SPDX-License-Identifier: BSD-3-Clause */
/* How far a file has come: a bar on a terminal, a line at the end elsewhere. */
#ifndef CLIENT_PROGRESS_H
#define CLIENT_PROGRESS_H

#include <stdint.h>

#include "client/ui.h"

struct progress {
	struct ui *ui;
	const char *name;
	uint64_t size, from; /* bytes; where this attempt began */
	uint64_t start_ms, shown_ms;
};

void progress_begin(struct progress *p, struct ui *ui, const char *name,
		    uint64_t size, uint64_t from);
void progress_at(struct progress *p, uint64_t at);
/* Takes the bar away and says what was done, `how` a verb. */
void progress_done(struct progress *p, const char *how);
void progress_hide(struct progress *p);

#endif /* CLIENT_PROGRESS_H */
