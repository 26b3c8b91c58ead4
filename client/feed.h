/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `.play`: a capture of this host, however large, is sent to the appliance
 * while it is played there, by the data channel and in the loop.
 */
#ifndef CLIENT_FEED_H
#define CLIENT_FEED_H

#include "client/client.h"
#include "client/status.h"

/* The most that may stand behind `.play`. */
#define FEED_WORDS_MAX 12

/* `words` end with a NULL: [PORTS] FILE, and what `play` takes behind it. */
enum status feed_words(struct client *c, char **words);

/* Has the loop open its channel where that was closed. */
void feed_init(struct client *c);

/* Says what of a capture was not sent, as we leave. */
void feed_end(struct client *c);

#endif /* CLIENT_FEED_H */
