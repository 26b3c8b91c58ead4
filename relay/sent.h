/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the holder of the line has sent (docs/protocol.md): whether a request of
 * ours may stand there next, and what of it is to be answered.
 */
#ifndef RELAY_SENT_H
#define RELAY_SENT_H

#include <stdbool.h>
#include <stddef.h>

#define SENT_TAG_MAX 32
#define SENT_SUMS 256

/* What of the line's keys a terminal's report leaves as it was. */
struct sent_keys {
	bool mid_line; /* a line has begun, a request or keys */
	bool emptied;  /* keys came that leave none: none has at a prompt */
	bool moved;    /* the cursor may stand before the line's end */
	bool searches; /* in the history, which the first ^C ends */
	bool typed;    /* keys came after the last request */
};

struct sent {
	struct sent_keys keys, before; /* `before` the report that comes */
	unsigned report;               /* how far that is, 0: none comes */
	bool page_shown, page;         /* `page`: the next key ends it */
	unsigned opening;              /* bytes of the opening with ^C */
	bool in_request;               /* the line begins with '@' */
	bool in_tag, bad_tag;
	char tag[SENT_TAG_MAX + 1];
	size_t tag_len;
	/* Requests whose end has not been heard, and by their tags' sums. */
	unsigned unanswered, by_sum[SENT_SUMS];
};

/* Of a new holder, who goes on with the line that the last one began. */
void sent_begin(struct sent *s);

void sent_take(struct sent *s, const char *data, size_t len);

/* The appliance shows a page, or none. */
void sent_page(struct sent *s, bool shown);

/* A line of the appliance: is it the end of a request's reply? */
void sent_heard(struct sent *s, const char *line, size_t len);

#endif /* RELAY_SENT_H */
