/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/engine.h"

/*
 * How many frames are due, at most a burst. Past the end of its time a run may
 * be late with frames that fell due before.
 */
static unsigned take_due(struct worker *w, uint64_t now_ns)
{
	const unsigned max = (unsigned)MIN(w->frames_left, w->how.burst);

	if (unlikely(now_ns >= w->until_ns)) {
		if (w->pacer.unpaced)
			return 0;
		now_ns = w->until_ns - 1;
	}
	return pacer_take(&w->pacer, now_ns, max);
}

/* Makes what is due, as far as there are buffers; returns how many are due. */
static unsigned make(struct worker *w, uint64_t now_ns)
{
	const unsigned due = take_due(w, now_ns);
	unsigned n = 0;

	w->frames.starved = false;
	if (due)
		n = frames_make(&w->frames, &w->prog[w->active], &w->at, due,
				now_ns);
	if (unlikely(n < due)) {
		pacer_give_back(&w->pacer, due - n);
		w->stats.tx_ring_full += w->frames.starved;
	}
	if (w->frames_left != WORKER_NO_LIMIT)
		w->frames_left -= n;
	w->stats.tx_skipped += w->pacer.skipped;
	w->pacer.skipped = 0;
	return due;
}

void engine_tx_watch(struct worker *w, uint64_t now_ns)
{
	if (now_ns - w->moved_ns < WORKER_STALL_NS ||
	    w->stalled_ns == w->moved_ns)
		return;
	w->stalled_ns = w->moved_ns;
	w->stalled_at = w->stats.tx_packets;
	w->stats.tx_stalls++;
}

unsigned engine_tx_flush(struct worker *w)
{
	struct frames *const f = &w->frames;
	unsigned sent;
	int err;

	if (unlikely(w->mode & MODE_NULL)) {
		sent = f->nb_held;
		w->stats.tx_packets += sent;
		w->stats.tx_bytes += frames_drop(f, sent);
		return sent;
	}
	sent = port_tx_burst(w->port, f->held, f->nb_held, &err);
	w->stats.tx_packets += sent;
	w->stats.tx_bytes += frames_sent(f, sent);
	if (likely(!f->nb_held))
		return sent;
	if (likely(!err)) {
		w->stats.tx_ring_full++;
		if (w->how.drops) {
			w->stats.tx_dropped += f->nb_held;
			frames_drop(f, f->nb_held);
		}
		return sent;
	}
	w->err = err;
	w->stats.tx_errors++;
	frames_drop(f, 1);
	if (err == -EIO)
		worker_abandon(w);
	return sent;
}

unsigned engine_tx_step(struct worker *w, uint64_t now_ns)
{
	unsigned due = 0, sent = 0;

	if (!w->frames.nb_held && w->state == WORKER_RUNNING &&
	    w->mode & MODE_TX)
		due = make(w, now_ns);
	if (w->frames.nb_held)
		sent = engine_tx_flush(w);
	else if (likely(!due))
		w->moved_ns = now_ns;
	if (!sent) {
		engine_tx_watch(w, now_ns);
		return 0;
	}
	w->moved_ns = now_ns;
	if (!w->pacer.unpaced && w->mode & MODE_TX)
		histogram_add(&w->lag, pacer_sent(&w->pacer, now_ns), sent);
	return sent;
}
