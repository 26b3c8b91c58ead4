/* SPDX-License-Identifier: BSD-3-Clause */
/* Which checksums have sums alike, and which windows nobody else writes to. */
#include <uk/essentials.h>

#include "measure/signature.h"
#include "pktgen/hot.h"
#include "pktgen/program_impl.h"

/* ---- Checksums ----------------------------------------------------------- */

static bool same_bit(unsigned bits, unsigned k, unsigned o)
{
	return (bits >> k & 1) == (bits >> o & 1);
}

/* Whether both cover the same signature, edits and checksums that change. */
COLD static bool sums_alike(const struct program *prog, unsigned k, unsigned o)
{
	const struct csum *a = &prog->csum[k], *b = &prog->csum[o];
	unsigned over = 0;

	for (unsigned i = 0; i < prog->nb_csums; i++)
		over |= (unsigned)prog->csum[i].changes << i;
	for (unsigned i = 0; i < prog->nb_edits; i++)
		if (!same_bit(prog->edit[i].csums, k, o) ||
		    !same_bit(prog->edit[i].odd, k, o))
			return false;
	if (prog->sign && (a->payload != b->payload ||
			   (a->payload && (a->start ^ b->start) & 1)))
		return false;
	return !(((a->over ^ b->over) | (a->over_odd ^ b->over_odd)) & over);
}

COLD static void find_leaders(struct program *prog)
{
	prog->leads = 0;
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		struct csum *c = &prog->csum[k];

		if (!c->changes)
			continue;
		c->leader = 0;
		while (!prog->csum[c->leader].changes ||
		       !sums_alike(prog, k, c->leader))
			c->leader++;
		prog->leads |= (uint8_t)(1u << c->leader);
	}
}

/* The last edit's checksums, unless they cover others that change. */
COLD static void find_last(struct program *prog)
{
	struct field_edit *e;
	unsigned nb = 0;

	if (!prog->nb_edits || prog->sign)
		return;
	e = &prog->edit[prog->nb_edits - 1u];
	if (e->bytes > 4)
		return;
	for (unsigned k = 0; k < prog->nb_csums; k++) {
		const struct csum *c = &prog->csum[k];

		if (!c->changes)
			continue;
		for (unsigned i = 0; i < k; i++)
			if (c->over >> i & prog->csum[i].changes)
				return;
		if (nb == ARRAY_SIZE(prog->last_csum) || !(e->csums >> k & 1) ||
		    e->odd >> k & 1)
			return;
		prog->last_csum[nb++] = (uint8_t)k;
	}
	e->last = (uint8_t)nb;
}

/* ---- Windows ------------------------------------------------------------- */

/* The bits of a window at `at` that are in another of `bytes` at `from`. */
static uint64_t bits_in(const struct field_edit *e, unsigned from,
			unsigned bytes)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < e->bytes; i++)
		if (e->at + i >= from && e->at + i < from + bytes)
			bits |= 0xffull << 8 * (e->bytes - 1 - i);
	return bits;
}

/* Those that others than its edit change. */
COLD static uint64_t bits_of_others(const struct program *prog, unsigned edit)
{
	const struct field_edit *e = &prog->edit[edit];
	uint64_t bits = 0;

	for (unsigned i = 0; i < prog->nb_edits; i++) {
		const struct field_edit *o = &prog->edit[i];

		for (unsigned k = 0; i != edit && k < o->bytes; k++)
			if (o->mask >> 8 * (o->bytes - 1u - k) & 0xff)
				bits |= bits_in(e, o->at + k, 1);
	}
	for (unsigned k = 0; k < prog->nb_csums; k++)
		if (prog->csum[k].changes)
			bits |= bits_in(e, prog->csum[k].at, 2);
	if (prog->sign)
		bits |= bits_in(e, prog->variant[0].len - SIGNATURE_LEN,
				SIGNATURE_LEN);
	return bits;
}

COLD static void find_rest(struct program *prog, unsigned edit)
{
	struct field_edit *e = &prog->edit[edit];

	e->rest = 0;
	e->alone = !(bits_of_others(prog, edit) & ~e->mask);
	if (!e->alone)
		return;
	for (unsigned i = 0; i < e->bytes; i++)
		e->rest = e->rest << 8 | prog->frame[e->at + i];
	e->rest &= ~e->mask;
}

COLD void program_find_columns(struct program *prog)
{
	if (prog->grow || prog->nb_variants != 1)
		return;
	find_leaders(prog);
	for (unsigned i = 0; i < prog->nb_edits; i++)
		find_rest(prog, i);
	find_last(prog);
}
