/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A frame by which switches learn where a MAC address is: to all stations, RARP
 * (RFC 903) as hypervisors send it for a machine that has moved.
 */
#include "node/impl.h"

#define RARP_TYPE 0x8035
#define RARP_LEN 28
#define RARP_REQUEST 3

bool node_learn(struct node *h, const uint8_t mac[ETH_ALEN], uint16_t tag)
{
	static const uint8_t head[] = {0,        1,         8, 0,
				       ETH_ALEN, IPV4_ALEN, 0, RARP_REQUEST};
	uint8_t *p;

	if (!h->nb_free)
		return false;
	p = node_frame(h, node_all_macs, tag, RARP_TYPE, RARP_LEN);
	if (!p)
		return false;
	memcpy((uint8_t *)h->out[h->nb_out - 1]->data + ETH_ALEN, mac,
	       ETH_ALEN);
	memcpy(p, head, sizeof(head));
	memcpy(p + 8, mac, ETH_ALEN);
	memcpy(p + 18, mac, ETH_ALEN);
	return true;
}
