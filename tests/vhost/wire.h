/* SPDX-License-Identifier: BSD-3-Clause */
/* One vhost-user message with its descriptors, and the reply to it. */
#ifndef VHOST_WIRE_H
#define VHOST_WIRE_H

#include <stdbool.h>

#include "tests/vhost/protocol.h"

struct wire {
	struct vu_header head;
	union vu_payload in;
	union vu_payload out;
	uint32_t out_size; /* 0: the request has no reply of its own */
	unsigned int queue;
	int fd[VU_REGIONS_MAX];
	unsigned int nb_fds;
};

/* How a message names its queue. */
enum wire_queue {
	WIRE_NONE,
	WIRE_INDEX, /* as its first number */
	WIRE_FD,    /* beside a flag for a descriptor that is missing */
};

/*
 * Waits for a message: 1 when it is there, 0 when the other side has gone, -1
 * when it is none, with *wrong. Descriptors are closed by wire_close().
 */
int wire_receive(struct wire *w, int sock, const char **wrong);
void wire_close(struct wire *w);

/* Sets w->queue; false when the payload cannot be right. */
bool wire_queue(struct wire *w, enum wire_queue how);

/* The descriptor, the caller's from now on; -1: there is none. */
int wire_take_fd(struct wire *w);

/* Replies where a reply is due. False when the other side has gone. */
bool wire_reply(const struct wire *w, int sock);

#endif /* VHOST_WIRE_H */
