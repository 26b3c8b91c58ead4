/* SPDX-License-Identifier: BSD-3-Clause */
/* An appliance on wires in memory, and a program that asks it. */
#ifndef UNIT_APP_RIG_H
#define UNIT_APP_RIG_H

#include "app/app.h"
#include "plat/host/host.h"
#include "unit.h"

#define US 1000ull
#define MS 1000000ull
#define S 1000000000ull

struct rig {
	struct app app;
	struct host_netdev *dev[PKTGEN_MAX_PORTS];
	char screen[65536]; /* what it has put out since rig_ask() */
	uint64_t now;
	void (*tick)(void); /* after each step; NULL: nothing */
};

extern struct rig rig;

/* With as many pairs of ports, 1 or 2; the time is one second. */
void rig_begin(unsigned nb_pairs);
void rig_end(void);

/* cmocka's: rig_begin(1), rig_end(). */
int rig_setup(void **state);
int rig_setup_channel(void **state); /* with a data channel */
int rig_teardown(void **state);

/* Goes `ns` on; what there is to put out, the terminal takes. */
void rig_step(uint64_t ns);
/* The same without the terminal, so that output stays where it is. */
void rig_step_unread(uint64_t ns);

/* By steps of 20 us. */
void rig_run(uint64_t ns);

/* Sends a request; what comes of it is for rig_step(). */
void rig_send(const char *command);

/* Sends one and goes on to its end; *took_ns may be NULL. Returns screen. */
const char *rig_ask(const char *command, uint64_t *took_ns);

/* The same of one that must end with OK. */
void rig_must(const char *command);

/* What a person types. */
void rig_type(const char *keys);

#endif /* UNIT_APP_RIG_H */
