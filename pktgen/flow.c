/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/flow.h"

#include <string.h>

int flow_open(struct flow *f, struct port_queue *queue, struct outbox *out,
	      uint64_t seed, struct uk_alloc *a)
{
	memset(f, 0, sizeof(*f));
	f->pacing.seed = seed;
	f->program = f->prog;
	f->frames_left = f->until_ns = FLOW_NO_LIMIT;
	return frames_open(&f->frames, queue, out, a);
}

void flow_close(struct flow *f, struct uk_alloc *a)
{
	frames_close(&f->frames, a);
}

static struct pacing pacing(const struct flow *f, const struct worker_how *how)
{
	struct pacing p = f->pacing;

	p.burst = how->burst;
	return p;
}

void flow_forgive(struct flow *f, const struct worker_how *how, uint64_t now_ns)
{
	const struct pacing p = pacing(f, how);

	pacer_start(&f->pacer, &p, now_ns);
}

void flow_switch(struct flow *f, const struct pacing *pacing)
{
	f->pacing.gap = pacing->gap;
	f->pacing.unpaced = pacing->unpaced;
	f->pacing.pace = pacing->pace;
	program_switch(f->program, flow_spare_program(f), &f->at);
	f->program = flow_spare_program(f);
}

void flow_set(struct flow *f, const struct worker_how *how, unsigned share,
	      bool runs, uint64_t now_ns)
{
	const struct pacing p = pacing(f, how);

	frames_set(&f->frames, f->program, how->strategy, how->drops, share);
	if (runs)
		pacer_change(&f->pacer, &p, now_ns);
}

void flow_start(struct flow *f, const struct worker_how *how, uint64_t now_ns)
{
	flow_forgive(f, how, now_ns);
	f->at = (struct program_at){0};
	f->frames_left = FLOW_NO_LIMIT;
	f->until_ns = FLOW_NO_LIMIT;
}

void flow_limit(struct flow *f, const struct flow_limit *limit, uint64_t now_ns)
{
	f->frames_left = limit->frames;
	if (limit->time_ns != FLOW_NO_LIMIT)
		f->until_ns = now_ns + limit->time_ns;
}

void flow_begin(struct flow *f, const struct worker_how *how, uint64_t now_ns)
{
	if (f->until_ns != FLOW_NO_LIMIT)
		f->until_ns += now_ns - f->pacer.next_ns;
	flow_forgive(f, how, now_ns);
}

void flow_delay(struct flow *f, uint64_t ns)
{
	pacer_delay(&f->pacer, ns);
	if (f->until_ns != FLOW_NO_LIMIT)
		f->until_ns += ns;
}
