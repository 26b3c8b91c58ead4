/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The data channel (docs/protocol.md): a socket beside that of the console, on
 * which bytes go in blocks. What is to go there is asked for on the line, by
 * others; here is what moves it, in the loop, and nothing blocks.
 */
#ifndef CLIENT_CHANNEL_H
#define CLIENT_CHANNEL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_HEAD 16
/* Data of a block: of those that come, at most. */
#define CHANNEL_BLOCK 65536u
/* Of those that go. */
#define CHANNEL_PIECE 32768u

/* As the appliance numbers them. */
enum channel_lane_number { CHANNEL_FILES, CHANNEL_FEED, CHANNEL_LANES };

struct channel_lane {
	/* It comes: takes these bytes; false: no more of them. */
	bool (*take)(void *arg, const unsigned char *bytes, size_t len);
	/*
	 * It goes: `len` bytes from `at` on; returns how many there are, -1
	 * where they cannot be had any more.
	 */
	long (*give)(void *arg, uint64_t at, unsigned char *to, size_t len);
	void *arg;
	uint64_t at;    /* the next byte */
	uint64_t taken; /* it comes: what we told to have taken... */
	uint64_t limit; /* ...it goes: up to where it may */
	bool told;      /* it goes: where it begins... */
	bool dry;       /* ...all that there is has gone... */
	bool held;      /* ...it is not to go yet */
};

enum channel_state {
	CHANNEL_DOWN,
	CHANNEL_OPENING, /* connected, looks for the token */
	CHANNEL_UP,
};

struct channel {
	int fd; /* -1: not connected */
	enum channel_state state;
	bool none;         /* this appliance has none */
	uint64_t retry_ms; /* it did not answer: not before then */
	uint32_t token;
	const char *why; /* it went down */
	struct channel_lane lane[CHANNEL_LANES];
	size_t nb_in, nb_out, out_at;
	unsigned char in[2 * (CHANNEL_HEAD + CHANNEL_BLOCK)];
	unsigned char out[CHANNEL_HEAD + CHANNEL_PIECE];
};

void channel_init(struct channel *c);

/*
 * Connects to the channel beside the console at `console`, if it is not, and
 * has it look for a new token. False where there is none.
 */
bool channel_connect(struct channel *c, const char *console);
void channel_close(struct channel *c, const char *why);

/* The lane is used from byte `at` on, until channel_end(). */
struct channel_lane *channel_begin(struct channel *c,
				   enum channel_lane_number n, uint64_t at,
				   void *arg);
void channel_end(struct channel *c, enum channel_lane_number n);

/* For the loop. */
int channel_wait(void *channel, struct pollfd *fd);
void channel_act(void *channel, short revents);

#endif /* CLIENT_CHANNEL_H */
