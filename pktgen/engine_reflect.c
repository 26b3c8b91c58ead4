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

/* Those in front that are the like of the last; returns how many. */
static unsigned turn_run(struct uk_netbuf *const pkts[], unsigned n,
			 const struct turn_known *known)
{
	const struct turn_known k = *known;
	struct uk_netbuf *const *at, *const *const end = pkts + n;

	for (at = pkts; at < end; at++)
		if (unlikely(!turn_same((*at)->data, (*at)->len, 0, &k)))
			break;
	return (unsigned)(at - pkts);
}

/* What goes back. */
struct going {
	struct uk_netbuf **to;
	unsigned nb;
	uint64_t bytes;
	bool received;
};

/* Each by itself; those that stay are freed. Returns the bytes of all. */
static NOINLINE uint64_t turn_each(struct worker *w, struct uk_netbuf *pkts[],
				   unsigned n, bool full, struct going *g)
{
	const struct uk_netbuf *last = NULL;
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *nb = pkts[i];
		const unsigned len = nb->len;

		bytes += port_frame_len(nb);
		if (likely(!full && !nb->next)) {
			const bool alike = turn_alike(nb->data, len, &w->turn);

			if (unlikely(!alike &&
				     !engine_turn(w, nb->data, len))) {
				port_rx_free(w->queue, nb);
				continue;
			}
			g->to[g->nb++] = nb;
			g->bytes += len;
			last = alike ? nb : NULL;
			continue;
		}
		nb = turn_other(w, nb, full);
		if (!nb)
			continue;
		g->received = false;
		g->to[g->nb++] = nb;
		g->bytes += nb->len;
	}
	if (last)
		turn_know_again(last->data, last->len, &w->turn);
	return bytes;
}

COLD void engine_reflect_held(struct worker *w)
{
	struct outbox *const o = &w->out;

	for (unsigned i = 0; o->received && i < o->nb; i++)
		if (o->pkt[i]->priv == w->queue)
			port_reflect(w->queue, o->pkt + i, 1);
	o->received = false;
}

void engine_turned(struct worker *w, struct uk_netbuf **pkts, unsigned n,
		   uint64_t bytes, bool received, uint64_t now_ns)
{
	if (unlikely(!n))
		return;
	outbox_hold_these(&w->out, pkts, n, bytes);
	w->out.received = true;
	if (unlikely(!received))
		engine_reflect_held(w);
	if (unlikely(w->sender))
		engine_set_sender(w, NULL);
	/* What it takes none of is due from now on, or is dropped. */
	if (engine_tx_flush(w, now_ns) || !w->how.drops)
		w->moved_ns = now_ns;
	else
		engine_tx_watch(w, now_ns);
	if (unlikely(w->out.nb))
		outbox_keep(&w->out);
}

/* What another mode left waits, and there is no place behind it. */
static COLD uint64_t drop_all(struct worker *w, struct uk_netbuf *pkts[],
			      unsigned n)
{
	struct going none;

	return turn_each(w, pkts, n, true, &none);
}

/*
 * What comes is a run of frames that are the like of those before, more often
 * than not.
 */
uint64_t engine_reflect(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
			bool large, uint64_t now_ns)
{
	struct going g = {.to = pkts, .received = true};
	uint64_t bytes;

	if (unlikely(w->out.nb))
		return drop_all(w, pkts, n);
	/* None is a chain, where none is large. */
	if (likely(!large))
		g.nb = turn_run(pkts, n, &w->turn);
	bytes = g.bytes = (uint64_t)g.nb * w->turn.len;
	if (unlikely(g.nb < n))
		bytes += turn_each(w, pkts + g.nb, n - g.nb, false, &g);
	engine_turned(w, g.to, g.nb, g.bytes, g.received, now_ns);
	return bytes;
}
