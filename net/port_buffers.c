/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The buffers of a queue that frames come in: free, with the device, with the
 * user, or on their way out again as what is reflected.
 */
#include <string.h>

#include "net/port_impl.h"

void port_rx_reset(struct uk_netbuf *nb, struct port_queue *q)
{
#ifdef PORT_SHARED
	/* The same as below, of which only this can be another by now. */
	nb->refcount = 1;
	nb->flags = 0;
	nb->data = (char *)nb->buf + q->port->info.nb_encap_rx;
#else
	uk_netbuf_init_indir(nb, nb->buf, nb->buflen, q->port->info.nb_encap_rx,
			     q, nb->dtor);
#endif
	nb->len = q->rx_room;
	q->rx_free[q->nb_rx_free++] = nb;
}

void port_rx_back(struct uk_netbuf *nb)
{
	port_rx_reset(nb, nb->priv);
}

#ifdef PORT_SHARED
/* Four at a time: half of the work on one would be the loop. */
static void copy(struct uk_netbuf **to, struct uk_netbuf *const from[],
		 unsigned n)
{
	for (; n >= 4; n -= 4, to += 4, from += 4) {
		to[0] = from[0];
		to[1] = from[1];
		to[2] = from[2];
		to[3] = from[3];
	}
	for (; n; n--)
		*to++ = *from++;
}

void port_reflect(struct port_queue *q, struct uk_netbuf *const pkts[],
		  unsigned n)
{
	const unsigned all = q->port->nb_rx_bufs;
	unsigned at = q->reflected_from + q->nb_reflected, some;

	for (unsigned i = 0; i < n; i++)
		pkts[i]->refcount = 2;
	at = at < all ? at : at - all;
	some = MIN(n, all - at);
	copy(q->reflected + at, pkts, some);
	copy(q->reflected, pkts + some, n - some);
	q->nb_reflected += n;
}

/* The last `n` of port_reflect() are not sent. */
static void not_reflected(struct port_queue *q, struct uk_netbuf *const pkts[],
			  unsigned n)
{
	q->nb_reflected -= n;
	for (unsigned i = 0; i < n; i++)
		pkts[i]->refcount = 1;
}

/* The `i`th of those that were reflected, from the oldest on. */
static struct uk_netbuf **reflected_at(struct port_queue *q, unsigned i)
{
	const unsigned at = q->reflected_from + i;

	return q->reflected +
	       (at < q->port->nb_rx_bufs ? at : at - q->port->nb_rx_bufs);
}

/*
 * The oldest is out. The next takes its place, or another, at which nobody
 * looked since. False: neither is back.
 */
static bool pass_over(struct port_queue *q)
{
	struct uk_netbuf **const oldest = reflected_at(q, 0), *nb = *oldest;
	struct uk_netbuf **other;

	if (q->nb_reflected < 2)
		return false;
	other = reflected_at(q, 1);
	if ((*other)->refcount != 1) {
		if (++q->reflected_look >= q->nb_reflected)
			q->reflected_look = 1;
		other = reflected_at(q, q->reflected_look);
	}
	if ((*other)->refcount != 1)
		return false;
	*oldest = *other;
	*other = nb;
	return true;
}

/* Whether four are back: none has a second reference. */
static bool are_back(struct uk_netbuf *const at[])
{
	return (at[0]->refcount | at[1]->refcount | at[2]->refcount |
		at[3]->refcount) == 1;
}

/* In one piece of the ring, as long as they are back; returns how many. */
static unsigned reclaim(struct port_queue *q)
{
	struct uk_netbuf **const first = q->reflected + q->reflected_from;
	struct uk_netbuf **const top = q->rx_free + q->nb_rx_free;
	const unsigned all =
		MIN(q->nb_reflected, q->port->nb_rx_bufs - q->reflected_from);
	unsigned n = 0;

#define BACK(k)                                            \
	{                                                  \
		struct uk_netbuf *const nb = first[n + k]; \
                                                           \
		port_rx_again(q, nb);                      \
		top[n + k] = nb;                           \
	}
	for (; n + 4 <= all && are_back(first + n); n += 4) {
		BACK(0)
		BACK(1)
		BACK(2)
		BACK(3)
	}
	for (; n < all && first[n]->refcount == 1; n++)
		BACK(0)
#undef BACK
	q->nb_rx_free += n;
	q->nb_reflected -= n;
	q->reflected_from += n;
	if (q->reflected_from == q->port->nb_rx_bufs)
		q->reflected_from = 0;
	return n;
}

void port_reclaim(struct port_queue *q)
{
	while (reclaim(q) || pass_over(q))
		;
}

/* Those that are out; what is back may be behind one that is not. */
static unsigned reflected_out(const struct port_queue *q)
{
	unsigned at = q->reflected_from, out = 0;

	for (unsigned i = 0; i < q->nb_reflected; i++) {
		out += q->reflected[at]->refcount - 1;
		if (++at == q->port->nb_rx_bufs)
			at = 0;
	}
	return out;
}

#else
static void reflected_back(struct uk_netbuf *nb)
{
	struct port_queue *q = nb->priv;

	q->nb_reflected--;
	nb->dtor = port_rx_back;
	port_rx_reset(nb, q);
}

void port_reflect(struct port_queue *q, struct uk_netbuf *const pkts[],
		  unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		pkts[i]->dtor = reflected_back;
	q->nb_reflected += n;
}

static void not_reflected(struct port_queue *q, struct uk_netbuf *const pkts[],
			  unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		pkts[i]->dtor = port_rx_back;
	q->nb_reflected -= n;
}

void port_reclaim(struct port_queue *q)
{
	(void)q;
}

static unsigned reflected_out(const struct port_queue *q)
{
	return q->nb_reflected;
}
#endif

/* ---- Frames that are sent where they came ------------------------------- */

#ifdef PORT_LENT

/* Up to `n` that are back; returns how many. */
static unsigned take_back(struct port_queue *q, struct uk_netbuf *pkts[],
			  unsigned n)
{
	n = uk_netdev_tx_back(q->dev, q->id, pkts, (uint16_t)n);
	q->nb_lent -= n;
	return n;
}

/* All that are, to those that are free. */
static unsigned take_all_back(struct port_queue *q)
{
	const unsigned n = take_back(q, q->rx_free + q->nb_rx_free, q->nb_lent);

	q->nb_rx_free += n;
	return n;
}

bool port_lent_back(struct port_queue *q)
{
	if (!q->nb_lent)
		return false;
	take_all_back(q);
	return true;
}

void port_claim_lent(void *argp, struct uk_netbuf *const pkts[], unsigned n)
{
	struct port_queue *q = argp;

	q->nb_lent -= n;
	port_reflect(q, pkts, n);
}

/* Returns how many the device took; *err is -ENOTSUP where it takes none. */
static unsigned lend(struct port_queue *q, struct uk_netbuf **pkts, unsigned n,
		     int *err)
{
	uint16_t cnt = (uint16_t)n;
	int rc = uk_netdev_tx_lent(q->dev, q->id, pkts, &cnt);

	*err = rc < 0 ? rc : 0;
	if (unlikely(rc < 0))
		return 0;
	q->nb_lent += cnt;
	return cnt;
}

/* What is not taken at first may be, once there is room. */
static unsigned lend_all(struct port_queue *q, struct uk_netbuf **pkts,
			 unsigned n, int *err)
{
	unsigned sent = lend(q, pkts, n, err);

	if (unlikely(sent < n && !*err && q->nb_lent && take_all_back(q)))
		sent += lend(q, pkts + sent, n - sent, err);
	return sent;
}

#else

bool port_lent_back(struct port_queue *q)
{
	(void)q;
	return false;
}

static unsigned take_back(struct port_queue *q, struct uk_netbuf *pkts[],
			  unsigned n)
{
	(void)q;
	(void)pkts;
	(void)n;
	return 0;
}

static unsigned lend_all(struct port_queue *q, struct uk_netbuf **pkts,
			 unsigned n, int *err)
{
	(void)q;
	(void)pkts;
	(void)n;
	*err = -ENOTSUP;
	return 0;
}

#endif

unsigned port_tx_received(struct port_queue *q, struct uk_netbuf **pkts,
			  unsigned n, int *err)
{
	unsigned sent = lend_all(q, pkts, n, err), rest;

	if (likely(*err != -ENOTSUP))
		return sent;
	pkts += sent;
	n -= sent;
	port_reflect(q, pkts, n);
	rest = n - port_tx_burst(q, pkts, n, err);
	not_reflected(q, pkts + n - rest, rest);
	return sent + n - rest;
}

/* ---- Buffers to receive into -------------------------------------------- */

/*
 * Buffers that are on their way out again come back in turns. As many as the
 * ring is long, each to the place that it had, whose descriptor stays as it is:
 * the others rest below them, unless most of the ring is out.
 */
static unsigned resting(const struct port_queue *q)
{
	const struct port *p = q->port;

	return q->nb_reflected + q->nb_lent > p->nb_rx_desc / 4u * 3
		       ? 0
		       : p->nb_rx_bufs - p->nb_rx_desc;
}

/* While some are out: up to `n`, what is back first; returns how many. */
static unsigned alloc_out(struct port_queue *q, struct uk_netbuf *pkts[],
			  unsigned n)
{
	unsigned back = q->nb_lent ? take_back(q, pkts, n) : 0, rest;

	if (unlikely(q->nb_reflected))
		port_reclaim(q);
	rest = resting(q);
	while (unlikely(back && q->nb_rx_free < rest))
		q->rx_free[q->nb_rx_free++] = pkts[--back];
	n -= back;
	q->rests = n <= q->nb_rx_free;
	n = MIN(n, q->nb_rx_free - MIN(rest, q->nb_rx_free));
	q->nb_rx_free -= n;
	memcpy(pkts + back, q->rx_free + q->nb_rx_free, n * sizeof(pkts[0]));
	return back + n;
}

uint16_t port_rx_alloc(void *argp, struct uk_netbuf *pkts[], uint16_t count)
{
	struct port_queue *q = argp;
	unsigned n;

	if (unlikely(q->nb_reflected | q->nb_lent))
		return (uint16_t)alloc_out(q, pkts, count);
	q->rests = false;
	n = MIN(count, q->nb_rx_free);
	q->nb_rx_free -= n;
	memcpy(pkts, q->rx_free + q->nb_rx_free, n * sizeof(pkts[0]));
	return (uint16_t)n;
}

static void guest_back(struct uk_netbuf *nb)
{
	struct port_queue *q = nb->priv;

	q->nb_guests--;
}

struct uk_netbuf *port_guest_alloc(struct port_queue *q)
{
	struct uk_netbuf *nb = port_frame_alloc(q);

	if (nb) {
		nb->priv = q;
		nb->dtor = guest_back;
		q->nb_guests++;
	}
	return nb;
}

unsigned port_tx_out(const struct port_queue *q)
{
	return q->port->nb_tx_bufs - uk_allocpool_availcount(q->tx_pool) -
	       q->nb_guests + reflected_out(q) + q->nb_lent;
}
