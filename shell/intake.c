/* SPDX-License-Identifier: BSD-3-Clause */
#include "shell/intake.h"

#include <string.h>

size_t intake_room(const struct intake *in, uint64_t now_ns)
{
	if (in->len < INTAKE_FREE)
		return INTAKE_FREE - in->len;
	if (now_ns < in->sip_ns || in->len > INTAKE_BYTES - INTAKE_SIP)
		return 0;
	return INTAKE_SIP;
}

void intake_add(struct intake *in, size_t len, uint64_t now_ns)
{
	in->len += len;
	if (len && in->len >= INTAKE_FREE)
		in->sip_ns = now_ns + INTAKE_SIP_NS;
}

bool intake_feed(struct intake *in, struct session *s, uint64_t now_ns)
{
	size_t taken = session_input(s, in->bytes, in->len, now_ns);

	if (!taken && in->len > INTAKE_BYTES - INTAKE_SIP &&
	    now_ns >= in->sip_ns) {
		session_overrun(s, now_ns);
		taken = in->len;
	}
	in->len -= taken;
	if (taken && in->len)
		memmove(in->bytes, in->bytes + taken, in->len);
	return taken > 0;
}
