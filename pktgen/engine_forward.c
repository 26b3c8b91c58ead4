/* SPDX-License-Identifier: BSD-3-Clause */
/* Sends what was received on, at another port: see forward.h. */
#include <errno.h>
#include <string.h>

#include "pktgen/core.h"
#include "pktgen/engine.h"
#include "pktgen/impair.h"
#include "pktgen/learn.h"

bool forward_blocked(const struct worker *w)
{
	const struct forward *f = w->forward;

	for (unsigned i = 0; f && i < f->nb_out; i++)
		if (f->out[i].nb)
			return true;
	return false;
}

bool forward_full(const struct worker *w)
{
	return !w->forward->impair && forward_blocked(w);
}

/* They are the other port's as well, though of none of its streams or runs. */
static void count_sent(struct worker *w, struct worker *to, unsigned n,
		       uint64_t bytes)
{
	bytes += (uint64_t)n * ETH_FCS_LEN;
	w->stats.forward_packets += n;
	to->stats.tx_packets += n;
	to->stats.tx_bytes += bytes;
	to->charged_packets += n;
	to->charged_bytes += bytes;
	to->run_packets += n;
	if (to->mode & MODE_NULL)
		to->null_from += n;
}

static uint64_t bytes_of(const struct outlet *o, unsigned n)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++)
		bytes += o->pkt[o->from + i]->len;
	return bytes;
}

/* The device of the other port refused a frame, or has failed. */
static COLD void refused(struct worker *w, struct outlet *o, int err)
{
	o->to->stats.tx_errors++;
	o->to->err = err;
	outlet_drop(o, err == -EIO ? o->nb : 1, &w->stats.forward_unfit);
}

/* No device would send it; nor may what came hold up what is to come. */
static COLD unsigned discard(struct worker *w, struct outlet *o)
{
	outlet_drop(o, o->nb, &w->stats.forward_link_down);
	port_tx_reap(o->to->queue);
	return 0;
}

/* Offers what is held; returns how many the device took. */
static unsigned flush(struct worker *w, struct outlet *o, uint64_t now_ns)
{
	struct tap *const tap = o->to->tap.tx;
	const unsigned nb = o->nb;
	uint64_t bytes = o->bytes;
	unsigned sent;
	int err;

	if (unlikely(o->to->unplugged))
		return discard(w, o);
	if (unlikely(tap != NULL))
		tap->offer(tap, o->pkt + o->from, nb, now_ns);
	sent = port_tx_burst(o->to->queue, o->pkt + o->from, nb, &err);
	if (unlikely(tap != NULL))
		tap->count(tap, sent);
	if (unlikely(sent != nb)) {
		const unsigned from = o->from;

		o->from += sent;
		bytes -= bytes_of(o, nb - sent);
		o->from = from;
	}
	outlet_take_off(o, sent, bytes);
	count_sent(w, o->to, sent, bytes);
	if (likely(!o->nb))
		return sent;
	if (unlikely(err))
		refused(w, o, err);
	else
		o->to->stats.tx_ring_full++;
	if (w->how.drops)
		outlet_drop(o, o->nb, &w->stats.forward_dropped);
	return sent;
}

static unsigned flush_all(struct worker *w, uint64_t now_ns)
{
	struct forward *const f = w->forward;
	unsigned sent = 0;

	for (unsigned i = 0; i < f->nb_out; i++)
		if (f->out[i].nb)
			sent += flush(w, &f->out[i], now_ns);
	return sent;
}

/* Whether there is a place behind what is held. */
static bool has_place(struct outlet *o)
{
	if (o->from + o->nb < OUTBOX_MAX)
		return true;
	if (!o->from)
		return false;
	memmove(o->pkt, o->pkt + o->from, o->nb * sizeof(o->pkt[0]));
	o->from = 0;
	return true;
}

/* A copy that is the other queue's; NULL: it has no buffer. */
static struct uk_netbuf *copy_of(const struct uk_netbuf *nb, struct outlet *o)
{
	struct uk_netbuf *one = port_guest_alloc(o->to->queue);
	char *to;

	if (!one)
		return NULL;
	to = one->data;
	for (; nb; nb = nb->next) {
		memcpy(to, nb->data, nb->len);
		to += nb->len;
	}
	one->len = (uint16_t)(to - (char *)one->data);
	return one;
}

static void hold(struct outlet *o, struct uk_netbuf *nb)
{
	o->pkt[o->from + o->nb++] = nb;
	o->bytes += nb->len;
}

/* Bytes of a frame that a port takes. */
static unsigned longest(const struct port *p)
{
	return (unsigned)p->mtu + ETH_HLEN + PORT_VLAN_TAG_LEN;
}

static bool fits(const struct outlet *o, unsigned len)
{
	const struct port *p = o->to->queue->port;

	return len && len <= longest(p);
}

/* A copy of a frame that stays where it is. */
static COLD void add_copy(struct worker *w, struct outlet *o,
			  const struct uk_netbuf *nb)
{
	struct uk_netbuf *one;

	if (!fits(o, port_frame_len(nb))) {
		w->stats.forward_unfit++;
	} else if (!has_place(o)) {
		w->stats.forward_dropped++;
	} else {
		one = copy_of(nb, o);
		if (one)
			hold(o, one);
		else
			w->stats.forward_no_buffer++;
	}
}

/* A frame goes this way, or is dropped. */
static inline void add(struct worker *w, struct outlet *o, struct uk_netbuf *nb)
{
	if (unlikely(nb->next)) {
		add_copy(w, o, nb);
		port_rx_free(w->queue, nb);
		return;
	}
	if (likely(fits(o, nb->len) && has_place(o))) {
		port_reflect(w->queue, &nb, 1);
		hold(o, nb);
		return;
	}
	if (fits(o, nb->len))
		w->stats.forward_dropped++;
	else
		w->stats.forward_unfit++;
	port_rx_free(w->queue, nb);
}

/* ---- In ----------------------------------------------------------------- */

static COLD uint64_t free_all(struct worker *w, struct uk_netbuf *pkts[],
			      unsigned n, uint64_t *count)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		bytes += port_frame_len(pkts[i]);
		port_rx_free(w->queue, pkts[i]);
	}
	*count += n;
	return bytes;
}

/* All go one way, and most are whole and fit. */
uint64_t forward_hold(struct worker *w, struct outlet *o,
		      struct uk_netbuf *pkts[], unsigned n)
{
	const unsigned most = longest(o->to->queue->port);
	uint64_t bytes = 0;
	unsigned i = 0;

	if (likely(!o->nb)) {
		for (; i < n; i++) {
			struct uk_netbuf *const nb = pkts[i];

			if (unlikely(nb->next || nb->len > most || !nb->len))
				break;
			o->pkt[i] = nb;
			bytes += nb->len;
		}
		port_reflect(w->queue, pkts, i);
		o->from = 0;
		o->nb = i;
		o->bytes = bytes;
	}
	for (; i < n; i++) {
		bytes += port_frame_len(pkts[i]);
		add(w, o, pkts[i]);
	}
	return bytes;
}

/* Through a link: what is too long for the other end is not on it. */
static NOINLINE uint64_t take_impaired(struct worker *w,
				       struct uk_netbuf *pkts[], unsigned n,
				       uint64_t now_ns)
{
	struct outlet *const o = &w->forward->out[0];
	struct impair *const im = w->forward->impair;
	const unsigned most = longest(o->to->queue->port);
	const bool passes = !o->nb;
	uint64_t bytes = 0;
	unsigned passed = 0;

	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *const nb = pkts[i];
		const unsigned len = port_frame_len(nb);

		bytes += len;
		if (unlikely(len > most || !len)) {
			w->stats.forward_unfit++;
		} else if (impair_take(im, nb, len, passes, now_ns,
				       &w->stats)) {
			pkts[passed++] = nb;
			continue;
		}
		port_rx_free(w->queue, nb);
	}
	forward_hold(w, o, pkts, passed);
	return bytes;
}

/* ---- By address ---------------------------------------------------------- */

/* Between bridges, and what slow protocols say: IEEE 802.1Q, 8.6.3. */
static bool is_for_bridges(uint64_t mac)
{
	return (mac & 0xf0ffffffffffull) == 0x000000c28001ull;
}

/* The one that goes to that port; NULL: none does. */
static struct outlet *outlet_to(struct forward *f, int port)
{
	for (unsigned i = 0; i < f->nb_out; i++)
		if ((int)f->out[i].to->queue->port->id == port)
			return &f->out[i];
	return NULL;
}

/* By all ways out; the last has the frame itself. */
static NOINLINE void flood(struct worker *w, struct uk_netbuf *nb)
{
	struct forward *const f = w->forward;

	w->stats.forward_flooded++;
	w->stats.forward_copies += f->nb_out - 1;
	for (unsigned i = 0; i + 1 < f->nb_out; i++)
		add_copy(w, &f->out[i], nb);
	add(w, &f->out[f->nb_out - 1], nb);
}

static NOINLINE uint64_t take_learning(struct worker *w,
				       struct uk_netbuf *pkts[], unsigned n,
				       uint64_t now_ns)
{
	struct forward *const f = w->forward;
	const unsigned here = w->queue->port->id;
	uint64_t bytes = 0;

	learn_time(f->learnt, now_ns);
	for (unsigned i = 0; i < n; i++) {
		struct uk_netbuf *const nb = pkts[i];
		const uint8_t *const p = nb->data;
		struct outlet *o = NULL;
		int to = (int)here;

		bytes += port_frame_len(nb);
		if (likely(nb->len >= ETH_HLEN && f->nb_out)) {
			const uint64_t dst = learn_address(p);
			const uint64_t src = learn_address(p + ETH_ALEN);

			if (src && !learn_is_group(src))
				learn_see(f->learnt, src, here);
			if (learn_is_group(dst))
				to = is_for_bridges(dst) ? (int)here
							 : LEARN_UNKNOWN;
			else
				to = learn_find(f->learnt, dst);
			o = outlet_to(f, to);
		}
		if (o) {
			add(w, o, nb);
		} else if (to != (int)here) {
			flood(w, nb);
		} else {
			w->stats.forward_filtered++;
			port_rx_free(w->queue, nb);
		}
	}
	return bytes;
}

/* Holds what has come through by now, a burst at most. */
static NOINLINE void release(struct worker *w, struct outlet *o,
			     uint64_t now_ns)
{
	struct impair *const im = w->forward->impair;
	struct uk_netbuf *nb;
	unsigned len;

	while (o->nb < w->how.burst && (len = impair_due(im, now_ns))) {
		nb = port_guest_alloc(o->to->queue);
		if (!nb) {
			port_tx_reap(o->to->queue);
			return;
		}
		impair_give(im, nb->data);
		nb->len = (uint16_t)len;
		hold(o, nb);
	}
}

uint64_t engine_forward(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
			uint64_t now_ns)
{
	uint64_t bytes;

	if (unlikely(w->state != WORKER_RUNNING))
		return free_all(w, pkts, n, &w->stats.forward_stopped);
	if (ROUTES && w->mode & MODE_ROUTE)
		bytes = engine_route(w, pkts, n, now_ns);
	else if (w->forward->learnt)
		bytes = take_learning(w, pkts, n, now_ns);
	else if (w->forward->impair)
		bytes = take_impaired(w, pkts, n, now_ns);
	else
		bytes = forward_hold(w, &w->forward->out[0], pkts, n);
	if (flush_all(w, now_ns) || !w->how.drops)
		w->moved_ns = now_ns;
	return bytes;
}

unsigned forward_step(struct worker *w, uint64_t now_ns)
{
	struct forward *const f = w->forward;
	unsigned sent;

	if (f->impair && !f->out[0].nb)
		release(w, &f->out[0], now_ns);
	sent = flush_all(w, now_ns);
	if (sent || !forward_blocked(w))
		w->moved_ns = now_ns;
	else
		engine_tx_watch(w, now_ns);
	return sent;
}
