/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames that wait to be sent on: where they lie, and how they go unsent. */
#include "pktgen/forward.h"

#include <string.h>

#include "pktgen/core.h"
#include "pktgen/engine.h"
#include "pktgen/impair.h"

struct forward *forward_new(const struct core *core, unsigned max_out,
			    struct uk_alloc *a)
{
	struct forward *f =
		uk_zalloc(a, sizeof(*f) + max_out * sizeof(f->out[0]));

	if (f) {
		f->core = core;
		f->max_out = max_out;
	}
	return f;
}

void forward_move(struct forward *to, struct forward *from)
{
	if (!from)
		return;
	to->impair = from->impair;
	to->learnt = from->learnt;
	to->nb_out = from->nb_out;
	memcpy(to->out, from->out, from->nb_out * sizeof(to->out[0]));
	from->impair = NULL;
}

void forward_delete(struct forward *f, struct uk_alloc *a)
{
	if (f) {
		impair_delete(f->impair, a);
		uk_free(a, f->route);
	}
	uk_free(a, f);
}

/* A reference of the frame goes back. */
static void give_back(struct uk_netbuf *nb)
{
#ifdef PORT_SHARED
	if (likely(nb->refcount > 1)) {
		nb->refcount--;
		return;
	}
#endif
	port_frame_free(nb);
}

COLD void outlet_drop(struct outlet *o, unsigned n, uint64_t *count)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < n; i++) {
		bytes += o->pkt[o->from + i]->len;
		give_back(o->pkt[o->from + i]);
	}
	outlet_take_off(o, n, bytes);
	*count += n;
}

unsigned forward_held(const struct worker *w)
{
	unsigned n = 0;

	if (!w->forward)
		return 0;
	for (unsigned i = 0; i < w->forward->nb_out; i++)
		n += w->forward->out[i].nb;
	if (w->forward->impair)
		n += impair_held(w->forward->impair);
	return n;
}

/* They may be with the device of a port that they went to before. */
unsigned forward_reap(struct worker *w)
{
	const struct forward *f = w->forward;
	unsigned own = 0;

	if (!f)
		return 0;
	for (unsigned i = 0; w->queue->nb_reflected && i < f->core->nb_workers;
	     i++)
		if (f->core->worker[i] != w)
			port_tx_reap(f->core->worker[i]->queue);
	port_reclaim(w->queue);
	for (unsigned i = 0; i < f->nb_out; i++) {
		const struct outlet *o = &f->out[i];

		for (unsigned k = o->from; k < o->from + o->nb; k++)
			own += o->pkt[k]->priv == w->queue;
	}
	return own;
}

COLD void forward_drop(struct worker *w)
{
	struct forward *f = w->forward;

	for (unsigned i = 0; f && i < f->nb_out; i++)
		outlet_drop(&f->out[i], f->out[i].nb,
			    &w->stats.forward_stopped);
	if (f && f->impair)
		w->stats.forward_stopped += impair_drop(f->impair);
}

COLD uint64_t forward_keep(struct worker *w, uint64_t ports)
{
	struct forward *const f = w->forward;
	unsigned n = 0;

	for (unsigned i = 0; i < f->nb_out; i++) {
		struct outlet *const o = &f->out[i];
		const uint64_t port = 1ull << o->to->queue->port->id;

		if (!(ports & port)) {
			outlet_drop(o, o->nb, &w->stats.forward_stopped);
			continue;
		}
		ports &= ~port;
		if (i != n)
			f->out[n] = *o;
		n++;
	}
	f->nb_out = n;
	return ports;
}

COLD void forward_begin(struct worker *w)
{
	if (w->forward && w->forward->impair)
		impair_begin(w->forward->impair);
}

COLD void forward_how(struct worker *w)
{
	if (w->forward && w->forward->impair)
		impair_set(w->forward->impair, &w->how.impair);
}
