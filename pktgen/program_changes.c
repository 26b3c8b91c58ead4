/* SPDX-License-Identifier: BSD-3-Clause */
/* What of a stream changes from frame to frame, and which checksums with it. */
#include <errno.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/fields.h"
#include "pktgen/hot.h"
#include "pktgen/program_impl.h"

COLD int program_find_csums(struct program *prog)
{
	const struct stack *st = prog->stack;

	prog->nb_csums = 0;
	for (unsigned i = st->nb; i-- > 0;) {
		const struct stack_layer *l = &st->layer[i];
		struct csum *c = &prog->csum[prog->nb_csums];

		if (!l->csum)
			continue;
		if (prog->nb_csums == PROGRAM_CSUMS_MAX)
			return -E2BIG;
		*c = (struct csum){
			.at = (uint16_t)(l->at + l->proto->csum_at),
			.start = l->at,
			.layer = (uint8_t)i,
			.payload = stack_covers(st, i, i, PROTO_PAYLOAD),
			.not_zero = l->proto->csum_not_0,
			.crc = l->proto->csum == CSUM_CRC32C,
		};
		for (unsigned k = 0; k < prog->nb_csums; k++) {
			if (!stack_covers(st, i, prog->csum[k].layer, 0))
				continue;
			c->over |= (uint8_t)(1u << k);
			if ((prog->csum[k].at - c->start) & 1)
				c->over_odd |= (uint8_t)(1u << k);
		}
		prog->nb_csums++;
	}
	return 0;
}

/*
 * Of a field at those bits: the window that ends with it, or with its word, as
 * long as that is in the headers, of `len` bytes.
 */
static void put_window(struct field_edit *e, unsigned at, unsigned bits,
		       size_t len)
{
	const unsigned end = (at + bits + 7) / 8, first = at / 8;
	const unsigned least = end - first;
	const uint64_t mask = bits < 64 ? (1ull << bits) - 1 : UINT64_MAX;

	e->bytes = least <= 2 ? 2 : least <= 4 ? 4 : 8;
	e->at = (uint16_t)(end >= e->bytes ? end - e->bytes : 0);
	if (least == 1 && e->at & 1 && end < len)
		e->at++;
	e->shift = (uint8_t)((e->at + e->bytes) * 8 - (at + bits));
	e->mask = mask << e->shift;
	e->whole = bits == e->bytes * 8u;
}

/* Overlap of two ranges. */
static bool meet(unsigned at, unsigned n, unsigned other, unsigned m)
{
	return at < other + m && other < at + n;
}

/*
 * The header's field that bits at an offset are part of, into *f. -EBUSY: they
 * are part of an address and of what lies beside it, of which a pseudo header
 * has one alone; 0 where they are in no field, or in several.
 */
COLD static int find_field(const struct stack *st, unsigned at, unsigned bits,
			   struct stream_field *f)
{
	for (unsigned i = 0; i < st->nb; i++) {
		const struct proto_field *of = st->layer[i].proto->field;

		for (unsigned k = 0; of[k].name; k++) {
			const unsigned place = stack_field_at(st, i, k);

			if (of[k].part &&
			    !(st->layer[i].parts >> (of[k].part - 1) & 1))
				continue;
			if (!meet(at, bits, place, of[k].bits))
				continue;
			if (at >= place && at + bits <= place + of[k].bits) {
				f->layer = (uint8_t)i;
				f->field = (uint8_t)k;
				return 0;
			}
			if (of[k].above)
				return -EBUSY;
		}
	}
	return 0;
}

/* Whether the checksum covers bits that are in no field of a header. */
static bool covers_bits(const struct program *prog, const struct csum *c,
			unsigned at)
{
	const struct stack_layer *l = &prog->stack->layer[c->layer];
	const unsigned end = l->proto->csum == CSUM_HEADER_ONLY
				     ? l->at + l->len
				     : prog->stack->len;

	return at / 8 >= c->start && (c->payload || at / 8 < end);
}

/*
 * Which checksums cover it, and whether words of theirs are words of it. -EBUSY
 * where one covers a part of it.
 */
COLD int program_put_cover(const struct program *prog,
			   const struct stream_field *f, unsigned at,
			   unsigned bits, struct field_edit *e)
{
	const struct stack *st = prog->stack;

	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const struct csum *c = &prog->csum[k];
		unsigned start = c->start;
		bool covers;

		if (f->layer != STREAM_AT) {
			covers = stack_covers(st, c->layer, f->layer, f->field);
		} else {
			covers = covers_bits(prog, c, at);
			if (covers != covers_bits(prog, c, at + bits - 1))
				return -EBUSY;
		}
		if (!covers)
			continue;
		/* A pseudo header has words of its own. */
		if (f->layer < c->layer)
			start = st->layer[f->layer].at;
		e->csums |= (uint8_t)(1u << k);
		if ((e->at - start) & 1)
			e->odd |= (uint8_t)(1u << k);
	}
	return 0;
}

/* No two change the same bits, none a checksum or a length that is made. */
COLD static bool collides(const struct program *prog,
			  const struct field_edit *e, unsigned at,
			  unsigned bits)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		if (meet(at, bits, prog->csum[k].at * 8u,
			 prog->csum[k].crc ? 32 : 16))
			return true;
	if (program_grows_at(prog, at, bits))
		return true;
	for (unsigned i = 0; &prog->edit[i] != e; i++) {
		const struct field_edit *o = &prog->edit[i];
		unsigned other_bits = 64;
		uint64_t mask = o->mask >> o->shift;

		while (!(mask >> (other_bits - 1) & 1))
			other_bits--;
		if (meet(at, bits,
			 (o->at + o->bytes) * 8u - o->shift - other_bits,
			 other_bits))
			return true;
	}
	return false;
}

/* That of a field stays when others are set. */
static uint64_t seed_of(const struct stream *s, const struct stream_field *f)
{
	return (uint64_t)s->seed << 32 | (uint64_t)f->layer << 24 |
	       (uint64_t)f->field << 16 | f->at_bit;
}

/* The next edit, of those bits of the field, but for its values. */
COLD static int put_edit(struct program *prog, const struct stream_field *f,
			 unsigned at, unsigned bits)
{
	struct field_edit *e = &prog->edit[prog->nb_edits];

	*e = (struct field_edit){0};
	put_window(e, at, bits, prog->stack->len);
	if (collides(prog, e, at, bits) ||
	    program_put_cover(prog, f, at, bits, e) < 0)
		return -EBUSY;
	prog->nb_edits++;
	return 0;
}

COLD int program_find_edits(struct program *prog, const struct stream *s,
			    uint64_t *aux)
{
	prog->nb_edits = 0;
	prog->nb_bits = 0;
	for (unsigned i = 0; i < s->nb_fields; i++) {
		struct stream_field f = s->field[i];
		struct field_edit *e = &prog->edit[prog->nb_edits];
		unsigned at, bits;
		bool wide;

		fields_place(prog->stack, &f, &at, &bits);
		if (f.layer == STREAM_AT && f.vary.kind == VARY_CONSTANT) {
			struct bits *b = &prog->bits[prog->nb_bits++];

			if (program_grows_at(prog, at, bits))
				return -EBUSY;
			*b = (struct bits){(uint16_t)at, (uint8_t)bits,
					   vary_low(&f.vary)};
			continue;
		}
		if (f.vary.kind == VARY_CONSTANT)
			continue;
		if (f.layer == STREAM_AT &&
		    find_field(prog->stack, at, bits, &f) < 0)
			return -EBUSY;
		/* Of an address the low half varies. */
		if (put_edit(prog, &f, bits > 64 ? at + bits - 64 : at,
			     MIN(bits, 64u)) < 0)
			return -EBUSY;
		sequence_make(&e->seq, &f.vary, &s->pool, bits,
			      seed_of(s, &s->field[i]),
			      fields_outer_every(s, i), aux);
		aux += (sequence_room(&f.vary) + 7) / 8;
		/* The same values in what follows it, or half above. */
		if (fields_edits(s, i) < 2)
			continue;
		wide = !fields_follower(s, i, &f);
		if (wide)
			bits -= 64;
		else
			fields_place(prog->stack, &f, &at, &bits);
		if (put_edit(prog, &f, at, bits) < 0)
			return -EBUSY;
		e[1].seq = e->seq;
		if (wide)
			sequence_set_list(&e[1].seq, &f.vary,
					  vary_file_of(&f.vary, &s->pool)->high,
					  sizeof(uint64_t));
	}
	return 0;
}

/* What no edit, no signature and no other checksum changes stays as it is. */
COLD void program_find_changes(struct program *prog)
{
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		struct csum *c = &prog->csum[k];

		c->changes = prog->grow || (c->payload && prog->sign);
		for (unsigned i = 0; i < prog->nb_edits; i++)
			c->changes |= prog->edit[i].csums >> k & 1;
		for (unsigned i = 0; i < k; i++)
			c->changes |= c->over >> i & 1 && prog->csum[i].changes;
	}
}

/* ---- Plain programs ----------------------------------------------------- */

/* UDP in IP, nothing else, whose checksums all cover what changes. */
static bool plain_csums(const struct program *prog)
{
	return (prog->nb_csums == 1 || prog->nb_csums == 2) &&
	       prog->csum[CSUM_PAYLOAD].payload &&
	       prog->csum[CSUM_PAYLOAD].not_zero &&
	       (prog->nb_csums == 1 || !prog->csum[CSUM_HEADER].payload) &&
	       !(prog->csum[CSUM_PAYLOAD].start & 1);
}

/* An edit that counts up through all values of its low bits. */
static bool plain_edit(const struct program *prog, const struct field_edit *e,
		       const struct vary *v, uint32_t *mask)
{
	if (!v->host_bits || v->host_bits > 32)
		return false;
	*mask = UINT32_MAX >> (32 - v->host_bits);
	return v->kind == VARY_RANGE && v->step == 1 && v->every == 1 &&
	       !v->down && !v->shuffled && e->bytes == 4 && e->whole &&
	       !(e->at & 1) && !e->odd &&
	       e->csums == (1u << prog->nb_csums) - 1;
}

/* Has edits be patches where all of them can. */
COLD void program_make_plain(struct program *prog, const struct stream *s)
{
	uint32_t mask = 0;

	prog->nb_patches = 0;
	prog->plain =
		plain_csums(prog) && prog->nb_edits <= PROGRAM_PATCHES_MAX;
	if (prog->grow) {
		prog->grow->lean = prog->plain && !prog->nb_edits &&
				   prog->nb_variants == 1 &&
				   prog->variant[0].nb_words == 2;
		prog->plain = false;
	}
	for (unsigned i = 0, k = 0; i < s->nb_fields && prog->plain; i++) {
		const struct stream_field *f = &s->field[i];
		const struct field_edit *e = &prog->edit[k];
		uint32_t from;

		if (f->vary.kind == VARY_CONSTANT)
			continue;
		k++;
		prog->plain = !f->nest && plain_edit(prog, e, &f->vary, &mask);
		memcpy(&from, f->vary.from + 12, sizeof(from));
		prog->patch[prog->nb_patches++] =
			(struct patch){e->at, mask, net32(from)};
	}
	for (unsigned k = 0; k < PLAIN_CSUMS_MAX && k < prog->nb_csums; k++)
		prog->csum_at[k] = prog->csum[k].at;
	if (!prog->plain)
		prog->nb_patches = 0;
}
