/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From an address to an appliance that answers, and what happens when it does
 * not any more. No request is ever sent a second time, but for the question for
 * the version with which each connection begins.
 */
#ifndef CLIENT_CONN_H
#define CLIENT_CONN_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/color.h"
#include "client/lease.h"
#include "client/lines.h"
#include "client/link.h"
#include "client/request.h"
#include "client/ui.h"

enum conn_state {
	CONN_DOWN,     /* nothing there; a terminal's client tries again */
	CONN_BOOTING,  /* connected, waits for a first line */
	CONN_GREETING, /* has asked for a sign of life */
	CONN_UP,
};

struct conn {
	struct link *link;
	struct requests *requests;
	struct lease *lease;
	struct color *color;
	struct ui *ui;
	const char *name; /* of the appliance, in messages */
	bool booting;     /* it is to say something first */
	bool silent;      /* and is not asked for a sign of life */

	enum conn_state state;
	struct lines lines;
	uint64_t due_ms;     /* of what `state` waits for */
	uint64_t give_up_ms; /* of greeting */
	struct request greeting;
	char version[80]; /* of the appliance, as it says */
	bool was_up;
	bool again;    /* it is we who end the connection, for another */
	bool hung_up;  /* its end of the line did */
	bool crashed;  /* the appliance has, since it was connected */
	bool in_crash; /* its report is coming */
	bool went;     /* it was told to end, and may */
};

void conn_start(struct conn *c);
void conn_lost(struct conn *c);
/* A line came. */
void conn_heard(struct conn *c);
/* The line stayed, but the appliance has booted anew. */
void conn_restarted(struct conn *c);

/* For the loop. */
int conn_wait(void *conn, struct pollfd *fd);
void conn_act(void *conn, short revents);
/* The line has ended: the link's word. */
void conn_hung_up(void *conn);

#endif /* CLIENT_CONN_H */
