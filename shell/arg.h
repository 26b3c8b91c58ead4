/* SPDX-License-Identifier: BSD-3-Clause */
/* From a word to the value of an argument, by its type, and back. */
#ifndef SHELL_ARG_H
#define SHELL_ARG_H

#include "shell/cmd.h"

/* What ports there are and which are meant by default, see session.h. */
struct parse_ports {
	unsigned count;
	uint64_t selected;
	/* How many streams a port has, from 0 on; NULL: one each. */
	unsigned (*nb_streams)(const void *app, unsigned port);
	const void *app;
	/* Words of other tools, ends with a NULL word; NULL: none. */
	const struct cmd_hint *hints;
};

/*
 * Takes `word` as what `a` wants. E_SYNTAX or E_RANGE when it is not; v->word
 * then is where in the word the fault is, if that can be told. Sets what the
 * type names in `v`, no column.
 */
enum shell_err arg_take(const struct arg *a, const char *word,
			const struct parse_ports *ports, struct value *v);

/* True with the first of a set that there is not in *missing. */
bool arg_missing(const struct parse_ports *ports, const struct subjects *s,
		 struct subject *missing);

/* What an error says of it: "port 0 has no stream 3; type '0.0' or '0'". */
void arg_missing_text(const struct parse_ports *ports, struct subject missing,
		      char *buf, size_t size);

/* Room for what arg_print() writes of any value, its NUL included. */
#define ARG_PRINT_MAX SUBJECTS_PRINT_MAX

/*
 * Writes the word from which arg_take() takes a value that arg_equal() finds
 * equal to `v`. For the types that a setting can have: "" for ARG_TEXT and
 * ARG_FLAG. Cut at `size`.
 */
void arg_print(const struct arg *a, const struct value *v, char *buf,
	       size_t size);

/* True when both say the same to `a`, whatever words they came from. */
bool arg_equal(const struct arg *a, const struct value *x,
	       const struct value *y);

#endif /* SHELL_ARG_H */
