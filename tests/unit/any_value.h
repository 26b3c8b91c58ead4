/* SPDX-License-Identifier: BSD-3-Clause */
/* Random values of arguments, for tests of what holds for all. */
#ifndef TESTS_ANY_VALUE_H
#define TESTS_ANY_VALUE_H

#include "shell/arg.h"
#include "unit.h"

/* 0..n-1 */
uint64_t any_below(uint64_t *seed, uint64_t n);

/*
 * Any value that a word of this argument can have, with `nb_ports` ports; of
 * types that arg_print() knows. What the type does not use is garbage.
 */
void any_value(const struct arg *a, unsigned nb_ports, struct value *v,
	       uint64_t *seed);

#endif /* TESTS_ANY_VALUE_H */
