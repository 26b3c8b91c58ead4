/* SPDX-License-Identifier: BSD-3-Clause */
/* Streams that go by way of a gateway, whose MAC address is found and kept. */
#ifndef APP_GATEWAYS_H
#define APP_GATEWAYS_H

#include "shell/cmd.h"

struct app;

/* Each is asked for again that often, so that what is old is found anew. */
#define GATEWAYS_LOOK_NS 1000000000ull

/* Streams of the port get the MAC addresses that are known by now. */
void gateways_refresh(struct app *app, unsigned port, uint64_t now_ns);

/*
 * Before streams start that go by gateways: CALL_DONE once all are known;
 * CALL_AGAIN until then, and CALL_FAIL with the call failed where one does not
 * answer within a second, or there is no way to it. *since_ns is 0 at first.
 */
enum call_result gateways_await(struct call *c, const struct subjects *on,
				uint64_t *since_ns);

#endif /* APP_GATEWAYS_H */
