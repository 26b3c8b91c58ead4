/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Those who watch: they get all notices, and replies to requests that change
 * nothing. One of these at a time is with the appliance, under a tag of ours.
 */
#ifndef RELAY_WATCH_H
#define RELAY_WATCH_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/buf.h"

#define WATCH_MAX 8
#define WATCH_LINE 1200 /* of a request, its tag and mark included */
#define WATCH_TAG_MAX 32

struct watcher {
	int fd;     /* -1: nobody */
	bool ended; /* it sends no more */
	struct buf in, out;
	char tag[WATCH_TAG_MAX + 1]; /* of its request that is next, or "" */
	uint64_t since_ms;           /* it waits for a line's end; 0: not */
};

struct watch {
	struct watcher one[WATCH_MAX];
	unsigned next;
	struct watcher *asks; /* whose request is with the appliance, or NULL */
	uint64_t asked_ms;    /* when it came there */
	bool gone;            /* it has left: the reply is nobody's */
	bool begun;           /* of a line of the reply, its tag was passed */
	char head[4];         /* what that line's text begins with */
	size_t head_len;
	unsigned long number; /* of the request, and of a line of a reply */
	unsigned long heard;
};

void watch_init(struct watch *w);

/* Takes a connection, or closes it where there are too many. */
void watch_add(struct watch *w, int fd);
unsigned watch_count(const struct watch *w);

/*
 * Writes the next request for the appliance, with its end, up to `size` bytes;
 * returns its length, 0 when there is none. Those that are refused are answered
 * here.
 */
size_t watch_ask(struct watch *w, char *out, size_t size, uint64_t now_ms);
/* The same while none can be asked: those that wait for too long are told. */
void watch_wait(struct watch *w, uint64_t now_ms);
/* True when a request waits or is with the appliance. */
bool watch_asks(const struct watch *w);
/* True when a reply to one who is still there may come yet. */
bool watch_replies(const struct watch *w, uint64_t now_ms);

/* The line is another one: what was with the appliance gets no reply. */
void watch_lost(struct watch *w);

/* What heard.h tells. */
void watch_reply(struct watch *w, const char *data, size_t len, bool end);
void watch_line(struct watch *w, const char *line, size_t len);

/* For poll(): an entry for each of WATCH_MAX, then what has come of them. */
void watch_fds(const struct watch *w, struct pollfd *fds);
void watch_act(struct watch *w, const struct pollfd *fds);

#endif /* RELAY_WATCH_H */
