/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Input on its way to a session. What the session does not take yet waits here,
 * and beyond INTAKE_FREE bytes of it more comes in at INTAKE_SIP bytes each
 * INTAKE_SIP_NS: this holds a sender back, and yet whoever has the line next is
 * heard behind all that the one before has left in it, as the session looks at
 * all that waits. A sender that fills even INTAKE_BYTES so, minutes later, is
 * cut off.
 */
#ifndef SHELL_INTAKE_H
#define SHELL_INTAKE_H

#include "shell/session.h"

#define INTAKE_BYTES (32 << 10)
/* Room for a request that waits, and for a ^C behind it. */
#define INTAKE_FREE 2048
#define INTAKE_SIP 16
#define INTAKE_SIP_NS 100000000ull

struct intake {
	size_t len;
	uint64_t sip_ns; /* when more may come */
	char bytes[INTAKE_BYTES];
};

/* How many bytes may be put at in->bytes + in->len now. */
size_t intake_room(const struct intake *in, uint64_t now_ns);

/* `len` bytes were put there. */
void intake_add(struct intake *in, size_t len, uint64_t now_ns);

/* Gives the session what waits; true when it took any. Call it all the time. */
bool intake_feed(struct intake *in, struct session *s, uint64_t now_ns);

#endif /* SHELL_INTAKE_H */
