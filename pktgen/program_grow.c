/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Programs of many sizes, which have no headers for each. The lengths in the
 * headers are all the frame's own less a constant; what a checksum covers of
 * the payload is what stands before the frame's end, less what stands before
 * the payload. So a frame of any length follows from the template, few words
 * and a table of sums. Where a header goes over to another way of saying a
 * length, as 802.3 does beyond 1500 bytes, another variant begins.
 */
#include <string.h>
#include <uk/essentials.h>

#include "pktgen/program_edit.h"
#include "pktgen/program_impl.h"

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* Whether bits of a header can be a length, and the window that ends there. */
static bool may_grow(const struct stack *st, unsigned layer, unsigned field,
		     unsigned *window)
{
	const struct stack_layer *l = &st->layer[layer];
	const struct proto_field *f = &l->proto->field[field];
	const unsigned end = stack_field_at(st, layer, field) + f->bits;

	*window = end / 8 - 2;
	return f->follows && f->bits <= 16 && !(end & 7) &&
	       !(l->set >> field & 1) &&
	       (!f->part || l->parts >> (f->part - 1) & 1);
}

/*
 * Whether frames of `to` bytes have the same headers as those of `from` but for
 * lengths that have grown by as much as the frame, which are put in *v.
 */
static bool grows_alike(const struct stack *st, unsigned from, unsigned to,
			struct variant *v)
{
	const unsigned more =
		(unsigned)(stack_end(st, to) - stack_end(st, from));
	uint8_t is[STACK_BYTES_MAX], becomes[STACK_BYTES_MAX];
	unsigned window;

	stack_put(st, is, from);
	stack_put(st, becomes, to);
	v->nb_words = 0;
	for (unsigned i = 0; i < st->nb; i++) {
		const struct proto_field *f = st->layer[i].proto->field;

		for (unsigned k = 0; f[k].name; k++) {
			if (!may_grow(st, i, k, &window) || !more ||
			    get16(becomes + window) - get16(is + window) !=
				    more ||
			    v->nb_words == st->nb)
				continue;
			v->word[v->nb_words++] = (struct length_word){
				(uint16_t)window, (uint16_t)get16(is + window),
				(uint8_t)i, (uint8_t)k};
			memcpy(is + window, becomes + window, 2);
		}
	}
	return !memcmp(is, becomes, st->len);
}

unsigned program_stretch(const struct stack *st, unsigned from, unsigned to,
			 struct variant *v)
{
	unsigned good = from;

	while (good < to) {
		const unsigned mid = good + (to - good + 1) / 2;

		if (grows_alike(st, from, to, v))
			return to;
		if (grows_alike(st, from, mid, v))
			good = mid;
		else
			to = mid - 1;
	}
	grows_alike(st, from, good, v);
	return good;
}

/* How much the sums gain for a byte: 1 in a word, 256 where it is swapped. */
static void put_times(const struct program *prog, struct variant *v)
{
	for (unsigned k = 0; k < prog->nb_csums; k++)
		if (stack_has_pseudo(prog->stack, prog->csum[k].layer))
			v->times[k] = 256;
	for (unsigned i = 0; i < v->nb_words; i++) {
		const struct length_word *w = &v->word[i];
		const struct stream_field of = {.layer = w->layer,
						.field = w->field};
		struct field_edit e = {.at = w->at};

		program_put_cover(prog, &of, 0, 0, &e);
		for (unsigned k = 0; k < prog->nb_csums; k++)
			if (e.csums >> k & 1)
				v->times[k] += e.odd >> k & 1 ? 1 : 256;
	}
}

void program_grow_begin(struct program *prog, const struct stream *s,
			const struct sizes_plan *plan)
{
	for (unsigned i = 0; i < plan->nb; i++) {
		struct variant *v = &prog->variant[i];

		v->last = plan->last[i];
		program_stretch(prog->stack, v->len, v->last, v);
		put_times(prog, v);
	}
	program_put_grown(prog, s, plan);
}

/* The sum of the template's payload up to somewhere. */
struct so_far {
	unsigned end; /* even */
	uint32_t sum;
};

/* The first byte of it may be the second of a word. */
static struct so_far begin(const struct program *prog)
{
	const unsigned from = prog->stack->len;
	struct so_far f = {.end = from};

	if (from & 1 && from < prog->longest) {
		const uint8_t word[2] = {0, prog->frame[from]};

		f.sum = csum_add(0, word, sizeof(word));
		f.end++;
	}
	return f;
}

/* What of the payload a frame of `len` bytes has before its signature. */
static uint32_t sum_up(const struct program *prog, struct so_far *f,
		       unsigned len)
{
	unsigned end = (unsigned)stack_end(prog->stack, len), even;

	if (prog->sign)
		end = MIN(end, len - SIGNATURE_LEN);
	if (end <= prog->stack->len)
		return 0;
	even = end & ~1u;
	if (even < f->end)
		*f = begin(prog);
	f->sum = csum_fold(
		csum_add(f->sum, prog->frame + f->end, even - f->end));
	f->end = even;
	return csum_fold(csum_add(f->sum, prog->frame + even, end - even));
}

void program_grow_end(struct program *prog)
{
	const struct grow *g = prog->grow;
	const unsigned n = g->nb_mixed ? g->nb_mixed : (unsigned)g->index.count;
	struct so_far so_far = begin(prog);

	for (unsigned i = 0; i < n; i++) {
		const unsigned index = g->step < 0 ? n - 1 - i : i;

		g->sum[index] = (uint16_t)sum_up(
			prog, &so_far, program_grown_len(prog, index));
	}
}

bool program_grows_at(const struct program *prog, unsigned at, unsigned bits)
{
	for (unsigned i = 0; prog->grow && i < prog->nb_variants; i++)
		for (unsigned k = 0; k < prog->variant[i].nb_words; k++) {
			const unsigned word = prog->variant[i].word[k].at * 8u;

			if (at < word + 16 && word < at + bits)
				return true;
		}
	return false;
}
