/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/sent_sizes.h"

#include "pktgen/play.h"
#include "pktgen/program_edit.h"

static void add(struct sent_sizes *s, unsigned size, uint64_t n)
{
	unsigned i = 0;

	while (i < s->nb && s->of[i].size != size)
		i++;
	if (i == SENT_SIZES_MAX) {
		s->unknown = true;
		return;
	}
	if (i == s->nb)
		s->of[s->nb++].frames = 0;
	s->of[i].size = (uint16_t)size;
	s->of[i].frames += n;
}

/* Frames of a round of sizes; 0: they have none, or one too long. */
static unsigned round_of(const struct program *prog)
{
	const struct grow *g = prog->grow;

	if (PLAYS(prog))
		return 0;
	if (!g || g->nb_mixed)
		return prog->nb_order;
	if (g->index.kind != SEQUENCE_RANGE || g->index.count > SENT_SIZES_MAX)
		return 0;
	return (unsigned)g->index.count;
}

void sent_sizes_add(struct sent_sizes *s, const struct program *prog,
		    const struct program_at *at, uint64_t n)
{
	const struct grow *g = prog->grow;
	const unsigned round = round_of(prog);
	int32_t credit[SIZES_MAX] = {0};
	unsigned end, part, from;

	if (!n)
		return;
	if (!round) {
		s->unknown = true;
		return;
	}
	end = g && !g->nb_mixed ? (unsigned)(at->frame % round) : at->order;
	part = (unsigned)(n % round);
	from = (end + round - part) % round;
	for (unsigned i = 0; i < round; i++) {
		const bool more = (i + round - from) % round < part;
		unsigned len;

		if (!g)
			len = prog->variant[prog->order[i]].len;
		else if (g->nb_mixed)
			len = program_grown_len(prog,
						program_pick(g, round, credit));
		else
			len = program_grown_len(prog, i);
		if (n / round + more)
			add(s, len + ETH_FCS_LEN, n / round + more);
	}
}

uint64_t sent_sizes_of(const struct sent_sizes *s, unsigned size)
{
	for (unsigned i = 0; i < s->nb; i++)
		if (s->of[i].size == size)
			return s->of[i].frames;
	return 0;
}

uint64_t sent_sizes_all(const struct sent_sizes *s)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < s->nb; i++)
		n += s->of[i].frames;
	return n;
}
