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

struct sent {
	bool mid_line;   /* a line has begun, a request or keys */
	bool in_request; /* it begins with '@' */
	bool in_tag;
	char tag[SENT_TAG_MAX + 1]; /* of the last request that began */
	size_t tag_len;
	bool unanswered; /* its end has not been heard */
	bool typed;      /* keys came after the last request */
};

/* Of a new holder, who goes on with the line that the last one began. */
void sent_begin(struct sent *s);

void sent_take(struct sent *s, const char *data, size_t len);

/* A line of the appliance: is it the end of the last request's reply? */
void sent_heard(struct sent *s, const char *line, size_t len);

#endif /* RELAY_SENT_H */
