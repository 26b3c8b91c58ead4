/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_SESSION_CMDS_H
#define TESTS_SESSION_CMDS_H

#include "shell/cmd.h"

/* By name; session_world.h says what they do. */
extern const struct cmd *const session_cmds[];

#endif /* TESTS_SESSION_CMDS_H */
