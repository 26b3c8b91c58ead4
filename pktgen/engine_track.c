/* SPDX-License-Identifier: BSD-3-Clause */
/* Received frames are counted by the value of a field, see track.h. */
#include "net/port_look.h"
#include "pktgen/engine.h"

/* What there is to know of a frame as it is looked at. */
struct tracking {
	struct track *track;
	struct arrivals *arrivals;
	uint64_t bytes;
	/* A burst whose frames are looked at, and given back, one by one. */
	struct uk_netbuf *const *pkt;
	struct uk_netbuf **top; /* each goes here */
	unsigned at, nb;
	const struct port_queue *queue;
};

/*
 * What a loop has in memory, as an operand: it has no register to spare, and a
 * compiler loads what it may keep.
 */
struct operands {
	struct tracking *g;
	struct arrivals_now now;
	uint64_t mask, is, offset, bits, need; /* as struct track_like */
	char *rows;
	uint64_t ns, end;
};
#define IN_MEMORY(m) __asm__("" : "+m"(m))

EDIT_INLINE void take_operands(struct operands *m, struct tracking *g)
{
	const struct track *const t = g->track;

	m->g = g;
	m->mask = t->like.mask;
	m->is = t->like.is;
	m->offset = t->like.offset;
	m->rows = (char *)t->row;
}

EDIT_INLINE bool is_like(const struct operands *m, const uint8_t *frame,
			 size_t at0)
{
	return (find_load(frame + at0) & m->mask) == m->is;
}

EDIT_INLINE struct track_row *row_at(const struct operands *m,
				     const uint8_t *frame, size_t at1,
				     unsigned turn)
{
	uint64_t word = __builtin_bswap64(find_load(frame + at1));

	word = word << turn | word >> (-turn & 63);
	return (struct track_row *)(m->rows + (word & m->offset));
}

/* ---- By rows ------------------------------------------------------------- */

static inline uint16_t number_16(const uint8_t *p)
{
	uint16_t seq;

	memcpy(&seq, p + 8, sizeof(seq));
	return __builtin_bswap16(seq);
}

/*
 * Frames that go on in the row and are as long and look as the one before, as
 * many as come.
 */
static NOINLINE void see_row(struct tracking *g, size_t len)
{
	const struct arrivals_row *const row = &g->arrivals->row;
	/* Of the lower 16 bits of numbers, which do not wrap here. */
	const unsigned first = (uint16_t)row->next;
	const uint64_t stamp = row->stamp;
	const uint64_t head = __builtin_bswap64(
		(uint64_t)(SIGNATURE_MAGIC >> 8) << 48 | row->next >> 16);
	struct uk_netbuf *const *const pkt = g->pkt + g->at - first;
	struct uk_netbuf **const top = g->top + g->at - first;
	const size_t at0 = g->track->like.at[0], at1 = g->track->like.at[1];
	const unsigned turn = g->track->like.turn;
	const uint32_t tag = g->track->tag;
	const struct port_queue *const q = g->queue;
	uint64_t i = first;
	struct operands m;

	take_operands(&m, g);
	m.ns = g->track->ns;
	m.end = MIN(first + (g->nb - g->at), 0x10000u);
	for (; i < m.end; i++) {
		struct uk_netbuf *const is = pkt[i];
		const uint8_t *const frame = is->data;
		const uint8_t *const p = frame + len - SIGNATURE_LEN;
		struct track_row *r;

		IN_MEMORY(m);
		__asm__("" : "+r"(len));
		if (unlikely(is->len != (uint16_t)len || find_load(p) != head ||
			     find_load(p + 10) != stamp ||
			     number_16(p) != (uint16_t)i ||
			     !is_like(&m, frame, at0)))
			break;
		r = row_at(&m, frame, at1, turn);
		if (unlikely(r->stream != tag))
			break;
		r->frames++;
		/* Not both at once, which takes four moves more. */
		IN_MEMORY(r->frames);
		r->bytes += len;
		r->sum_ns += m.ns;
		port_rx_again(q, is);
		top[i] = is;
	}
	g = m.g;
	i -= (uint16_t)g->arrivals->row.next;
	g->arrivals->row.next += i;
	g->arrivals->row.bytes += i * len;
	g->bytes += i * len;
	g->at += (unsigned)i;
}

/* ---- One by one ---------------------------------------------------------- */

/* Frames that are expected and look as those before, as many as come. */
static NOINLINE void see_expected(struct tracking *g)
{
	struct uk_netbuf *const *const pkt = g->pkt;
	struct uk_netbuf **const top = g->top;
	const size_t at0 = g->track->like.at[0], at1 = g->track->word_at;
	const struct port_queue *const q = g->queue;
	uint64_t bytes = 0, i = g->at;
	struct operands m;

	take_operands(&m, g);
	m.now = g->arrivals->now;
	m.bits = g->track->word_bits;
	m.need = track_by_word(g->track) ? g->track->like.need : UINT16_MAX;
	m.end = g->nb;
	for (; i < m.end; i++) {
		struct uk_netbuf *const is = pkt[i];
		const uint8_t *const frame = is->data;
		const size_t len = is->len;
		struct trail_ahead *a;
		struct track_row *r;
		uint64_t ns;

		IN_MEMORY(m);
		if (unlikely(len < m.need))
			break;
		a = arrivals_expected(&m.now, frame + len - SIGNATURE_LEN, &ns);
		/* Its value is the stream's, whose row need not be found. */
		if (unlikely(!a || !is_like(&m, frame, at0) ||
			     (find_load(frame + at1) & m.bits) != a->word))
			break;
		r = (struct track_row *)a->row;
		arrivals_count_next(&m.now, a, len);
		track_see_next(r, a, ns, len);
		bytes += len;
		port_rx_again(q, is);
		top[i] = is;
	}
	g = m.g;
	g->bytes += bytes;
	g->at = (unsigned)i;
}

static void see_unsigned(void *arg, const struct uk_netbuf *nb)
{
	struct tracking *const g = arg;
	const struct track_like *const k = &g->track->like;
	const uint8_t *const frame = nb->data;
	const uint16_t len = nb->len;

	g->bytes += len;
	track_count(likely(len >= k->need && track_is_like(k, frame))
			    ? track_row_like(k, g->track->row, frame)
			    : track_find_any(g->track, frame, len),
		    len);
}

/* Of a burst that makes rows, or does not. */
static void see_burst(struct tracking *g, struct port_queue *q,
		      struct uk_netbuf *const pkts[], unsigned n)
{
	const bool many = g->arrivals->nb_many;

	g->pkt = pkts;
	g->top = q->rx_free + q->nb_rx_free;
	g->nb = n;
	g->queue = q;
	q->nb_rx_free += n;
	for (g->at = 0;;) {
		struct uk_netbuf *nb;
		uint16_t len;

		if (many)
			see_expected(g);
		if (g->at == n)
			break;
		nb = pkts[g->at];
		len = nb->len;
		g->bytes += len;
		if (many)
			track_take_apart(g->track, g->arrivals, nb->data, len);
		else
			track_take(g->track, g->arrivals, nb->data, len);
		port_rx_again(q, nb);
		g->top[g->at++] = nb;
		/* Those that have many lengths are seen one by one. */
		if (!many && g->at < n && pkts[g->at]->len == len &&
		    len >= g->track->like.need && g->arrivals->row.next)
			see_row(g, len);
	}
}

/* In one piece or several, of which the first has the headers. */
static void see_any(struct tracking *g, const struct uk_netbuf *nb, bool signs)
{
	const unsigned len = port_frame_len(nb);
	struct track_row *r;

	g->bytes += len;
	if (signs)
		track_begin(g->track, g->arrivals,
			    arrivals_see_chain(g->arrivals, nb, len));
	r = track_find_odd(g->track, nb->data, nb->len, len - nb->len);
	if (signs)
		track_see(g->track, r, len);
	else
		track_count(r, len);
}

static void see_any_signed(void *g, const struct uk_netbuf *nb)
{
	see_any(g, nb, true);
}

static void see_any_unsigned(void *g, const struct uk_netbuf *nb)
{
	see_any(g, nb, false);
}

uint64_t engine_track(struct worker *w, struct uk_netbuf *pkts[], unsigned n,
		      bool large, uint64_t now_ns)
{
	struct tracking g = {.track = w->track, .arrivals = &w->arrivals};

	if (w->signs) {
		w->nb_looked += n;
		arrivals_begin(g.arrivals,
			       w->clock_ns ? w->clock_ns() : now_ns);
		/* What went on in the row was of the burst before. */
		arrivals_break(g.arrivals);
	}
	if (unlikely(large))
		port_look_and_free(w->queue, pkts, n, true,
				   w->signs ? see_any_signed : see_any_unsigned,
				   &g);
	else if (!w->signs)
		port_look_and_free_each(w->queue, pkts, n, see_unsigned, &g);
	else
		see_burst(&g, w->queue, pkts, n);
	if (w->signs)
		arrivals_end(g.arrivals, n);
	return g.bytes;
}
