/* SPDX-License-Identifier: BSD-3-Clause */
/* What a start would send, without sending it. */
#ifndef APP_DRYRUN_H
#define APP_DRYRUN_H

#include "app/app.h"

/*
 * Replies with a row for each stream of a set, then one for each of its ports:
 * what of it would be sent up to `limit`, and what does not fit. Uses
 * c->state[0..2].
 */
enum call_result dryrun_show(struct call *c, const struct subjects *on,
			     const struct flow_limit *limit);

#endif /* APP_DRYRUN_H */
