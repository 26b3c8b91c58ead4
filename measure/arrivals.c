/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/arrivals.h"

#include <errno.h>

/* The middle of a signature less port and sequence number. */
#define OURS_SHIFT 46

/* Rows of a burst are few where they have fewer frames than this... */
#define ROW_FRAMES 8
/* ...and after which nobody looks for this many bursts. */
#define MANY_BURSTS 256

static void forget_row(struct arrivals *ar)
{
	memset(&ar->row, 0, sizeof(ar->row));
}

/* Until it is known which port sends. */
static void expect_of_none(struct arrivals *ar)
{
	ar->now.ahead = ar->none;
	ar->now.ahead_mask = ARRAY_SIZE(ar->none) - 1;
}

int arrivals_open(struct arrivals *ar, uint16_t appliance, unsigned nb_ports,
		  struct uk_alloc *a)
{
	memset(ar, 0, sizeof(*ar));
	ar->port = uk_calloc(a, nb_ports, sizeof(ar->port[0]));
	if (!ar->port)
		return -ENOMEM;
	ar->nb_ports = nb_ports;
	for (unsigned i = 0; i < ARRAY_SIZE(ar->none); i++) {
		ar->nothing[i].stamp = signature_stamp(!i, 0);
		ar->none[i] = &ar->nothing[i];
	}
	expect_of_none(ar);
	ar->ours = signature_middle((uint64_t)appliance * SIGNATURE_PORTS, 0) >>
		   OURS_SHIFT;
	return 0;
}

/* ---- What is expected ---------------------------------------------------- */

/* For all of them that something is expected of. */
static void for_each_ahead(const struct arrivals_port *p,
			   void (*what)(struct trail *t))
{
	for (unsigned i = 0; p->ahead && i <= p->ahead_mask; i++)
		if (p->ahead[i]->to)
			what(trail_of(p->ahead[i]));
}

/* NULL for lack of memory. */
static struct trail_ahead **new_ahead(struct arrivals *ar, unsigned nb,
				      struct uk_alloc *a)
{
	struct trail_ahead **const to = uk_malloc(a, nb * sizeof(to[0]));

	for (unsigned i = 0; to && i < nb; i++)
		to[i] = &ar->nothing[i % 2];
	return to;
}

static void free_port(struct arrivals_port *p, struct uk_alloc *a)
{
	for_each_ahead(p, trail_part);
	uk_free(a, p->ahead);
	uk_free(a, p->stream);
}

void arrivals_close(struct arrivals *ar, struct uk_alloc *a)
{
	for (unsigned i = 0; i < ar->nb_ports; i++)
		free_port(&ar->port[i], a);
	uk_free(a, ar->port);
	memset(ar, 0, sizeof(*ar));
}

int arrivals_reserve(struct arrivals *ar, unsigned port, unsigned nb,
		     struct uk_alloc *a)
{
	struct arrivals_port *const p = &ar->port[port];
	struct arrivals_port more = {.heard = p->heard, .nb = nb};
	unsigned slots = 2;

	if (nb <= p->nb)
		return 0;
	while (slots < nb)
		slots *= 2;
	more.stream = uk_calloc(a, nb, sizeof(more.stream[0]));
	more.ahead = TRAILS ? new_ahead(ar, slots, a) : NULL;
	more.ahead_mask = slots - 1;
	if (!more.stream || (TRAILS && !more.ahead)) {
		free_port(&more, a);
		return -ENOMEM;
	}
	for_each_ahead(p, trail_part);
	if (p->stream)
		memcpy(more.stream, p->stream, p->nb * sizeof(more.stream[0]));
	free_port(p, a);
	*p = more;
	/* They may be of those that have moved. */
	forget_row(ar);
	expect_of_none(ar);
	return 0;
}

void arrivals_settle(const struct arrivals *ar)
{
	for (unsigned i = 0; i < ar->nb_ports; i++)
		for_each_ahead(&ar->port[i], trail_settle);
}

void arrivals_forget_values(struct arrivals *ar)
{
	for (unsigned i = 0; i < ar->nb_ports; i++) {
		for_each_ahead(&ar->port[i], trail_part);
		for (unsigned k = 0; k < ar->port[i].nb; k++)
			ar->port[i].stream[k].value = 0;
	}
}

/* ---- Frames -------------------------------------------------------------- */

static inline unsigned port_of(uint64_t middle)
{
	return middle >> 40 & (SIGNATURE_PORTS - 1);
}

static inline bool is_ours(const struct arrivals *ar, uint64_t middle)
{
	return middle >> OURS_SHIFT == ar->ours &&
	       port_of(middle) < ar->nb_ports;
}

/* Who sent it, or NULL. */
static inline struct arrived *arrived_of(const struct arrivals *ar,
					 uint64_t middle, uint64_t stamp)
{
	const struct arrivals_port *const p = &ar->port[port_of(middle)];
	const unsigned stream = (unsigned)(stamp >> 50);

	if (unlikely(!is_ours(ar, middle) || stream >= p->nb))
		return NULL;
	return &p->stream[stream];
}

/* What follows on a frame of it that came. */
static void expect(struct arrivals *ar, struct arrived *to, uint64_t middle,
		   uint64_t stamp)
{
	struct arrivals_port *const p = &ar->port[port_of(middle)];

	trail_expect(to->trail, &p->ahead[stamp >> 50], to, middle, stamp);
}

/* Frames that count as nothing else of their stream. */
static void count_out(struct arrivals *ar, enum trail_seen seen, unsigned n)
{
	*(seen == TRAIL_BAD ? &ar->damaged : &ar->old) += n;
}

static __attribute__((noinline)) void end_row(struct arrivals *ar)
{
	struct arrivals_row *const row = &ar->row;
	struct trail *const t = row->to ? row->to->trail : NULL;
	const unsigned n = (unsigned)(row->next - row->from);
	const uint64_t bytes = row->bytes, from = row->from;

	row->from = row->next;
	row->bytes = 0;
	/* No signature has this. */
	if (!from)
		return;
	if (!row->to) {
		ar->foreign += n;
		ar->damaged += is_ours(ar, from) ? n : 0;
	} else if (!TRAILS || !t)
		arrived_count(row->to, n, bytes, ar->now.ns);
	else {
		const uint64_t stamp = __builtin_bswap64(row->stamp);
		enum trail_seen seen;

		trail_settle(t);
		seen = trail_see(t, stamp, from & SIGNATURE_SEQ_MASK, n,
				 ar->now.ns);
		if (seen <= TRAIL_BAD) {
			count_out(ar, seen, n);
			return;
		}
		arrived_count(row->to, n, bytes, ar->now.ns);
		expect(ar, row->to, from, stamp);
	}
}

void arrivals_break(struct arrivals *ar)
{
	if (ar->row.next != ar->row.from)
		end_row(ar);
	ar->row.next = ar->row.from = 0;
}

void arrivals_end(struct arrivals *ar, unsigned n)
{
	if (ar->row.next != ar->row.from)
		end_row(ar);
	if (ar->nb_many)
		ar->nb_many--;
	else if (ar->nb_rows * ROW_FRAMES > n)
		ar->nb_many = MANY_BURSTS;
	ar->nb_rows = 0;
}

static __attribute__((noinline)) void begin(struct arrivals *ar,
					    struct arrived *a, unsigned port)
{
	a->first_ns = ar->now.ns;
	ar->port[port].heard = true;
}

/* A frame with a signature at `p`, behind which a row may begin. */
static __attribute__((noinline)) enum arrival see(struct arrivals *ar,
						  const uint8_t *p, size_t len)
{
	struct arrivals_row *const row = &ar->row;
	enum trail_seen seen = TRAIL_FIRST;
	const uint64_t middle = arrivals_middle(p);
	struct arrived *to;
	uint64_t stamp;

	memcpy(&stamp, p + 10, sizeof(stamp));
	row->next = row->from = middle + 1;
	row->stamp = stamp;
	ar->nb_rows++;
	stamp = __builtin_bswap64(stamp);
	row->to = to = arrived_of(ar, middle, stamp);
	if (unlikely(!to)) {
		ar->foreign++;
		ar->damaged += is_ours(ar, middle);
		return ARRIVAL_FOREIGN;
	}
	if (TRAILS && likely(to->trail != NULL)) {
		trail_settle(to->trail);
		seen = trail_see_one(to->trail, stamp,
				     middle & SIGNATURE_SEQ_MASK, ar->now.ns);
		if (unlikely(seen <= TRAIL_BAD)) {
			count_out(ar, seen, 1);
			return ARRIVAL_OLD;
		}
		expect(ar, to, middle, stamp);
	}
	if (unlikely(!to->first_ns))
		begin(ar, to, port_of(middle));
	arrived_count(to, 1, len, ar->now.ns);
	return seen == TRAIL_FIRST ? ARRIVAL_FIRST : ARRIVAL_AGAIN;
}

/* ---- Where a signature is ------------------------------------------------ */

static bool is_signature(const uint8_t *p)
{
	return !arrivals_no_magic(p) && p[2] == (SIGNATURE_MAGIC & 0xff);
}

/*
 * Who takes a tag or a tunnel off pads what is shorter than the least frame;
 * longer ones have no padding.
 */
#define PADDED_MAX 64

/* Whether any of the 8 bytes at `p` is the first of a signature. */
static bool may_begin(const uint8_t *p)
{
	const uint64_t ones = ~0ULL / 0xff;
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	w ^= ones * (SIGNATURE_MAGIC >> 16);
	return (w - ones) & ~w & ones << 7;
}

/* Frames that are not ours come here, too: 8 bytes are looked at at a time. */
static __attribute__((noinline)) const uint8_t *search(const uint8_t *frame,
						       size_t len)
{
	const uint8_t *const least = frame + ETH_HLEN;
	const uint8_t *p = frame + len - SIGNATURE_LEN;

	if (len > PADDED_MAX)
		return NULL;
	for (; p > least; p -= 8) {
		if (likely(!may_begin(p - 8)))
			continue;
		for (unsigned i = 1; i <= 8 && p - i >= least; i++)
			if (is_signature(p - i))
				return p - i;
	}
	return NULL;
}

/* NULL: nowhere. */
static const uint8_t *find(const uint8_t *frame, size_t len)
{
	const uint8_t *const p = frame + len - SIGNATURE_LEN;

	return likely(is_signature(p)) ? p : search(frame, len);
}

const uint8_t *arrivals_find(const uint8_t *frame, size_t len)
{
	return len < SIGNATURE_LEN ? NULL : find(frame, len);
}

enum arrival arrivals_see_found(struct arrivals *ar, const uint8_t *p,
				size_t len)
{
	if (ar->row.next != ar->row.from)
		end_row(ar);
	return see(ar, p, len);
}

enum arrival arrivals_see_other(struct arrivals *ar, const uint8_t *frame,
				size_t len)
{
	const uint8_t *const p = find(frame, len);

	return p ? arrivals_see_found(ar, p, len) : ARRIVAL_UNSIGNED;
}

bool arrivals_turn(struct arrivals *ar, const uint8_t *p)
{
	const uint64_t middle = arrivals_middle(p);
	const struct arrivals_port *const from = &ar->port[port_of(middle)];

	if (!is_ours(ar, middle) || !from->ahead ||
	    ar->now.ahead == from->ahead)
		return false;
	ar->now.ahead = from->ahead;
	ar->now.ahead_mask = from->ahead_mask;
	return true;
}

enum arrival arrivals_see_at(struct arrivals *ar, const uint8_t *p, size_t len)
{
	return see(ar, p, len);
}

void arrivals_see_odd(struct arrivals *ar, const uint8_t *frame, size_t len)
{
	const uint8_t *const p = find(frame, len);

	if (p && !(arrivals_turn(ar, p) && arrivals_see_next(&ar->now, p, len)))
		see(ar, p, len);
}

enum arrival arrivals_see_chain(struct arrivals *ar, const struct uk_netbuf *nb,
				size_t len)
{
	uint8_t end[SIGNATURE_LEN];
	size_t skip = len - SIGNATURE_LEN, had = 0;

	if (len < SIGNATURE_LEN)
		return ARRIVAL_UNSIGNED;
	for (; nb && had < SIGNATURE_LEN; nb = nb->next) {
		const uint8_t *const data = nb->data;
		size_t from = MIN(skip, (size_t)nb->len);

		skip -= from;
		while (from < nb->len && had < SIGNATURE_LEN)
			end[had++] = data[from++];
	}
	if (had < SIGNATURE_LEN || !is_signature(end))
		return ARRIVAL_UNSIGNED;
	if (ar->row.next != ar->row.from)
		end_row(ar);
	return see(ar, end, len);
}
