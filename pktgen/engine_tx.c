/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/engine.h"
#include "pktgen/replay.h"

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

void engine_skip(struct worker *w, struct flow *f)
{
	const unsigned parts = MAX(f->plan.parts, 1u);
	const uint64_t n = f->pacer.skipped / parts;

	w->stats.tx_skipped += n;
	f->sent.skipped += n;
	f->pacer.skipped -= n * parts;
}

/* Makes what is due, as far as there are buffers; returns how many are due. */
EDIT_INLINE unsigned make(struct worker *w, uint64_t now_ns)
{
	struct flow *f = w->only;
	unsigned due, n = 0;

	engine_tx_room(w, now_ns);
	if (unlikely(!f))
		return engine_make_many(w, now_ns);
	due = take_due(f, w->how.burst, now_ns);
	w->starved = false;
	if (due)
		n = frames_make(&f->frames, f->program, &f->at, due,
				signature_stamp_at(f->stamp, now_ns));
	if (unlikely(n < due)) {
		w->starved = f->frames.starved;
		pacer_give_back(&f->pacer, due - n);
		w->stats.tx_ring_full += w->starved;
		if (w->starved)
			w->full_from_ns = now_ns;
	}
	if (f->frames_left != FLOW_NO_LIMIT)
		f->frames_left -= n;
	if (unlikely(f->pacer.skipped))
		engine_skip(w, f);
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
		w->sender->sent.packets +=
			w->stats.tx_packets - w->charged_packets;
		w->sender->sent.bytes += w->stats.tx_bytes - w->charged_bytes;
	}
	w->charged_packets = w->stats.tx_packets;
	w->charged_bytes = w->stats.tx_bytes;
}

void engine_set_sender(struct worker *w, struct flow *f)
{
	engine_charge(w);
	w->sender = f;
}

/* No device would send what is held; the time for it has come all the same. */
static NOINLINE unsigned discard(struct worker *w, uint64_t now_ns)
{
	struct outbox *const o = &w->out;

	w->stats.tx_link_down += o->nb;
	outbox_drop(o, o->nb);
	port_tx_reap(w->queue);
	w->moved_ns = now_ns;
	return 0;
}

/* The device took only the first of what was held, `sent`. */
static NOINLINE unsigned hold_rest(struct worker *w, unsigned sent, int err,
				   uint64_t now_ns)
{
	struct outbox *const o = &w->out;

	if (likely(!err)) {
		w->stats.tx_ring_full++;
		if (!w->full_from_ns)
			w->full_from_ns = now_ns;
		if (w->how.drops) {
			w->stats.tx_dropped += o->nb;
			outbox_drop(o, o->nb);
		}
		return sent;
	}
	w->err = err;
	w->stats.tx_errors++;
	replay_own(w);
	outbox_drop(o, 1);
	if (err == -EIO)
		worker_abandon(w);
	return sent;
}

/* `sent` of what was held are. */
static inline unsigned take_sent(struct worker *w, unsigned sent, int err,
				 uint64_t now_ns)
{
	count_sent(w, sent, outbox_sent(&w->out, sent));
	return likely(!w->out.nb) ? sent : hold_rest(w, sent, err, now_ns);
}

/* In a mode that sends to no device, or what was received. */
static NOINLINE unsigned flush_by_mode(struct worker *w, uint64_t now_ns)
{
	struct outbox *const o = &w->out;
	unsigned sent = o->nb;
	int err;

	if (w->mode & MODE_NULL) {
		count_sent(w, sent, outbox_drop(o, sent));
		return sent;
	}
	if (unlikely(w->unplugged))
		return discard(w, now_ns);
	sent = o->received ? port_tx_received(w->queue, o->pkt, sent, &err)
			   : port_tx_burst(w->queue, o->pkt, sent, &err);
	return take_sent(w, sent, err, now_ns);
}

static inline unsigned flush(struct worker *w, uint64_t now_ns)
{
	struct outbox *const o = &w->out;
	unsigned sent;
	int err;

	if (unlikely(w->mode & (MODE_NULL | MODE_REFLECT)))
		return flush_by_mode(w, now_ns);
	if (unlikely(w->unplugged))
		return discard(w, now_ns);
	sent = port_tx_burst(w->queue, o->pkt, o->nb, &err);
	return take_sent(w, sent, err, now_ns);
}

static inline unsigned flush_kept(struct worker *w, uint64_t now_ns)
{
	struct outbox *const o = &w->out;
	int err;
	const unsigned sent = port_tx_kept(w->queue, o->pkt, o->nb, &err);

	return take_sent(w, sent, err, now_ns);
}

/* `n` frames have gone, the first of them so late. */
static inline void count_lag(struct worker *w, uint64_t lag_ns, unsigned n)
{
	histogram_add(&w->lag, lag_ns, n);
	if (unlikely(lag_ns > w->lag_ns))
		w->lag_ns = lag_ns;
}

/* Each of the frames belongs to a flow; the sender has had its own. */
static NOINLINE unsigned flush_mixed(struct worker *w, uint64_t now_ns)
{
	const unsigned from = (unsigned)(w->out.pkt - w->out.kept);
	const unsigned end = from + w->out.nb;
	const unsigned turn = w->replay.turn;
	const bool played = w->replay.out;
	unsigned sent, timed;

	engine_charge(w);
	sent = w->replay.kept ? flush_kept(w, now_ns) : flush(w, now_ns);
	if (played)
		replay_sent(w, turn, end - from, sent, now_ns);
	else
		engine_charge_many(w, from, sent, end, now_ns);
	w->charged_packets = w->stats.tx_packets;
	w->charged_bytes = w->stats.tx_bytes;
	w->mixed = w->out.nb;
	timed = MIN(sent, w->nb_timed);
	w->nb_timed -= timed;
	if (timed && w->mode & MODE_TX)
		count_lag(w, now_ns - w->timed_ns, timed);
	return sent;
}

/* They are the sender's, or, where that is NULL, none of a flow. */
static inline unsigned flush_own(struct worker *w, uint64_t now_ns)
{
	const unsigned sent = flush(w, now_ns);
	struct flow *const f = w->sender;

	if (unlikely(!f || !sent))
		return sent;
	f->sent.last_ns = now_ns;
	if (likely(f->pacer.unpaced && f->sent.first_ns))
		return sent;
	if (!f->sent.first_ns)
		f->sent.first_ns = now_ns;
	if (w->mode & MODE_TX && !f->pacer.unpaced)
		count_lag(w, pacer_sent(&f->pacer, now_ns), sent);
	return sent;
}

static NOINLINE unsigned flush_rare(struct worker *w, uint64_t now_ns)
{
	struct tap *const t = w->tap.tx;
	unsigned sent;

	if (t)
		t->offer(t, w->out.pkt, w->out.nb, now_ns);
	sent = w->mixed ? flush_mixed(w, now_ns) : flush_own(w, now_ns);
	if (t)
		t->count(t, sent);
	return sent;
}

static inline unsigned flush_any(struct worker *w, uint64_t now_ns)
{
	return unlikely(w->mixed || w->tap.tx) ? flush_rare(w, now_ns)
					       : flush_own(w, now_ns);
}

unsigned engine_tx_flush(struct worker *w, uint64_t now_ns)
{
	return flush_any(w, now_ns);
}

/* What is made is all that is held, so each frame is seen once. */
static inline unsigned make_seen(struct worker *w, uint64_t now_ns)
{
	const unsigned due = make(w, now_ns);

	if (TRAILS && unlikely(w->how.kinds))
		kinds_see(&w->kinds_built, w->out.pkt, w->out.nb, KINDS_ON);
	return due;
}

void engine_tx_ready(struct worker *w, uint64_t at_ns)
{
	const unsigned burst = w->how.burst;

	w->how.burst = 1;
	make_seen(w, at_ns);
	w->how.burst = burst;
}

unsigned engine_tx_step(struct worker *w, uint64_t now_ns)
{
	unsigned due = 0, sent = 0;

	if (!w->out.nb && w->state == WORKER_RUNNING && w->mode & MODE_TX)
		due = make_seen(w, now_ns);
	if (w->out.nb)
		sent = flush_any(w, now_ns);
	else if (likely(!due))
		w->moved_ns = now_ns;
	if (!sent) {
		engine_tx_watch(w, now_ns);
		return 0;
	}
	w->moved_ns = now_ns;
	return sent;
}
