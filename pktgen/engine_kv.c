/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers requests for keys: the netbuf that a request came in is turned round
 * as in mode reflect, and goes back with the value in it. Only further keys of
 * a request, and what follows them, need buffers of their own.
 */
#include <string.h>

#include "pktgen/engine.h"
#include "pktgen/kv_hot.h"

/* Answers on their way to be held. */
struct answers {
	struct worker *w;
	unsigned nb;
	unsigned room; /* of w->out.kept, for other than first answers */
	unsigned most; /* bytes of a frame */
	bool received; /* all are netbufs that requests came in */
	uint64_t bytes;
};

static void hold(struct answers *a, struct uk_netbuf *nb, size_t len)
{
	nb->len = (uint16_t)len;
	a->w->out.kept[a->nb++] = nb;
	a->bytes += len;
}

/* A frame that is not one of the queue that it came in. */
static void hold_more(struct answers *a, const struct uk_netbuf *asked,
		      const struct kv_frame *at, const char *text, size_t len)
{
	struct worker *const w = a->w;
	struct uk_netbuf *nb = a->room ? port_frame_alloc(w->queue) : NULL;

	if (!nb) {
		w->stats.tx_dropped++;
		return;
	}
	a->room--;
	a->received = false;
	memcpy(nb->data, asked->data, at->udp + 8u + at->len);
	hold(a, nb, kv_frame_put(nb->data, at, text, len));
}

/* The first is the last, as the others need the request. */
static bool say(struct answers *a, struct uk_netbuf *nb,
		const struct kv_frame *at, const struct kv_answers *said)
{
	for (unsigned i = 0; i < said->nb; i++)
		if (at->udp + 8u + KV_HEAD_LEN + said->a[i].len > a->most)
			return false;
	for (unsigned i = 0; i + 1 < said->nb; i++)
		hold_more(a, nb, at, said->a[i].text, said->a[i].len);
	hold(a, nb,
	     kv_frame_put(nb->data, at, said->a[said->nb - 1].text,
			  said->a[said->nb - 1].len));
	return true;
}

/* A frame that was turned; false: it has no answer. */
static NOINLINE bool answer_any(struct answers *a, struct uk_netbuf *nb)
{
	struct stats *const stats = &a->w->stats;
	struct kv_frame at;
	struct kv_answers said;

	if (!kv_frame_find(nb->data, nb->len, &at)) {
		stats->kv_malformed++;
		return false;
	}
	kv_answer(a->w->kv, (uint8_t *)nb->data + at.udp + 8, at.len, &said);
	stats->kv_malformed += said.malformed;
	if (!said.nb)
		return false;
	if (!say(a, nb, &at, &said)) {
		stats->kv_malformed += !said.malformed;
		return false;
	}
	stats->kv_hits += said.hits;
	stats->kv_misses += said.misses;
	return true;
}

/* It stays here; a chain is no request. */
static NOINLINE void refuse(struct worker *w, struct uk_netbuf *nb)
{
	w->stats.kv_malformed += nb->next != NULL;
	port_rx_free(w->queue, nb);
}

/* There is no such key, or there are several. */
static NOINLINE bool answer_miss(struct answers *a, struct uk_netbuf *nb,
				 unsigned key_len)
{
	uint8_t *const frame = nb->data;

	for (unsigned i = 0; i < key_len; i++)
		if (frame[KV_TEXT_AT + KV_GET_LEN + i] <= ' ')
			return false;
	a->w->stats.kv_misses++;
	hold(a, nb, kv_plain_miss(frame, key_len));
	return true;
}

/* As all are that a generator sends. */
static inline bool answer_plain(struct answers *a, struct uk_netbuf *nb)
{
	const struct kv *const kv = a->w->kv;
	const struct kv_record *r;
	unsigned key_len = 0;

	if (unlikely(!kv))
		return false;
	r = kv_plain(kv, nb->data, &key_len);
	if (unlikely(!r))
		return key_len && answer_miss(a, nb, key_len);
	if (unlikely((unsigned)KV_TEXT_AT + r->text_len > a->most))
		return false;
	a->w->stats.kv_hits++;
	hold(a, nb, kv_plain_put(nb->data, r));
	return true;
}

/* Sends the answers to `n`; returns the bytes of all that came. */
static uint64_t answer_all(struct worker *w, struct uk_netbuf *pkts[],
			   unsigned n, uint64_t now_ns)
{
	const struct port_queue *q = w->queue;
	struct answers a = {
		.w = w,
		.room = OUTBOX_MAX - n,
		.most = MIN(q->port->mtu + (unsigned)ETH_HLEN,
			    q->rx_room - (unsigned)sizeof(uint64_t)),
		.received = true,
	};
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *const nb = pkts[i];

		bytes += nb->len;
		if (likely(!nb->next &&
			   turn_alike(nb->data, nb->len, &w->turn))) {
			if (likely(answer_plain(&a, nb)) || answer_any(&a, nb))
				continue;
		} else if (nb->next) {
			bytes += port_frame_len(nb) - nb->len;
		} else if (engine_turn(w, nb->data, nb->len) &&
			   answer_any(&a, nb)) {
			continue;
		}
		refuse(w, nb);
	}
	engine_turned(w, w->out.kept, a.nb, a.bytes, a.received, now_ns);
	return bytes;
}

/* What another mode left waits, and there is no place behind it. */
static COLD uint64_t drop_all(struct worker *w, struct uk_netbuf *pkts[],
			      unsigned n)
{
	uint64_t bytes = 0;

	w->stats.tx_dropped += n;
	for (unsigned i = 0; i < n; i++) {
		bytes += port_frame_len(pkts[i]);
		port_rx_free(w->queue, pkts[i]);
	}
	return bytes;
}

uint64_t engine_kv(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
		   uint64_t now_ns)
{
	if (unlikely(w->out.nb))
		return drop_all(w, pkts, n);
	return answer_all(w, pkts, n, now_ns);
}
