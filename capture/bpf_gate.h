/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all frames that a filter takes have in common: of each way through its
 * program to a return of more than 0 a few fields that have, or do not have, a
 * value. A frame that has none of it need not go through the program; what is
 * asked of frames in any other way is left to that. Where IPv4's header says
 * where a port is, that it has no options is one more such field.
 */
#ifndef CAPTURE_BPF_GATE_H
#define CAPTURE_BPF_GATE_H

#include <string.h>

#include "capture/bpf.h"

#define BPF_GATE_WAYS 16
#define BPF_GATE_FIELDS 3 /* of a way: those that tell most */

/* Of 4 bytes at an offset, as they lie, those bits that the mask has. */
struct bpf_field {
	uint32_t mask, value;
	uint16_t at;
	bool differs; /* it does not have the value */
};

struct bpf_gate {
	/* Bytes that a frame has to have, 8 at least; UINT32_MAX: open. */
	uint32_t need;
	unsigned nb; /* ways */
	struct bpf_field way[BPF_GATE_WAYS][BPF_GATE_FIELDS];
};

/* Of 8 bytes at an offset those bits that shut the gate for a frame. */
#define BPF_LOOKS 2

struct bpf_look {
	size_t at;
	uint64_t mask, is;
};

/* That of a program that bpf_check() has passed. Takes 3 KiB of the stack. */
void bpf_gate_make(struct bpf_gate *g, const struct bpf_insn *insn);

static inline bool bpf_field_holds(const struct bpf_field *f,
				   const unsigned char *frame)
{
	uint32_t v;

	memcpy(&v, frame + f->at, sizeof(v));
	return (((v ^ f->value) & f->mask) != 0) == f->differs;
}

/* Whether a frame of g->need bytes or more has what a way has. */
static inline bool bpf_way_holds(const struct bpf_gate *g, unsigned way,
				 const unsigned char *frame)
{
	for (unsigned i = 0; i < BPF_GATE_FIELDS; i++)
		if (!bpf_field_holds(&g->way[way][i], frame))
			return false;
	return true;
}

/* True: the program returns 0 of this frame, of which `len` bytes are here. */
static inline bool bpf_gate_shut(const struct bpf_gate *g,
				 const unsigned char *frame, uint32_t len)
{
	if (len < g->need)
		return false;
	for (unsigned i = 0; i < g->nb; i++)
		if (bpf_way_holds(g, i, frame))
			return false;
	return true;
}

/*
 * Frames that come together are mostly alike. True: the gate is shut for this
 * one, which has g->need bytes, and for any other in which no look differs.
 */
bool bpf_gate_look(const struct bpf_gate *g, const unsigned char *frame,
		   struct bpf_look look[BPF_LOOKS]);

/* The bits that differ; those of the mask alone matter. */
static inline uint64_t bpf_look_differs(const struct bpf_look *l,
					const unsigned char *frame)
{
	uint64_t v;

	memcpy(&v, frame + l->at, sizeof(v));
	return v ^ l->is;
}

/* The same of any `n` frames, 1 or more, which have g->need bytes each. */
bool bpf_gate_shut_all(const struct bpf_gate *g,
		       const unsigned char *const frame[], unsigned n);

#endif /* CAPTURE_BPF_GATE_H */
