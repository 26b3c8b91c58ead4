/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The client's parts put together. None of them includes this; what runs a
 * person's or a program's lines, and so has to wait for several of them, does.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "client/channel.h"
#include "client/color.h"
#include "client/conn.h"
#include "client/hear.h"
#include "client/input.h"
#include "client/keep.h"
#include "client/lease.h"
#include "client/link.h"
#include "client/loop.h"
#include "client/request.h"
#include "client/signals.h"
#include "client/ui.h"

struct feed;

struct client {
	struct loop loop;
	struct signals signals;
	struct link link;
	struct input in;
	struct conn conn;
	struct lease lease;
	struct ui ui;
	struct requests requests;
	struct color color;
	struct hear hear;
	struct channel channel;
	struct keep keep;
	struct feed *fed; /* what goes there while it is played; feed.c */
	struct hear_watch feed_watch;

	unsigned interrupts; /* times that Ctrl-C was heeded */
	bool done;           /* the person has had enough */
	bool sourcing;       /* lines of a file run in a line of a person */

	/* The command line. */
	bool json;
	uint64_t timeout_ms; /* of a command; 0: none */
};

/*
 * Joins the parts. `batch`: for a program; `c->link` has its target and holder,
 * `c->conn` its name, `c->in` what is read.
 */
void client_init(struct client *c, bool batch);
/* Leaves the terminal as it was and the line to others. */
void client_end(struct client *c);

/*
 * Waits for whatever comes, timeout_ms at most, -1: for ever. Input is read
 * with `keys` only. False when a signal is to end us.
 */
bool client_pump(struct client *c, int timeout_ms, bool keys);

/* Takes a Ctrl-C that was typed while no line was edited. */
bool client_interrupted(struct client *c);

#endif /* CLIENT_CLIENT_H */
