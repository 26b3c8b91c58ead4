/* SPDX-License-Identifier: BSD-3-Clause */
/* Which size the next frame of a program that grows has. */
#include <string.h>

#include "pktgen/program_edit.h"

/*
 * Spreads sizes evenly over a round: at each place every one gains its weight,
 * and the one that has most pays for the place with the sum.
 */
unsigned program_pick(const struct grow *g, unsigned sum, int32_t credit[])
{
	unsigned most = 0;

	for (unsigned i = 0; i < g->nb_mixed; i++) {
		credit[i] += g->mixed[i].weight;
		if (credit[i] > credit[most])
			most = i;
	}
	credit[most] -= (int32_t)sum;
	return most;
}

void program_seek_sizes(const struct program *prog, struct program_at *at)
{
	const struct grow *g = prog->grow;

	if (at->sized == at->frame && at->sizes_of == prog)
		return;
	at->sizes_of = prog;
	at->sized = at->frame;
	if (!g->nb_mixed) {
		sequence_seek(&g->index, &at->size, at->frame);
		return;
	}
	memset(at->credit, 0, sizeof(at->credit));
	for (unsigned i = 0; i < at->order; i++)
		program_pick(g, prog->nb_order, at->credit);
}

unsigned program_grown(const struct program *prog, struct program_at *at)
{
	const struct grow *g = prog->grow;

	if (unlikely(at->sized != at->frame || at->sizes_of != prog))
		program_seek_sizes(prog, at);
	at->sized = at->frame + 1;
	if (g->nb_mixed)
		return program_pick(g, prog->nb_order, at->credit);
	return (unsigned)sequence_next(&g->index, &at->size);
}

/* From the beginning of a round it would cost as many picks as there were. */
static void pass_picks(const struct program *prog, struct program_at *at,
		       uint64_t n)
{
	if (at->sized != at->frame || at->sizes_of != prog ||
	    n > prog->nb_order)
		return;
	for (uint64_t i = 0; i < n; i++)
		program_pick(prog->grow, prog->nb_order, at->credit);
	at->sized += n;
}

void program_pass(const struct program *prog, struct program_at *at, uint64_t n)
{
	if (prog->grow && prog->grow->nb_mixed)
		pass_picks(prog, at, n);
	at->frame += n;
	at->order = (unsigned)((at->order + n) % prog->nb_order);
}
