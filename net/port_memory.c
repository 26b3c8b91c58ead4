/* SPDX-License-Identifier: BSD-3-Clause */
/* How much memory a port takes, and what for. */
#include "net/port_impl.h"

/* A receive buffer, where a frame may lie in several of them. */
#define RX_BUF_BYTES 2048
/* Queues are not made shorter than this to save memory... */
#define DESC_MIN 64
/* ...and of what there is this part is left for all else. */
#define MEMORY_KEPT 8
/* A queue's own memory, a descriptor, about. */
#define DESC_BYTES 32

static bool takes_chains(const struct port *p)
{
#ifdef UK_NETDEV_F_RX_CHAIN
	return p->info.features & UK_NETDEV_F_RX_CHAIN;
#else
	(void)p;
	return false;
#endif
}

static size_t pool_align(const struct port *p)
{
	return MAX((size_t)p->info.ioalign, PORT_LINE);
}

/* A pool's object: the netbuf and its buffer. */
static size_t obj_bytes(const struct port *p, size_t buf_bytes)
{
	return ALIGN_UP(sizeof(struct uk_netbuf), pool_align(p)) + buf_bytes;
}

static size_t tx_bytes(const struct port *p)
{
	/* A pointer to each: the user's. */
	return p->nb_tx_bufs * (obj_bytes(p, p->buf_bytes) + sizeof(void *)) +
	       (size_t)p->nb_tx_desc * DESC_BYTES;
}

static size_t rx_bytes(const struct port *p)
{
	return p->nb_rx_bufs * (obj_bytes(p, p->rx_buf_bytes) +
				2 * sizeof(struct uk_netbuf *)) +
	       (size_t)p->nb_rx_desc * DESC_BYTES;
}

/* The longest frame with `headroom` before it, in whole cache lines. */
static size_t longest(const struct port *p, size_t headroom)
{
	return ALIGN_UP(headroom + p->mtu + ETH_HLEN + PORT_VLAN_TAG_LEN,
			PORT_LINE);
}

static void count_bufs(struct port *p, unsigned burst)
{
	const size_t parts =
		(longest(p, p->info.nb_encap_rx) + p->rx_buf_bytes - 1) /
		p->rx_buf_bytes;

	p->nb_tx_bufs = p->nb_tx_desc + burst;
	p->nb_rx_bufs = p->nb_rx_desc + burst * (unsigned)parts;
}

void port_fit_memory(struct port *p, unsigned burst, struct uk_alloc *a)
{
	unsigned ports = MIN(uk_netdev_count(), CONFIG_APPUKPKTGEN_MAX_PORTS);
	__ssz avail = uk_alloc_availmem(a);
	size_t share;

	p->buf_bytes = longest(p, port_headroom(&p->info));
	p->rx_buf_bytes = longest(p, p->info.nb_encap_rx);
	if (takes_chains(p))
		p->rx_buf_bytes = MIN(p->rx_buf_bytes, (size_t)RX_BUF_BYTES);
	count_bufs(p, burst);
	if (avail < 0 || !PORT_RINGS_SHORTEN)
		return;
	share = (size_t)(avail - avail / MEMORY_KEPT) /
		(ports > p->id ? ports - p->id : 1);
	share /= p->nb_queues;
	while (tx_bytes(p) + rx_bytes(p) > share) {
		bool tx_first = tx_bytes(p) >= rx_bytes(p);

		if (p->nb_tx_desc > DESC_MIN &&
		    (tx_first || p->nb_rx_desc <= DESC_MIN))
			p->nb_tx_desc /= 2;
		else if (p->nb_rx_desc > DESC_MIN)
			p->nb_rx_desc /= 2;
		else
			break;
		count_bufs(p, burst);
	}
}

/* Backwards, so that they are first used in order of address. */
static void make_rx_bufs(const struct port *p, struct port_queue *q)
{
	const size_t start = obj_bytes(p, 0);
	char *mem = NULL;

	q->rx_room = (uint16_t)(p->rx_buf_bytes - p->info.nb_encap_rx);
	while ((mem = uk_allocpool_take(q->rx_pool)) != NULL) {
		struct uk_netbuf *nb = (void *)mem;

		port_rx_mark(mem + start, p->rx_buf_bytes);
		uk_netbuf_init_indir(nb, mem + start, p->rx_buf_bytes, 0, q,
				     port_rx_back);
		port_rx_reset(nb, q);
	}
}

int port_make_pools(const struct port *p, struct port_queue *q,
		    struct uk_alloc *a)
{
	const size_t align = pool_align(p);

	q->rx_pool = uk_allocpool_alloc(a, p->nb_rx_bufs,
					obj_bytes(p, p->rx_buf_bytes), align);
	q->tx_pool = uk_allocpool_alloc(a, p->nb_tx_bufs,
					obj_bytes(p, p->buf_bytes), align);
	q->rx_free = uk_malloc(a, 2 * p->nb_rx_bufs * sizeof(q->rx_free[0]));
	if (!q->rx_pool || !q->tx_pool || !q->rx_free)
		return -ENOMEM;
	q->reflected = q->rx_free + p->nb_rx_bufs;
	make_rx_bufs(p, q);
	q->tx_alloc = uk_allocpool2ukalloc(q->tx_pool);
	return 0;
}

void port_free_pools(struct port_queue *q, struct uk_alloc *a)
{
	if (q->rx_free)
		uk_free(a, q->rx_free);
	if (q->rx_pool)
		uk_allocpool_free(q->rx_pool);
	if (q->tx_pool)
		uk_allocpool_free(q->tx_pool);
}
