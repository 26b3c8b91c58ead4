/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/engine.h"

/* When its next frame is due, of several: one that is not paced always is. */
static uint64_t due_ns(const struct flow *f, uint64_t now_ns)
{
	return f->pacer.unpaced ? now_ns : pacer_next_ns(&f->pacer);
}

/*
 * Of several flows the one that is due first, and of those the next in turn;
 * NULL of none. What is made from now on is its.
 */
static NOINLINE struct flow *first_due(struct worker *w, uint64_t now_ns)
{
	struct flow *first = w->flow[w->turn];
	unsigned at = w->turn, turn = at;
	uint64_t first_ns = UINT64_MAX;

	for (unsigned i = 0; i < w->nb_flows; i++) {
		struct flow *f;

		if (++at >= w->nb_flows)
			at = 0;
		f = w->flow[at];
		if (flow_over(f, true, now_ns) || due_ns(f, now_ns) >= first_ns)
			continue;
		first = f;
		first_ns = due_ns(f, now_ns);
		turn = at;
	}
	w->turn = turn;
	engine_set_sender(w, first);
	return first;
}

/*
 * How many frames are due, at most a burst. Past the end of its time a run may
 * be late with frames that fell due before.
 */
static unsigned take_due(struct flow *f, unsigned burst, uint64_t now_ns)
{
	const unsigned max = (unsigned)MIN(f->frames_left, burst);

	if (unlikely(now_ns >= f->until_ns)) {
		if (f->pacer.unpaced)
			return 0;
		now_ns = f->until_ns - 1;
	}
	return pacer_take(&f->pacer, now_ns, max);
}

/* Makes what is due, as far as there are buffers; returns how many are due. */
static unsigned make(struct worker *w, uint64_t now_ns)
{
	struct flow *f = w->only;
	unsigned due, n = 0;

	if (unlikely(!f)) {
		f = first_due(w, now_ns);
		if (!f)
			return 0;
	}
	due = take_due(f, w->how.burst, now_ns);
	w->starved = false;
	if (due)
		n = frames_make(&f->frames, f->program, &f->at, due, now_ns);
	if (unlikely(n < due)) {
		w->starved = f->frames.starved;
		pacer_give_back(&f->pacer, due - n);
		w->stats.tx_ring_full += w->starved;
	}
	if (f->frames_left != FLOW_NO_LIMIT)
		f->frames_left -= n;
	if (unlikely(f->pacer.skipped)) {
		w->stats.tx_skipped += f->pacer.skipped;
		f->pacer.skipped = 0;
	}
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

/* `n` of what was held have gone, to the device or to nobody. */
static inline void count_sent(struct worker *w, unsigned n, uint64_t bytes)
{
	w->stats.tx_packets += n;
	w->stats.tx_bytes += bytes;
}

void engine_charge(struct worker *w)
{
	if (w->sender) {
		w->sender->packets += w->stats.tx_packets - w->charged_packets;
		w->sender->bytes += w->stats.tx_bytes - w->charged_bytes;
	}
	w->charged_packets = w->stats.tx_packets;
	w->charged_bytes = w->stats.tx_bytes;
}

void engine_set_sender(struct worker *w, struct flow *f)
{
	engine_charge(w);
	w->sender = f;
}

static NOINLINE unsigned flush(struct worker *w)
{
	struct outbox *const o = &w->out;
	unsigned sent;
	int err;

	if (unlikely(w->mode & MODE_NULL)) {
		sent = o->nb;
		count_sent(w, sent, outbox_drop(o, sent));
		return sent;
	}
	sent = port_tx_burst(w->queue, o->pkt, o->nb, &err);
	count_sent(w, sent, outbox_sent(o, sent));
	if (likely(!o->nb))
		return sent;
	if (likely(!err)) {
		w->stats.tx_ring_full++;
		if (w->how.drops) {
			w->stats.tx_dropped += o->nb;
			outbox_drop(o, o->nb);
		}
		return sent;
	}
	w->err = err;
	w->stats.tx_errors++;
	outbox_drop(o, 1);
	if (err == -EIO)
		worker_abandon(w);
	return sent;
}

static NOINLINE unsigned flush_seen(struct worker *w, uint64_t now_ns)
{
	struct tap *const t = w->tap.tx;
	unsigned sent;

	t->offer(t, w->out.pkt, w->out.nb, now_ns);
	sent = flush(w);
	t->count(t, sent);
	return sent;
}

unsigned engine_tx_flush(struct worker *w, uint64_t now_ns)
{
	return likely(!w->tap.tx) ? flush(w) : flush_seen(w, now_ns);
}

unsigned engine_tx_step(struct worker *w, uint64_t now_ns)
{
	unsigned due = 0, sent = 0;
	struct flow *f;

	if (!w->out.nb && w->state == WORKER_RUNNING && w->mode & MODE_TX)
		due = make(w, now_ns);
	if (w->out.nb)
		sent = engine_tx_flush(w, now_ns);
	else if (likely(!due))
		w->moved_ns = now_ns;
	if (!sent) {
		engine_tx_watch(w, now_ns);
		return 0;
	}
	w->moved_ns = now_ns;
	f = w->sender;
	if (w->mode & MODE_TX && f && !f->pacer.unpaced)
		histogram_add(&f->lag, pacer_sent(&f->pacer, now_ns), sent);
	return sent;
}
