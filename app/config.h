/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration: all settings of all ports. What makes it up is known from
 * the command table (shell/setting.h): each setting gets and sets its part of a
 * struct config, and says what it is at first. So here it is read, changed, all
 * of it or nothing, reset, written down as the lines that make it, and read
 * back from them.
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "pktgen/pktgen.h"
#include "shell/setting.h"

struct app;

/* All that can be set of a subject; streams share what is one for a port. */
struct config {
	struct stream stream;
	struct stream_use use;
	struct worker_how how;
	unsigned mode;     /* MODE_* */
	uint64_t selected; /* one for all: the ports that commands mean */
};

/* As it is now; of a port that is not up, as at first, with mode off. */
void config_get(const struct app *app, struct subject s, struct config *c);

/*
 * Sets all of it but `selected`, of a port that is up: it was had from
 * config_get(), and the stream is one that the port takes. What is as it was is
 * left alone.
 */
void config_put(struct app *app, struct subject s, const struct config *c,
		uint64_t now_ns);

/*
 * What is set of a stream becomes that of another, but for its name; what it
 * has of its port stays.
 */
void config_copy(struct config *to, const struct config *from);

/*
 * Has a function change what is set of all of these, whose ports are up, or of
 * none: it returns 0 or a negative errno, which ends this, or this fails as
 * pktgen_try_stream() does. It does the same each time that it is called.
 */
int config_change(struct app *app, const struct subjects *on,
		  int (*change)(struct config *c, void *arg), void *arg,
		  uint64_t now_ns, struct pktgen_fault *fault);

/* The same with the setting be `v`. */
int config_edit(struct app *app, const struct setting *s,
		const struct subjects *on, const struct value *v,
		uint64_t now_ns, struct pktgen_fault *fault);

/* What the setting is at first; false: that is not known, or there is none. */
bool config_initial(const struct app *app, const struct setting *s,
		    struct subject of, struct value *v);

/*
 * The first of a set, of ports that there are, from *s on, into *s; false when
 * there is none. So `for (s = {0, 0}; next(..., &s); s.stream++)` has them all.
 */
bool config_next(const struct app *app, const struct subjects *on,
		 struct subject *s);

/* As after boot: a port has one stream. All ports are idle. */
void config_reset(struct app *app, uint64_t now_ns);

/* All but number 0 of each port. */
void config_remove_streams(struct app *app, uint64_t now_ns);

/* Fails the call with E_STATE where a port is not idle. */
enum call_result config_check_idle(struct call *c);

/* ---- As text, config_text.c ---------------------------------------------- */

/* Room for a line of a configuration, with its NUL. */
#define CONFIG_LINE_MAX 1280

/* Where a walk over the lines is; all zero at first. */
struct config_walk {
	uint64_t started;
	uint64_t order;    /* the save_order that it is at */
	uint64_t setting;  /* of the list */
	uint64_t done;     /* ports of it that had their line... */
	uint64_t inside;   /* ...but for streams of the last of them, which */
	struct subject at; /* begin here */
	struct subject of; /* whose frames it is at... */
	unsigned line;     /* ...and at which line of them */
	uint64_t timed;    /* it is at what comes last of streams... */
	uint64_t limit;    /* ...and at this limit of verdicts... */
	uint64_t address;  /* ...or this address of all ports... */
	uint64_t relayed;  /* ...and ports that had their line of modes... */
	uint64_t told;     /* ...or of what they tell */
	uint64_t kept;     /* what ports answer from had its line */
	const struct subjects *only; /* NULL: all, and what is of none */
	/* The lines make it from what is fresh: no `reset` is the first, and
	 * commands of which all is as at first have none. */
	bool fresh;
};

/*
 * Writes the next line of the configuration, without an end; false when there
 * is none any more. The lines restore it whatever was set before. Ports that
 * are not up have none, and neither has what is as at first where the setting
 * says so (arg_setting.initial_unsaved).
 */
bool config_line(const struct app *app, struct config_walk *w,
		 char line[CONFIG_LINE_MAX]);

/* Replies with the lines that set a command's `only` setting, or all of it. */
void config_show(const struct app *app, const struct cmd *cmd,
		 const struct arg *only, const struct subjects *on,
		 struct reply *r);

/* ---- Read back, config_load.c -------------------------------------------- */

/*
 * Runs the lines of a text, which may be settings and forms that configure
 * (struct cmd_form). The first that fails ends it, leaves the configuration as
 * it was, and fails the call with its place: "FILE:LINE:COLUMN: ". All ports
 * are idle.
 */
enum call_result config_load(struct call *c, const char *file, const char *text,
			     size_t len);

#endif /* APP_CONFIG_H */
