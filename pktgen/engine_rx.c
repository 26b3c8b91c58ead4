/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/port_look.h"
#include "pktgen/engine.h"

/* At once; the port has that many buffers beyond its ring. */
#define CHUNK WORKER_BURST

/* Frees those that are too long and counts them; returns how many are left. */
static unsigned take_out_oversize(struct worker *w, struct uk_netbuf *pkts[],
				  unsigned n)
{
	unsigned left = 0;

	for (unsigned i = 0; i < n; i++) {
		if (port_rx_oversize(w->queue->port, pkts[i])) {
			w->stats.rx_oversize++;
			port_rx_free(w->queue, pkts[i]);
		} else {
			pkts[left++] = pkts[i];
		}
	}
	return left;
}

/* One that forwards counts what comes while it does not run. */
static bool relays(const struct worker *w)
{
	return unlikely(w->mode & MODE_RELAYS) &&
	       (w->state == WORKER_RUNNING ||
		(FORWARDS && w->mode & MODE_FORWARD));
}

static NOINLINE uint64_t relay(struct worker *w, struct uk_netbuf *pkts[],
			       unsigned n, bool large, uint64_t now_ns)
{
	if (FORWARDS && w->mode & MODE_FORWARD)
		return engine_forward(w, pkts, n, now_ns);
	return SERVES && w->mode & MODE_KV
		       ? engine_kv(w, pkts, n, now_ns)
		       : engine_reflect(w, pkts, n, large, now_ns);
}

/* What was received has no place yet where it is sent to. */
static bool is_full(const struct worker *w)
{
	return FORWARDS && w->mode & MODE_FORWARD ? forward_full(w) : w->out.nb;
}

/*
 * Nobody else asks the device for what it was given: by this port, by others
 * that forward to it, or as answers of its node. All buffers may be there, or
 * the device waits for a notification that was lost.
 */
NOINLINE void worker_ask(struct worker *w)
{
	port_tx_reap(w->queue);
	if (FORWARDS && w->mode & MODE_FORWARD)
		forward_reap(w);
}

/* Steps from one look to the next, where frames are ignored and none came. */
#define REST 4

/* Frames that do not count can wait a little while others are sent. */
static bool rests(struct worker *w)
{
	if (w->rx_rest) {
		w->rx_rest--;
		return w->state == WORKER_RUNNING;
	}
	w->rx_rest = w->mode & MODE_RX || w->watched ? 0 : REST - 1;
	return false;
}

/* What is known of frames once all were looked at. */
struct looks {
	uint64_t bytes; /* without FCS */
	struct arrivals *arrivals;
	struct arrivals_now now; /* of those... */
	struct arrivals_row row; /* ...and this is put back */
};

/* A frame while it is ours: whoever wants to know more of it looks here. */
PORT_INLINE void look(void *looks, const struct uk_netbuf *nb)
{
	((struct looks *)looks)->bytes += nb->len;
}

PORT_INLINE void look_large(void *looks, const struct uk_netbuf *nb)
{
	((struct looks *)looks)->bytes += port_frame_len(nb);
}

PORT_INLINE void look_signed(void *looks, const struct uk_netbuf *nb)
{
	struct looks *const l = looks;

	l->bytes += nb->len;
	arrivals_see_one(l->arrivals, &l->row, nb->data, nb->len);
}

PORT_INLINE void look_many(void *looks, const struct uk_netbuf *nb)
{
	struct looks *const l = looks;

	l->bytes += nb->len;
	arrivals_see_many(l->arrivals, &l->now, nb->data, nb->len);
}

static COLD void look_any(void *looks, const struct uk_netbuf *nb)
{
	struct looks *const l = looks;

	if (!nb->next) {
		l->bytes += nb->len;
		arrivals_see(l->arrivals, nb->data, nb->len);
		return;
	}
	look_large(l, nb);
	arrivals_see_chain(l->arrivals, nb, port_frame_len(nb));
}

static COLD uint64_t look_and_free_any(struct worker *w,
				       struct uk_netbuf *pkts[], unsigned n)
{
	struct looks l = {.arrivals = &w->arrivals};

	port_look_and_free(w->queue, pkts, n, true, look_any, &l);
	arrivals_end(l.arrivals, n);
	return l.bytes;
}

/*
 * Frames that count, of which some may be of our own streams. They came before
 * the time that is read here, and left after that in their signatures. Returns
 * their bytes.
 */
static NOINLINE uint64_t look_and_free_signed(struct worker *w,
					      struct uk_netbuf *pkts[],
					      unsigned n, bool large,
					      uint64_t now_ns)
{
	struct looks l = {.arrivals = &w->arrivals};

	w->nb_looked += n;
	arrivals_begin(l.arrivals, w->clock_ns ? w->clock_ns() : now_ns);
	l.now = l.arrivals->now;
	if (unlikely(large))
		return look_and_free_any(w, pkts, n);
	if (l.arrivals->nb_many) {
		port_look_and_free(w->queue, pkts, n, false, look_many, &l);
	} else {
		l.row = l.arrivals->row;
		port_look_and_free(w->queue, pkts, n, false, look_signed, &l);
		l.arrivals->row = l.row;
	}
	arrivals_end(l.arrivals, n);
	return l.bytes;
}

static NOINLINE void look_and_free_large(struct worker *w,
					 struct uk_netbuf *pkts[], unsigned n,
					 struct looks *l)
{
	port_look_and_free(w->queue, pkts, n, true, look_large, l);
}

/* Frames that were taken together have no time between them. */
static inline void add_gaps(struct worker *w, unsigned n, uint64_t now_ns)
{
#ifdef CONFIG_APPUKPKTGEN_TRAILS
	if (likely(w->gap_from_ns))
		histogram_add(&w->gaps, now_ns - w->gap_from_ns, 1);
	w->gaps.count[0] += n - 1;
	w->gap_from_ns = now_ns;
#else
	(void)w;
	(void)n;
	(void)now_ns;
#endif
}

/* Before they count; returns how many are left to. */
static NOINLINE unsigned take_watched(struct worker *w,
				      struct uk_netbuf *pkts[], unsigned n,
				      uint64_t now_ns)
{
	if (w->tap.rx)
		tap_received(w->tap.rx, pkts, n, now_ns);
	return NODES && w->node ? engine_node_take(w, pkts, n, now_ns) : n;
}

/* What was taken is looked at, and given back or sent back. */
static void take(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
		 bool large, uint64_t now_ns)
{
	struct looks l = {0};

	w->last_rx_ns = now_ns;
	if (unlikely(w->watched))
		n = take_watched(w, pkts, n, now_ns);
	if (unlikely(large) && w->mode & MODE_RX)
		n = take_out_oversize(w, pkts, n);
	if (likely(w->mode & MODE_RX && n))
		add_gaps(w, n, now_ns);
	if (unlikely(w->how.kinds) && w->mode & MODE_RX) {
		kinds_see(&w->kinds, pkts, n, (enum kinds_how)w->how.kinds);
		if (TRAILS && w->checker)
			checker_see(w->checker, &w->kinds, pkts, n);
	}
	if (relays(w)) {
		l.bytes = relay(w, pkts, n, large, now_ns);
	} else if (TRAILS && unlikely(w->track != NULL) && w->mode & MODE_RX) {
		l.bytes = engine_track(w, pkts, n, large, now_ns);
	} else if (unlikely(w->signs) && w->mode & MODE_RX) {
		l.bytes = look_and_free_signed(w, pkts, n, large, now_ns);
	} else if (likely(!large)) {
		port_look_and_free(w->queue, pkts, n, false, look, &l);
	} else {
		look_and_free_large(w, pkts, n, &l);
	}
	if (likely(w->mode & MODE_RX)) {
		w->stats.rx_packets += n;
		w->stats.rx_bytes += l.bytes + (uint64_t)n * ETH_FCS_LEN;
	} else {
		w->stats.rx_ignored += n;
	}
}

static unsigned receive(struct worker *w, uint64_t now_ns)
{
	struct uk_netbuf *pkts[CHUNK];
	unsigned all = 0, n, max;
	unsigned status;
	int err;

	/* What cannot be sent back yet is left where it is. */
	if (relays(w) && w->state == WORKER_RUNNING && !w->how.drops &&
	    is_full(w))
		return 0;
	do {
		max = MIN(w->how.burst - all, CHUNK);
		n = port_rx_burst(w->queue, pkts, max, &status, &err);
		if (n)
			take(w, pkts, n, status & PORT_RX_LARGE, now_ns);
		w->stats.rx_underrun += !!(status & PORT_RX_UNDERRUN);
		all += n;
	} while (n == max && all < w->how.burst && !w->out.nb &&
		 !(relays(w) && is_full(w)));
	if (unlikely(err) && err != w->err) {
		w->err = err;
		w->stats.rx_errors++;
	}
	if (all)
		w->rx_rest = 0;
	else if (relays(w))
		worker_ask(w);
	return all;
}

unsigned engine_rx_step(struct worker *w, uint64_t now_ns)
{
	return rests(w) ? 0 : receive(w, now_ns);
}
