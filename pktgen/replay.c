/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/replay.h"

static inline struct flow *flow_of(const struct worker *w, unsigned turn)
{
	return w->flow[w->round.list[turn]];
}

/* Whether the list can be played: it stands there, and a burst behind it. */
COLD static void find_out(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	const struct worker_round *const r = &w->round;

	p->knows = true;
	p->plays = p->lapped = false;
	if (!r->listed || r->gone || !p->pkt)
		return;
	for (unsigned i = 0, turn = 0; i < r->nb + OUTBOX_MAX; i++) {
		const struct flow *f = flow_of(w, turn);

		/*
		 * One with turns without end has a limit in each. What has none
		 * has been counted down all the same.
		 */
		if (!f->frames.one || f->limited ||
		    f->frames_left < FLOW_NO_LIMIT / 2)
			return;
		p->pkt[i] = f->frames.one;
		if (++turn == r->nb)
			turn = 0;
	}
	p->len = p->pkt[0]->len;
	for (unsigned i = 1; i < r->nb; i++)
		if (p->pkt[i]->len != p->len)
			p->len = 0;
	p->turns = r->nb;
	p->plays = true;
}

unsigned replay_make(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	struct outbox *const o = &w->out;
	const unsigned n = w->how.burst;
	struct uk_netbuf **pkt;

	if (unlikely(!p->knows))
		find_out(w);
	if (!p->plays)
		return 0;
	p->turn = w->round.next;
	pkt = p->pkt + p->turn;
	o->bytes = (uint64_t)n * (p->len + ETH_FCS_LEN);
#ifdef PORT_SHARED /* without, there is no frame that all are */
	_Pragma("GCC unroll 4") for (unsigned i = 0; i < n; i++) pkt[i]
		->refcount++;
#endif
	for (unsigned i = 0; i < n && !p->len; i++)
		o->bytes += pkt[i]->len;
	o->pkt = pkt;
	o->nb = n;
	o->len = p->len;
	o->from = NULL;
	p->out = true;
	return n;
}

/*
 * The next `n` turns did not go: those that are held, the last of them, become
 * a burst that was not played.
 */
COLD static void keep(struct worker *w, unsigned n)
{
	struct worker_replay *const p = &w->replay;
	struct outbox *const o = &w->out;
	const unsigned dropped = n - o->nb;
	unsigned turn = p->turn;

	p->out = false;
	outbox_keep(o);
	o->len = 0;
	for (unsigned i = 0; i < n; i++) {
		struct flow *f = flow_of(w, turn);

		turn = turn + 1 < p->turns ? turn + 1 : 0;
		f->at.frame++;
		if (i < dropped)
			continue;
		w->owed[i - dropped] = f;
		w->owed_bytes[i - dropped] =
			(uint16_t)(o->kept[i - dropped]->len + ETH_FCS_LEN);
	}
	w->round.next = turn;
	w->charged = false;
}

/*
 * Half of the log is full. The other may be written over, where this one has
 * the last turn of each flow, and none waits for its first.
 */
static NOINLINE void turn_page(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	const unsigned from = p->nb % REPLAY_BURSTS ? 0 : REPLAY_HALF;
	unsigned sum = 0;

	for (unsigned i = 0; i < REPLAY_HALF; i++)
		sum += p->burst[from + i];
	if (!p->lapped || sum < p->turns)
		replay_settle_all(w);
}

void replay_sent(struct worker *w, unsigned n, unsigned sent, uint64_t now_ns)
{
	struct worker_replay *const p = &w->replay;
	const unsigned at = p->nb % REPLAY_BURSTS;
	const unsigned left = n - sent;
	unsigned next = p->turn + sent;

	if (!p->nb)
		p->from = p->turn;
	p->burst_ns[at] = now_ns;
	p->burst[at] = (uint16_t)sent;
	p->nb += sent > 0;
	p->sent += sent;
	while (next >= p->turns)
		next -= p->turns;
	w->round.next = p->turn = next;
	p->out = w->out.nb;
	/* Where the device has failed there is no list any more. */
	if (unlikely(left != w->out.nb || !w->round.listed)) {
		p->out = false;
		replay_settle_all(w);
		keep(w, left);
	} else if (unlikely(sent && !(p->nb % REPLAY_HALF))) {
		turn_page(w);
	}
}

static void charge(struct flow *f, uint64_t n, uint64_t first_ns)
{
	const unsigned bytes = f->frames.one->len + ETH_FCS_LEN;

	f->at.frame += n;
	f->sent.packets += n;
	f->sent.bytes += n * bytes;
	if (!f->sent.first_ns)
		f->sent.first_ns = first_ns;
}

COLD void replay_settle_all(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	const uint64_t laps = p->sent / p->turns;
	const unsigned more = (unsigned)(p->sent % p->turns);
	const unsigned n = laps ? p->turns : more;
	unsigned turn = p->from, left = p->burst[0];
	uint64_t b = 0;

	/* All turns of the first lap, from its bursts, if they matter... */
	for (unsigned i = 0; i < n; i++, left--) {
		while (!left && !p->lapped)
			left = p->burst[++b];
		charge(flow_of(w, turn), laps + (i < more), p->burst_ns[b]);
		turn = turn + 1 < p->turns ? turn + 1 : 0;
	}
	/* ...and of the last, from the last of them. */
	turn = (p->from + more) % p->turns;
	b = p->nb;
	left = 0;
	for (unsigned i = 0; i < n; i++, left--) {
		struct flow_counts *sent;

		while (!left)
			left = p->burst[--b % REPLAY_BURSTS];
		turn = turn ? turn - 1 : p->turns - 1;
		sent = &flow_of(w, turn)->sent;
		sent->last_ns =
			MAX(sent->last_ns, p->burst_ns[b % REPLAY_BURSTS]);
	}
	p->lapped |= laps > 0;
	p->sent = 0;
	p->nb = 0;
	if (p->out)
		keep(w, w->out.nb);
}
