/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lease of the appliance ends its traffic when nothing renews it. We do while
 * we live: as one byte between requests, which even a running one lets pass.
 */
#ifndef CLIENT_LEASE_H
#define CLIENT_LEASE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/input.h"
#include "client/request.h"

struct lease {
	struct requests *requests;
	const struct input *program; /* whose end we do not outlive; or NULL */
	bool up;                     /* there is an appliance that answers */
	bool unknown;                /* whether there is one: to be asked */
	struct request request;
	uint64_t time_ms; /* 0: none */
	uint64_t beat_ms; /* when to renew it */
};

/* Of a connection. */
void lease_begin(struct lease *l);
void lease_end(struct lease *l);

/* Looks whether a notice, "SECONDS TEXT", tells of one. */
void lease_take_notice(struct lease *l, const char *text);

/* For the loop. */
int lease_wait(void *lease, struct pollfd *fd);
void lease_act(void *lease, short revents);

#endif /* CLIENT_LEASE_H */
