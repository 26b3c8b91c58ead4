/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands that only the tests of the parser know: every type of argument. */
#ifndef TESTS_PARSE_CMDS_H
#define TESTS_PARSE_CMDS_H

#include "shell/parse.h"

/* By name: bits, hidden, level, mix, mode, name, port, rate, size, sleep,
 * stats, switch. */
extern const struct cmd *const parse_cmds[];

/*
 * Port 2 has three streams, of which number 1 is "voice", the others one. What
 * they are asked with is not NULL.
 */
extern const struct parse_streams parse_cmds_streams;

#endif /* TESTS_PARSE_CMDS_H */
