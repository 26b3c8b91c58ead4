/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The page of `stats live`: what ports do, drawn onto a screen a row a call, so
 * that no call keeps the workers waiting. There is one, as there is one person.
 */
#ifndef LIVE_H
#define LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "app/clear.h"
#include "shell/screen.h"

struct app;

/* More do not fit on any page. */
#define LIVE_PORTS_MAX 16

/* How the page is divided, all in cells of the screen. */
struct live_layout {
	unsigned rows, columns; /* the screen's */
	unsigned shown;         /* ports */
	unsigned across;        /* ports beside each other */
	unsigned width, height; /* of a port's part */
	unsigned figures;       /* beside each other in it */
};

/* Of one port. */
struct live_count {
	uint64_t tx_packets, tx_bytes, rx_packets, rx_bytes;
};

struct live_port {
	struct live_count last, delta;
	uint64_t last_ns, span_ns;
	/* What its signed frames took, "p50 1,203 ns  p99 ..."; "": none. */
	char took[64];
};

struct live {
	uint64_t mask, interval_ns;
	uint64_t due_ns; /* when the interval ends */
	bool paused;     /* the figures stay as they are */
	struct clear clear;
	char note[64]; /* what a key did, in the title until then */
	uint64_t note_until_ns;
	struct live_layout layout;
	unsigned part, row; /* that are drawn next; part 0 is the title */
	struct live_port port[LIVE_PORTS_MAX];
};

/* Begins with the rates of the last whole second. */
void live_init(struct live *l, const struct app *app, uint64_t mask,
	       uint64_t interval_ns, uint64_t now_ns);

/* The keys that do something. */
#define LIVE_KEYS "sc+-p"

/* One of them was pressed. */
void live_key(struct live *l, struct app *app, char key, uint64_t now_ns);

/* Ends an interval: what is drawn from now on is of that. */
void live_sample(struct live *l, const struct app *app, uint64_t now_ns);

/* Draws all from the start in this size. */
void live_restart(struct live *l, unsigned rows, unsigned columns);

/* Draws a row of the page; false when none is left. */
bool live_draw(struct live *l, const struct app *app, struct screen *s,
	       uint64_t now_ns);

#endif /* LIVE_H */
