/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "net/csum.h"
#include "net/proto/proto.h"

unsigned stack_push(struct stack *st, const struct proto *proto)
{
	const unsigned i = st->nb++;
	uint8_t *h = st->header + st->len;

	st->layer[i] = (struct stack_layer){proto, st->len};
	st->len = (uint16_t)(st->len + proto->len);
	memset(h, 0, proto->len);
	if (proto->begin)
		proto->begin(h);
	return i;
}

void stack_set(struct stack *st, unsigned layer, unsigned field, uint64_t v)
{
	const struct stack_layer *l = &st->layer[layer];
	const struct proto_field *f = &l->proto->field[field];
	unsigned bit = f->at + f->bits;

	for (unsigned i = 0; i < f->bits; i++, v >>= 1) {
		uint8_t *byte;
		uint8_t mask;

		bit--;
		byte = &st->header[l->at + bit / 8];
		mask = (uint8_t)(0x80 >> bit % 8);
		*byte = (uint8_t)(v & 1 ? *byte | mask : *byte & ~mask);
	}
}

void stack_set_bytes(struct stack *st, unsigned layer, unsigned field,
		     const uint8_t *bytes)
{
	memcpy(st->header + stack_field_at(st, layer, field), bytes,
	       st->layer[layer].proto->field[field].bits / 8);
}

unsigned stack_field_at(const struct stack *st, unsigned layer, unsigned field)
{
	const struct stack_layer *l = &st->layer[layer];

	return l->at + l->proto->field[field].at / 8;
}

void stack_put(const struct stack *st, uint8_t *frame, size_t len)
{
	memcpy(frame, st->header, st->len);
	for (unsigned i = 0; i < st->nb; i++) {
		const struct stack_layer *l = &st->layer[i];

		if (l->proto->end)
			l->proto->end(frame + l->at, len - l->at,
				      i + 1 < st->nb ? l[1].proto : NULL);
	}
}

void stack_put_csum(const struct stack *st, unsigned layer, uint8_t *frame,
		    size_t len)
{
	const struct stack_layer *l = &st->layer[layer];
	const struct proto *proto = l->proto;
	const size_t covered = proto->csum_all ? len - l->at : proto->len;
	uint32_t sum = csum_add(0, frame + l->at, covered);
	uint16_t csum;

	if (proto->csum_all && layer && l[-1].proto->pseudo)
		sum += csum_fold(l[-1].proto->pseudo(frame + l[-1].at, covered,
						     proto->ip_proto));
	/* Of a checksum that may be absent, 0 says that it is. */
	csum = proto->csum_all ? csum_end_not_zero(sum) : csum_end(sum);
	memcpy(frame + l->at + proto->csum_at, &csum, sizeof(csum));
}

bool stack_covers(const struct stack *st, unsigned of, unsigned layer,
		  unsigned field)
{
	const struct proto *by = st->layer[of].proto;

	if (!by->has_csum)
		return false;
	if (of == layer || (by->csum_all && layer > of))
		return true;
	return by->csum_all && layer + 1 == of &&
	       st->layer[layer].proto->field[field].above;
}
