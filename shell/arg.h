/* SPDX-License-Identifier: BSD-3-Clause */
/* From a word to the value of an argument, by its type, and back. */
#ifndef SHELL_ARG_H
#define SHELL_ARG_H

#include "shell/cmd.h"

/*
 * Takes `word` as what `a` wants; there are `nb_ports` ports. E_SYNTAX or
 * E_RANGE when it is not; v->word then is where in the word the fault is, if
 * that can be told. Sets what the type names in `v`, no column.
 */
enum shell_err arg_take(const struct arg *a, const char *word,
			unsigned nb_ports, struct value *v);

/* Room for what arg_print() writes of any value, its NUL included. */
#define ARG_PRINT_MAX 128

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
