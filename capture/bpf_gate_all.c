/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gate of a filter and the frames of a burst, which are mostly alike in
 * what shuts it: so each is asked for the few bytes that shut it for the first
 * one. Of frames that are not, the field that tells most of a way is looked at
 * in each.
 */
#include "capture/bpf_gate.h"

/* What every frame has, whatever its length says: that of Ethernet's least. */
#define LOOKS_END 60

/* Whether all of a field's bytes are among those that a look at `at` has. */
static bool is_in(const struct bpf_field *f, size_t at)
{
	return f->at >= at && f->at + sizeof(f->mask) <= at + sizeof(uint64_t);
}

/* A field that the frame has not, and that a look at `at` has; or NULL. */
static const struct bpf_field *shut_by(const struct bpf_gate *g, unsigned way,
				       const unsigned char *frame, size_t at)
{
	for (unsigned k = 0; k < BPF_GATE_FIELDS; k++)
		if (is_in(&g->way[way][k], at) &&
		    !bpf_field_holds(&g->way[way][k], frame))
			return &g->way[way][k];
	return NULL;
}

/* Of the ways in `open`, bit by bit, those that a look at `at` shuts. */
static unsigned shuts(const struct bpf_gate *g, unsigned open,
		      const unsigned char *frame, size_t at)
{
	unsigned shut = 0;

	for (unsigned way = 0; way < g->nb; way++)
		if (open >> way & 1 && shut_by(g, way, frame, at))
			shut |= 1u << way;
	return shut;
}

/* Where a look shuts most of them. */
static size_t best_at(const struct bpf_gate *g, unsigned open,
		      const unsigned char *frame)
{
	const size_t end = g->need < LOOKS_END ? g->need : LOOKS_END;
	const size_t most = end - sizeof(uint64_t);
	unsigned ways = 0;
	size_t best = 0;

	for (unsigned i = 0; i < g->nb * BPF_GATE_FIELDS; i++) {
		const struct bpf_field *f =
			&g->way[i / BPF_GATE_FIELDS][i % BPF_GATE_FIELDS];
		const size_t at = f->at < most ? f->at : most;
		unsigned shut = shuts(g, open, frame, at), n = 0;

		for (; shut; shut &= shut - 1)
			n++;
		if (n <= ways)
			continue;
		ways = n;
		best = at;
	}
	return best;
}

bool bpf_gate_look(const struct bpf_gate *g, const unsigned char *frame,
		   struct bpf_look look[BPF_LOOKS])
{
	unsigned open = (1u << g->nb) - 1;

	for (unsigned i = 0; i < BPF_LOOKS; i++) {
		struct bpf_look *l = &look[i];
		unsigned shut;

		*l = (struct bpf_look){0};
		if (!open)
			continue;
		l->at = best_at(g, open, frame);
		shut = shuts(g, open, frame, l->at);
		for (unsigned way = 0; way < g->nb; way++)
			if (shut >> way & 1) {
				const struct bpf_field *f =
					shut_by(g, way, frame, l->at);

				l->mask |= (uint64_t)f->mask
					   << 8 * (f->at - l->at);
			}
		l->is = bpf_look_differs(l, frame);
		open &= ~shut;
	}
	return !open;
}

/* The first of the frames from `i` on that has it, or `n`. */
static inline __attribute__((always_inline)) unsigned find_first(
	const struct bpf_field *field, const unsigned char *const frame[],
	unsigned i, unsigned n, const bool differs)
{
	const uint32_t mask = field->mask, value = field->value;
	const size_t at = field->at;
	uint32_t v;

	_Pragma("GCC unroll 4") for (; i < n; i++)
	{
		memcpy(&v, frame[i] + at, sizeof(v));
		if (__builtin_expect(((v & mask) != value) == differs, 0))
			break;
	}
	return i;
}

bool bpf_gate_shut_all(const struct bpf_gate *g,
		       const unsigned char *const frame[], unsigned n)
{
	for (unsigned way = 0; way < g->nb; way++) {
		const struct bpf_field *first = g->way[way];
		unsigned i = 0;

		for (;; i++) {
			i = first->differs
				    ? find_first(first, frame, i, n, true)
				    : find_first(first, frame, i, n, false);
			if (i == n)
				break;
			if (bpf_way_holds(g, way, frame[i]))
				return false;
		}
	}
	return true;
}
