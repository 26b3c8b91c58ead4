/* SPDX-License-Identifier: BSD-3-Clause */
/* From a word to the value of an argument, by its type; private to shell/. */
#ifndef SHELL_ARG_H
#define SHELL_ARG_H

#include "shell/cmd.h"

/*
 * Takes `word` as what `a` wants; there are `nb_ports` ports. E_SYNTAX or
 * E_RANGE when it is not. Sets what the type names in `v`, no column.
 */
enum shell_err arg_take(const struct arg *a, const char *word,
			unsigned nb_ports, struct value *v);

#endif /* SHELL_ARG_H */
