/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/chain.h"

#include "pktgen/schedule.h"

/* ---- Who follows whom ---------------------------------------------------- */

/*
 * The next of all that follow `root`, directly or not, `f` being one, or the
 * root itself; NULL at the end. Without those below `f` if it is not to go in.
 */
static struct flow *next_below(const struct flow *root, struct flow *f,
			       bool inside)
{
	if (inside && f->chain.first)
		return f->chain.first;
	while (f != root && !f->chain.next)
		f = f->chain.after;
	return f == root ? NULL : f->chain.next;
}

static void unlink(struct flow *f)
{
	struct flow **at;

	if (!f->chain.after)
		return;
	at = &f->chain.after->chain.first;
	while (*at != f)
		at = &(*at)->chain.next;
	*at = f->chain.next;
	f->chain.next = f->chain.after = NULL;
}

static bool is_waiting(const struct flow *f)
{
	return f->state == FLOW_WAITS ||
	       (f->state == FLOW_PAUSED && f->chain.held);
}

bool chain_waits(const struct flow *f)
{
	if (f->state != FLOW_IDLE || !f->chain.joined)
		return false;
	for (; f && f->chain.joined; f = f->chain.after)
		if (f->chain.turns)
			return true;
	return false;
}

/* ---- Waiting ------------------------------------------------------------- */

/* It begins at that time; one that is paused not before it is resumed. */
static void wait_until(struct worker *w, struct flow *f, uint64_t at_ns)
{
	f->until_ns = at_ns;
	if (f->state == FLOW_PAUSED)
		f->chain.held = true;
	else
		schedule_state(w, f, FLOW_WAITS);
}

/* All below it that take part wait for their turn again. */
static void wait_below(struct worker *w, struct flow *root)
{
	struct flow *f = next_below(root, root, true);

	for (; f; f = next_below(root, f, f->chain.joined)) {
		if (!f->chain.joined)
			continue;
		f->chain.turns = f->plan.turns;
		wait_until(w, f, FLOW_NO_LIMIT);
	}
}

/* Nothing of it runs or waits any more. */
static void forget(struct worker *w, struct flow *root)
{
	struct flow *f = root, *next;

	unlink(root);
	/* From the last ones up, so that each goes when none follows it. */
	while (f) {
		while (f->chain.first)
			f = f->chain.first;
		next = f == root ? NULL : f->chain.after;
		unlink(f);
		f->chain = (struct flow_chain){0};
		if (f->state != FLOW_IDLE)
			schedule_state(w, f, FLOW_IDLE);
		f = next;
	}
}

/* A turn is over: it is taken again, or who it belongs to is told. */
static void end_turn(struct worker *w, struct flow *f, uint64_t at_ns)
{
	for (;;) {
		struct flow *after = f->chain.after;

		f->chain.ran = false;
		if (f->chain.turns) {
			f->chain.turns -= f->chain.turns != FLOW_FOR_EVER;
			wait_until(w, f, at_ns);
			wait_below(w, f);
			return;
		}
		if (!after) {
			forget(w, f);
			return;
		}
		if (!after->chain.ran || --after->chain.open)
			return;
		f = after;
	}
}

static uint64_t ended_ns(const struct flow *f, uint64_t now_ns)
{
	const uint64_t next_ns = f->pacer.next_ns;

	if (f->frames_left)
		return f->until_ns;
	return f->pacer.unpaced || next_ns >= PACER_NEVER ? now_ns : next_ns;
}

void chain_end(struct worker *w, struct flow *f, uint64_t now_ns)
{
	const uint64_t at_ns = ended_ns(f, now_ns);

	f->chain.ran = true;
	f->chain.open = 0;
	for (struct flow *n = f->chain.first; n; n = n->chain.next) {
		if (!is_waiting(n))
			continue;
		wait_until(w, n, at_ns + n->chain.delay_ns);
		f->chain.open++;
	}
	if (!f->chain.open)
		end_turn(w, f, at_ns);
}

/* ---- Coming and going ---------------------------------------------------- */

/* Those that follow it go on by themselves. */
static void orphan(struct flow *f)
{
	while (f->chain.first)
		unlink(f->chain.first);
}

void chain_join(struct worker *w, struct flow *f, uint64_t now_ns)
{
	if (f->state != FLOW_IDLE)
		return;
	if (f->chain.joined || f->chain.ran)
		chain_leave(w, f, now_ns);
	f->chain.joined = true;
}

bool chain_follow(struct flow *f, struct flow *after)
{
	if (!after || !after->chain.joined || after->chain.ran)
		return false;
	f->chain.after = after;
	f->chain.next = after->chain.first;
	after->chain.first = f;
	return true;
}

void chain_leave(struct worker *w, struct flow *f, uint64_t now_ns)
{
	const bool counts = f->state != FLOW_IDLE || f->chain.ran;
	struct flow *const after = f->chain.after;

	if (f->chain.ran)
		orphan(f);
	forget(w, f);
	if (counts && after && after->chain.ran && !--after->chain.open)
		end_turn(w, after, now_ns);
}

void chain_stop(struct worker *w, struct flow *f, uint64_t now_ns)
{
	if (!f->chain.ran) {
		chain_leave(w, f, now_ns);
		return;
	}
	f->chain.turns = 0;
	f->chain.joined = false;
}

void chain_stop_all(struct worker *w)
{
	for (unsigned i = 0; i < w->nb_flows; i++) {
		struct flow *f = w->flow[i];

		f->chain = (struct flow_chain){0};
		if (f->state != FLOW_IDLE)
			schedule_state(w, f, FLOW_IDLE);
	}
}
