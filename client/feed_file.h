/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of `.play`: its frames as the appliance is fed with them, from any
 * byte on, round and round. It is read piece by piece, so it may be of any
 * size, and whoever changes it under us breaks nothing.
 */
#ifndef CLIENT_FEED_FILE_H
#define CLIENT_FEED_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/read.h"

struct feed_file {
	char name[256];
	int fd;
	uint64_t on_disk;    /* bytes of the file */
	const char *lost;    /* it cannot be read any more, and why; or NULL */
	unsigned char *room; /* of what of it is in memory... */
	size_t nb_room;
	struct capture_bytes piece; /* ...which is this */
	bool skip;                  /* what cannot be sent */
	uint64_t loops;
	/* Of one round. */
	uint64_t frames, bytes, span_ns, skipped;
	uint64_t size; /* of all that is sent */
	/* Where it is: the record from byte `pos` of that on. */
	struct capture_reader reader;
	struct capture_record record;
	bool has;
	uint64_t pos, round;
	uint64_t ns; /* of the record taken last, in its round */
};

/*
 * Opens it and reads it through: `skip` and `loops`, 1 or more, are set. False:
 * it cannot be played, and `why`, CAPTURE_PRINT_MAX bytes, says it. Close it
 * in either case.
 */
bool feed_file_open(struct feed_file *f, const char *path, char *why);
void feed_file_close(struct feed_file *f);

/* How long all of its rounds take. */
uint64_t feed_file_span_ns(const struct feed_file *f);

/* `len` bytes from `at` on; how many there are: fewer where it is lost. */
size_t feed_file_give(struct feed_file *f, uint64_t at, unsigned char *to,
		      size_t len);

#endif /* CLIENT_FEED_FILE_H */
