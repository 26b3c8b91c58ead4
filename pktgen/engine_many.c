/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames of several flows, one by one in the order in which they are due; what
 * is left of a burst goes to those that are not paced. So a burst has frames of
 * several, and each remembers whose it is until it is sent.
 */
#include "pktgen/engine.h"
#include "pktgen/replay.h"
#include "pktgen/schedule.h"

/* The burst that is being made. */
struct burst {
	uint64_t bytes;
	unsigned nb;
	unsigned lacked; /* 1: one is due for which there was no buffer */
};

/*
 * The next frame of `f`, which is charged with it already, as it is likely to
 * be sent at once; false for lack of buffers.
 */
static inline bool add(struct worker *w, struct burst *b, struct flow *f,
		       uint64_t now_ns)
{
	struct uk_netbuf *nb = frames_one(&f->frames, f->program, &f->at,
					  signature_stamp_at(f->stamp, now_ns));
	unsigned len;

	if (unlikely(!nb)) {
		b->lacked = 1;
		return false;
	}
	len = nb->len + ETH_FCS_LEN;
	w->out.kept[b->nb] = nb;
	w->owed[b->nb] = f;
	w->owed_bytes[b->nb] = (uint16_t)len;
	b->bytes += len;
	b->nb++;
	f->sent.packets++;
	f->sent.bytes += len;
	return true;
}

/* The last of a block: there may be more. */
static NOINLINE void end_block(struct worker *w, struct flow *f,
			       uint64_t now_ns)
{
	if (!flow_next_block(f))
		schedule_end(w, f, now_ns);
	else if (!f->pacer.unpaced)
		schedule_set(w, f);
}

/* A frame of `f`, its begin or its end; false for lack of buffers. */
static inline bool make_due(struct worker *w, struct burst *b, struct flow *f,
			    uint64_t now_ns)
{
	uint64_t last_ns = now_ns;

	/* It may be late with frames that fell due before its end. */
	if (unlikely(now_ns >= f->until_ns)) {
		if (f->state == FLOW_WAITS) {
			schedule_begin(w, f);
			return true;
		}
		if (f->pacer.unpaced ||
		    pacer_next_ns(&f->pacer) >= f->until_ns) {
			schedule_end(w, f, now_ns);
			return true;
		}
		last_ns = f->until_ns - 1;
	}
	if (unlikely(!pacer_take_one(&f->pacer, last_ns))) {
		engine_skip(w, f);
		schedule_set(w, f);
		return true;
	}
	if (unlikely(f->pacer.skipped))
		engine_skip(w, f);
	if (unlikely(!add(w, b, f, now_ns))) {
		pacer_give_back(&f->pacer, 1);
		schedule_set(w, f);
		return false;
	}
	if (unlikely(!w->nb_timed++))
		w->timed_ns = f->pacer.due_ns;
	w->strict |= !f->pacer.plain;
	if (unlikely(!--f->frames_left))
		end_block(w, f, now_ns);
	else
		turns_set(&w->due, f->index, schedule_key(w, schedule_due(f)));
	return true;
}

static inline bool make_left(struct worker *w, struct burst *b, struct flow *f,
			     uint64_t now_ns)
{
	if (unlikely(!add(w, b, f, now_ns)))
		return false;
	schedule_turn(w, f);
	if (unlikely(!--f->frames_left))
		end_block(w, f, now_ns);
	return true;
}

unsigned engine_make_many(struct worker *w, uint64_t now_ns)
{
	struct burst b = {0};
	struct outbox *o = &w->out;
	bool more = true;
	uint64_t now;
	unsigned n;

	if (unlikely(schedule_is_old(w, now_ns))) {
		replay_end(w);
		schedule_rebase(w, now_ns);
	}
	now = schedule_key(w, now_ns);
	w->nb_timed = 0;
	w->strict = false;
	w->starved = false;
	w->mixed = true;
	if (unlikely(!w->replay.knows))
		replay_find(w);
	if (turns_key(&w->due) > now && replay_make(w, now_ns, &n))
		return n;
	replay_pause(w);
	while (b.nb < w->how.burst && more) {
		struct flow *left;

		if (turns_key(&w->due) <= now) {
			more = make_due(w, &b, w->flow[turns_who(&w->due)],
					now_ns);
			continue;
		}
		left = schedule_left(w);
		if (!left)
			break;
		more = make_left(w, &b, left, now_ns);
	}
	w->starved = b.lacked;
	w->stats.tx_ring_full += w->starved;
	if (unlikely(w->starved))
		w->full_from_ns = now_ns;
	w->mixed = w->charged = b.nb;
	o->pkt = o->kept;
	o->nb = b.nb;
	o->bytes = b.bytes;
	o->len = 0;
	o->from = NULL;
	return b.nb + b.lacked;
}

/*
 * What was held, and is sent (+1), or was charged when it was made, and is held
 * (-1); NULL: nobody's. GCC 12.2 left out a call of a function that only took
 * away.
 */
static COLD void charge(struct worker *w, unsigned from, unsigned end,
			int64_t by)
{
	for (unsigned i = from; i < end; i++) {
		struct flow *const f = w->owed[i];

		if (!f)
			continue;
		f->sent.packets += (uint64_t)by;
		f->sent.bytes += (uint64_t)(by * w->owed_bytes[i]);
	}
}

void engine_charge_many(struct worker *w, unsigned from, unsigned sent,
			unsigned end, uint64_t now_ns)
{
	if (unlikely(!w->charged))
		charge(w, from, from + sent, 1);
	else if (unlikely(from + sent < end))
		charge(w, from + sent, end, -1);
	w->charged = false;
	for (unsigned i = from; i < from + sent; i++) {
		struct flow *f = w->owed[i];

		if (unlikely(!f))
			continue;
		f->sent.last_ns = now_ns;
		if (unlikely(!f->sent.first_ns))
			f->sent.first_ns = now_ns;
		if (unlikely(w->strict && !f->pacer.unpaced))
			pacer_sent(&f->pacer, now_ns);
	}
}

COLD void engine_owe(struct worker *w, const struct flow *from, struct flow *to)
{
	struct outbox *const o = &w->out;
	size_t at;

	if (!w->mixed)
		outbox_keep(o);
	at = (size_t)(o->pkt - o->kept);
	for (unsigned i = 0; i < o->nb; i++, at++) {
		if (!w->mixed)
			w->owed_bytes[at] =
				(uint16_t)(o->pkt[i]->len + ETH_FCS_LEN);
		if (!w->mixed || w->owed[at] == from)
			w->owed[at] = to;
	}
	w->mixed = o->nb;
}
