/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/arrivals.h"

#include <errno.h>

/* A head less its port and sequence number: magic and appliance. */
#define OURS_SHIFT 30

/* No 16 bits are this. */
#define NO_LOW (1u << 16)

/* A head as it lies in memory. */
#define MAGIC_MASK __builtin_bswap64(0xffffffull << 40)
#define MAGIC __builtin_bswap64((uint64_t)SIGNATURE_MAGIC << 40)

int arrivals_open(struct arrivals *ar, uint16_t appliance, unsigned nb_ports,
		  struct uk_alloc *a)
{
	memset(ar, 0, sizeof(*ar));
	ar->port = uk_calloc(a, nb_ports, sizeof(ar->port[0]));
	if (!ar->port)
		return -ENOMEM;
	ar->nb_ports = nb_ports;
	ar->row.low = NO_LOW;
	ar->ours = signature_head((uint16_t)(appliance * SIGNATURE_PORTS), 0) >>
		   OURS_SHIFT;
	return 0;
}

void arrivals_close(struct arrivals *ar, struct uk_alloc *a)
{
	for (unsigned i = 0; i < ar->nb_ports; i++)
		uk_free(a, ar->port[i].stream);
	uk_free(a, ar->port);
	memset(ar, 0, sizeof(*ar));
}

int arrivals_reserve(struct arrivals *ar, unsigned port, unsigned nb,
		     struct uk_alloc *a)
{
	struct arrivals_port *p = &ar->port[port];
	struct arrived *more;

	if (nb <= p->nb)
		return 0;
	more = uk_calloc(a, nb, sizeof(more[0]));
	if (!more)
		return -ENOMEM;
	if (p->stream)
		memcpy(more, p->stream, p->nb * sizeof(more[0]));
	uk_free(a, p->stream);
	/* It may be of those that have moved. */
	ar->row.low = NO_LOW;
	p->stream = more;
	p->nb = nb;
	return 0;
}

/* Who sent it, or NULL. */
static inline struct arrived *arrived_of(const struct arrivals *ar,
					 uint64_t head, uint64_t stamp)
{
	const unsigned port = head >> 24 & (SIGNATURE_PORTS - 1);
	const unsigned stream = (unsigned)(stamp >> 50);

	if (unlikely(head >> OURS_SHIFT != ar->ours || port >= ar->nb_ports ||
		     stream >= ar->port[port].nb))
		return NULL;
	return &ar->port[port].stream[stream];
}

/* `n` frames, of `bytes` without FCS. */
static inline void count(struct arrived *to, unsigned n, uint64_t bytes,
			 uint64_t now_ns)
{
	to->packets += n;
	to->bytes += bytes + (uint64_t)n * ETH_FCS_LEN;
	to->last_ns = now_ns;
}

static __attribute__((noinline)) void end_row(struct arrivals *ar,
					      uint64_t now_ns)
{
	struct arrivals_row *const row = &ar->row;
	const uint64_t head = __builtin_bswap64(row->head);
	const unsigned n = row->n;
	const uint64_t bytes = row->bytes;
	enum trail_seen seen = TRAIL_FIRST;

	row->n = 0;
	row->bytes = 0;
	if (!row->to) {
		ar->foreign += n;
		ar->damaged += head >> OURS_SHIFT == ar->ours ? n : 0;
		return;
	}
	if (TRAILS && row->to->trail)
		seen = trail_see(row->to->trail, __builtin_bswap64(row->stamp),
				 ((head & 0xffffff) << 16) + row->low - n, n,
				 now_ns);
	if (likely(seen > TRAIL_BAD))
		count(row->to, n, bytes, now_ns);
	else if (seen == TRAIL_BAD)
		ar->damaged += n;
}

void arrivals_end(struct arrivals *ar, uint64_t now_ns)
{
	if (ar->row.n)
		end_row(ar, now_ns);
}

void arrivals_break(struct arrivals *ar, uint64_t now_ns)
{
	arrivals_end(ar, now_ns);
	ar->row.low = NO_LOW;
}

static __attribute__((noinline)) void begin(struct arrivals *ar,
					    struct arrived *a, unsigned port,
					    uint64_t now_ns)
{
	a->first_ns = now_ns;
	ar->port[port].heard = true;
}

/* A frame with a signature at `p`, which begins with `head`. */
static inline enum arrival see(struct arrivals *ar, uint64_t head,
			       const uint8_t *p, size_t len, uint64_t now_ns)
{
	struct arrivals_row *const row = &ar->row;
	enum arrival is = ARRIVAL_FIRST;
	struct arrived *to;
	uint64_t stamp;
	uint16_t low;

	memcpy(&low, p + 8, sizeof(low));
	memcpy(&stamp, p + 10, sizeof(stamp));
	if (row->n)
		end_row(ar, now_ns);
	low = __builtin_bswap16(low);
	row->head = head;
	row->stamp = stamp;
	row->low = low + 1u;
	head = __builtin_bswap64(head);
	stamp = __builtin_bswap64(stamp);
	row->to = to = arrived_of(ar, head, stamp);
	if (unlikely(!to)) {
		ar->foreign++;
		ar->damaged += head >> OURS_SHIFT == ar->ours;
		return ARRIVAL_FOREIGN;
	}
	if (TRAILS && likely(to->trail != NULL)) {
		const enum trail_seen seen =
			trail_see_one(to->trail, stamp,
				      (head & 0xffffff) << 16 | low, now_ns);

		if (unlikely(seen <= TRAIL_BAD)) {
			ar->damaged += seen == TRAIL_BAD;
			return ARRIVAL_OLD;
		}
		if (unlikely(seen == TRAIL_AGAIN))
			is = ARRIVAL_AGAIN;
	}
	if (unlikely(!to->first_ns))
		begin(ar, to, head >> 24 & (SIGNATURE_PORTS - 1), now_ns);
	count(to, 1, len, now_ns);
	return is;
}

/*
 * Who takes a tag or a tunnel off pads what is shorter than the least frame;
 * longer ones have no padding.
 */
#define PADDED_MAX 64

static const uint8_t *search(const uint8_t *frame, size_t len)
{
	const uint8_t *p = frame + len - SIGNATURE_LEN;

	if (len > PADDED_MAX)
		return NULL;
	while (p-- > frame + ETH_HLEN)
		if (((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) ==
		    SIGNATURE_MAGIC)
			return p;
	return NULL;
}

/* The same where it was looked for, or is in pieces. */
static __attribute__((noinline)) enum arrival see_odd(struct arrivals *ar,
						      const uint8_t *p,
						      size_t len,
						      uint64_t now_ns)
{
	uint64_t head;

	if (!p)
		return ARRIVAL_UNSIGNED;
	memcpy(&head, p, sizeof(head));
	if ((head & MAGIC_MASK) != MAGIC)
		return ARRIVAL_UNSIGNED;
	return see(ar, head, p, len, now_ns);
}

const uint8_t *arrivals_find(const uint8_t *frame, size_t len)
{
	uint64_t head;

	if (len < SIGNATURE_LEN)
		return NULL;
	memcpy(&head, frame + len - SIGNATURE_LEN, sizeof(head));
	return (head & MAGIC_MASK) == MAGIC ? frame + len - SIGNATURE_LEN
					    : search(frame, len);
}

enum arrival arrivals_see_other(struct arrivals *ar, const uint8_t *frame,
				size_t len, uint64_t now_ns)
{
	const uint8_t *p = frame + len - SIGNATURE_LEN;
	uint64_t head;

	memcpy(&head, p, sizeof(head));
	if (likely((head & MAGIC_MASK) == MAGIC))
		return see(ar, head, p, len, now_ns);
	return see_odd(ar, search(frame, len), len, now_ns);
}

enum arrival arrivals_see_chain(struct arrivals *ar, const struct uk_netbuf *nb,
				size_t len, uint64_t now_ns)
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
	return had == SIGNATURE_LEN ? see_odd(ar, end, len, now_ns)
				    : ARRIVAL_UNSIGNED;
}
