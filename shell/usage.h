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

/* Room for the longest usage of a form. */
#define CMD_USAGE_MAX 320

/* The whole form: "size [PORTS] SIZE"; cut at `size`. */
void cmd_usage(const struct cmd *cmd, const struct cmd_form *form, char *buf,
	       size_t size);

/*
 * Range and unit of an argument, "64..9018 bytes"; empty where it has none; cut
 * at `size`.
 */
void cmd_arg_range(const struct arg *a, char *buf, size_t size);

/*
 * What an argument is: its help, range and default, "interval, 10ms..1h,
 * default 1s"; cut at `size`.
 */
void cmd_arg_help(const struct arg *a, char *buf, size_t size);

/* The word for what is not given; NULL for none, or one that is no constant. */
const char *cmd_arg_default(const struct arg *a);

/* What a form does. */
const char *cmd_form_help(const struct cmd *cmd, const struct cmd_form *form);

/* "traffic", ... */
const char *cmd_group_name(enum cmd_group group);

/* "ports", "int", ...: an argument's type, for programs. */
const char *cmd_arg_type(const struct arg *a);

/*
 * True when an earlier form of `cmd` has an argument of this name, or this one
 * the very same.
 */
bool cmd_arg_seen(const struct cmd *cmd, const struct cmd_form *form,
		  const struct arg *a);

/*
 * Writes "'10' has no unit; type '10s', '10ms' or '10min'" of a word that lacks
 * one where the argument's values have them: more of them where a multiplier
 * shows what was meant. False where that is not it.
 */
bool cmd_arg_unitless(const struct arg *a, const char *word, char *buf,
		      size_t size);

#endif /* SHELL_USAGE_H */
