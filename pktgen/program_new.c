/* SPDX-License-Identifier: BSD-3-Clause */
/* A stream is compiled to a program. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/fields.h"
#include "pktgen/play.h"
#include "pktgen/program_edit.h"
#include "pktgen/program_impl.h"

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

/* ---- The template and its sums ------------------------------------------ */

/* All that changes is 0, so that no sum has it. */
static void clear_changes(const struct program *prog, unsigned len,
			  uint8_t *frame)
{
	program_clear_edits(prog, frame);
	if (prog->sign)
		memset(frame + len - SIGNATURE_LEN, 0, SIGNATURE_LEN);
}

/* The sums of what stays. */
static void put_sums(struct program *prog, struct variant *v)
{
	program_put_headers(prog, prog->frame, v->len);
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

static void find_variants(struct program *prog, const struct sizes_plan *plan)
{
	prog->nb_variants = plan->nb;
	prog->longest = plan->longest;
	for (unsigned i = 0; i < plan->nb; i++) {
		struct variant *v = &prog->variant[i];

		v->len = plan->len[i];
		v->end = (uint16_t)stack_end(prog->stack, v->len);
	}
}

/* Each variant is compiled in the template and its headers kept. */
static void put_variants(struct program *prog, const struct stream *s)
{
	const unsigned headers = prog->stack->len;

	if (!prog->grow)
		put_payload(s, prog->stack, 0, prog->longest - (size_t)headers,
			    prog->frame + headers);
	/* The first one last: its headers stay in the template. */
	for (unsigned i = prog->nb_variants; i-- > 0;) {
		struct variant *v = &prog->variant[i];
		const size_t sign_at = v->len - (size_t)SIGNATURE_LEN;

		put_sums(prog, v);
		if (prog->sign && !prog->grow)
			put_payload(s, prog->stack, sign_at - headers,
				    SIGNATURE_LEN, prog->frame + sign_at);
		program_put_headers(prog, prog->frame, v->len);
		program_put_checksums(prog, prog->frame, v->len);
		memcpy(v->header, prog->frame, headers);
	}
	if (!prog->grow)
		return;
	put_payload(s, prog->stack, 0, prog->longest - (size_t)headers,
		    prog->frame + headers);
	program_clear_edits(prog, prog->frame);
	program_put_bits(prog, true, prog->frame);
	program_grow_end(prog);
	program_put_headers(prog, prog->frame, prog->variant[0].len);
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
		      const struct stack *st, const struct sizes_plan *plan,
		      uint8_t *base, uint64_t **aux)
{
	const size_t stack_bytes = offsetof(struct stack, header) + st->len;
	size_t at = ALIGN_UP(sizeof(*prog), sizeof(uint64_t)), room = 0;
	unsigned varying = 0, csums = 0, edits = 0;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		edits += fields_edits(s, i);
		varying += s->field[i].vary.kind != VARY_CONSTANT;
		room += ALIGN_UP(sequence_room(&s->field[i].vary),
				 sizeof(uint64_t));
	}
	for (unsigned i = 0; i < st->nb; i++)
		csums += st->layer[i].csum;
	prog->variant = piece(base, &at, plan->nb * sizeof(struct variant));
	for (unsigned i = 0; i < plan->nb; i++) {
		uint8_t *header = piece(base, &at, st->len);
		struct length_word *word = NULL;

		if (plan->grows)
			word = piece(base, &at, st->nb * sizeof(*word));
		if (base)
			prog->variant[i].header = header;
		if (base)
			prog->variant[i].word = word;
	}
	prog->order = piece(base, &at, plan->grows ? 0 : plan->round);
	prog->grow = NULL;
	if (plan->grows) {
		struct grow *grow = piece(base, &at, sizeof(*grow));
		uint16_t *sum = piece(base, &at, plan->nb_sizes * sizeof(*sum));

		prog->grow = grow;
		if (base)
			grow->sum = sum;
	}
	prog->csum = piece(base, &at, csums * sizeof(struct csum));
	prog->edit = piece(base, &at, edits * sizeof(struct field_edit));
	prog->bits = piece(base, &at,
			   (s->nb_fields - varying) * sizeof(struct bits));
	prog->stack = piece(base, &at, stack_bytes);
	prog->file = piece(base, &at, varying * sizeof(prog->file[0]));
	*aux = piece(base, &at, room);
	prog->frame = piece(base, &at, plan->longest);
	if (base)
		memcpy(prog->stack, st, stack_bytes);
	return at;
}

void program_hold_files(struct program *prog, const struct stream *s)
{
	for (unsigned i = 0; i < s->nb_fields; i++) {
		struct vary_file *f = vary_file_of(&s->field[i].vary, &s->pool);

		if (!f)
			continue;
		f->users++;
		prog->file[prog->nb_files++] = f;
	}
}

static int fill(struct program *prog, const struct stream *s,
		const struct sizes_plan *plan, uint64_t *aux)
{
	int rc = program_find_csums(prog);

	if (rc < 0)
		return rc;
	prog->sign = s->sign;
	prog->sender = s->sender;
	find_variants(prog, plan);
	if (prog->grow)
		program_grow_begin(prog, s, plan);
	rc = program_find_edits(prog, s, aux);
	if (rc < 0)
		return rc;
	program_find_changes(prog);
	program_make_plain(prog, s);
	put_variants(prog, s);
	prog->nb_order = plan->round;
	if (!prog->grow)
		program_put_order(prog, s, plan);
	program_find_columns(prog);
	return 0;
}

int program_new(struct program **to, const struct stream *s, struct uk_alloc *a)
{
	struct program *prog, count;
	struct sizes_plan plan;
	struct stack st;
	uint64_t *aux;
	size_t size;
	int rc;

	if (fields_stack(s, &st) < 0 ||
	    stream_bad_size(s, stream_size_min_of(s, &st), STREAM_SIZE_MAX))
		return -EMSGSIZE;
	rc = program_plan(&plan, s, &st);
	if (rc < 0)
		return rc;
	size = lay_out(&count, s, &st, &plan, NULL, &aux);
	prog = uk_malloc(a, size);
	if (!prog)
		return -ENOMEM;
	memset(prog, 0, size);
	lay_out(prog, s, &st, &plan, (uint8_t *)prog, &aux);
	rc = fill(prog, s, &plan, aux);
	if (rc < 0)
		uk_free(a, prog);
	else
		program_hold_files(*to = prog, s);
	return rc;
}

void program_free(struct program *prog, struct uk_alloc *a)
{
	if (!prog)
		return;
	if (PLAYS(prog))
		played_put((struct played *)play_of(prog));
	for (unsigned i = 0; i < prog->nb_files; i++)
		prog->file[i]->users--;
	uk_free(a, prog);
}
