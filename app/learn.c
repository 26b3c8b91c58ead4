/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/learn.h"

#include <errno.h>
#include <string.h>

#include "app/app.h"
#include "app/traffic.h"

#define STEP_NS 1000000ull
#define A_STEP (LEARN_PER_S / 1000) /* frames of a port */

static bool begin(struct app *app, struct learn *l, uint64_t now_ns)
{
	struct pktgen *pg = &app->pktgen;

	for (unsigned i = 0; i < pg->nb_ports; i++) {
		struct node *h;

		if (!(l->ports >> i & 1))
			continue;
		h = pktgen_node(pg, i);
		if (!h)
			return false;
		h->lab.on |= LAB_LEARN;
		pktgen_use_node(pg, i, now_ns);
		node_announce(h, now_ns);
	}
	l->begun = true;
	return true;
}

void learn_end(struct app *app, struct learn *l, uint64_t now_ns)
{
	for (unsigned i = 0; i < app->pktgen.nb_ports; i++) {
		struct node *h = app->pktgen.node[i];

		if (!(l->ports >> i & 1) || !h)
			continue;
		h->lab.on = (uint8_t)(h->lab.on & ~LAB_LEARN);
		/* What it made last is still sent. */
		pktgen_use_node(&app->pktgen, i, now_ns);
	}
}

/* Frames of a stream until its sources, or destinations, come again. */
static uint64_t frames_of(const struct stream *s, unsigned field)
{
	uint64_t nb = 1;
	bool nests = false;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct stream_field *f = &s->field[i];
		const uint64_t cycle = vary_cycle(&f->vary);

		nests |= f->nest;
		/* What is drawn has no cycle. */
		if (!f->layer && f->field == field)
			nb = cycle ? cycle : LEARN_SOURCES_MAX;
	}
	return nests && nb > 1 ? LEARN_SOURCES_MAX
			       : MIN(nb, (uint64_t)LEARN_SOURCES_MAX);
}

/* Says one station's; true where that was new, and there was a buffer. */
static bool say(struct learn *l, struct node *h, const uint8_t *mac,
		uint16_t tag)
{
	if (mac[0] & 1 || !memcmp(mac, l->last, ETH_ALEN))
		return true;
	if (!node_learn(h, mac, tag))
		return false;
	memcpy(l->last, mac, ETH_ALEN);
	l->frames++;
	return true;
}

/* Of all streams, those of the port itself and of who sends to it. */
static bool next_stream(const struct app *app, struct learn *l,
			struct subject *s)
{
	const struct subjects on =
		subjects_of((1ull << l->port | l->senders) & app_ports_up(app));

	*s = (struct subject){l->stream >> 16, l->stream & 0xffff};
	if (!config_next(app, &on, s))
		return false;
	l->stream = s->port << 16 | s->stream;
	return true;
}

/* A port's frames of a step; true once it has said all. */
static bool one_port(struct app *app, struct learn *l)
{
	struct node *h = app->pktgen.node[l->port];
	uint8_t frame[STREAM_SIZE_MAX];
	struct subject at;

	if (!l->stream && !l->frame && !say(l, h, h->mac, 0))
		return false;
	for (unsigned n = 0; next_stream(app, l, &at); n++) {
		const struct pktgen_stream *s =
			app->pktgen.set[at.port].stream[at.stream];
		const bool own = at.port == l->port;
		uint16_t type, tag = 0;

		if (stream_plays(&s->stream) ||
		    l->frame >=
			    frames_of(&s->stream, own ? ETH_SRC : ETH_DST)) {
			l->stream++;
			l->frame = 0;
			continue;
		}
		if (n == A_STEP)
			return false;
		traffic_frame(s, l->frame, frame);
		memcpy(&type, frame + 2 * ETH_ALEN, sizeof(type));
		if (type == net16(ETH_TYPE_VLAN))
			tag = (uint16_t)(frame[14] << 8 | frame[15]);
		if (!say(l, h, own ? frame + ETH_ALEN : frame, tag))
			return false;
		l->frame++;
	}
	return true;
}

bool learn_step(struct app *app, struct learn *l, uint64_t now_ns, int *err)
{
	*err = 0;
	if (!l->begun && !begin(app, l, now_ns)) {
		*err = -ENOMEM;
		learn_end(app, l, now_ns);
		return false;
	}
	l->due_ns = now_ns + STEP_NS;
	for (; l->round < l->count; l->round++, l->port = 0) {
		for (; l->port < app->pktgen.nb_ports; l->port++) {
			if (!(l->ports >> l->port & 1))
				continue;
			if (!one_port(app, l))
				return true;
			l->stream = 0;
			l->frame = 0;
			memset(l->last, 0, sizeof(l->last));
		}
	}
	learn_end(app, l, now_ns);
	return false;
}
