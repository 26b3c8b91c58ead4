/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a command is written down, made from its table: for `help`, for error
 * messages and for the docs.
 */
#ifndef SHELL_USAGE_H
#define SHELL_USAGE_H

#include "shell/cmd.h"

/* "[PORTS]", "SIZE", "tx|rx|off", "clear", "[--json]"; cut at `size`. */
void cmd_arg_usage(const struct arg *a, char *buf, size_t size);

/* The whole form: "size [PORTS] SIZE"; cut at `size`. */
void cmd_usage(const struct cmd *cmd, const struct cmd_form *form, char *buf,
	       size_t size);

/*
 * What an argument takes: its help with range and unit, "64..9018 bytes";
 * empty where the help says it all; cut at `size`.
 */
void cmd_arg_range(const struct arg *a, char *buf, size_t size);

/* "ports", "int", ...: an argument's type, for programs. */
const char *cmd_arg_type(const struct arg *a);

/* True when an earlier form of `cmd` has an argument of this name. */
bool cmd_arg_seen(const struct cmd *cmd, const struct cmd_form *form,
		  const struct arg *a);

#endif /* SHELL_USAGE_H */
