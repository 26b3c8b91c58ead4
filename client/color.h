/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Colours are shown here, but the setting is the appliance's, so that `color
 * off` means the same at its prompt and at ours: it is asked for with each
 * connection, and a notice tells of each change.
 */
#ifndef CLIENT_COLOR_H
#define CLIENT_COLOR_H

#include <stdbool.h>

#include "client/request.h"
#include "client/ui.h"

struct color {
	struct requests *requests;
	struct ui *ui;
	struct request request;
};

/* Asks how it is set. */
void color_ask(struct color *c);

/* True when a notice, "SECONDS TEXT", was of that: no person needs it. */
bool color_take_notice(struct color *c, const char *text);

#endif /* CLIENT_COLOR_H */
