/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/outbox.h"

#include <string.h>

#include "pktgen/frames.h"

void outbox_init(struct outbox *o)
{
	memset(o, 0, sizeof(*o));
	o->pkt = o->kept;
}

void outbox_hold(struct outbox *o, struct uk_netbuf *const pkts[], unsigned n)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		o->kept[i] = pkts[i];
		bytes += pkts[i]->len;
	}
	o->pkt = o->kept;
	o->from = NULL;
	o->nb = n;
	o->len = 0;
	o->bytes = bytes + (uint64_t)n * ETH_FCS_LEN;
}

void outbox_keep(struct outbox *o)
{
	memmove(o->kept, o->pkt, o->nb * sizeof(o->pkt[0]));
	o->pkt = o->kept;
	o->from = NULL;
}

uint64_t outbox_sent_some(struct outbox *o, unsigned n)
{
	const uint64_t all = o->bytes;
	uint64_t left;

	o->pkt += n;
	o->nb -= n;
	left = (uint64_t)o->nb * (o->len + ETH_FCS_LEN);
	for (unsigned i = 0; !o->len && i < o->nb; i++)
		left += o->pkt[i]->len;
	o->bytes = left;
	return all - left;
}

uint64_t outbox_drop(struct outbox *o, unsigned n)
{
	struct uk_netbuf **const pkt = o->pkt;
	const uint64_t bytes = outbox_sent(o, n);

	if (o->room && !o->nb)
		frames_unmake(o->room, pkt, n);
	for (unsigned i = 0; i < n; i++) {
#ifdef PORT_SHARED
		if (likely(pkt[i]->refcount > 1)) {
			pkt[i]->refcount--;
			continue;
		}
#endif
		port_frame_free(pkt[i]);
	}
	return bytes;
}
