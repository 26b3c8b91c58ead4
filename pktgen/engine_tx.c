/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/engine.h"

/* Builds up to `n` frames into `held`, which is empty. */
static void build(struct worker *w, unsigned n, uint64_t now_ns)
{
	const struct program *prog = &w->prog[w->active];

	w->held_first = 0;
	for (w->held_count = 0; w->held_count < n; w->held_count++) {
		struct uk_netbuf *nb = port_frame_alloc(w->port);

		if (unlikely(!nb))
			break;
		nb->len = program_next(prog, &w->at, now_ns, nb->data);
		w->held[w->held_count] = nb;
	}
}

/*
 * How many frames are due, at most a burst. Past the end of its time a run may
 * be late with frames that fell due before.
 */
static unsigned take_due(struct worker *w, uint64_t now_ns)
{
	const unsigned max = (unsigned)MIN(w->frames_left, WORKER_BURST);

	if (unlikely(now_ns >= w->until_ns)) {
		if (w->pacer.unpaced)
			return 0;
		now_ns = w->until_ns - 1;
	}
	return pacer_take(&w->pacer, now_ns, max);
}

/*
 * The bytes of the first `n` held frames, FCS included: they may come from a
 * program that has been replaced since.
 */
static uint64_t held_bytes(const struct worker *w, unsigned n)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++)
		bytes += w->held[w->held_first + i]->len;
	return bytes + (uint64_t)n * ETH_FCS_LEN;
}

static unsigned flush(struct worker *w)
{
	struct uk_netbuf **pkts = w->held + w->held_first;
	uint64_t bytes = held_bytes(w, w->held_count);
	unsigned sent;
	int err;

	sent = port_tx_burst(w->port, pkts, w->held_count, &err);
	w->held_first += sent;
	w->held_count -= sent;
	/* What was sent is the device's: only the rest may be looked at. */
	w->stats.tx_packets += sent;
	w->stats.tx_bytes += bytes - held_bytes(w, w->held_count);
	if (likely(!w->held_count))
		return sent;
	if (likely(!err)) {
		w->stats.tx_ring_full++;
		return sent;
	}
	w->err = err;
	w->stats.tx_errors++;
	port_frame_free(w->held[w->held_first]);
	w->held_first++;
	w->held_count--;
	if (err == -EIO)
		worker_abandon(w);
	return sent;
}

unsigned engine_tx_step(struct worker *w, uint64_t now_ns)
{
	if (!w->held_count && w->state == WORKER_RUNNING && w->mode & MODE_TX) {
		unsigned due = take_due(w, now_ns);

		build(w, due, now_ns);
		if (w->frames_left != WORKER_NO_LIMIT)
			w->frames_left -= w->held_count;
		/* The pool holds a ring and a burst: fewer is a lost buffer. */
		w->stats.tx_skipped += due - w->held_count;
		w->stats.tx_skipped += w->pacer.skipped;
		w->pacer.skipped = 0;
	}
	return w->held_count ? flush(w) : 0;
}
