/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Settings, as the command table holds them: each form whose last argument can
 * be got and set (struct arg_setting). The commands that show, save, restore
 * and compare settings all walk this list, so a new setting is known to them.
 */
#ifndef SHELL_SETTING_H
#define SHELL_SETTING_H

#include "shell/cmd.h"

struct setting {
	const struct cmd *cmd;
	const struct cmd_form *form;
	const struct arg *arg;       /* its value, the form's last */
	const struct cmd *const *at; /* of setting_next(): its place */
	enum subject_scope scope;    /* what of a port it is of */
	bool saved;                  /* its value is to be written down */
};

/* A form that is a setting; false when it is none. */
bool setting_of(const struct cmd *cmd, const struct cmd_form *form,
		struct setting *s);

/* The one behind *s, at {0} the table's first; false: there is none. */
bool setting_next(const struct cmd *const *commands, struct setting *s);

/* The i-th of the table, from 0; false when there are not as many. */
bool setting_at(const struct cmd *const *commands, unsigned i,
		struct setting *s);

/* By name, as setting_name() writes it; false when there is none. */
bool setting_find(const struct cmd *const *commands, const char *name,
		  struct setting *s);

/* The call gives no value to what it could set: it asks for that, parse.h. */
bool setting_asked(const struct call *c);

/* The keyword of the form, "mac" of `src mac`; NULL when it has none. */
const char *setting_keyword(const struct setting *s);

/* "size", "src.mac": command and keyword. */
void setting_name(const struct setting *s, char *buf, size_t size);

/* The line that sets it on these subjects: "src 0-1 mac 02:...". */
void setting_line(const struct setting *s, const struct subjects *on,
		  const struct value *v, char *buf, size_t size);

#endif /* SHELL_SETTING_H */
