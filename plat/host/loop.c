/* SPDX-License-Identifier: BSD-3-Clause */
/* Network devices in pairs: a frame sent on one is received on the other. */
#include "plat/host/loop.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uk/plat/lcpu.h>

#include "plat/host/host.h"

#define MAX_DEVS 16
#define MAX_DESC 1024
#define DEFAULT_DESC 256
#define ENCAP 12
#define QUEUES CONFIG_LIBUKNETDEV_MAXNBQUEUES

/* A queue of netbufs. */
struct fifo {
	struct uk_netbuf *nb[MAX_DESC];
	unsigned head, tail;
};

struct uk_netdev_rx_queue {
	pthread_mutex_t lock; /* of what who sends to it touches */
	struct uk_netdev_rxqueue_conf conf;
	unsigned nb_desc;
	struct fifo posted, coming, filled;
	unsigned looks;   /* since frames came, of faults.late */
	uint64_t nb_seen; /* of faults.lose */
};

/* A frame that was sent, until it is given back at a look. */
struct flying {
	struct uk_netbuf *nb;
	uint64_t until;
	bool kept; /* no reference went with it */
};

struct uk_netdev_tx_queue {
	unsigned id; /* what it sends arrives at the peer's of this number */
	unsigned nb_desc;
	unsigned nb_flying;
	uint64_t looks;
	struct flying flying[MAX_DESC]; /* in the order in which they went */
};

struct host_netdev {
	struct uk_netdev netdev; /* first */
	struct host_netdev *peer;
	struct uk_hwaddr mac;
	uint16_t mtu;
	struct host_faults faults;
	struct uk_netdev_rx_queue rxq[QUEUES];
	struct uk_netdev_tx_queue txq[QUEUES];
	void (*tap)(void *arg, const void *frame, size_t len);
	void *tap_arg;
	void (*wire)(void *arg, const void *frame, size_t len);
	void *wire_arg;
};

static struct host_netdev devs[MAX_DEVS];
static unsigned nb_devs;
static uint16_t nb_queues = 1;

static unsigned fifo_len(const struct fifo *f)
{
	return f->tail - f->head;
}

static void fifo_put(struct fifo *f, struct uk_netbuf *nb)
{
	f->nb[f->tail++ % MAX_DESC] = nb;
}

static struct uk_netbuf *fifo_get(struct fifo *f)
{
	return f->nb[f->head++ % MAX_DESC];
}

static struct host_netdev *dev_of(struct uk_netdev *dev)
{
	return (struct host_netdev *)(void *)dev;
}

/* Returns whether the queue has all its buffers. */
static bool refill(struct uk_netdev_rx_queue *q)
{
	unsigned want = q->nb_desc - fifo_len(&q->posted) -
			fifo_len(&q->coming) - fifo_len(&q->filled);
	struct uk_netbuf *nb[MAX_DESC];
	uint16_t n;

	n = q->conf.alloc_rxpkts(q->conf.alloc_rxpkts_argp, nb, (uint16_t)want);
	for (uint16_t i = 0; i < n; i++) {
		nb[i]->len =
			(uint16_t)(nb[i]->buflen - uk_netbuf_headroom(nb[i]));
		fifo_put(&q->posted, nb[i]);
	}
	return n == want;
}

/* Copies a frame into `rx` and, where it does not fit, posted ones behind. */
static void fill(struct uk_netdev_rx_queue *q, struct uk_netbuf *rx,
		 const char *from, size_t left)
{
	for (;;) {
		struct uk_netbuf *part = rx;

		part->len = (uint16_t)MIN((size_t)part->len, left);
		memcpy(part->data, from, part->len);
		from += part->len;
		left -= part->len;
		if (!left)
			return;
		rx = fifo_get(&q->posted);
		part->next = rx;
		rx->prev = part;
	}
}

/* Whether it is lost on the way. */
static bool is_lost(struct host_faults *f, struct uk_netdev_rx_queue *q)
{
	if (!f->lose || ++q->nb_seen % f->lose)
		return false;
	__atomic_add_fetch(&f->nb_lost, 1, __ATOMIC_RELAXED);
	return true;
}

static bool deliver(struct uk_netdev_rx_queue *q, const struct uk_netbuf *nb,
		    struct host_faults *f)
{
	struct uk_netbuf *rx;
	unsigned parts;

	if (!fifo_len(&q->posted))
		return false;
	rx = fifo_get(&q->posted);
	parts = (nb->len + rx->len - 1u) / rx->len;
	if (fifo_len(&q->posted) + 1 < parts) {
		q->posted.head--;
		return false;
	}
	if (is_lost(f, q)) {
		q->posted.head--;
		return true;
	}
	fill(q, rx, nb->data, nb->len);
	fifo_put(&q->coming, rx);
	return true;
}

/* Whether the device could take any frame now. */
static bool has_room(const struct host_netdev *d,
		     const struct uk_netdev_tx_queue *q)
{
	const struct fifo *posted = &d->peer->rxq[q->id].posted;
	unsigned room;

	if (q->nb_flying == q->nb_desc || !fifo_len(posted) || d->faults.full)
		return false;
	room = posted->nb[posted->head % MAX_DESC]->len;
	return fifo_len(posted) >= (d->mtu + 14u + room - 1) / room;
}

static void complete(struct host_netdev *d, struct uk_netdev_tx_queue *q)
{
	const unsigned had = q->nb_flying;

	q->looks++;
	q->nb_flying = 0;
	for (unsigned i = 0; i < had; i++) {
		const struct flying f = q->flying[i];
		const unsigned out = q->nb_flying + had - i;

		if (out <= d->faults.hold || f.until > q->looks)
			q->flying[q->nb_flying++] = f;
		else if (!f.kept)
			uk_netbuf_free(f.nb);
	}
}

static void fly(struct host_netdev *d, struct uk_netdev_tx_queue *q,
		struct uk_netbuf *nb, bool kept)
{
	q->flying[q->nb_flying++] = (struct flying){
		nb,
		q->looks + host_back_delay(d->faults.back, q->looks,
					   &d->faults.back_seed),
		kept};
}

/* What is kept gets references. */
static void claim(struct uk_netdev_tx_queue *q)
{
	for (unsigned i = 0; i < q->nb_flying; i++) {
		struct flying *const f = &q->flying[i];

		f->nb->refcount += f->kept;
		f->kept = false;
	}
}

/* Sender and receiver may be on two CPUs. */
static void lock(struct uk_netdev_rx_queue *q)
{
	if (unlikely(ukplat_lcpu_count() > 1))
		pthread_mutex_lock(&q->lock);
}

static void unlock(struct uk_netdev_rx_queue *q)
{
	if (unlikely(ukplat_lcpu_count() > 1))
		pthread_mutex_unlock(&q->lock);
}

static int tx_locked(struct uk_netdev *dev, struct uk_netdev_tx_queue *q,
		     struct uk_netbuf **pkts, uint16_t *cnt, bool kept)
{
	struct host_netdev *d = dev_of(dev);
	uint16_t n;

	if (!kept)
		claim(q);
	complete(d, q);
	for (n = 0; n < *cnt; n++) {
		struct uk_netbuf *nb = pkts[n];

		if (d->faults.tx || nb->next || !nb->len ||
		    nb->len > d->mtu + 14 || uk_netbuf_headroom(nb) < ENCAP) {
			*cnt = n;
			return d->faults.tx ? d->faults.tx : -EINVAL;
		}
		if (q->nb_flying == q->nb_desc || d->faults.full ||
		    (!d->wire &&
		     !deliver(&d->peer->rxq[q->id], nb, &d->peer->faults)))
			break;
		if (d->wire)
			d->wire(d->wire_arg, nb->data, nb->len);
		if (d->tap)
			d->tap(d->tap_arg, nb->data, nb->len);
		fly(d, q, nb, kept);
	}
	*cnt = n;
	return (n ? UK_NETDEV_STATUS_SUCCESS : 0) |
	       (has_room(d, q) ? UK_NETDEV_STATUS_MORE : 0);
}

static int transmit(struct uk_netdev *dev, struct uk_netdev_tx_queue *q,
		    struct uk_netbuf **pkts, uint16_t *cnt, bool kept)
{
	struct uk_netdev_rx_queue *const to = &dev_of(dev)->peer->rxq[q->id];
	int rc;

	lock(to);
	rc = tx_locked(dev, q, pkts, cnt, kept);
	unlock(to);
	return rc;
}

static int tx_burst(struct uk_netdev *dev, struct uk_netdev_tx_queue *q,
		    struct uk_netbuf **pkts, uint16_t *cnt)
{
	return transmit(dev, q, pkts, cnt, false);
}

static int tx_kept(struct uk_netdev *dev, struct uk_netdev_tx_queue *q,
		   struct uk_netbuf **pkts, uint16_t *cnt)
{
	return transmit(dev, q, pkts, cnt, true);
}

/* What is on the way comes, unless that takes longer. */
static void arrive(const struct host_netdev *d, struct uk_netdev_rx_queue *q)
{
	if (!fifo_len(&q->coming) || q->looks++ < d->faults.late)
		return;
	q->looks = 0;
	do
		fifo_put(&q->filled, fifo_get(&q->coming));
	while (fifo_len(&q->coming) && !d->faults.singly);
}

static int rx_locked(struct uk_netdev *dev, struct uk_netdev_rx_queue *q,
		     struct uk_netbuf **pkts, uint16_t *cnt)
{
	uint16_t n;
	int status = 0;

	if (dev_of(dev)->faults.rx) {
		*cnt = 0;
		return dev_of(dev)->faults.rx;
	}
	arrive(dev_of(dev), q);
	for (n = 0; n < *cnt && fifo_len(&q->filled); n++)
		pkts[n] = fifo_get(&q->filled);
	for (uint16_t i = 0; i < n; i++)
		if (pkts[i]->next || pkts[i]->len > dev_of(dev)->mtu + 14)
			status |= UK_NETDEV_STATUS_LARGE;
	for (uint16_t i = 0; i < n; i++)
		pkts[i]->len = (uint16_t)(pkts[i]->len +
					  dev_of(dev)->faults.rx_excess);
	*cnt = n;
	if (n)
		status |= UK_NETDEV_STATUS_SUCCESS;
	if (fifo_len(&q->filled))
		status |= UK_NETDEV_STATUS_MORE;
	if (!refill(q) || dev_of(dev)->faults.underrun)
		status |= UK_NETDEV_STATUS_UNDERRUN;
	return status;
}

static int rx_burst(struct uk_netdev *dev, struct uk_netdev_rx_queue *q,
		    struct uk_netbuf **pkts, uint16_t *cnt)
{
	int rc;

	lock(q);
	rc = rx_locked(dev, q, pkts, cnt);
	unlock(q);
	return rc;
}

static int probe(struct uk_netdev *dev)
{
	return dev_of(dev)->faults.probe;
}

static void info_get(struct uk_netdev *dev, struct uk_netdev_info *info)
{
	*info = (struct uk_netdev_info){
		.max_rx_queues = nb_queues,
		.max_tx_queues = nb_queues,
		.max_mtu = dev_of(dev)->mtu,
		.nb_encap_tx = ENCAP,
		.nb_encap_rx = ENCAP,
		.ioalign = 8,
		.features = UK_NETDEV_F_RX_CHAIN,
	};
}

static int configure(struct uk_netdev *dev,
		     const struct uk_netdev_conf *conf __unused)
{
	return dev_of(dev)->faults.configure;
}

static int queue_info(struct uk_netdev *dev __unused, uint16_t id,
		      struct uk_netdev_queue_info *info)
{
	if (id >= nb_queues)
		return -EINVAL;
	*info = (struct uk_netdev_queue_info){
		.nb_max = DEFAULT_DESC,
		.nb_min = 1,
		.nb_align = 1,
		.nb_is_power_of_two = 1,
	};
	return 0;
}

static int rxq_configure(struct uk_netdev *dev, uint16_t id, uint16_t nb_desc,
			 struct uk_netdev_rxqueue_conf *conf,
			 struct uk_netdev_rx_queue **queue)
{
	struct host_netdev *d = dev_of(dev);

	if (d->faults.rxq)
		return d->faults.rxq;
	d->rxq[id].conf = *conf;
	d->rxq[id].nb_desc = nb_desc ? nb_desc : DEFAULT_DESC;
	refill(&d->rxq[id]);
	*queue = &d->rxq[id];
	return 0;
}

static int txq_configure(struct uk_netdev *dev, uint16_t id, uint16_t nb_desc,
			 struct uk_netdev_txqueue_conf *conf __unused,
			 struct uk_netdev_tx_queue **queue)
{
	struct host_netdev *d = dev_of(dev);

	if (d->faults.txq)
		return d->faults.txq;
	d->txq[id].id = id;
	d->txq[id].nb_desc = nb_desc ? nb_desc : DEFAULT_DESC;
	*queue = &d->txq[id];
	return 0;
}

static int start(struct uk_netdev *dev)
{
	return dev_of(dev)->faults.start;
}

static const struct uk_hwaddr *hwaddr_get(struct uk_netdev *dev)
{
	return &dev_of(dev)->mac;
}

static uint16_t mtu_get(struct uk_netdev *dev)
{
	return dev_of(dev)->mtu;
}

static const char *why(struct uk_netdev *dev)
{
	return dev_of(dev)->faults.why;
}

static int link_get(struct uk_netdev *dev)
{
	return !dev_of(dev)->faults.unplugged;
}

static const struct uk_netdev_ops ops = {
	.probe = probe,
	.info_get = info_get,
	.configure = configure,
	.rxq_info_get = queue_info,
	.txq_info_get = queue_info,
	.rxq_configure = rxq_configure,
	.txq_configure = txq_configure,
	.start = start,
	.hwaddr_get = hwaddr_get,
	.mtu_get = mtu_get,
	.why = why,
	.link_get = link_get,
};

static struct host_netdev *add(uint16_t mtu)
{
	struct host_netdev *d;

	if (nb_devs == MAX_DEVS)
		abort();
	d = &devs[nb_devs++];
	memset(d, 0, sizeof(*d));
	d->mtu = mtu;
	d->mac = (struct uk_hwaddr){{2, 0, 0, 0, 0, (uint8_t)(nb_devs - 1)}};
	d->netdev.ops = &ops;
	d->netdev.tx_burst = tx_burst;
	d->netdev.tx_kept = tx_kept;
	d->netdev.rx_burst = rx_burst;
	uk_netdev_drv_register(&d->netdev, NULL, "host-loop");
	return d;
}

void host_loop_pair(struct host_netdev *dev[2], uint16_t mtu)
{
	dev[0] = add(mtu);
	dev[1] = add(mtu);
	dev[0]->peer = dev[1];
	dev[1]->peer = dev[0];
}

void host_netdev_set_mtu(struct host_netdev *dev, uint16_t mtu)
{
	dev->mtu = mtu;
}

struct host_faults *host_netdev_faults(struct host_netdev *dev)
{
	return &dev->faults;
}

void host_loop_put(struct host_netdev *dev, const void *frame, size_t len)
{
	struct uk_netdev_rx_queue *q = &dev->rxq[0];
	struct uk_netbuf *rx = fifo_get(&q->posted);

	fill(q, rx, frame, len);
	fifo_put(&q->coming, rx);
}

void host_netdev_tap(struct host_netdev *dev,
		     void (*tap)(void *arg, const void *frame, size_t len),
		     void *arg)
{
	dev->tap = tap;
	dev->tap_arg = arg;
}

void host_netdev_wire(struct host_netdev *dev,
		      void (*wire)(void *arg, const void *frame, size_t len),
		      void *arg)
{
	dev->wire = wire;
	dev->wire_arg = arg;
}

bool host_netdev_receive(struct host_netdev *dev, const void *frame, size_t len)
{
	const struct uk_netbuf nb = {.data = (void *)(uintptr_t)frame,
				     .len = (uint16_t)len};

	return deliver(&dev->rxq[0], &nb, &dev->faults);
}

void host_loop_queues(unsigned n)
{
	nb_queues = (uint16_t)MIN(n, (unsigned)QUEUES);
}

void host_loop_reset(void)
{
	nb_devs = 0;
	nb_queues = 1;
	uk_netdev_drv_unregister_all();
}
