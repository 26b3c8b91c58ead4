/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/schedule.h"

#include "pktgen/replay_impl.h"

void replay_end(struct worker *w)
{
	replay_settle(w);
	replay_leave(w);
	w->replay.knows = w->replay.plays = false;
}

/* ---- Which are due ------------------------------------------------------- */

/* `n` steps from a pacer's next frame on. */
COLD static uint64_t due_after(const struct pacer *p, uint64_t n)
{
	return p->next_ns + n * p->step.ns +
	       (uint64_t)(((unsigned __int128)n * p->step.frac +
			   p->next_frac) >>
			  32);
}

/* When the turn `n` turns behind the next one is due. */
static NOINLINE uint64_t due_at(const struct worker *w, unsigned n)
{
	const struct worker_replay *const p = &w->replay;
	uint64_t lap = p->lap;
	unsigned off = p->off + n, turn;

	for (; off >= p->turns; off -= p->turns)
		lap++;
	turn = p->from + off;
	turn -= turn >= p->turns ? p->turns : 0;
	return due_after(&replay_flow(w, turn)->pacer, lap);
}

/*
 * Who is late by more than the debt gives up whole rounds, as far as each of
 * them is late by that.
 */
static NOINLINE void give_up(struct worker *w, uint64_t last_ns,
			     uint64_t edge_ns)
{
	struct worker_replay *const p = &w->replay;
	uint64_t n;

	if (last_ns >= edge_ns)
		return;
	n = (edge_ns - last_ns) / (p->step.ns + 1);
	p->lap += n;
	p->given_up += n;
	p->unsettled |= n;
	w->stats.tx_skipped += n * p->turns;
}

/* How many of a burst are due. */
static unsigned take_due(struct worker *w, uint64_t now_ns)
{
	struct worker_replay *const p = &w->replay;
	uint64_t first_ns = due_at(w, 0);
	unsigned n = w->how.burst, least = 0;

	if (first_ns > now_ns)
		return 0;
	if (unlikely(now_ns - first_ns > p->debt_ns)) {
		give_up(w, first_ns + p->step.ns, now_ns - p->debt_ns);
		first_ns = due_at(w, 0);
	}
	w->timed_ns = first_ns;
	if (likely(due_at(w, n - 1) <= now_ns))
		return n;
	/* `least` are due, and `n` are not. */
	for (least = 1; n - least > 1;) {
		const unsigned mid = least + (n - least) / 2;

		if (due_at(w, mid - 1) <= now_ns)
			least = mid;
		else
			n = mid;
	}
	return least;
}

/* ---- A burst ------------------------------------------------------------- */

bool replay_make(struct worker *w, uint64_t now_ns, unsigned *due)
{
	struct worker_replay *const p = &w->replay;
	struct outbox *const o = &w->out;
	unsigned n = w->how.burst, made;

	if (!p->plays)
		return false;
	if (p->paced)
		n = take_due(w, now_ns);
	else if (unlikely(!p->unsettled))
		p->at = p->from = p->turn = p->next = w->round.next;
	*due = n;
	if (unlikely(!p->unsettled && n))
		replay_keep(w);
	made = likely(n) ? replay_frames(w, n, now_ns) : 0;
	w->starved = made < n;
	w->stats.tx_ring_full += w->starved;
	w->mixed = made;
	w->nb_timed = p->paced ? made : 0;
	if (unlikely(!made))
		return true;
	o->pkt = p->pkt + p->at;
	o->nb = made;
	o->len = p->len;
	o->from = NULL;
	o->bytes = (uint64_t)made * (p->len + ETH_FCS_LEN);
	for (unsigned i = 0; i < made && !p->len; i++)
		o->bytes += o->pkt[i]->len;
	p->at += made;
	while (p->at >= p->frames)
		p->at -= p->frames;
	p->next += made;
	while (p->next >= p->turns)
		p->next -= p->turns;
	p->off += made;
	for (; p->off >= p->turns; p->off -= p->turns)
		p->lap++;
	p->out = p->unsettled = true;
	return true;
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
	if (!p->lapped || sum < p->turns || p->sent >= p->most)
		replay_settle_all(w);
}

void replay_sent(struct worker *w, unsigned turn, unsigned n, unsigned sent,
		 uint64_t now_ns)
{
	struct worker_replay *const p = &w->replay;
	const unsigned at = p->nb % REPLAY_BURSTS;

	/* The device has failed, and it was settled without these. */
	if (unlikely(!p->unsettled))
		p->from = turn;
	p->burst_ns[at] = now_ns;
	p->burst[at] = (uint16_t)sent;
	p->sent += sent;
	p->turn = turn + sent;
	while (p->turn >= p->turns)
		p->turn -= p->turns;
	p->out = w->out.nb;
	if (likely(sent))
		p->nb++;
	/* Frames are lost: those that are made are not those that are sent. */
	if (unlikely(n - sent != w->out.nb))
		replay_settle_all(w);
	else if (unlikely(sent && !(p->nb % REPLAY_HALF)))
		turn_page(w);
}

/* ---- Who is charged ------------------------------------------------------ */

/*
 * The turns from the one that was not sent up to the one that is made next:
 * those that are held, the last of them, become a burst that was not played.
 */
COLD static void keep(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	struct outbox *const o = &w->out;
	unsigned turn = p->next + p->turns - o->nb % p->turns;

	p->out = false;
	if (o->nb) {
		outbox_keep(o);
		o->len = 0;
		w->charged = false;
	}
	for (unsigned i = 0; i < o->nb; i++, turn++) {
		w->owed[i] = replay_flow(w, turn % p->turns);
		w->owed_bytes[i] = (uint16_t)(o->kept[i]->len + ETH_FCS_LEN);
	}
}

/* All turns of the first lap, from its bursts; what matters is the first. */
COLD static void charge(struct worker *w, uint64_t laps, unsigned more)
{
	struct worker_replay *const p = &w->replay;
	const unsigned n = laps ? p->turns : more;
	unsigned turn = p->from, left = p->burst[0], b = 0;

	for (unsigned i = 0; i < n; i++, left--) {
		struct flow *f = replay_flow(w, turn);
		const uint64_t packets = laps + (i < more);

		while (!left && !p->lapped)
			left = p->burst[++b];
		f->sent.packets += packets;
		f->sent.bytes += packets * (f->program->variant[0].len +
					    (unsigned)ETH_FCS_LEN);
		if (!f->sent.first_ns)
			f->sent.first_ns = p->burst_ns[b];
		turn = turn + 1 < p->turns ? turn + 1 : 0;
	}
}

/* Of each turn the last, from the last of the bursts. */
COLD static void set_last(struct worker *w, uint64_t laps, unsigned more)
{
	struct worker_replay *const p = &w->replay;
	const unsigned n = laps ? p->turns : more;
	unsigned turn = (p->from + more) % p->turns, left = 0;
	uint64_t b = p->nb;

	for (unsigned i = 0; i < n; i++, left--) {
		struct flow_counts *sent;

		while (!left)
			left = p->burst[--b % REPLAY_BURSTS];
		turn = turn ? turn - 1 : p->turns - 1;
		sent = &replay_flow(w, turn)->sent;
		sent->last_ns =
			MAX(sent->last_ns, p->burst_ns[b % REPLAY_BURSTS]);
	}
}

/* What was made of each flow, and how far it is in its schedule. */
COLD static void step_on(struct worker *w)
{
	struct worker_replay *const p = &w->replay;

	for (unsigned i = 0; i < p->turns; i++) {
		struct flow *f = replay_flow(w, (p->from + i) % p->turns);
		struct pacer *const pacer = &f->pacer;
		const uint64_t n = p->lap + (i < p->off);

		f->at.frame += n - (p->paced ? p->given_up : 0);
		f->sent.skipped += p->paced ? p->given_up : 0;
		if (!p->paced || !n)
			continue;
		pacer->due_ns = due_after(pacer, n - 1);
		pacer->next_ns = due_after(pacer, n);
		pacer->next_frac += (uint32_t)(n * pacer->step.frac);
	}
}

COLD void replay_settle_all(struct worker *w)
{
	struct worker_replay *const p = &w->replay;
	const uint64_t laps = p->sent / p->turns;
	const unsigned more = (unsigned)(p->sent % p->turns);

	charge(w, laps, more);
	set_last(w, laps, more);
	step_on(w);
	p->lapped |= laps > 0;
	replay_own(w);
	if (p->out)
		keep(w);
	p->sent = p->nb = p->lap = p->given_up = 0;
	p->off = 0;
	p->from = p->turn = w->round.next = p->next;
	p->unsettled = false;
}
