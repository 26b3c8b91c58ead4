/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Runs: what each port has done from its last `start` to its end, for `stop`
 * and the notice `done`.
 */
#ifndef APP_RUN_H
#define APP_RUN_H

#include "app/balance.h"
#include "app/verdict.h"
#include "stats/stats.h"

struct app;

#define RUN_PEER_UNKNOWN (-1)

/* What the app remembers of a port's last run. */
struct app_run {
	bool ever; /* there was one */
	bool on;   /* it goes on */
	/* It came to its limit, and ended with its last frame. */
	bool whole;
	uint64_t began_ns, ended_ns;
	/* When it began; what was received, when the first of all began. */
	struct stats from;
	uint64_t sent_from; /* of the view */
	/* rx_packets of each port then. */
	uint64_t rx_from[CONFIG_APPUKPKTGEN_MAX_PORTS];
	/* Of what is signed: when it began, and what `stats clear` cleared. */
	struct balance loss_from, loss_before;
	struct verdict_from verdict_from;
	/* Once it is over: what was missing or lost, and what it is worth. */
	bool judged, has_missing;
	uint64_t missing;
	struct balance loss;
	struct verdict verdict;
	int wired; /* the port that gets what this one sends, or unknown */
};

/* What is told of it. */
struct run_sum {
	struct stats stats; /* since it began */
	uint64_t time_ns;
	/* Thousandths: frames a second; Mbit/s on layers 1 and 2. */
	uint64_t pps_milli, l1_milli, l2_milli;
	/* Sent to a port of ours and not received there, if that is known. */
	bool has_missing;
	uint64_t missing;
	struct balance loss;    /* of what is signed */
	struct verdict verdict; /* once it is over */
};

/* Nothing is known yet. */
void run_init(struct app *app);

/*
 * Says which ports are wired to each other, "0:1,2:3": each gets what the other
 * sends. False where it is not of this form, or there is no such port.
 */
bool run_wires(struct app *app, const char *text);

/* The port that gets what `port` sends: what was said, else what was seen. */
int run_peer(const struct app *app, unsigned port);

/* The ports of `mask`, which are up, are about to start. */
void run_begin(struct app *app, uint64_t mask, uint64_t now_ns);

/*
 * The run of a port was stopped; it may still have frames to send. Or its last
 * frame was sent, at `at_ns`, as it came to its limit.
 */
void run_stopped(struct app *app, unsigned port, uint64_t now_ns);
void run_done(struct app *app, unsigned port, uint64_t at_ns);

/* Judges one that is over, once all that it sent has come or is lost. */
void run_watch(struct app *app, unsigned port, uint64_t now_ns);

/* All that the port's streams count is about to be cleared, all being still. */
void run_cleared(struct app *app, unsigned port);

/* What the port sent last was no run. */
void run_forget(struct app *app, unsigned port);

/*
 * Of the last run of a port that is up. Of one that was never started only what
 * was received: since the first that sends began, or the last `stats clear`.
 */
void run_sum(struct app *app, unsigned port, uint64_t now_ns,
	     struct run_sum *sum);

#endif /* APP_RUN_H */
