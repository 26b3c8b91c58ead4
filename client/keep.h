/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keeps the trials of an experiment that takes its time, so that another
 * appliance can go on from them if this one goes: asks for those that were made
 * since the last time, beside what else is asked, and appends them to a file
 * that `resume` takes (docs/results.md). Of one that began before this client
 * came it asks for all, once it is there for a second.
 */
#ifndef CLIENT_KEEP_H
#define CLIENT_KEEP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/request.h"
#include "client/state.h"

struct keep {
	struct requests *requests;
	struct ui *ui;
	bool off;      /* nothing is kept */
	bool open;     /* there was somebody to ask at the last turn */
	bool looks;    /* it is not known whether an experiment runs */
	bool runs;     /* an experiment does */
	bool last;     /* it has ended: what is new is asked for once more */
	char word[16]; /* its command */
	char name[36]; /* of the file, without .json */
	char path[STATE_PATH];
	int fd;        /* of the file; -1: there is none yet */
	unsigned kept; /* trials, or rows where a trial goes on */
	uint64_t due_ms;
	struct request request;
};

void keep_init(struct keep *k);

/* Whatever is kept, the experiment goes on, or the line has ended: says so. */
void keep_end(struct keep *k);

/* A notice, "SECONDS TEXT". */
void keep_take_notice(struct keep *k, const char *text);

/* For the loop. */
int keep_wait(void *keep, struct pollfd *fd);
void keep_act(void *keep, short revents);

#endif /* CLIENT_KEEP_H */
