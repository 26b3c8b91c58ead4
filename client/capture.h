/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * `.capture`: the appliance's `capture`, but for its filter, an expression of
 * tcpdump's, which libpcap compiles here. A capture into `-` is written to
 * standard output as it comes.
 */
#ifndef CLIENT_CAPTURE_H
#define CLIENT_CAPTURE_H

#include "client/client.h"
#include "client/status.h"

/* The most that may stand behind `.capture`. */
#define CAPTURE_WORDS_MAX 14

/* `words` end with a NULL; the last is FILE. */
enum status capture_words(struct client *c, char **words);

#endif /* CLIENT_CAPTURE_H */
