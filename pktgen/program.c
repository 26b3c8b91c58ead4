/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/program.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/fields.h"
#include "pktgen/program_edit.h"

/* ---- A frame but for its checksums -------------------------------------- */

/* A number for each byte, the same wherever it is asked for. */
static uint8_t mixed(uint32_t seed, size_t i)
{
	uint64_t v = ((uint64_t)seed << 32 | i) * 0x9e3779b97f4a7c15ull;

	v = (v ^ v >> 29) * 0xbf58476d1ce4e5b9ull;
	return (uint8_t)(v >> 56);
}

static uint8_t payload_byte(const struct stream *s, enum payload kind, size_t i)
{
	switch (kind) {
	case PAYLOAD_ZEROS:
		return 0;
	case PAYLOAD_ONES:
		return 0xff;
	case PAYLOAD_RANDOM:
		return mixed(s->seed, i);
	case PAYLOAD_PATTERN:
		return s->pattern[i % s->pattern_len];
	default:
		return (uint8_t)i;
	}
}

/* `n` bytes of what stands behind the headers, from byte `from` of it on. */
static void put_payload(const struct stream *s, const struct stack *st,
			size_t from, size_t n, uint8_t *p)
{
	/* What carries nothing is filled up. */
	const enum payload kind = st->layer[st->nb - 1].proto->no_payload
					  ? PAYLOAD_ZEROS
					  : s->payload;

	for (size_t i = 0; i < n; i++)
		p[i] = payload_byte(s, kind, from + i);
}

static void put_bits(const struct program *prog, uint8_t *frame)
{
	for (unsigned i = 0; i < prog->nb_bits; i++) {
		const struct bits *b = &prog->bits[i];

		for (unsigned k = 0; k < b->nb; k++) {
			const unsigned at = b->at + b->nb - 1u - k;
			const uint8_t bit = (uint8_t)(0x80 >> at % 8);

			if (b->value >> k & 1)
				frame[at / 8] |= bit;
			else
				frame[at / 8] &= (uint8_t)~bit;
		}
	}
}

static void clear_csums(const struct program *prog, uint8_t *frame)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		memset(frame + prog->csum[k].at, 0, prog->csum[k].crc ? 4 : 2);
}

/* The headers of a frame of `len` bytes, checksums 0. */
static void put_headers(const struct program *prog, uint8_t *frame, size_t len)
{
	stack_put(prog->stack, frame, len);
	put_bits(prog, frame);
	clear_csums(prog, frame);
}

/* All else being there already, from inside out. */
static void put_checksums(const struct program *prog, uint8_t *frame,
			  size_t len)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		stack_put_csum(prog->stack, prog->csum[k].layer, frame, len);
}

/* ---- What changes ------------------------------------------------------- */

static int put_csums(struct program *prog)
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

/* Of a field at those bits: the window that ends with it. */
static void put_window(struct field_edit *e, unsigned at, unsigned bits)
{
	const unsigned end = (at + bits + 7) / 8, first = at / 8;
	const unsigned least = end - first;
	const uint64_t mask = bits < 64 ? (1ull << bits) - 1 : UINT64_MAX;

	e->bytes = least <= 2 ? 2 : least <= 4 ? 4 : 8;
	e->at = (uint16_t)(end >= e->bytes ? end - e->bytes : 0);
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
static int find_field(const struct stack *st, unsigned at, unsigned bits,
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
static int put_cover(const struct program *prog, const struct stream_field *f,
		     unsigned at, unsigned bits, struct field_edit *e)
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

/* No two change the same bits, and none a checksum that is made. */
static bool collides(const struct program *prog, const struct field_edit *e,
		     unsigned at, unsigned bits)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		if (meet(at, bits, prog->csum[k].at * 8u,
			 prog->csum[k].crc ? 32 : 16))
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

static int put_edits(struct program *prog, const struct stream *s,
		     uint64_t *aux)
{
	prog->nb_edits = 0;
	prog->nb_bits = 0;
	for (unsigned i = 0; i < s->nb_fields; i++) {
		struct stream_field f = s->field[i];
		struct field_edit *e = &prog->edit[prog->nb_edits];
		unsigned at, bits;

		fields_place(prog->stack, &f, &at, &bits);
		if (f.layer == STREAM_AT && f.vary.kind == VARY_CONSTANT) {
			struct bits *b = &prog->bits[prog->nb_bits++];

			*b = (struct bits){(uint16_t)at, (uint8_t)bits,
					   vary_low(&f.vary)};
			continue;
		}
		if (f.vary.kind == VARY_CONSTANT)
			continue;
		/* Of an address the low half varies. */
		if (bits > 64) {
			at += bits - 64;
			bits = 64;
		}
		if (f.layer == STREAM_AT &&
		    find_field(prog->stack, at, bits, &f) < 0)
			return -EBUSY;
		*e = (struct field_edit){0};
		put_window(e, at, bits);
		if (collides(prog, e, at, bits) ||
		    put_cover(prog, &f, at, bits, e) < 0)
			return -EBUSY;
		sequence_make(&e->seq, &f.vary, &s->pool, bits,
			      seed_of(s, &s->field[i]),
			      fields_outer_every(s, i), aux);
		aux += (sequence_room(&f.vary) + 7) / 8;
		prog->nb_edits++;
	}
	return 0;
}

/* What no edit, no signature and no other checksum changes stays as it is. */
static void put_changes(struct program *prog)
{
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		struct csum *c = &prog->csum[k];

		c->changes = c->payload && prog->sign;
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
static void put_plain(struct program *prog, const struct stream *s)
{
	uint32_t mask = 0;

	prog->nb_patches = 0;
	prog->plain =
		plain_csums(prog) && prog->nb_edits <= PROGRAM_PATCHES_MAX;
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
	if (prog->plain)
		prog->nb_edits = 0;
	else
		prog->nb_patches = 0;
}

/* ---- The template and its sums ------------------------------------------ */

/* All that changes is 0, so that no sum has it. */
static void clear_changes(const struct program *prog, unsigned len,
			  uint8_t *frame)
{
	for (unsigned i = 0; i < prog->nb_patches; i++)
		memset(frame + prog->patch[i].offset, 0, 4);
	program_clear_edits(prog, frame);
	if (prog->sign)
		memset(frame + len - SIGNATURE_LEN, 0, SIGNATURE_LEN);
}

/* The sums of what stays. */
static void put_sums(struct program *prog, struct variant *v)
{
	put_headers(prog, prog->frame, v->len);
	clear_changes(prog, v->len, prog->frame);
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const struct csum *c = &prog->csum[k];
		uint16_t csum;

		/* One that stays is part of what those outside cover. */
		stack_put_csum(prog->stack, c->layer, prog->frame, v->len);
		memcpy(&csum, prog->frame + c->at, sizeof(csum));
		v->sum[k] = (uint16_t)~csum;
		if (c->changes)
			memset(prog->frame + c->at, 0, c->crc ? 4 : 2);
	}
}

static size_t longest_frame(const struct sizes *sizes)
{
	size_t longest = 0;

	for (unsigned i = 0; i < sizes->count; i++)
		longest = MAX(longest, (size_t)sizes->entry[i].size);
	return longest - ETH_FCS_LEN;
}

/* Frames of a round. */
static unsigned round_of(const struct sizes *sizes)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < sizes->count; i++)
		sum += sizes->entry[i].weight;
	return sizes->count > 1 ? sum : 1;
}

/* Each size is compiled in the template and its headers kept. */
static void put_variants(struct program *prog, const struct stream *s)
{
	const struct sizes *sizes = &s->sizes;
	const unsigned headers = prog->stack->len;
	const size_t longest = longest_frame(sizes);

	prog->nb_variants = (uint8_t)sizes->count;
	for (unsigned i = 0; i < sizes->count; i++) {
		prog->variant[i].len =
			(uint16_t)(sizes->entry[i].size - ETH_FCS_LEN);
		prog->variant[i].end =
			(uint16_t)stack_end(prog->stack, prog->variant[i].len);
	}
	put_payload(s, prog->stack, 0, longest - headers,
		    prog->frame + headers);
	/* The first one last: its headers stay in the template. */
	for (unsigned i = sizes->count; i-- > 0;) {
		struct variant *v = &prog->variant[i];
		const size_t sign_at = v->len - (size_t)SIGNATURE_LEN;

		put_sums(prog, v);
		if (prog->sign)
			put_payload(s, prog->stack, sign_at - headers,
				    SIGNATURE_LEN, prog->frame + sign_at);
		put_headers(prog, prog->frame, v->len);
		put_checksums(prog, prog->frame, v->len);
		memcpy(v->header, prog->frame, headers);
	}
}

/*
 * Spreads the sizes evenly over a round: at each place every one gains its
 * weight, and the one that has most pays for the place with the sum.
 */
static void put_order(struct program *prog, const struct sizes *sizes)
{
	int credit[SIZES_MAX] = {0};
	const int sum = (int)round_of(sizes);

	prog->nb_order = (uint16_t)sum;
	for (unsigned at = 0; at < prog->nb_order; at++) {
		unsigned most = 0;

		for (unsigned i = 0; i < sizes->count; i++) {
			credit[i] += sizes->entry[i].weight;
			if (credit[i] > credit[most])
				most = i;
		}
		credit[most] -= sum;
		prog->order[at] = (uint8_t)most;
	}
}

/* ---- Its memory ---------------------------------------------------------- */

/* What of `size` bytes comes next, or NULL while it is only counted. */
static void *piece(uint8_t *base, size_t *at, size_t size)
{
	void *p = base ? base + *at : NULL;

	*at += ALIGN_UP(size, sizeof(uint64_t));
	return p;
}

/* What the sequences of its edits need besides, into *aux. */
static size_t lay_out(struct program *prog, const struct stream *s,
		      const struct stack *st, uint8_t *base, uint64_t **aux)
{
	const size_t stack_bytes = offsetof(struct stack, header) + st->len;
	size_t at = ALIGN_UP(sizeof(*prog), sizeof(uint64_t)), room = 0;
	unsigned varying = 0, csums = 0;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		varying += s->field[i].vary.kind != VARY_CONSTANT;
		room += ALIGN_UP(sequence_room(&s->field[i].vary),
				 sizeof(uint64_t));
	}
	for (unsigned i = 0; i < st->nb; i++)
		csums += st->layer[i].csum;
	prog->variant =
		piece(base, &at, s->sizes.count * sizeof(struct variant));
	for (unsigned i = 0; i < s->sizes.count; i++) {
		uint8_t *header = piece(base, &at, st->len);

		if (base)
			prog->variant[i].header = header;
	}
	prog->order = piece(base, &at, round_of(&s->sizes));
	prog->csum = piece(base, &at, csums * sizeof(struct csum));
	prog->edit = piece(base, &at, varying * sizeof(struct field_edit));
	prog->bits = piece(base, &at,
			   (s->nb_fields - varying) * sizeof(struct bits));
	prog->stack = piece(base, &at, stack_bytes);
	*aux = piece(base, &at, room);
	prog->frame = piece(base, &at, longest_frame(&s->sizes));
	if (base)
		memcpy(prog->stack, st, stack_bytes);
	return at;
}

static int fill(struct program *prog, const struct stream *s, uint64_t *aux)
{
	int rc = put_csums(prog);

	prog->sign = s->sign;
	if (rc >= 0)
		rc = put_edits(prog, s, aux);
	if (rc < 0)
		return rc;
	put_changes(prog);
	put_plain(prog, s);
	put_variants(prog, s);
	put_order(prog, &s->sizes);
	return 0;
}

int program_new(struct program **to, const struct stream *s, struct uk_alloc *a)
{
	struct program *prog, count;
	struct stack st;
	uint64_t *aux;
	size_t size;
	int rc;

	if (stream_bad_size(s, stream_size_min(s), STREAM_SIZE_MAX))
		return -EMSGSIZE;
	rc = fields_stack(s, &st);
	if (rc < 0)
		return rc;
	size = lay_out(&count, s, &st, NULL, &aux);
	prog = uk_malloc(a, size);
	if (!prog)
		return -ENOMEM;
	memset(prog, 0, size);
	lay_out(prog, s, &st, (uint8_t *)prog, &aux);
	rc = fill(prog, s, aux);
	if (rc < 0)
		uk_free(a, prog);
	else
		*to = prog;
	return rc;
}

void program_free(struct program *prog, struct uk_alloc *a)
{
	if (prog)
		uk_free(a, prog);
}

/* ---- Frames -------------------------------------------------------------- */

void program_put(const struct program *prog, unsigned variant, uint8_t *buf)
{
	const struct variant *v = &prog->variant[variant];

	memcpy(buf, prog->frame, v->len);
	if (variant)
		memcpy(buf, v->header, prog->stack->len);
}

void program_put_longest(const struct program *prog, uint8_t *buf)
{
	unsigned longest = 0;

	for (unsigned i = 1; i < prog->nb_variants; i++)
		if (prog->variant[i].len > prog->variant[longest].len)
			longest = i;
	memcpy(buf, prog->frame, prog->variant[longest].len);
}

void program_put_variant(const struct program *prog, unsigned from, unsigned to,
			 uint8_t *buf)
{
	const size_t end = prog->variant[from].len - SIGNATURE_LEN;

	memcpy(buf, prog->variant[to].header, prog->stack->len);
	if (prog->sign)
		memcpy(buf + end, prog->frame + end, SIGNATURE_LEN);
}

uint16_t program_next(const struct program *prog, struct program_at *at,
		      uint64_t now_ns, uint8_t *buf)
{
	const unsigned variant = prog->order[at->order];
	const struct variant *v = &prog->variant[variant];

	program_put(prog, variant, buf);
	if (program_edits(prog))
		program_edit(prog, at, variant, now_ns, buf);
	program_step(prog, at);
	return v->len;
}

uint16_t program_create(const struct program *prog, struct program_at *at,
			uint64_t now_ns, uint8_t *buf)
{
	const struct signature sign = {.seq = at->frame, .time_ns = now_ns};
	const uint64_t n = at->frame;
	const uint16_t len = prog->variant[program_step(prog, at)].len;
	const unsigned headers = prog->stack->len;

	memcpy(buf + headers, prog->frame + headers, len - (size_t)headers);
	put_headers(prog, buf, len);
	for (unsigned i = 0; i < prog->nb_patches; i++) {
		const struct patch *p = &prog->patch[i];
		const uint32_t value = net32(patch_value(p, n));

		memcpy(buf + p->offset, &value, sizeof(value));
	}
	program_put_edits(prog, n, buf);
	if (prog->sign)
		signature_put(buf + len - SIGNATURE_LEN, &sign);
	put_checksums(prog, buf, len);
	return len;
}

void program_switch(const struct program *prog, const struct program *next,
		    struct program_at *at)
{
	bool same = prog->nb_variants == next->nb_variants &&
		    prog->nb_order == next->nb_order &&
		    !memcmp(prog->order, next->order, next->nb_order);

	for (unsigned i = 0; same && i < next->nb_variants; i++)
		same = prog->variant[i].len == next->variant[i].len;
	if (!same)
		at->order = 0;
	at->edits_of = NULL;
}
