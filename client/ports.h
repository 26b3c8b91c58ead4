/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether an appliance that has booted has all ports that it was given. */
#ifndef CLIENT_PORTS_H
#define CLIENT_PORTS_H

#include "client/client.h"
#include "client/status.h"

struct ports {
	struct hear_watch watch;
	unsigned wanted, found;
	bool told;       /* `found` is known */
	char fault[256]; /* why one is not there; "": there is no reason */
};

/* Listens to what it says of its ports at boot; 0 `wanted`: any number. */
void ports_init(struct ports *p, struct client *c, unsigned wanted);

/* Says what is wrong, if something is known to be. */
enum status ports_verdict(const struct ports *p, struct client *c);

/* Asks, for `ms` at most, and says what is wrong. */
enum status ports_check(struct ports *p, struct client *c, unsigned ms);

#endif /* CLIENT_PORTS_H */
