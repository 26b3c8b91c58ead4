/* SPDX-License-Identifier: BSD-3-Clause */
#include "measure/arrivals.h"

#include <errno.h>

/* A head less its port and sequence number: magic and appliance. */
#define OURS_SHIFT 30

int arrivals_open(struct arrivals *ar, uint16_t appliance, unsigned nb_ports,
		  struct uk_alloc *a)
{
	memset(ar, 0, sizeof(*ar));
	ar->port = uk_calloc(a, nb_ports, sizeof(ar->port[0]));
	if (!ar->port)
		return -ENOMEM;
	ar->nb_ports = nb_ports;
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
	p->stream = more;
	p->nb = nb;
	return 0;
}

/* A frame whose signature may be at `p`; false where there is none. */
static inline bool count(struct arrivals *ar, const uint8_t *p, size_t len,
			 uint64_t now_ns)
{
	struct arrived *to;
	uint64_t head, stamp;
	unsigned port, stream;

	memcpy(&head, p, sizeof(head));
	head = __builtin_bswap64(head);
	if (unlikely(head >> OURS_SHIFT != ar->ours)) {
		if (head >> 40 != SIGNATURE_MAGIC)
			return false;
		ar->foreign++;
		return true;
	}
	memcpy(&stamp, p + 10, sizeof(stamp));
	port = head >> 24 & (SIGNATURE_PORTS - 1);
	stream = (unsigned)(__builtin_bswap64(stamp) >> 50);
	if (unlikely(port >= ar->nb_ports || stream >= ar->port[port].nb)) {
		ar->foreign++;
		return true;
	}
	to = &ar->port[port].stream[stream];
	to->packets++;
	to->bytes += len + ETH_FCS_LEN;
	to->last_ns = now_ns;
	if (unlikely(!to->first_ns))
		to->first_ns = now_ns;
	return true;
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

void arrivals_see(struct arrivals *ar, const uint8_t *frame, size_t len,
		  uint64_t now_ns)
{
	const uint8_t *p = frame + len - SIGNATURE_LEN;

	if (unlikely(len < SIGNATURE_LEN))
		return;
	if (likely(count(ar, p, len, now_ns)))
		return;
	p = search(frame, len);
	if (p)
		count(ar, p, len, now_ns);
}

void arrivals_see_chain(struct arrivals *ar, const struct uk_netbuf *nb,
			size_t len, uint64_t now_ns)
{
	uint8_t end[SIGNATURE_LEN];
	size_t skip = len - SIGNATURE_LEN, had = 0;

	if (len < SIGNATURE_LEN)
		return;
	for (; nb && had < SIGNATURE_LEN; nb = nb->next) {
		const uint8_t *const data = nb->data;
		size_t from = MIN(skip, (size_t)nb->len);

		skip -= from;
		while (from < nb->len && had < SIGNATURE_LEN)
			end[had++] = data[from++];
	}
	if (had == SIGNATURE_LEN)
		count(ar, end, len, now_ns);
}
