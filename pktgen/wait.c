/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/wait.h"

/* Sending as much as the best but for this part is about as much. */
#define ABOUT 8

void wait_start(struct wait *w, enum wait_kind set)
{
	*w = (struct wait){
		.set = set,
		.used = set == WAIT_AUTO ? WAIT_SPIN : set,
		.decided = set != WAIT_AUTO,
	};
}

static uint64_t rate_pps(const struct wait *w, unsigned kind)
{
	return w->packets[kind] * 1000000000ull / w->ns[kind];
}

static void decide(struct wait *w)
{
	uint64_t best = 0;

	for (unsigned i = 0; i < WAIT_KINDS; i++)
		if (rate_pps(w, i) > best)
			best = rate_pps(w, i);
	for (unsigned i = 0; i < WAIT_KINDS; i++)
		if (rate_pps(w, i) >= best - best / ABOUT)
			w->used = (enum wait_kind)i;
	w->decided = true;
}

static void end_trial(struct wait *w, uint64_t packets, uint64_t now_ns)
{
	w->packets[w->used] += packets - w->since_packets;
	w->ns[w->used] += now_ns - w->since_ns;
	w->trials++;
	if (w->trials == WAIT_ROUNDS * WAIT_KINDS)
		decide(w);
	else
		w->used = (enum wait_kind)(w->trials % WAIT_KINDS);
}

enum wait_kind wait_full(struct wait *w, uint64_t packets, uint64_t now_ns)
{
	if (w->decided)
		return w->used;
	if (w->timing && now_ns - w->since_ns < WAIT_TRIAL_NS)
		return w->used;
	if (w->timing)
		end_trial(w, packets, now_ns);
	w->timing = true;
	w->since_ns = now_ns;
	w->since_packets = packets;
	return w->used;
}
