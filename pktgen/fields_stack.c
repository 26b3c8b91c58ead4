/* SPDX-License-Identifier: BSD-3-Clause */
/* What a program needs to know of fields. */
#include <errno.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/fields_impl.h"

/* The parts of a layer that are there, as a field of theirs is set. */
static unsigned parts_of(const struct stream *s, unsigned layer)
{
	unsigned parts = 0;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct stream_field *f = &s->field[i];

		if (f->layer == layer && fields_field(s, f))
			parts |= proto_parts(fields_proto(s, layer), f->field,
					     f->vary.from);
	}
	return parts;
}

static int push(const struct stream *s, unsigned layer, struct stack *st)
{
	const uint8_t *tail = NULL;
	unsigned len = 0;

	for (unsigned i = 0; i < s->nb_fields; i++)
		if (s->field[i].layer == layer &&
		    fields_is_tail(s, &s->field[i])) {
			tail = s->pool.bytes + s->field[i].vary.list;
			len = s->field[i].tail_len;
		}
	return stack_push(st, fields_proto(s, layer), parts_of(s, layer), tail,
			  len);
}

/* From the port's own address to all, or to a gateway, unless that is set. */
static void set_ends(const struct stream *s, struct stack *st)
{
	static const uint8_t all[16] = {[10] = 255, 255, 255, 255, 255, 255};
	uint8_t device[16] = {0};
	unsigned layer, field;

	memcpy(device + sizeof(device) - ETH_ALEN, s->device_mac, ETH_ALEN);
	if (!headers_field(&s->headers, "eth.src", &layer, &field))
		stack_set(st, layer, field, device);
	memcpy(device + sizeof(device) - ETH_ALEN, s->via.mac, ETH_ALEN);
	if (!headers_field(&s->headers, "eth.dst", &layer, &field))
		stack_set(st, layer, field,
			  STREAM_VIA && s->via.kind ? device : all);
}

int fields_stack(const struct stream *s, struct stack *st)
{
	memset(st, 0, sizeof(*st));
	for (unsigned i = 0; i < s->headers.nb; i++)
		if (push(s, i, st) < 0)
			return -E2BIG;
	set_ends(s, st);
	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct stream_field *f = &s->field[i];

		if (fields_field(s, f))
			stack_set(st, f->layer, f->field, f->vary.from);
	}
	stack_done(st);
	return 0;
}

void fields_place(const struct stack *st, const struct stream_field *f,
		  unsigned *at, unsigned *bits)
{
	if (f->layer == STREAM_AT) {
		*at = f->at_bit;
		*bits = f->nb_bits;
		return;
	}
	*at = stack_field_at(st, f->layer, f->field);
	*bits = st->layer[f->layer].proto->field[f->field].bits;
}

unsigned fields_end(const struct stream *s)
{
	unsigned end = 0;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		const struct stream_field *f = &s->field[i];

		if (f->layer == STREAM_AT)
			end = MAX(end, (f->at_bit + f->nb_bits + 7u) / 8);
	}
	return end;
}

bool fields_follower(const struct stream *s, unsigned i, struct stream_field *f)
{
	const struct proto_field *of = fields_field(s, &s->field[i]);

	if (!of || !of->station)
		return false;
	*f = (struct stream_field){.layer = s->field[i].layer};
	while (++f->layer < s->headers.nb) {
		of = fields_proto(s, f->layer)->field;
		for (f->field = 0; of[f->field].name; f->field++)
			if (of[f->field].station)
				return of[f->field].follows &&
				       fields_find(s, f) < 0;
	}
	return false;
}

unsigned fields_edits(const struct stream *s, unsigned i)
{
	const struct vary *v = &s->field[i].vary;
	const struct vary_file *file = vary_file_of(v, &s->pool);
	struct stream_field f;

	if (v->kind == VARY_CONSTANT)
		return 0;
	return 1 + ((file && file->wide) || fields_follower(s, i, &f));
}

uint64_t fields_outer_every(const struct stream *s, unsigned i)
{
	const unsigned nest = s->field[i].nest;
	uint64_t every = 1;

	for (unsigned k = 0; nest && k < s->nb_fields; k++) {
		const struct stream_field *f = &s->field[k];
		uint64_t by;

		if (!f->nest || f->nest >= nest)
			continue;
		by = vary_cycle(&f->vary);
		/* Beyond all frames there can be it does not matter. */
		if (by > UINT64_MAX / every)
			return UINT64_MAX;
		every *= by;
	}
	return every;
}
