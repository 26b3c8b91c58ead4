/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of a program that grows, in a pool's slots. */
#include "pktgen/frames_impl.h"
#include "pktgen/program_edit.h"
#include "stats/wide.h"

#ifdef PORT_SHARED

/* What lean frames have in common: a copy stays in registers. */
struct lean {
	size_t length_at[2], csum_at[2];
	unsigned length[2]; /* of a frame of no bytes, as are the sums */
	uint32_t sum[2], times[2];
};

static struct lean lean_of(const struct program *prog)
{
	const struct variant *v = prog->variant;
	struct lean l;

	for (unsigned i = 0; i < 2; i++) {
		l.length_at[i] = v->word[i].at;
		l.length[i] = v->word[i].value - (unsigned)v->len;
		l.csum_at[i] = prog->csum_at[i];
		l.times[i] = v->times[i];
		l.sum[i] = v->sum[i] - (uint32_t)v->times[i] * v->len;
	}
	return l;
}

/* What changes with the length; `payload` is the sum of what differs else. */
EDIT_INLINE void put_lean(const struct lean *l, const bool header,
			  uint32_t payload, unsigned len, uint8_t *buf)
{
	uint16_t put = net16((uint16_t)(l->length[0] + len));

	memcpy(buf + l->length_at[0], &put, sizeof(put));
	put = net16((uint16_t)(l->length[1] + len));
	memcpy(buf + l->length_at[1], &put, sizeof(put));
	payload += l->sum[CSUM_PAYLOAD] + l->times[CSUM_PAYLOAD] * len;
	put = csum_end_not_zero(payload);
	memcpy(buf + l->csum_at[CSUM_PAYLOAD], &put, sizeof(put));
	if (!header)
		return;
	put = csum_end(l->sum[CSUM_HEADER] + l->times[CSUM_HEADER] * len);
	memcpy(buf + l->csum_at[CSUM_HEADER], &put, sizeof(put));
}

/* As sequence_next() has it; what is next to the size `there`. */
EDIT_INLINE unsigned count_lean(struct sequence_state *now, uint64_t count,
				unsigned there, unsigned first, unsigned step)
{
	now->value++;
	if (likely(--now->at))
		return there + step;
	now->value = 0;
	now->at = count;
	return first;
}

/* The frame that was there had its signature elsewhere. */
EDIT_INLINE uint32_t sign_lean(struct edit_sign *s, uint64_t n,
			       const uint8_t *frame, struct uk_netbuf *nb,
			       unsigned len)
{
	const size_t had = nb->len - (size_t)SIGNATURE_LEN;
	uint8_t *const buf = nb->data;

	memcpy(buf + had, frame + had, SIGNATURE_LEN);
	return edit_sign(s, n, len & 1, buf + len - SIGNATURE_LEN);
}

/*
 * UDP in IP in which nothing varies, of sizes from one end to the other, or
 * random: these are stepped here, the others where they are.
 */
static NOINLINE unsigned make_lean(struct frames *f, const struct program *prog,
				   struct program_at *at, unsigned n,
				   uint64_t stamp)
{
	struct uk_netbuf *const *const slot =
		f->room->slot + f->room->next_slot;
	struct uk_netbuf *const *const end = slot + n, *const *next = slot;
	const struct lean l = lean_of(prog);
	const struct grow *const g = prog->grow;
	const uint16_t *const sum = g->sum;
	const uint8_t *const frame = prog->frame;
	const unsigned first = g->first, step = (unsigned)g->step;
	const bool counts = !g->nb_mixed && g->index.kind == SEQUENCE_RANGE;
	const bool draws = !g->nb_mixed && g->index.kind == SEQUENCE_RANDOM;
	const bool sign = prog->sign, header = prog->nb_csums > CSUM_HEADER;
	const uint64_t count = g->index.count, from = at->frame;
	void *const tagged = frames_tag(f, 0);
	struct sequence_state now;
	struct edit_sign s;
	uint64_t bytes = 0;
	unsigned there;

	program_seek_sizes(prog, at);
	now = at->size;
	there = first + (unsigned)now.value * step;
	edit_sign_begin(&s, prog->sender, from, stamp);
	for (; next < end && likely((*next)->refcount == 1); next++) {
		struct uk_netbuf *const nb = *next;
		uint8_t *const buf = nb->data;
		unsigned index = (unsigned)now.value, len = there;
		uint32_t payload;

		if (unlikely(nb->priv != tagged))
			frames_fill(f, prog, nb, 0);
		nb->refcount = 2;
		if (likely(counts)) {
			there = count_lean(&now, count, there, first, step);
		} else if (draws) {
			now.value =
				(uint64_t)((wide)sequence_draw(&now) * count >>
					   64);
			len = first + index * step;
		} else {
			index = program_grown(prog, at);
			len = program_grown_len(prog, index);
			program_step_grown(prog, at);
		}
		payload = sum[index];
		if (sign)
			payload += sign_lean(&s, from + (next - slot), frame,
					     nb, len);
		put_lean(&l, header, payload, len, buf);
		nb->len = (uint16_t)len;
		bytes += len;
	}
	n = (unsigned)(next - slot);
	if (counts || draws) {
		at->size = now;
		at->frame += n;
		at->sized = at->frame;
	}
	f->out->bytes = bytes + (uint64_t)n * ETH_FCS_LEN;
	return n;
}

/* Any other. */
static NOINLINE unsigned make_any(struct frames *f, const struct program *prog,
				  struct program_at *at, unsigned n,
				  uint64_t stamp)
{
	struct uk_netbuf *const *const slot =
		f->room->slot + f->room->next_slot;
	void *const tagged = frames_tag(f, 0);
	uint64_t bytes = 0;
	unsigned i;

	for (i = 0; i < n && likely(slot[i]->refcount == 1); i++) {
		struct uk_netbuf *const nb = slot[i];

		if (unlikely(nb->priv != tagged))
			frames_fill(f, prog, nb, 0);
		nb->refcount = 2;
		nb->len = program_regrow(prog, at, stamp, nb->data, nb->len);
		bytes += nb->len;
	}
	f->out->bytes = bytes + (uint64_t)i * ETH_FCS_LEN;
	return i;
}

unsigned frames_make_grown(struct frames *f, const struct program *prog,
			   struct program_at *at, unsigned n, uint64_t stamp)
{
	f->out->len = 0;
	return prog->grow->lean ? make_lean(f, prog, at, n, stamp)
				: make_any(f, prog, at, n, stamp);
}

#endif /* PORT_SHARED */
