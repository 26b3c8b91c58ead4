/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The data channel: files and captures as bytes, in blocks (docs/protocol.md,
 * "The data channel"), while the serial line says what is to go. Of a block
 * that breaks the form, and of bytes before an opening, nothing is believed:
 * the channel is closed then, and who opens it anew is known by a token.
 *
 * A lane carries one transfer at a time, in one direction. We say up to where
 * may be sent to us, so nothing that comes has to wait; and send no more than
 * CHANNEL_WINDOW bytes ahead of what the other side has taken, as QEMU drops
 * what its socket has no room for.
 */
#ifndef APP_CHANNEL_H
#define APP_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "units/error.h"
#include "units/value.h"

struct uk_alloc;

#define CHANNEL_HEAD 16
#define CHANNEL_WINDOW 65536u
#define CHANNEL_DATA_MAX 65536u
/* Of a file that comes. */
#define CHANNEL_GRANTED 262144u

/* Of a block: what it says with its position. */
enum channel_kind {
	CHANNEL_OPEN = 'O',  /* a token: all bytes before are none of ours */
	CHANNEL_DATA = 'D',  /* where its bytes begin */
	CHANNEL_TAKEN = 'A', /* up to where bytes were taken */
	CHANNEL_GRANT = 'G', /* up to where they may be sent: from us alone */
};

enum channel_lane_number {
	CHANNEL_FILES, /* of a command that waits for its end */
	CHANNEL_FEED,  /* what is played as it comes */
	CHANNEL_LANES
};

/* Who uses a lane. Positions are bytes of what is transferred. */
struct channel_user {
	/* It receives: takes these bytes; false: it wants no more. */
	bool (*take)(void *arg, uint64_t at, const void *bytes, size_t len);
	/* Up to where it has room; NULL: for a grant more, whatever comes. */
	uint64_t (*limit)(void *arg);
	/* It sends: copies up to `len` bytes, and returns how many. */
	size_t (*give)(void *arg, uint64_t at, void *to, size_t len);
	/* What was given up to there has arrived; or NULL. */
	void (*given)(void *arg, uint64_t at);
};

struct channel_lane {
	const struct channel_user *user; /* NULL: nobody */
	void *arg;
	uint64_t at;    /* the next byte to be taken, or given */
	uint64_t taken; /* it gives: what was heard to have been taken... */
	uint64_t limit; /* ...it takes: what was granted last */
	bool told;      /* it takes: where, since the opening */
};

enum channel_state {
	CHANNEL_ABSENT,
	CHANNEL_CLOSED,
	CHANNEL_OPENING, /* looks for the token */
	CHANNEL_IS_OPEN,
};

/* What the lane of files has, and how it ends. */
struct channel_file {
	char name[VALUE_NAME_MAX + 1];
	uint64_t serial, size;
	enum shell_err err;
	bool done;
	uint64_t moved_ns; /* when a byte last did... */
	uint64_t at;       /* ...and how far that was */
	unsigned turn;     /* whose it is: each gets the next number */
};

struct app_channel {
	enum channel_state state;
	bool greeted; /* the other side has been sent the token */
	uint64_t token;
	const char *why;    /* it was closed, NULL where nothing was wrong */
	uint64_t heard_ns;  /* when something last moved... */
	uint64_t opened_ns; /* ...and channel_open() was called */
	/* The block that is coming: its head, then bytes of its data. */
	unsigned char head[CHANNEL_HEAD];
	unsigned nb_head;
	uint32_t left;
	uint64_t pos;
	struct channel_lane lane[CHANNEL_LANES];
	struct channel_file file;
	uint64_t received, sent; /* bytes of data */
	uint64_t stray;          /* bytes that were none of ours */
};

void channel_init(struct app_channel *c, struct uk_alloc *a);

/* There is one; whatever it did ends. */
void channel_open(struct app_channel *c, uint64_t token, uint64_t now_ns);

/* `why` stays; see there. */
void channel_close(struct app_channel *c, const char *why);

/* The lane is nobody's; `user` and `arg` stay until channel_end(). */
void channel_begin(struct app_channel *c, enum channel_lane_number n,
		   const struct channel_user *user, void *arg, uint64_t at);
void channel_end(struct app_channel *c, enum channel_lane_number n);

/*
 * Moves up to `max` bytes each way, whole blocks a bit more; true when any
 * moved. Cheap where there is none.
 */
bool channel_poll(struct app_channel *c, uint64_t now_ns, size_t max);

/* When to look again, as nothing tells that bytes came; UINT64_MAX: never. */
uint64_t channel_wake_ns(const struct app_channel *c, uint64_t now_ns);

#endif /* APP_CHANNEL_H */
