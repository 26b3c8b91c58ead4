/* SPDX-License-Identifier: BSD-3-Clause */
#include "net/port_impl.h"

#include <string.h>

/* Beyond this a device's MTU is not used: RFC 2544 jumbo frames of 9,018. */
#define MTU_MAX 9000
#define MTU_DEFAULT 1500

/* A receive buffer, where a frame may lie in several of them. */
#define RX_BUF_BYTES 2048
#define VLAN_TAG_LEN 4
/* Queues are not made shorter than this to save memory... */
#define DESC_MIN 64
/* ...and of what there is this part is left for all else. */
#define MEMORY_KEPT 8
/* A queue's own memory, a descriptor, about. */
#define DESC_BYTES 32

const char *port_step_name(enum port_step step)
{
	static const char *const names[] = {
#define S(id, text) text,
		PORT_STEPS(S)
#undef S
	};

	return names[step];
}

const char *port_why(const struct port *p, int err)
{
#ifdef UK_NETDEV_HAVE_WHY
	const char *why = p->dev ? uk_netdev_why(p->dev) : NULL;

	if (why)
		return why;
#else
	(void)p;
#endif
	return strerror(-err);
}

static bool takes_chains(const struct port *p)
{
#ifdef UK_NETDEV_F_RX_CHAIN
	return p->info.features & UK_NETDEV_F_RX_CHAIN;
#else
	(void)p;
	return false;
#endif
}

/* A receive buffer that nobody but the port has. */
static void rx_reset(struct uk_netbuf *nb, struct port *p)
{
#ifdef PORT_SHARED
	/* The same as below, of which only this can be another by now. */
	nb->refcount = 1;
	nb->flags = 0;
	nb->data = (char *)nb->buf + p->info.nb_encap_rx;
#else
	uk_netbuf_init_indir(nb, nb->buf, nb->buflen, p->info.nb_encap_rx, p,
			     nb->dtor);
#endif
	nb->len = p->rx_room;
	p->rx_free[p->nb_rx_free++] = nb;
}

/* The last reference of a receive buffer was given back. */
static void rx_back(struct uk_netbuf *nb)
{
	rx_reset(nb, nb->priv);
}

/* A chain, which is rare; each part finds its way back by itself. */
static unsigned free_chain(struct uk_netbuf *nb)
{
	const unsigned len = port_frame_len(nb);

	port_frame_free(nb);
	return len;
}

/* Gives back up to `n`, as long as no chain comes; returns how many. */
static inline unsigned free_single(struct port *p,
				   struct uk_netbuf *const pkts[], unsigned n,
				   const bool chains, uint64_t *bytes)
{
	struct uk_netbuf *const *at = pkts, *const *const end = pkts + n;
	struct uk_netbuf **top = p->rx_free + p->nb_rx_free;
	const uint16_t room = p->rx_room;
	uint64_t sum = 0;

#define FREE(k)                                     \
	{                                           \
		struct uk_netbuf *const nb = at[k]; \
                                                    \
		if (chains && unlikely(nb->next)) { \
			at += (k);                  \
			top += (k);                 \
			break;                      \
		}                                   \
		sum += nb->len;                     \
		nb->len = room;                     \
		top[k] = nb;                        \
	}
	for (; end - at >= 4; at += 4, top += 4) {
		FREE(0)
		FREE(1)
		FREE(2)
		FREE(3)
	}
	for (; at < end; at++, top++) {
		FREE(0)
	}
#undef FREE
	p->nb_rx_free = (unsigned)(top - p->rx_free);
	*bytes += sum;
	return (unsigned)(at - pkts);
}

uint64_t port_rx_free_burst(struct port *p, struct uk_netbuf *const pkts[],
			    unsigned n, bool chains)
{
	uint64_t bytes = 0;
	unsigned i = 0;

	if (likely(!chains)) {
		free_single(p, pkts, n, false, &bytes);
		return bytes;
	}
	while ((i += free_single(p, pkts + i, n - i, true, &bytes)) < n)
		bytes += free_chain(pkts[i++]);
	return bytes;
}

bool port_rx_oversize(const struct port *p, const struct uk_netbuf *nb)
{
	const unsigned len = port_frame_len(nb), most = p->mtu + ETH_HLEN;
	uint16_t type;

	if (len <= most || nb->len < ETH_HLEN)
		return len > most;
	memcpy(&type, (const char *)nb->data + ETH_HLEN - sizeof(type),
	       sizeof(type));
	if (type != net16(ETH_TYPE_VLAN) && type != net16(ETH_TYPE_QINQ))
		return true;
	return len > most + VLAN_TAG_LEN;
}

#ifdef PORT_SHARED
void port_reflect(struct port *p, struct uk_netbuf *const pkts[], unsigned n)
{
	struct uk_netbuf **const ring = p->reflected, **to;
	struct uk_netbuf **const end = ring + p->nb_rx_bufs;

	to = ring + p->reflected_from + p->nb_reflected;
	if (to >= end)
		to -= p->nb_rx_bufs;
	p->nb_reflected += n;
	for (unsigned i = 0; i < n; i++) {
		pkts[i]->refcount = 2;
		*to = pkts[i];
		if (unlikely(++to == end))
			to = ring;
	}
}

/* The `i`th of those that were reflected, from the oldest on. */
static struct uk_netbuf **reflected_at(struct port *p, unsigned i)
{
	const unsigned at = p->reflected_from + i;

	return p->reflected + (at < p->nb_rx_bufs ? at : at - p->nb_rx_bufs);
}

/*
 * The oldest is out. The next takes its place, or another, at which nobody
 * looked since. False: neither is back.
 */
static bool pass_over(struct port *p)
{
	struct uk_netbuf **const oldest = reflected_at(p, 0), *nb = *oldest;
	struct uk_netbuf **other;

	if (p->nb_reflected < 2)
		return false;
	other = reflected_at(p, 1);
	if ((*other)->refcount != 1) {
		if (++p->reflected_look >= p->nb_reflected)
			p->reflected_look = 1;
		other = reflected_at(p, p->reflected_look);
	}
	if ((*other)->refcount != 1)
		return false;
	*oldest = *other;
	*other = nb;
	return true;
}

/* In one piece of the ring, as long as they are back; returns how many. */
static unsigned reclaim(struct port *p)
{
	struct uk_netbuf **const first = p->reflected + p->reflected_from;
	struct uk_netbuf **const end =
		first + MIN(p->nb_reflected, p->nb_rx_bufs - p->reflected_from);
	struct uk_netbuf **top = p->rx_free + p->nb_rx_free, **at;
	const uint16_t room = p->rx_room;
	unsigned n;

	for (at = first; at < end && (*at)->refcount == 1; at++) {
		(*at)->len = room;
		*top++ = *at;
	}
	n = (unsigned)(at - first);
	p->nb_rx_free += n;
	p->nb_reflected -= n;
	p->reflected_from += n;
	if (p->reflected_from == p->nb_rx_bufs)
		p->reflected_from = 0;
	return n;
}

void port_reclaim(struct port *p)
{
	while (reclaim(p) || pass_over(p))
		;
}

/* Those that are out; what is back may be behind one that is not. */
static unsigned reflected_out(const struct port *p)
{
	unsigned at = p->reflected_from, out = 0;

	for (unsigned i = 0; i < p->nb_reflected; i++) {
		out += p->reflected[at]->refcount - 1;
		if (++at == p->nb_rx_bufs)
			at = 0;
	}
	return out;
}

#else
static void reflected_back(struct uk_netbuf *nb)
{
	struct port *p = nb->priv;

	p->nb_reflected--;
	nb->dtor = rx_back;
	rx_reset(nb, p);
}

void port_reflect(struct port *p, struct uk_netbuf *const pkts[], unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		pkts[i]->dtor = reflected_back;
	p->nb_reflected += n;
}

void port_reclaim(struct port *p)
{
	(void)p;
}

static unsigned reflected_out(const struct port *p)
{
	return p->nb_reflected;
}
#endif

/* Called by the driver for the receive buffers that it lacks. */
static uint16_t alloc_rxpkts(void *argp, struct uk_netbuf *pkts[],
			     uint16_t count)
{
	struct port *p = argp;
	unsigned n;

	if (unlikely(p->nb_reflected))
		port_reclaim(p);
	n = MIN(count, p->nb_rx_free);
	p->nb_rx_free -= n;
	memcpy(pkts, p->rx_free + p->nb_rx_free, n * sizeof(pkts[0]));
	return (uint16_t)n;
}

static int fail(struct port *p, enum port_step step, int err)
{
	p->step = step;
	p->err = err;
	return err;
}

/*
 * Stock Unikraft's virtio-net drives transitional devices, whose rings have one
 * length, and lets a queue be configured with another all the same.
 */
#ifdef PORT_BURST
#define RINGS_SHORTEN 1
#else
#define RINGS_SHORTEN 0
#endif

/* As many of `want` descriptors as the queue allows. */
static uint16_t nb_desc(const struct uk_netdev_queue_info *info, uint16_t want)
{
	return RINGS_SHORTEN ? MIN(info->nb_max, want) : info->nb_max;
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
				2 * sizeof(p->rx_free[0])) +
	       (size_t)p->nb_rx_desc * DESC_BYTES;
}

/* The longest frame with `headroom` before it, in whole cache lines. */
static size_t longest(const struct port *p, size_t headroom)
{
	return ALIGN_UP(headroom + p->mtu + ETH_HLEN + VLAN_TAG_LEN, PORT_LINE);
}

static void count_bufs(struct port *p, unsigned burst)
{
	const size_t parts =
		(longest(p, p->info.nb_encap_rx) + p->rx_buf_bytes - 1) /
		p->rx_buf_bytes;

	p->nb_tx_bufs = p->nb_tx_desc + burst;
	p->nb_rx_bufs = p->nb_rx_desc + burst * (unsigned)parts;
}

/*
 * Sizes the buffers, and shortens the queues until they fit this port's share
 * of what is left: the costlier one first.
 */
static void fit_memory(struct port *p, unsigned burst, struct uk_alloc *a)
{
	unsigned ports = MIN(uk_netdev_count(), CONFIG_APPUKPKTGEN_MAX_PORTS);
	__ssz avail = uk_alloc_availmem(a);
	size_t share;

	p->buf_bytes = longest(p, port_headroom(&p->info));
	p->rx_buf_bytes = longest(p, p->info.nb_encap_rx);
	if (takes_chains(p))
		p->rx_buf_bytes = MIN(p->rx_buf_bytes, (size_t)RX_BUF_BYTES);
	count_bufs(p, burst);
	if (avail < 0 || !RINGS_SHORTEN)
		return;
	share = (size_t)(avail - avail / MEMORY_KEPT) /
		(ports > p->id ? ports - p->id : 1);
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
static void make_rx_bufs(struct port *p)
{
	const size_t start = obj_bytes(p, 0);
	char *mem = NULL;

	p->rx_room = (uint16_t)(p->rx_buf_bytes - p->info.nb_encap_rx);
	while ((mem = uk_allocpool_take(p->rx_pool)) != NULL) {
		struct uk_netbuf *nb = (void *)mem;

		port_rx_mark(mem + start, p->rx_buf_bytes);
		uk_netbuf_init_indir(nb, mem + start, p->rx_buf_bytes, 0, p,
				     rx_back);
		rx_reset(nb, p);
	}
}

static int make_pools(struct port *p, struct uk_alloc *a)
{
	p->rx_pool = uk_allocpool_alloc(
		a, p->nb_rx_bufs, obj_bytes(p, p->rx_buf_bytes), pool_align(p));
	p->tx_pool = uk_allocpool_alloc(
		a, p->nb_tx_bufs, obj_bytes(p, p->buf_bytes), pool_align(p));
	p->rx_free = uk_malloc(a, 2 * p->nb_rx_bufs * sizeof(p->rx_free[0]));
	if (!p->rx_pool || !p->tx_pool || !p->rx_free)
		return -ENOMEM;
	p->reflected = p->rx_free + p->nb_rx_bufs;
	make_rx_bufs(p);
	p->tx_alloc = uk_allocpool2ukalloc(p->tx_pool);
	return 0;
}

static int get_queue_sizes(struct port *p)
{
	struct uk_netdev_queue_info rx, tx;
	int rc;

	rc = uk_netdev_rxq_info_get(p->dev, 0, &rx);
	if (rc < 0)
		return rc;
	rc = uk_netdev_txq_info_get(p->dev, 0, &tx);
	if (rc < 0)
		return rc;
	p->nb_rx_desc = nb_desc(&rx, CONFIG_APPUKPKTGEN_RX_DESC);
	p->nb_tx_desc = nb_desc(&tx, CONFIG_APPUKPKTGEN_TX_DESC);
	return 0;
}

static int configure_queues(struct port *p, struct uk_alloc *a)
{
	struct uk_netdev_rxqueue_conf rx = {
		.a = a,
		.alloc_rxpkts = alloc_rxpkts,
		.alloc_rxpkts_argp = p,
	};
	struct uk_netdev_txqueue_conf tx = {.a = a};
	int rc;

	rc = uk_netdev_rxq_configure(p->dev, 0, p->nb_rx_desc, &rx);
	if (rc < 0)
		return fail(p, PORT_STEP_RXQ, rc);
	rc = uk_netdev_txq_configure(p->dev, 0, p->nb_tx_desc, &tx);
	if (rc < 0)
		return fail(p, PORT_STEP_TXQ, rc);
	return 0;
}

static void learn_addresses(struct port *p)
{
	const struct uk_hwaddr *hw = uk_netdev_hwaddr_get(p->dev);
	uint16_t mtu = uk_netdev_mtu_get(p->dev);

	if (hw)
		memcpy(p->mac, hw->addr_bytes, ETH_ALEN);
	p->mtu = MIN(mtu ? mtu : MTU_DEFAULT, MTU_MAX);
}

int port_open(struct port *p, unsigned id, unsigned burst, struct uk_alloc *a)
{
	const struct uk_netdev_conf conf = {1, 1};
	int rc;

	memset(p, 0, sizeof(*p));
	p->id = id;
	p->dev = uk_netdev_get(id);
	if (!p->dev)
		return fail(p, PORT_STEP_GET, -ENODEV);
	/* A stock tree may have probed its devices at boot. */
	if (uk_netdev_state_get(p->dev) == UK_NETDEV_UNPROBED) {
		rc = uk_netdev_probe(p->dev);
		if (rc < 0)
			return fail(p, PORT_STEP_PROBE, rc);
	}
	uk_netdev_info_get(p->dev, &p->info);
	if (!p->info.max_rx_queues || !p->info.max_tx_queues)
		return fail(p, PORT_STEP_INFO, -ENOTSUP);
	if (!p->info.ioalign)
		p->info.ioalign = 1;
	rc = uk_netdev_configure(p->dev, &conf);
	if (rc < 0)
		return fail(p, PORT_STEP_CONFIGURE, rc);
	learn_addresses(p);
	rc = get_queue_sizes(p);
	if (rc < 0)
		return fail(p, PORT_STEP_QUEUE_INFO, rc);
	fit_memory(p, burst, a);
	rc = make_pools(p, a);
	if (rc < 0)
		return fail(p, PORT_STEP_POOL, rc);
	rc = configure_queues(p, a);
	if (rc < 0)
		return rc;
	rc = uk_netdev_start(p->dev);
	if (rc < 0)
		return fail(p, PORT_STEP_START, rc);
	p->step = PORT_STEP_UP;
	return 0;
}

void port_close(struct port *p, struct uk_alloc *a)
{
	if (p->rx_free)
		uk_free(a, p->rx_free);
	if (p->rx_pool)
		uk_allocpool_free(p->rx_pool);
	if (p->tx_pool)
		uk_allocpool_free(p->tx_pool);
}

unsigned port_tx_out(const struct port *p)
{
	return p->nb_tx_bufs - uk_allocpool_availcount(p->tx_pool) +
	       reflected_out(p);
}
