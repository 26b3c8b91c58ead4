/* SPDX-License-Identifier: BSD-3-Clause */
/* Waits for what the appliance has to do, with all that may end that. */
#ifndef CLIENT_WAIT_H
#define CLIENT_WAIT_H

#include "client/client.h"

/* Until the reply is whole, the time allowed is over, or nobody wants it. */
enum request_state wait_reply(struct client *c, struct request *r);

/* The same with a time of its own, in ms; 0: none. */
enum request_state wait_reply_for(struct client *c, struct request *r,
				  uint64_t ms);

/* Until there is an appliance that answers; false when there is none in `ms`,
 * or Ctrl-C was pressed. */
bool wait_up(struct client *c, int ms);

#endif /* CLIENT_WAIT_H */
