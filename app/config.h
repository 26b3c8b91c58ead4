/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration: all settings of all ports. What makes it up is known from
 * the command table (shell/setting.h); here it is reset, written down as the
 * lines that make it, and read back from them, all of them or none.
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "app/app.h"
#include "shell/setting.h"

/* Room for a line of a configuration, with its NUL. */
#define CONFIG_LINE_MAX 256

/* Where a walk over the lines is; all zero at first. */
struct config_walk {
	uint64_t started;
	uint64_t order;   /* the save_order that it is at */
	uint64_t setting; /* of the list */
	uint64_t done;    /* ports of it that had their line */
};

/*
 * Writes the next line of the configuration, without an end; false when there
 * is none any more. The lines restore it whatever was set before. Ports that
 * are not up have none, and what nobody set (value.unset) has none.
 */
bool config_line(const struct app *app, struct config_walk *w,
		 char line[CONFIG_LINE_MAX]);

/* As after boot. All ports are idle. */
void config_reset(struct app *app, uint64_t now_ns);

/* Fails the call with E_STATE where a port is not idle. */
enum call_result config_check_idle(struct call *c);

/*
 * Runs the lines of a text, which may be settings and `reset` only. The first
 * that fails ends it, leaves the configuration as it was, and fails the call
 * with its place: "FILE:LINE:COLUMN: ". All ports are idle.
 */
enum call_result config_load(struct call *c, const char *file, const char *text,
			     size_t len);

#endif /* APP_CONFIG_H */
