/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sends what was received back where it came from: the netbuf itself, turned
 * round as turn.h says.
 */
#include <string.h>

#include "pktgen/engine.h"
#include "pktgen/turn_alike.h"

NOINLINE bool engine_turn(struct worker *w, uint8_t *frame, size_t len)
{
	const struct turn_port port = {
		.mac = w->queue->port->mac,
		.own = w->own,
		.any = w->mode & MODE_ANY,
	};
	struct turn_known known;
	const bool plain = turn_note(frame, len, &known);
	uint64_t *const counts[] = {
		[TURN_CONTROL] = &w->stats.reflect_control,
		[TURN_GROUP] = &w->stats.reflect_multicast,
		[TURN_OWN] = &w->stats.reflect_own,
		[TURN_FOREIGN] = &w->stats.reflect_foreign,
		[TURN_UNFIT] = &w->stats.reflect_unfit,
	};
	const enum turned how = turn_frame(frame, len, &port);

	if (how) {
		(*counts[how])++;
		return false;
	}
	if (plain) {
		turn_know(frame, &known);
		w->turn = known;
	}
	return true;
}

/* A copy in one piece of what came in several; NULL: there is no buffer. */
static NOINLINE struct uk_netbuf *copy_chain(struct port_queue *q,
					     const struct uk_netbuf *nb)
{
	struct uk_netbuf *one = port_frame_alloc(q);

	if (!one)
		return NULL;
	if (port_frame_len(nb) > port_frame_room(q)) {
		port_frame_free(one);
		return NULL;
	}
	for (; nb; nb = nb->next) {
		memcpy((char *)one->data + one->len, nb->data, nb->len);
		one->len = (uint16_t)(one->len + nb->len);
	}
	return one;
}

/* One that comes in parts, or for which there is no place; see turn_all(). */
static NOINLINE struct uk_netbuf *turn_other(struct worker *w,
					     struct uk_netbuf *nb, bool full)
{
	struct uk_netbuf *one = NULL;

	/* No device sends a chain. */
	if (!full && nb->next)
		one = copy_chain(w->queue, nb);
	w->stats.tx_dropped += !one;
	port_rx_free(w->queue, nb);
	if (one && !engine_turn(w, one->data, one->len)) {
		port_frame_free(one);
		one = NULL;
	}
	return one;
}

/* Holds what goes back of `n`, and frees the rest; returns the bytes of all. */
static uint64_t turn_all(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
			 bool full)
{
	struct uk_netbuf **const to = full ? pkts : w->out.kept;
	uint64_t bytes = 0, freed = 0;
	unsigned kept = 0, from = 0;

	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *nb = pkts[i];
		const unsigned len = nb->len;

		bytes += len;
		if (likely(!full && !nb->next)) {
			to[kept] = nb;
			if (likely(turn_alike(nb->data, len, &w->turn)) ||
			    engine_turn(w, nb->data, len)) {
				kept++;
				continue;
			}
			port_rx_free(w->queue, nb);
			freed += len;
			continue;
		}
		bytes += port_frame_len(nb) - len;
		freed += port_frame_len(nb);
		nb = turn_other(w, nb, full);
		if (!nb)
			continue;
		freed -= nb->len;
		port_reflect(w->queue, to + from, kept - from);
		to[kept++] = nb;
		from = kept;
	}
	port_reflect(w->queue, to + from, kept - from);
	if (kept)
		outbox_hold_kept(&w->out, kept, bytes - freed);
	return bytes;
}

void engine_turned(struct worker *w, uint64_t now_ns)
{
	if (unlikely(!w->out.nb))
		return;
	if (unlikely(w->sender))
		engine_set_sender(w, NULL);
	/* What it takes none of is due from now on, or is dropped. */
	if (engine_tx_flush(w, now_ns) || !w->how.drops)
		w->moved_ns = now_ns;
	else
		engine_tx_watch(w, now_ns);
}

uint64_t engine_reflect(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
			uint64_t now_ns)
{
	/* What another mode left waits, and there is no place behind it. */
	const bool full = w->out.nb;
	const uint64_t bytes = turn_all(w, pkts, n, full);

	if (likely(!full))
		engine_turned(w, now_ns);
	return bytes;
}
