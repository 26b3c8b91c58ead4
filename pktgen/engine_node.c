/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the port is to its neighbours, between two bursts: frames for its node
 * are taken out of what is received before they count, and what it has to say
 * goes to the device ahead of what is held. It is limited in rate, so no
 * traffic starves by it, and neither does it by a full ring.
 */
#include "pktgen/engine.h"

#define CHAIN_MAX 9216 /* bytes of a frame in several parts */

/* Frames that are signed are traffic, whatever they look like. */
static bool is_signed(const struct worker *w, const uint8_t *frame, size_t len)
{
	struct signature s;

	return w->signs && len >= SIGNATURE_LEN &&
	       signature_get(frame + len - SIGNATURE_LEN, &s);
}

static NOINLINE bool take_chain(struct worker *w, const struct uk_netbuf *nb,
				uint64_t now_ns)
{
	uint8_t frame[CHAIN_MAX];
	size_t len = 0;

	for (; nb; nb = nb->next) {
		if (len + nb->len > sizeof(frame))
			return false;
		memcpy(frame + len, nb->data, nb->len);
		len += nb->len;
	}
	return !is_signed(w, frame, len) &&
	       node_take(w->node, frame, len, now_ns);
}

static bool take(struct worker *w, const struct uk_netbuf *nb, uint64_t now_ns)
{
	const uint8_t *const frame = nb->data;

	if (likely(!node_may_take(w->node, frame, nb->len)))
		return false;
	if (frame[0] & 1)
		node_count_group(w->node, frame, nb->len);
	if (unlikely(nb->next))
		return take_chain(w, nb, now_ns);
	return !is_signed(w, nb->data, nb->len) &&
	       node_take(w->node, nb->data, nb->len, now_ns);
}

unsigned engine_node_take(struct worker *w, struct uk_netbuf *pkts[],
			  unsigned n, uint64_t now_ns)
{
	unsigned left = 0;

	for (unsigned i = 0; i < n; i++) {
		if (likely(!take(w, pkts[i], now_ns))) {
			pkts[left++] = pkts[i];
			continue;
		}
		w->stats.host_rx++;
		node_end(w->node, pkts[i]);
	}
	w->stats.host_dropped += w->node->dropped;
	w->node->dropped = 0;
	return left;
}

unsigned engine_node_step(struct worker *w, uint64_t now_ns)
{
	struct node *const h = w->node;
	struct tap *const t = w->tap.tx;
	unsigned sent;
	int err;

	node_poll(h, now_ns);
	if (unlikely(h->nb_later))
		node_take_later(h, now_ns);
	if (likely(!h->nb_out))
		return 0;
	if (unlikely(t != NULL))
		t->offer(t, h->out, h->nb_out, now_ns);
	sent = port_tx_burst(w->queue, h->out, h->nb_out, &err);
	if (unlikely(t != NULL))
		t->count(t, sent);
	node_sent(h, sent);
	w->stats.host_tx += sent;
	if (unlikely(err))
		node_drop(h);
	w->stats.host_dropped += h->dropped;
	h->dropped = 0;
	return sent;
}
