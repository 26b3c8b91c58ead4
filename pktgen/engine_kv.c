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
static COLD bool answer_any(struct answers *a, struct uk_netbuf *nb)
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

/* ---- Plain --------------------------------------------------------------- */

/* There is no such key: the frame's bytes. 0: it is no key, or several. */
static NOINLINE unsigned answer_miss(struct worker *w, uint8_t *frame,
				     unsigned key_len)
{
	for (unsigned i = 0; i < key_len; i++)
		if (frame[KV_PLAIN_KEY_AT + i] <= ' ')
			return 0;
	turn_words(frame, turn_load64(frame + TURN_ADDRS_AT), &w->turn);
	w->stats.kv_misses++;
	w->stats.kv_hits--; /* see answer_run() */
	return kv_plain_miss(frame, key_len);
}

static inline const struct kv_record *find(const struct kv *kv,
					   const uint8_t *frame,
					   unsigned key_len)
{
	const uint8_t *const key = frame + KV_PLAIN_KEY_AT;

	return likely(key_len <= 8) ? kv_look_short(kv, key, key_len)
				    : kv_look(kv, key, key_len);
}

/*
 * Those in front that are plain, where they lie; returns how many. All count as
 * hits but misses.
 */
static NOINLINE unsigned answer_run(struct worker *w,
				    const struct turn_known *k,
				    struct uk_netbuf *const pkts[], unsigned n,
				    uint64_t *came, uint64_t *said)
{
	const struct kv *const kv = w->kv;
	struct uk_netbuf *const *at, *const *const end = pkts + n;
	uint64_t in = 0, out = 0;

	for (at = pkts; at < end; at++) {
		struct uk_netbuf *const nb = *at;
		uint8_t *const frame = nb->data;
		const unsigned asked = nb->len;
		const struct kv_record *r;
		unsigned key_len, len;
		uint64_t ips;

		if (unlikely(!kv_plain(frame, asked,
				       (uintptr_t)nb->next |
					       turn_differs(frame, k),
				       &key_len)))
			break;
		ips = turn_load64(frame + TURN_ADDRS_AT);
		if (unlikely((ips & TURN_NETS) != k->nets) &&
		    !turn_are_hosts(ips))
			break;
		r = find(kv, frame, key_len);
		if (likely(r)) {
			turn_words(frame, ips, k);
			len = kv_plain_put(frame, r);
		} else {
			len = answer_miss(w, frame, key_len);
			if (unlikely(!len))
				break;
		}
		in += asked;
		out += len;
		nb->len = (uint16_t)len;
	}
	*came += in;
	*said += out;
	w->stats.kv_hits += (uint64_t)(at - pkts);
	return (unsigned)(at - pkts);
}

/* ---- All ----------------------------------------------------------------- */

/* One that is not plain; a chain is no request. */
static COLD void answer_other(struct answers *a, struct uk_netbuf *nb)
{
	struct worker *const w = a->w;

	if (nb->next)
		w->stats.kv_malformed++;
	else if ((turn_alike(nb->data, nb->len, &w->turn) ||
		  engine_turn(w, nb->data, nb->len)) &&
		 answer_any(a, nb))
		return;
	port_rx_free(w->queue, nb);
}

/* What is like none: a byte that is in both words differs. */
static const struct turn_known like_none = {.head = UINT64_MAX};

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
	const struct turn_known *const k =
		likely(w->kv && KV_TEXT_AT + w->kv->longest <= a.most)
			? &w->turn
			: &like_none;
	struct uk_netbuf **to = pkts;
	uint64_t came = 0;
	unsigned i = 0;

	a.nb = answer_run(w, k, pkts, n, &came, &a.bytes);
	if (unlikely(a.nb < n)) {
		memcpy(w->out.kept, pkts, a.nb * sizeof(pkts[0]));
		to = w->out.kept;
		i = a.nb;
	}
	while (to != pkts && i < n) {
		unsigned run;

		came += port_frame_len(pkts[i]);
		answer_other(&a, pkts[i++]);
		run = answer_run(w, k, pkts + i, n - i, &came, &a.bytes);
		memcpy(to + a.nb, pkts + i, run * sizeof(pkts[0]));
		a.nb += run;
		i += run;
	}
	engine_turned(w, to, a.nb, a.bytes, a.received, now_ns);
	return came;
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
