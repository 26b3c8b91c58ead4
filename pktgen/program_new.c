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
		program_put_headers(prog, prog->frame, v->len);
		program_put_checksums(prog, prog->frame, v->len);
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
	unsigned varying = 0, csums = 0, edits = 0;

	for (unsigned i = 0; i < s->nb_fields; i++) {
		edits += fields_edits(s, i);
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
	prog->edit = piece(base, &at, edits * sizeof(struct field_edit));
	prog->bits = piece(base, &at,
			   (s->nb_fields - varying) * sizeof(struct bits));
	prog->stack = piece(base, &at, stack_bytes);
	prog->file = piece(base, &at, varying * sizeof(prog->file[0]));
	*aux = piece(base, &at, room);
	prog->frame = piece(base, &at, longest_frame(&s->sizes));
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

static int fill(struct program *prog, const struct stream *s, uint64_t *aux)
{
	int rc = program_find_csums(prog);

	prog->sign = s->sign;
	prog->sender = s->sender;
	if (rc >= 0)
		rc = program_find_edits(prog, s, aux);
	if (rc < 0)
		return rc;
	program_find_changes(prog);
	program_make_plain(prog, s);
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
