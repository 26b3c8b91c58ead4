/* SPDX-License-Identifier: BSD-3-Clause */
/* Headers of a frame that was recorded are found, and fields of them set. */
#include <string.h>
#include <uk/essentials.h>

#include "capture/copy.h"
#include "net/csum.h"
#include "pktgen/hot.h"
#include "pktgen/play_impl.h"

/* ---- Found --------------------------------------------------------------- */

static inline unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* What IP carries begins at `at`. */
static void find_top(unsigned proto, unsigned at, unsigned len,
		     struct play_places *p)
{
	static const struct {
		uint8_t proto, layer, least;
	} tops[] = {
		{6, PLAY_TCP, 20},
		{IP_PROTO_UDP, PLAY_UDP, 8},
		{1, PLAY_ICMP, 8},
		{58, PLAY_ICMPV6, 8},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(tops); i++) {
		if (tops[i].proto != proto || at + tops[i].least > len)
			continue;
		p->at[tops[i].layer] = (uint16_t)at;
		p->top = tops[i].layer;
		p->pseudo = p->top != PLAY_ICMP;
		return;
	}
}

static void find_ipv4(const uint8_t *frame, unsigned at, unsigned len,
		      struct play_places *p)
{
	const uint8_t *h = frame + at;
	unsigned header;

	if (len - at < 20 || h[0] >> 4 != 4)
		return;
	header = (h[0] & 15u) * 4;
	if (header < 20 || header > len - at)
		return;
	p->at[PLAY_IPV4] = p->ip = (uint16_t)at;
	p->ip_layer = PLAY_IPV4;
	p->ip_len = (uint8_t)header;
	p->end = (uint16_t)MIN(len, at + get16(h + 2));
	p->part = get16(h + 6) & 0x3fff;
	if (!(get16(h + 6) & 0x1fff))
		find_top(h[9], at + header, len, p);
}

static void find_ipv6(const uint8_t *frame, unsigned at, unsigned len,
		      struct play_places *p)
{
	const uint8_t *h = frame + at;
	unsigned next;

	if (len - at < 40 || h[0] >> 4 != 6)
		return;
	p->at[PLAY_IPV6] = p->ip = (uint16_t)at;
	p->ip_layer = PLAY_IPV6;
	p->end = (uint16_t)MIN(len, at + 40 + get16(h + 4));
	next = h[6];
	at += 40;
	/* Hop-by-hop and destination options, routing; a fragment's. */
	while ((next == 0 || next == 43 || next == 60 || next == 44) &&
	       len >= at + 8) {
		const bool fragment = next == 44;

		next = frame[at];
		if (fragment) {
			p->part |= (get16(frame + at + 2) & 0xfff9) != 0;
			if (get16(frame + at + 2) & 0xfff8)
				return;
			at += 8;
		} else {
			at += (frame[at + 1] + 1u) * 8;
		}
	}
	find_top(next, at, len, p);
}

static bool is_tag(unsigned type)
{
	return type == ETH_TYPE_VLAN || type == ETH_TYPE_QINQ ||
	       type == ETH_TYPE_VLAN_9100;
}

void play_find(const uint8_t *frame, unsigned len, struct play_places *p)
{
	unsigned at = ETH_HLEN, layer = PLAY_VLAN;
	unsigned type = get16(frame + at - 2);

	*p = (struct play_places){.ip_layer = PLAY_LAYERS, .top = PLAY_LAYERS};
	while (is_tag(type) && len >= at + PORT_VLAN_TAG_LEN) {
		if (layer <= PLAY_VLAN_2)
			p->at[layer++] = (uint16_t)at;
		type = get16(frame + at + 2);
		at += PORT_VLAN_TAG_LEN;
	}
	if (type == ETH_TYPE_IPV4)
		find_ipv4(frame, at, len, p);
	else if (type == ETH_TYPE_IPV6)
		find_ipv6(frame, at, len, p);
	else if (type == 0x0806 && len >= at + 28)
		p->at[PLAY_ARP] = (uint16_t)at;
}

/* ---- Checksums ----------------------------------------------------------- */

/* Where the checksum of what IP carries is, from its start. */
static const uint8_t top_csum[PLAY_LAYERS] = {
	[PLAY_ICMP] = 2,
	[PLAY_ICMPV6] = 2,
	[PLAY_UDP] = 6,
	[PLAY_TCP] = 16,
};

static uint8_t *csum_of_top(uint8_t *frame, const struct play_places *p)
{
	return frame + p->at[p->top] + top_csum[p->top];
}

/* RFC 1624: `more` is the new sum and the old one's complement. */
static void adjust(uint8_t *at, uint32_t more, bool not_zero)
{
	uint16_t csum;

	memcpy(&csum, at, sizeof(csum));
	if (not_zero && !csum)
		return;
	more += (uint16_t)~csum;
	csum = not_zero ? csum_end_not_zero(more) : csum_end(more);
	memcpy(at, &csum, sizeof(csum));
}

static void make_ip(uint8_t *frame, const struct play_places *p)
{
	uint8_t *const h = frame + p->at[PLAY_IPV4];
	uint16_t csum;

	memset(h + 10, 0, 2);
	csum = csum_end(csum_add(0, h, p->ip_len));
	memcpy(h + 10, &csum, sizeof(csum));
}

static void make_top(uint8_t *frame, const struct play_places *p)
{
	const bool v4 = p->ip_layer == PLAY_IPV4;
	const unsigned at = p->at[p->top];
	const unsigned len = p->end > at ? p->end - at : 0;
	uint8_t *const to = csum_of_top(frame, p);
	const bool not_zero = p->top == PLAY_UDP;
	uint32_t sum = 0;
	uint16_t csum;

	memcpy(&csum, to, sizeof(csum));
	if (to + 2 > frame + p->end || p->part || (not_zero && v4 && !csum))
		return;
	memset(to, 0, sizeof(csum));
	if (p->top != PLAY_ICMP) {
		const uint8_t proto = p->top == PLAY_UDP   ? IP_PROTO_UDP
				      : p->top == PLAY_TCP ? 6
							   : 58;

		sum = csum_pseudo(proto, len);
		sum = v4 ? csum_add(sum, frame + p->ip + 12, 2 * IPV4_ALEN)
			 : csum_add(sum, frame + p->ip + 8, 2 * IPV6_ALEN);
	}
	sum = csum_add(sum, frame + at, len);
	csum = not_zero ? csum_end_not_zero(sum) : csum_end(sum);
	memcpy(to, &csum, sizeof(csum));
}

static void make_csums(uint8_t *frame, const struct play_places *p)
{
	if (p->ip_layer == PLAY_IPV4)
		make_ip(frame, p);
	if (p->top != PLAY_LAYERS)
		make_top(frame, p);
}

/* ---- Edits --------------------------------------------------------------- */

/* By what sums of checksums change: the new words, the old's complements. */
struct change {
	uint32_t ip, top;
	uint64_t upper; /* of a field that is mapped, as it was */
};

/* Bits at an offset: what covers them depends on the frame. */
static unsigned cover_at(const struct play_edit *e, const struct play_places *p)
{
	const unsigned addr = p->ip + (p->ip_layer == PLAY_IPV4 ? 12u : 8u);
	const unsigned end = p->ip + (p->ip_layer == PLAY_IPV4 ? 20u : 40u);
	unsigned cover = 0;

	if (p->ip_layer == PLAY_LAYERS)
		return 0;
	if (p->ip_layer == PLAY_IPV4 && e->first >= p->ip && e->last < end)
		cover |= PLAY_COVER_IP;
	if (e->first >= addr && e->last < end)
		cover |= PLAY_COVER_PSEUDO;
	if (p->top != PLAY_LAYERS && e->first >= p->at[p->top] &&
	    e->last < p->end)
		cover |= PLAY_COVER_TOP;
	return cover;
}

static bool is_from(const struct play_half *h, uint64_t was)
{
	return (was & h->from_mask) == h->from;
}

/*
 * What was recorded there, and the first map that it is of, say the value. The
 * upper half of a field comes first; what that was is kept for the lower one.
 */
static NOINLINE uint64_t mapped(const struct play_edit *e, uint64_t was,
				const uint8_t *at, uint64_t *upper)
{
	const struct play_map *m = e->map;
	uint64_t lower = (was & e->mask) >> e->shift;

	was = lower;
	if (e->upper) {
		*upper = was;
		memcpy(&lower, at + sizeof(lower), sizeof(lower));
		lower = __builtin_bswap64(lower);
	}
	for (unsigned i = 0; i < e->nb_maps; i++, m++) {
		const struct play_half *to = e->upper ? &m->upper : &m->lower;

		if (is_from(&m->upper, *upper) && is_from(&m->lower, lower))
			return (was & ~to->to_mask) | to->to;
	}
	return was;
}

static inline void put(const struct play_edit *e, uint64_t value,
		       const struct play_places *p, uint8_t *at, bool odd,
		       struct change *change)
{
	unsigned cover = e->cover;
	uint64_t was, is, sum;
	uint32_t more;

	memcpy(&was, at, sizeof(was));
	is = __builtin_bswap64(was);
	if (unlikely(e->map))
		value = mapped(e, is, at, &change->upper);
	is = (is & ~e->mask) | (value << e->shift & e->mask);
	is = __builtin_bswap64(is);
	memcpy(at, &is, sizeof(is));
	if (unlikely(e->layer == STREAM_AT))
		cover = cover_at(e, p);
	if (!cover)
		return;
	sum = is + ~was;
	more = csum_of64(sum + (sum < is));
	if (odd)
		more = csum_swap(csum_fold(more));
	if (cover & PLAY_COVER_IP)
		change->ip += more;
	if (cover & PLAY_COVER_TOP || (cover & PLAY_COVER_PSEUDO && p->pseudo))
		change->top += more;
}

/* Values go on whether the frame has the field or not. */
static void seek(const struct play *play, struct program_at *at)
{
	unsigned k = 0;

	for (unsigned i = 0; i < play->nb_edits; i++)
		if (!play->edit[i].constant)
			sequence_seek(&play->edit[i].seq, &at->state[k++],
				      at->frame);
}

static inline void end_csums(const struct play *play,
			     const struct play_places *p,
			     const struct change *change, uint8_t *frame)
{
	if (unlikely(play->csums)) {
		make_csums(frame, p);
		return;
	}
	if (change->ip)
		adjust(frame + p->ip + 10, change->ip, false);
	if (change->top && p->top != PLAY_LAYERS)
		adjust(csum_of_top(frame, p), change->top, p->top == PLAY_UDP);
}

/* Makes it frame at->frame; checksums that are set by hand come last. */
static NOINLINE void edit(const struct program *prog, struct program_at *at,
			  uint8_t *frame, unsigned len)
{
	const struct play *play = prog->play;
	const struct play_edit *e = play->edit;
	struct sequence_state *state = at->state;
	struct change change = {0};
	struct play_places p;

	if (unlikely(at->edited != at->frame || at->edits_of != prog))
		seek(play, at);
	at->edits_of = prog;
	at->edited = at->frame + 1;
	play_find(frame, len, &p);
	for (unsigned i = 0; i < play->nb_edits; i++, e++) {
		const uint64_t value =
			e->constant ? e->value
				    : sequence_next(&e->seq, state++);
		unsigned start = 0;

		if (i == play->nb_fields)
			end_csums(play, &p, &change, frame);
		if (e->layer == STREAM_AT) {
			if (e->last >= len)
				continue;
		} else if (e->layer != PLAY_ETH) {
			start = p.at[e->layer];
			if (!start)
				continue;
		}
		/* Words of checksums begin where IP does, at even places. */
		put(e, value, &p, frame + start + e->at,
		    (start + (unsigned)e->at - p.ip) & 1, &change);
	}
	if (play->nb_fields == play->nb_edits)
		end_csums(play, &p, &change, frame);
}

/* ---- Frames -------------------------------------------------------------- */

/* Puts a tag of VLAN 0 behind the addresses. */
static unsigned put_tag(uint8_t *frame, unsigned len)
{
	static const uint8_t tag[PORT_VLAN_TAG_LEN] = {ETH_TYPE_VLAN >> 8,
						       ETH_TYPE_VLAN & 0xff};

	memmove(frame + 12 + sizeof(tag), frame + 12, len - 12);
	memcpy(frame + 12, tag, sizeof(tag));
	return len + (unsigned)sizeof(tag);
}

EDIT_INLINE uint16_t make(const struct program *prog, struct program_at *at,
			  const struct played_frame *f, uint8_t *buf)
{
	const struct play *play = prog->play;
	unsigned len = f->len;

	capture_copy(buf, f->data, len);
	if (play->played->tag)
		len = put_tag(buf, len);
	if (play->nb_edits || play->csums)
		edit(prog, at, buf, len);
	at->frame++;
	return (uint16_t)len;
}

uint16_t play_make(const struct program *prog, struct program_at *at,
		   const struct played_frame *f, uint8_t *buf)
{
	return make(prog, at, f, buf);
}

uint16_t play_next(const struct program *prog, struct program_at *at,
		   uint8_t *buf)
{
	struct played_frame f;

	played_next(&prog->play->cursor, &f);
	return make(prog, at, &f, buf);
}
