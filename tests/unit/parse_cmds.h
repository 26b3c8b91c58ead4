/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands that only the tests of the parser know: every type of argument. */
#ifndef TESTS_PARSE_CMDS_H
#define TESTS_PARSE_CMDS_H

#include "shell/cmd.h"

/* By name: bits, hidden, level, mode, name, port, rate, size, sleep,
 * stats, switch. */
extern const struct cmd *const parse_cmds[];

#endif /* TESTS_PARSE_CMDS_H */
