/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "net/csum.h"
#include "net/proto/proto.h"

#define VALUE_BITS 128

static bool bit_of(const uint8_t *bytes, unsigned at)
{
	return bytes[at / 8] >> (7 - at % 8) & 1;
}

/* In network order: bit 0 is the first byte's highest. */
static void copy_bits(uint8_t *to, unsigned to_at, const uint8_t *from,
		      unsigned from_at, unsigned bits)
{
	/* Most fields are whole bytes. */
	if (!((to_at | from_at | bits) % 8)) {
		memcpy(to + to_at / 8, from + from_at / 8, bits / 8);
		return;
	}
	for (; bits--; to_at++, from_at++) {
		const uint8_t mask = (uint8_t)(0x80 >> to_at % 8);
		uint8_t *byte = &to[to_at / 8];

		*byte = (uint8_t)(bit_of(from, from_at) ? *byte | mask
							: *byte & ~mask);
	}
}

/* ---- Of a protocol ------------------------------------------------------ */

unsigned proto_fields(const struct proto *proto)
{
	unsigned n = 0;

	while (proto->field[n].name)
		n++;
	return n;
}

unsigned proto_parts(const struct proto *proto, unsigned field,
		     const uint8_t value[16])
{
	const struct proto_field *f = &proto->field[field];
	uint8_t h[UINT8_MAX] = {0};
	unsigned parts = 0;

	if (!f->name || !proto->part)
		return 0;
	if (f->part)
		return 1u << (f->part - 1);
	copy_bits(h, f->at, value, VALUE_BITS - f->bits, f->bits);
	for (unsigned i = 0; proto->part[i].len; i++)
		if (h[proto->part[i].flag_at] & proto->part[i].flag)
			parts |= 1u << i;
	return parts;
}

/* ---- Layers ------------------------------------------------------------- */

/* How long they are. */
static unsigned parts_len(const struct proto *proto, unsigned parts)
{
	unsigned len = 0;

	for (unsigned i = 0; proto->part && proto->part[i].len; i++)
		len += parts >> i & 1 ? proto->part[i].len : 0;
	return len;
}

/* Writes which parts there are, where one bit alone says so. */
static void put_parts(const struct proto *proto, unsigned parts, uint8_t *h)
{
	for (unsigned i = 0; proto->part && proto->part[i].len; i++) {
		const struct proto_part *p = &proto->part[i];

		if (parts >> i & 1 && !(p->flag & (p->flag - 1)))
			h[p->flag_at] |= p->flag;
	}
}

int stack_push(struct stack *st, const struct proto *proto, unsigned parts,
	       const uint8_t *tail, unsigned tail_len)
{
	const struct proto_tail *t = &proto->tail;
	const unsigned unit = t->unit ? t->unit : 1;
	uint8_t *const h = st->header + st->len;
	unsigned len, all;

	if (tail_len > t->max || st->nb == HEADERS_MAX)
		return -E2BIG;
	if (tail_len && t->part)
		parts |= 1u << (t->part - 1);
	len = proto->len + parts_len(proto, parts);
	all = len + (tail && tail_len > t->least ? tail_len : t->least);
	all += (unit - all % unit) % unit;
	if (st->len + all > STACK_BYTES_MAX)
		return -E2BIG;
	memset(h, 0, all);
	if (proto->begin)
		proto->begin(h);
	put_parts(proto, parts, h);
	if (tail) {
		memset(h + len, 0, all - len);
		memcpy(h + len, tail, tail_len);
	}
	st->layer[st->nb] = (struct stack_layer){
		.proto = proto,
		.at = st->len,
		.len = (uint16_t)all,
		.parts = (uint8_t)parts,
		.tail_len = (uint8_t)(all - len),
	};
	st->len = (uint16_t)(st->len + all);
	return (int)st->nb++;
}

unsigned stack_field_at(const struct stack *st, unsigned layer, unsigned field)
{
	const struct stack_layer *l = &st->layer[layer];
	const struct proto_field *f = &l->proto->field[field];
	unsigned at = l->at;

	if (!f->name)
		return (at + l->len - l->tail_len) * 8u;
	if (f->part)
		at += l->proto->len;
	for (unsigned i = 0; i + 1 < f->part; i++)
		at += l->parts >> i & 1 ? l->proto->part[i].len : 0;
	return at * 8 + f->at;
}

void stack_set(struct stack *st, unsigned layer, unsigned field,
	       const uint8_t value[16])
{
	struct stack_layer *l = &st->layer[layer];
	const struct proto_field *f = &l->proto->field[field];

	if (!f->name || (f->part && !(l->parts >> (f->part - 1) & 1)))
		return;
	copy_bits(st->header, stack_field_at(st, layer, field), value,
		  VALUE_BITS - f->bits, f->bits);
	l->set |= UINT32_C(1) << field;
}

void stack_set_number(struct stack *st, unsigned layer, unsigned field,
		      uint64_t value)
{
	uint8_t bytes[16] = {0};

	for (unsigned i = sizeof(bytes); i-- > 8; value >>= 8)
		bytes[i] = (uint8_t)value;
	stack_set(st, layer, field, bytes);
}

/* What was set by hand has the last word. */
static void put_set(const struct stack *st, unsigned layer, uint8_t *frame)
{
	const struct stack_layer *l = &st->layer[layer];

	for (unsigned i = 0; l->set >> i; i++) {
		const struct proto_field *f = &l->proto->field[i];
		unsigned at;

		if (!(l->set >> i & 1) || !f->follows)
			continue;
		at = stack_field_at(st, layer, i);
		copy_bits(frame, at, st->header, at, f->bits);
	}
}

static bool has_payload(const struct stack *st)
{
	for (unsigned i = 0; i < st->nb; i++)
		if (st->layer[i].proto->no_payload)
			return false;
	return true;
}

size_t stack_end(const struct stack *st, size_t len)
{
	if (!has_payload(st))
		return st->len;
	for (unsigned i = 0; i < st->nb; i++) {
		const struct stack_layer *l = &st->layer[i];

		if (l->proto->unit)
			len -= (len - l->at) & (l->proto->unit - 1u);
	}
	return len;
}

void stack_put(const struct stack *st, uint8_t *frame, size_t len)
{
	const size_t end = stack_end(st, len);

	memcpy(frame, st->header, st->len);
	for (unsigned i = st->nb; i-- > 0;) {
		const struct stack_layer *l = &st->layer[i];

		if (l->proto->end)
			l->proto->end(st, i, frame + l->at, end - l->at);
		put_set(st, i, frame);
	}
}

/* ---- Checksums ---------------------------------------------------------- */

/*
 * The layer whose pseudo header the checksum of `layer` covers, or `layer` for
 * none; *dst becomes where the destination is that it has instead of its own,
 * or 0.
 */
static unsigned pseudo_of(const struct stack *st, unsigned layer, unsigned *dst)
{
	*dst = 0;
	for (unsigned i = layer; i-- > 0;) {
		const struct proto *proto = st->layer[i].proto;

		if (proto->pseudo)
			return i;
		if (proto->is != IS_IPV6_EXT)
			break;
		if (proto->final && !*dst)
			*dst = proto->final(st, i);
	}
	*dst = 0;
	return layer;
}

static unsigned csum_field(const struct proto *proto)
{
	const unsigned at = proto->csum_at * 8u;
	unsigned i = 0;

	for (; proto->field[i].name; i++) {
		const struct proto_field *f = &proto->field[i];

		if (at == f->at + (f->part ? proto->len * 8u : 0))
			break;
	}
	return i;
}

static bool csum_is_made(const struct stack *st, unsigned i)
{
	const struct stack_layer *l = &st->layer[i];
	const unsigned field = csum_field(l->proto);
	const unsigned part = l->proto->field[field].part;
	unsigned dst;

	if (l->proto->csum == CSUM_NONE || l->set >> field & 1)
		return false;
	if (part && !(l->parts >> (part - 1) & 1))
		return false;
	return !(i + 1 < st->nb && l[1].proto->below_csum_0 &&
		 st->layer[pseudo_of(st, i, &dst)].proto == &proto_ipv4);
}

void stack_done(struct stack *st)
{
	for (unsigned i = 0; i < st->nb; i++)
		st->layer[i].csum = csum_is_made(st, i);
}

/* RFC 9260, appendix A; the result lies in memory with its low byte first. */
static uint32_t crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = UINT32_MAX;

	while (len--) {
		crc ^= *p++;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

void stack_put_csum(const struct stack *st, unsigned layer, uint8_t *frame,
		    size_t len)
{
	const struct stack_layer *l = &st->layer[layer];
	const struct proto *proto = l->proto;
	const size_t covered = proto->csum == CSUM_HEADER_ONLY
				       ? l->len
				       : stack_end(st, len) - l->at;
	uint8_t *h = frame + l->at, *to = h + proto->csum_at;
	uint32_t sum;
	uint16_t csum;

	if (proto->csum == CSUM_CRC32C) {
		sum = crc32c(h, covered);
		memcpy(to, &sum, sizeof(sum));
		return;
	}
	sum = csum_add(0, h, covered);
	if (proto->csum == CSUM_ALL_PSEUDO) {
		unsigned dst;
		const unsigned i = pseudo_of(st, layer, &dst);

		if (i != layer)
			sum += csum_fold(st->layer[i].proto->pseudo(
				frame + st->layer[i].at,
				dst ? frame + dst : NULL, covered,
				proto->ip_proto));
	}
	csum = proto->csum_not_0 ? csum_end_not_zero(sum) : csum_end(sum);
	memcpy(to, &csum, sizeof(csum));
}

bool stack_has_pseudo(const struct stack *st, unsigned layer)
{
	unsigned dst;

	return st->layer[layer].proto->csum == CSUM_ALL_PSEUDO &&
	       pseudo_of(st, layer, &dst) != layer;
}

bool stack_covers(const struct stack *st, unsigned of, unsigned layer,
		  unsigned field)
{
	const struct stack_layer *by = &st->layer[of];
	const enum proto_csum csum = by->proto->csum;
	const struct proto_field *f;
	unsigned dst;

	if (!by->csum)
		return false;
	if (field == PROTO_PAYLOAD)
		return csum != CSUM_HEADER_ONLY && has_payload(st);
	if (layer > of)
		return csum != CSUM_HEADER_ONLY;
	if (layer == of)
		return true;
	if (csum != CSUM_ALL_PSEUDO)
		return false;
	f = &st->layer[layer].proto->field[field];
	if (layer == pseudo_of(st, of, &dst))
		return f->above && !(dst && f->follows);
	return dst && stack_field_at(st, layer, field) == dst * 8;
}
