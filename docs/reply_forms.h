/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The forms of commands that reply in JSON, and the keys of their replies with
 * type and unit, as replies were seen: for the page that says them.
 */
#ifndef DOCS_REPLY_FORMS_H
#define DOCS_REPLY_FORMS_H

#include "shell/cmd.h"

/* One reply of a call, or one of several. */
void reply_forms_see(const struct call *c, const struct reply *r);

/* The line that made the call, which the page names. */
void reply_forms_line(const struct call *c, const char *line);

/*
 * False, with words on standard error, where a form of the command table had no
 * line, or a key is of one type or unit in one reply and of another elsewhere.
 */
bool reply_forms_good(void);

/* Prints the page. */
void reply_forms_put(void);

#endif /* DOCS_REPLY_FORMS_H */
