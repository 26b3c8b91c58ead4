/* SPDX-License-Identifier: BSD-3-Clause */
/* What sending and fetching a file share. */
#ifndef CLIENT_TRANSFER_H
#define CLIENT_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"

/* Attempts without a byte more, and how long a lost line may stay away. */
#define TRANSFER_TRIES 3
#define TRANSFER_AWAY_MS 10000

/* NAME as the appliance takes names; else says so. */
bool transfer_name_ok(struct client *c, const char *name);

/* A new data channel answers within, unless another client has it. */
#define TRANSFER_OPEN_MS 1500
#define TRANSFER_RETRY_MS 30000

/* True once the data channel is open; false: there is none for us. */
bool transfer_channel(struct client *c);

/*
 * Sends a request whose bytes go on the lane for files, which has begun, and
 * waits for its end. False: by `r`; the channel is closed then.
 */
bool transfer_by_channel(struct client *c, struct request *r, const char *text);

/* True when it is worth another try, by the state of what did not work. */
bool transfer_again(struct client *c, const struct request *r, unsigned *tries);

/* Why there was no reply, in words. */
const char *transfer_lost(const struct client *c);

/* CRC-32 of the first `size` bytes of a file; false when there are less. */
bool transfer_crc(int fd, uint64_t size, uint32_t *crc);

#endif /* CLIENT_TRANSFER_H */
