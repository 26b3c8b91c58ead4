/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What changes from one frame to the next, written into a frame of the right
 * variant. Private to pktgen/. The number of patches and whether there is a
 * signature are constants where these stand in a loop.
 */
#ifndef PKTGEN_PROGRAM_EDIT_H
#define PKTGEN_PROGRAM_EDIT_H

#include <string.h>
#include <uk/essentials.h>

#include "pktgen/program.h"
#include "pktgen/signature.h"

/*
 * The sums of what no patch changes, after patches were set. In them 0xffff
 * stands for 0: no header is all 0.
 */
void program_sum(struct program *prog);

#define EDIT_INLINE static inline __attribute__((always_inline))

/* Signatures of frames that are sent at one time, one after another. */
struct edit_sign {
	uint64_t head, time; /* as they lie in the frame */
	/* Sum of both; and where they begin at an odd offset. */
	uint32_t sum, odd_sum;
};

/* What a variant's frames have in common: a copy stays in registers. */
struct edit {
	uint32_t udp_sum, ip_sum;
	size_t udp_csum, ip_csum;
	size_t sign_at;
	bool odd; /* so is sign_at */
};

/* RFC 1071: the sum of 16-bit words, `sum` being one of up to 2^31. */
EDIT_INLINE uint32_t edit_fold(uint32_t sum)
{
	return (sum + (sum << 16 | sum >> 16)) >> 16;
}

/*
 * The complement of a sum. 0 would mean that there is none (RFC 768): it is
 * that of 0xffff, which one more and one less turns into 0.
 */
EDIT_INLINE uint16_t edit_udp_csum(uint32_t sum)
{
	return (uint16_t)-edit_fold(sum + 1);
}

EDIT_INLINE uint32_t edit_sum64(uint64_t v)
{
	return edit_fold((uint16_t)v + (uint32_t)(uint16_t)(v >> 16) +
			 (uint16_t)(v >> 32) + (uint16_t)(v >> 48));
}

/* For frame `n` and those behind it up to the next multiple of 65,536. */
EDIT_INLINE void edit_sign_begin(struct edit_sign *s, uint64_t n,
				 uint64_t now_ns)
{
	uint32_t sum;

	s->head = __builtin_bswap64((uint64_t)SIGNATURE_MAGIC << 48 |
				    (n & SIGNATURE_SEQ_MASK) >> 16);
	s->time = __builtin_bswap64(now_ns);
	sum = edit_fold(edit_sum64(s->head) + edit_sum64(s->time));
	s->sum = sum;
	/* RFC 1071, 2(B). */
	s->odd_sum = __builtin_bswap16((uint16_t)sum);
}

/* Writes the signature of frame `n` at `p`; returns its sum. */
EDIT_INLINE uint32_t edit_sign(struct edit_sign *s, uint64_t n, bool odd,
			       uint8_t *p)
{
	const uint16_t low = __builtin_bswap16((uint16_t)n);

	if (__builtin_expect(!(uint16_t)n, 0))
		edit_sign_begin(s, n, __builtin_bswap64(s->time));
	memcpy(p, &s->head, sizeof(s->head));
	memcpy(p + 8, &low, sizeof(low));
	memcpy(p + 10, &s->time, sizeof(s->time));
	return odd ? s->odd_sum + (uint16_t)n : s->sum + low;
}

/* What frame `n` has in the place of p->from. */
EDIT_INLINE uint32_t patch_value(const struct patch *p, uint64_t n)
{
	uint32_t v = p->from;

	switch (p->op) {
	case PATCH_INC:
		v += (uint32_t)n * p->step;
		break;
	}
	return (p->from & ~p->mask) | (v & p->mask);
}

EDIT_INLINE struct edit edit_of(const struct program *prog,
				const struct variant *v)
{
	return (struct edit){
		.udp_sum = v->udp_sum,
		.ip_sum = v->ip_sum,
		.udp_csum = prog->udp_csum,
		.ip_csum = prog->ip_csum,
		.sign_at = v->len - SIGNATURE_LEN,
		.odd = v->len & 1,
	};
}

/* Makes a frame of the variant that `e` is of frame `n`. */
EDIT_INLINE void program_edit(const struct edit *e, const struct patch *patch,
			      const unsigned nb_patches, const bool sign,
			      struct edit_sign *s, uint64_t n, uint8_t *buf)
{
	uint32_t udp = e->udp_sum, ip = e->ip_sum;
	uint16_t csum;

	for (unsigned i = 0; i < nb_patches; i++) {
		const struct patch *p = &patch[i];
		const uint32_t value = __builtin_bswap32(patch_value(p, n));
		const uint32_t sum = (uint16_t)value + (value >> 16);

		memcpy(buf + p->offset, &value, sizeof(value));
		udp += sum;
		ip += p->in_ip ? sum : 0;
	}
	if (sign)
		udp += edit_sign(s, n, e->odd, buf + e->sign_at);
	csum = edit_udp_csum(udp);
	memcpy(buf + e->udp_csum, &csum, sizeof(csum));
	if (nb_patches && e->ip_csum) {
		csum = (uint16_t)~edit_fold(ip);
		memcpy(buf + e->ip_csum, &csum, sizeof(csum));
	}
}

/*
 * Frames that are only signed, one after another: from one to the next the
 * sequence number grows by one and the checksum (RFC 1624) shrinks by one.
 */
struct edit_run {
	uint64_t head, time; /* as they lie in the frame */
	/* Checksum << 16 | lower bits of the sequence number. */
	uint32_t count;
};

/* From frame `n` on; returns for how many frames, 1..max. */
EDIT_INLINE unsigned edit_run_begin(struct edit_run *r, const struct edit *e,
				    uint64_t n, unsigned max, uint64_t now_ns)
{
	const uint16_t seq = (uint16_t)n;
	struct edit_sign s;
	uint16_t csum;

	edit_sign_begin(&s, n, now_ns);
	csum = edit_udp_csum(e->udp_sum + s.sum + __builtin_bswap16(seq));
	csum = __builtin_bswap16(csum);
	*r = (struct edit_run){s.head, s.time, (uint32_t)csum << 16 | seq};
	/* Neither goes round: the checksum is never 0. */
	return MIN(max, MIN(csum, UINT16_MAX + 1u - seq));
}

/* The next of them, of an even length, but for the head. */
EDIT_INLINE void edit_run_next(struct edit_run *r, const struct edit *e,
			       uint8_t *buf)
{
	const uint32_t count = __builtin_bswap32(r->count);
	const uint16_t csum = (uint16_t)count, seq = (uint16_t)(count >> 16);

	memcpy(buf + e->sign_at + 8, &seq, sizeof(seq));
	memcpy(buf + e->sign_at + 10, &r->time, sizeof(r->time));
	memcpy(buf + e->udp_csum, &csum, sizeof(csum));
	r->count += 1 - (1u << 16);
}

#endif /* PKTGEN_PROGRAM_EDIT_H */
