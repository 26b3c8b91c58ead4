/* SPDX-License-Identifier: BSD-3-Clause */
#include "pktgen/program.h"

#include <errno.h>
#include <string.h>

#include "pktgen/program_edit.h"

/* Payload bytes count up from 0, so that a shifted frame shows. */
static void put_payload(uint8_t *payload, size_t len)
{
	for (size_t i = 0; i < len; i++)
		payload[i] = (uint8_t)i;
}

/*
 * Where a variant's signature goes: zeros, so that no sum has it, or payload.
 */
static void put_signature_room(struct program *prog, const struct variant *v,
			       bool zero)
{
	const unsigned end = v->len;

	for (unsigned i = end - SIGNATURE_LEN; prog->sign && i < end; i++)
		prog->frame[i] = zero ? 0 : (uint8_t)(i - prog->stack.len);
}

/* All else of a frame of `len` bytes being there already, from inside out. */
static void put_checksums(const struct stack *st, uint8_t *frame, size_t len)
{
	for (unsigned i = st->nb; i-- > 0;)
		if (st->layer[i].proto->has_csum)
			stack_put_csum(st, i, frame, len);
}

/* Each size is compiled in the template and its headers kept. */
static void put_variants(struct program *prog, const struct sizes *sizes)
{
	const struct stack *st = &prog->stack;
	size_t longest = 0;

	prog->nb_variants = sizes->count;
	for (unsigned i = 0; i < sizes->count; i++) {
		prog->variant[i].len =
			(uint16_t)(sizes->entry[i].size - ETH_FCS_LEN);
		if (prog->variant[i].len > longest)
			longest = prog->variant[i].len;
	}
	put_payload(prog->frame + st->len, longest - st->len);
	/* The first one last: its headers stay in the template. */
	for (unsigned i = sizes->count; i-- > 0;) {
		struct variant *v = &prog->variant[i];

		put_signature_room(prog, v, true);
		stack_put(st, prog->frame, v->len);
		put_checksums(st, prog->frame, v->len);
		put_signature_room(prog, v, false);
		memcpy(v->header, prog->frame, st->len);
	}
}

/*
 * Spreads the sizes evenly over a round: at each place every one gains its
 * weight, and the one that has most pays for the place with the sum.
 */
static void put_order(struct program *prog, const struct sizes *sizes)
{
	int credit[SIZES_MAX] = {0};
	int sum = 0;

	for (unsigned i = 0; i < sizes->count; i++)
		sum += sizes->entry[i].weight;
	prog->nb_order = sizes->count > 1 ? (unsigned)sum : 1;
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

/* The checksums, from inside out. */
static void put_csums(struct program *prog, unsigned layer[PROGRAM_CSUMS_MAX])
{
	const struct stack *st = &prog->stack;

	prog->nb_csums = 0;
	for (unsigned i = st->nb; i-- > 0;) {
		if (!st->layer[i].proto->has_csum)
			continue;
		layer[prog->nb_csums] = i;
		prog->csum_at[prog->nb_csums++] =
			(uint16_t)(st->layer[i].at +
				   st->layer[i].proto->csum_at);
	}
}

/* Counts up the last 32 bits of a field, those that the mask has. */
static void add_patch(struct program *prog, unsigned layer, unsigned field,
		      uint32_t mask, const unsigned csum_layer[])
{
	const struct stack *st = &prog->stack;
	const unsigned bits = st->layer[layer].proto->field[field].bits;
	const unsigned at = stack_field_at(st, layer, field) + bits / 8 -
			    (unsigned)sizeof(uint32_t);
	struct patch *p = &prog->patch[prog->nb_patches++];
	uint32_t from;

	memcpy(&from, st->header + at, sizeof(from));
	*p = (struct patch){
		.op = PATCH_INC,
		.offset = (uint16_t)at,
		.mask = mask,
		.from = net32(from),
		.step = 1,
	};
	for (unsigned i = 0; i < prog->nb_csums; i++)
		if (stack_covers(st, csum_layer[i], layer, field))
			p->csums |= (uint8_t)(1u << i);
}

static void put_patches(struct program *prog, const struct stream *s)
{
	const struct stream_family *ip = stream_family(s);
	const struct {
		const struct endpoint *end;
		unsigned field;
	} addresses[] = {{&s->src, ip->src}, {&s->dst, ip->dst}};
	unsigned csum_layer[PROGRAM_CSUMS_MAX];

	put_csums(prog, csum_layer);
	prog->nb_patches = 0;
	for (unsigned i = 0; i < ARRAY_SIZE(addresses); i++) {
		const unsigned prefix =
			((const uint8_t *)addresses[i].end)[ip->prefix];
		const unsigned low =
			ip->proto->field[addresses[i].field].bits - prefix;

		if (low)
			add_patch(prog, STREAM_IP, addresses[i].field,
				  UINT32_MAX >> (32 - low), csum_layer);
	}
}

void program_sum(struct program *prog)
{
	uint32_t out[PROGRAM_CSUMS_MAX] = {0};

	for (unsigned i = 0; i < prog->nb_patches; i++)
		for (unsigned k = 0; k < prog->nb_csums; k++)
			if (prog->patch[i].csums >> k & 1)
				out[k] += csum_of32(net32(prog->patch[i].from));
	for (unsigned i = 0; i < prog->nb_variants; i++) {
		struct variant *v = &prog->variant[i];

		for (unsigned k = 0; k < prog->nb_csums; k++) {
			uint16_t csum;

			memcpy(&csum, v->header + prog->csum_at[k],
			       sizeof(csum));
			v->sum[k] = csum_without(csum, csum_fold(out[k]));
		}
	}
}

int program_compile(struct program *prog, const struct stream *s)
{
	if (stream_bad_size(s, stream_size_min(s), STREAM_SIZE_MAX))
		return -EMSGSIZE;
	prog->sign = s->sign;
	stream_stack(s, &prog->stack);
	put_variants(prog, &s->sizes);
	put_order(prog, &s->sizes);
	put_patches(prog, s);
	program_sum(prog);
	return 0;
}

int program_new(struct program **to, const struct stream *s, struct uk_alloc *a)
{
	size_t longest = 0;
	struct program *prog;
	int rc;

	/* The frame stands last, and no more of it is written. */
	for (unsigned i = 0; i < s->sizes.count; i++)
		longest = MAX(longest, (size_t)s->sizes.entry[i].size);
	if (longest > STREAM_SIZE_MAX)
		return -EMSGSIZE;
	prog = uk_malloc(a, offsetof(struct program, frame) + longest);

	if (!prog)
		return -ENOMEM;
	rc = program_compile(prog, s);
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

void program_put(const struct program *prog, unsigned variant, uint8_t *buf)
{
	const struct variant *v = &prog->variant[variant];

	memcpy(buf, prog->frame, v->len);
	if (variant)
		memcpy(buf, v->header, prog->stack.len);
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

	memcpy(buf, prog->variant[to].header, prog->stack.len);
	if (prog->sign)
		memcpy(buf + end, prog->frame + end, SIGNATURE_LEN);
}

uint16_t program_next(const struct program *prog, struct program_at *at,
		      uint64_t now_ns, uint8_t *buf)
{
	const uint64_t n = at->frame;
	const unsigned variant = program_step(prog, at);
	const struct variant *v = &prog->variant[variant];
	const struct edit e = edit_of(prog, v);
	struct edit_sign sign;

	program_put(prog, variant, buf);
	if (prog->sign)
		edit_sign_begin(&sign, n, now_ns);
	if (program_edits(prog))
		program_edit(&e, prog->patch, prog->nb_patches, prog->sign,
			     &sign, n, buf);
	return v->len;
}

uint16_t program_create(const struct program *prog, struct program_at *at,
			uint64_t now_ns, uint8_t *buf)
{
	const struct signature sign = {.seq = at->frame, .time_ns = now_ns};
	const uint64_t n = at->frame;
	const uint16_t len = prog->variant[program_step(prog, at)].len;

	put_payload(buf + prog->stack.len, len - (size_t)prog->stack.len);
	stack_put(&prog->stack, buf, len);
	for (unsigned i = 0; i < prog->nb_patches; i++) {
		const struct patch *p = &prog->patch[i];
		const uint32_t value = net32(patch_value(p, n));

		memcpy(buf + p->offset, &value, sizeof(value));
	}
	if (prog->sign)
		signature_put(buf + len - SIGNATURE_LEN, &sign);
	put_checksums(&prog->stack, buf, len);
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
}
