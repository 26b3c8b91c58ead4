/* SPDX-License-Identifier: BSD-3-Clause */
/* The command line: whoever misuses it is told. */
#ifndef CLIENT_OPTIONS_H
#define CLIENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "client/place.h"

/* Files of --source: as many as an appliance has. */
#define OPTIONS_SOURCES 64

enum options_job { OPTIONS_NO_JOB, OPTIONS_FOLLOW, OPTIONS_CHECK };

/* How many take a value, or none, and are known by a word. */
#define OPTIONS_MAX 20

struct options {
	const char *program; /* as it was called */
	const char *address;
	const char *file; /* of commands; NULL: standard input */
	char *commands;   /* a line for each -c, allocated; NULL: none */
	int fd;           /* of what is read */
	bool batch;       /* for a program; else for a person */
	bool json, events, quiet, verdict, watch, booting, no_keep;
	uint64_t timeout_ms; /* of a command; 0: none */
	const char *name;    /* of the appliance, in messages */
	const char *as;      /* who holds the console, and its process */
	pid_t as_pid;
	const char *back; /* what comes back to this console; NULL: unknown */
	/* For the launcher. */
	unsigned ports;       /* it is to have; 0: any number */
	enum options_job job; /* what to do of the one that runs since boot */
	bool attaching;       /* somebody else shows what comes after us */
	struct place_source sources[OPTIONS_SOURCES];
	unsigned nb_sources;
	bool given[OPTIONS_MAX];
};

/* Ends us where they cannot be what was meant, or ask for help only. */
void options_take(struct options *o, int argc, char **argv);

/* Says so, with `what` in `fmt`, and ends us. */
__attribute__((noreturn, format(printf, 1, 0))) void options_misused(
	const char *fmt, const char *what);

#endif /* CLIENT_OPTIONS_H */
