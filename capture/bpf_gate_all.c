/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The gate of a filter and the frames of a burst, which are mostly alike in
 * what the gate asks for. So the first one is compared with all others, 16
 * bytes at once, and a way that it has not is a way that none has. Of a way
 * that differs from frame to frame the field that tells most is looked at in
 * each.
 */
#include "capture/bpf_gate.h"

typedef uint64_t look __attribute__((vector_size(16)));

static inline __attribute__((always_inline)) look look_at(const void *p)
{
	look v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/*
 * Up to which byte all frames are alike, in what `nb` looks ask for. The number
 * is a constant, so that the first frame stays in registers.
 */
static inline __attribute__((always_inline)) unsigned alike_by(
	const struct bpf_gate *g, const unsigned char *const frame[],
	unsigned n, const unsigned nb)
{
	look differ[BPF_LOOKS] = {{0, 0}, {0, 0}}, is[BPF_LOOKS];

	_Pragma("GCC unroll 2") for (unsigned k = 0; k < nb; k++) is[k] =
		look_at(frame[0] + BPF_LOOK_AT + 16 * k);
	_Pragma("GCC unroll 4") for (unsigned i = 1; i < n; i++)
		_Pragma("GCC unroll 2") for (unsigned k = 0; k < nb; k++)
			differ[k] |=
		look_at(frame[i] + BPF_LOOK_AT + 16 * k) ^ is[k];
	_Pragma("GCC unroll 2") for (unsigned k = 0; k < nb; k++)
	{
		const look asked = differ[k] & look_at(g->look + 16 * k);

		if (asked[0] | asked[1])
			return BPF_LOOK_AT + 16 * k;
	}
	return BPF_LOOK_AT + 16 * nb;
}

static unsigned alike(const struct bpf_gate *g,
		      const unsigned char *const frame[], unsigned n)
{
	if (!g->nb_looks)
		return 0;
	return g->nb_looks > 1 ? alike_by(g, frame, n, BPF_LOOKS)
			       : alike_by(g, frame, n, 1);
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

/* A way that the first frame has not, in bytes in which all are like it. */
static bool has_none(const struct bpf_field way[BPF_GATE_FIELDS],
		     const unsigned char *first, unsigned end)
{
	for (unsigned k = 0; k < BPF_GATE_FIELDS; k++)
		if (way[k].end <= end && !bpf_field_holds(&way[k], first))
			return true;
	return false;
}

bool bpf_gate_shut_all(const struct bpf_gate *g,
		       const unsigned char *const frame[], unsigned n)
{
	const unsigned end = alike(g, frame, n);

	for (unsigned way = 0; way < g->nb; way++) {
		const struct bpf_field *first = g->way[way];
		unsigned i = 0;

		if (has_none(first, frame[0], end))
			continue;
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
