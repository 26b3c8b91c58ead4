/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port: one network device that was brought up, with one queue pair or more.
 * `struct port` owns the device, its queues and their pools from port_open()
 * on, for as long as the appliance runs.
 *
 * Frames go by queue. A frame's buffer comes from port_frame_alloc() and goes
 * to port_tx_burst() of the same queue, which hands it to the device; the
 * device gives it back to the queue's pool. A received frame belongs to the
 * caller until port_rx_free(), or is sent back by way of port_reflect(); a
 * queue's receive buffers are made once and go round between device and queue.
 * A queue has one user at a time, different queues may be used at once.
 */
#ifndef NET_PORT_H
#define NET_PORT_H

#include <stdbool.h>
#include <uk/allocpool.h>
#include <uk/netdev.h>

#include "net/proto.h"

/* PORT_NO_BURST lets a test build take the plain path here as well. */
#if defined(UK_NETDEV_HAVE_BURST) && !defined(PORT_NO_BURST)
#define PORT_BURST 1
#define PORT_API "burst"
#else
#define PORT_API "one"
#endif

#define PORT_VLAN_TAG_LEN 4    /* bytes of a tag, which an MTU does not count */
#define PORT_LINE ((size_t)64) /* bytes of a cache line */

#if defined(UK_NETDEV_HAVE_SHARED_TX) && !defined(PORT_NO_BURST)
#define PORT_SHARED 1
#define PORT_TX_FRAMES "shared"
#else
#define PORT_TX_FRAMES "copied"
#endif

#if defined(UK_NETDEV_HAVE_LENT_TX) && defined(PORT_SHARED)
#define PORT_LENT 1
#endif

/* What can fail while a port is brought up, in that order. */
#define PORT_STEPS(S)               \
	S(GET, "get")               \
	S(PROBE, "probe")           \
	S(INFO, "info")             \
	S(CONFIGURE, "configure")   \
	S(QUEUE_INFO, "queue info") \
	S(POOL, "buffer pool")      \
	S(RXQ, "receive queue")     \
	S(TXQ, "transmit queue")    \
	S(START, "start")           \
	S(UP, "up")

enum port_step {
#define S(id, text) PORT_STEP_##id,
	PORT_STEPS(S)
#undef S
};

#define PORT_QUEUES_MAX CONFIG_LIBUKNETDEV_MAXNBQUEUES

struct port;

/* One receive and one transmit queue, and the buffers that they work with. */
struct port_queue {
	struct uk_netdev *dev; /* the port's */
	uint16_t id;
	uint16_t rx_room; /* bytes of a receive buffer, without headroom */
	struct port *port;
	struct uk_allocpool *rx_pool;
	struct uk_allocpool *tx_pool;
	struct uk_alloc *tx_alloc;
	unsigned nb_guests; /* of port_guest_alloc() that are not free again */
	/*
	 * Receive buffers that are back, those used last on top; room for all.
	 */
	struct uk_netbuf **rx_free;
	unsigned nb_rx_free;
	/*
	 * Of port_reflect() and not a receive buffer again: how many, and where
	 * frames are shared, which, round a ring from the oldest on.
	 */
	unsigned nb_reflected;
	struct uk_netbuf **reflected;
	unsigned reflected_from;
	unsigned reflected_look; /* looked at last, out of turn, from there */
	/* Of port_tx_received(), that the device will give back in order. */
	unsigned nb_lent;
	bool rests; /* the last that were asked for are there, but rest */
	/* Without bursts: what the driver adds to a received length, bytes. */
	uint16_t rx_excess;
	bool rx_seen; /* rx_excess is known */
};

struct port {
	unsigned id;
	struct uk_netdev *dev;
	struct uk_netdev_info info;
	uint8_t mac[ETH_ALEN];
	uint16_t mtu; /* bytes of layer 3 */
	/* Of each queue: descriptors... */
	uint16_t nb_rx_desc;
	uint16_t nb_tx_desc;
	unsigned nb_rx_bufs; /* ...and buffers in its pools, all being back */
	unsigned nb_tx_bufs;
	size_t buf_bytes;    /* of a frame's buffer, headroom included */
	size_t rx_buf_bytes; /* of a receive buffer, likewise */
	enum port_step step; /* PORT_STEP_UP, or the one that failed */
	int err;             /* negative errno of the step that failed */
	unsigned nb_queues;
	struct port_queue queue[PORT_QUEUES_MAX];
};

/*
 * Brings device `id` up through all of its states, memory from `a`, with
 * `nb_queues` queue pairs, 1..PORT_QUEUES_MAX, or as many as it has. `burst` is
 * the most frames that a queue's user holds at once. Queues are as long as the
 * device and CONFIG_APPUKPKTGEN_RX_DESC and _TX_DESC allow, and shorter where
 * the memory that is left, shared with the devices behind this one, is too
 * little. Returns 0, or a negative errno with p->step saying what failed; the
 * port is then to be left alone.
 */
int port_open(struct port *p, unsigned id, unsigned nb_queues, unsigned burst,
	      struct uk_alloc *a);

/* Gives its memory back to `a`, once the device has gone: for tests. */
void port_close(struct port *p, struct uk_alloc *a);

static inline bool port_up(const struct port *p)
{
	return p->step == PORT_STEP_UP;
}

/* "up", or the name of the step that failed. */
const char *port_step_name(enum port_step step);

/* What made a call fail with the negative errno `err`, in words. */
const char *port_why(const struct port *p, int err);

/* What the driver adds to received lengths, once it is known: no bursts. */
uint16_t port_rx_excess(const struct port *p);

/* Whether frames that arrive at a port that is up can end a halt of the CPU. */
static inline bool port_wakes(const struct port *p)
{
	return p->info.features & UK_NETDEV_F_RXQ_INTR;
}

/* Whether a hash says by which of several queues a frame comes. */
static inline bool port_has_rss(const struct port *p)
{
#ifdef UK_NETDEV_F_RSS
	return p->nb_queues > 1 && p->info.features & UK_NETDEV_F_RSS;
#else
	(void)p;
	return false;
#endif
}

/*
 * Lets them do so, or not. False: frames wait already, none of which will end
 * a halt, so take these first.
 */
bool port_wake(struct port *p, bool on);

/* Whether what a port that is up sends goes anywhere, as its device says. */
enum port_link {
	PORT_LINK_UNKNOWN, /* it does not tell */
	PORT_LINK_UP,
	PORT_LINK_DOWN,
};

/* Asks the device: once in a while, while no queue is in use. */
enum port_link port_link(const struct port *p);

/* The largest frame the port takes, FCS included. */
static inline unsigned port_max_size(const struct port *p)
{
	return p->mtu + ETH_HLEN + ETH_FCS_LEN;
}

/*
 * Before a frame that is to be sent: what the device needs, rounded up to cache
 * lines. So the device's part, which stays as it is, and what changes from
 * frame to frame lie in different ones.
 */
static inline uint16_t port_headroom(const struct uk_netdev_info *info)
{
	return (uint16_t)ALIGN_UP(info->nb_encap_tx, PORT_LINE);
}

/*
 * An empty frame (len 0) with the headroom the device needs, the caller's until
 * port_tx_burst() takes it; NULL: the pool is empty.
 */
static inline struct uk_netbuf *port_frame_alloc(struct port_queue *q)
{
	const struct port *p = q->port;

	return uk_netbuf_alloc_buf(q->tx_alloc, p->buf_bytes, p->info.ioalign,
				   port_headroom(&p->info), 0, NULL);
}

/*
 * The same for a frame that is not of the queue's own worker: it is not among
 * those of port_tx_out().
 */
struct uk_netbuf *port_guest_alloc(struct port_queue *q);

/* Bytes of a frame that a buffer of port_frame_alloc() has room for. */
static inline size_t port_frame_room(const struct port_queue *q)
{
	return q->port->buf_bytes - port_headroom(&q->port->info);
}

/* Gives any frame back to its pool; of a chain each part. */
static inline void port_frame_free(struct uk_netbuf *nb)
{
	uk_netbuf_free(nb);
}

/* It is free again: where the driver goes by that, it has all of its room. */
static inline void port_rx_again(const struct port_queue *q,
				 struct uk_netbuf *nb)
{
#ifndef UK_NETDEV_HAVE_LENT_TX
	nb->len = q->rx_room;
#else
	(void)q;
	(void)nb;
#endif
}

/*
 * A received frame, which may be a chain, see UK_NETDEV_F_RX_CHAIN. Of a whole
 * burst see net/port_look.h.
 */
static inline void port_rx_free(struct port_queue *q, struct uk_netbuf *nb)
{
	if (unlikely(nb->next)) {
		port_frame_free(nb);
		return;
	}
	port_rx_again(q, nb);
	q->rx_free[q->nb_rx_free++] = nb;
}

/*
 * Received frames, no chains, are going to be sent on the same queue. They are
 * then freed by port_frame_free(), which the device does; where frames are
 * shared, the queue keeps a reference.
 */
void port_reflect(struct port_queue *q, struct uk_netbuf *const pkts[],
		  unsigned n);

/* Bytes of the frame, a chain or not, without FCS. */
static inline unsigned port_frame_len(const struct uk_netbuf *nb)
{
	unsigned len = nb->len;

	while (unlikely((nb = nb->next) != NULL))
		len += nb->len;
	return len;
}

/*
 * Sends up to `n` frames and returns how many the device took; the caller keeps
 * the rest. Fewer than `n` means a full ring. *err is 0, or the negative errno
 * of the frame after those that were taken.
 */
static inline unsigned port_tx_burst(struct port_queue *q,
				     struct uk_netbuf **pkts, unsigned n,
				     int *err);

/*
 * The same of frames that stay the caller's, where the port can: none takes a
 * reference, until port_tx_reap() or port_tx_burst() is called.
 */
static inline bool port_tx_keeps(const struct port_queue *q);
static inline unsigned port_tx_kept(struct port_queue *q,
				    struct uk_netbuf **pkts, unsigned n,
				    int *err);

/*
 * Whether a received frame is longer than the port's MTU allows; a VLAN tag
 * does not count.
 */
bool port_rx_oversize(const struct port *p, const struct uk_netbuf *nb);

/*
 * The same of frames that were received on the same queue, no chains: what the
 * device has sent is received into again. The rest is the caller's as before.
 */
unsigned port_tx_received(struct port_queue *q, struct uk_netbuf **pkts,
			  unsigned n, int *err);

/* The device has run out of receive buffers. */
#define PORT_RX_UNDERRUN UK_NETDEV_STATUS_UNDERRUN
/* Among the frames may be chains, and some for port_rx_oversize(). */
#ifdef UK_NETDEV_STATUS_LARGE
#define PORT_RX_LARGE UK_NETDEV_STATUS_LARGE
#else
#define PORT_RX_LARGE 0x8
#endif

/*
 * Receives up to `n` frames and returns how many. *status is a set of
 * PORT_RX_*, among bits without a meaning. *err is 0 or a negative errno.
 */
static inline unsigned port_rx_burst(struct port_queue *q,
				     struct uk_netbuf **pkts, unsigned n,
				     unsigned *status, int *err);

/*
 * Whether port_tx_reap() does anything. Where it does not, the last frames seem
 * to be in flight until the next is sent.
 */
static inline bool port_can_reap(void)
{
#ifdef PORT_BURST
	return true;
#else
	return false;
#endif
}

/* Takes back what the device has sent, without sending more. */
void port_tx_reap(struct port_queue *q);

/*
 * Buffers of port_frame_alloc(), and frames of port_reflect() and
 * port_tx_received(), that were not freed yet, be it by the device or by the
 * user.
 */
unsigned port_tx_out(const struct port_queue *q);

/* Makes receive buffers again of what was reflected and is back. */
void port_reclaim(struct port_queue *q);

#ifdef PORT_BURST

static inline unsigned port_tx_burst(struct port_queue *q,
				     struct uk_netbuf **pkts, unsigned n,
				     int *err)
{
	uint16_t cnt = (uint16_t)n;
	int rc = uk_netdev_tx_burst(q->dev, q->id, pkts, &cnt);

	*err = rc < 0 ? rc : 0;
	return cnt;
}

static inline unsigned port_rx_burst(struct port_queue *q,
				     struct uk_netbuf **pkts, unsigned n,
				     unsigned *status, int *err)
{
	uint16_t cnt = (uint16_t)n;
	int rc = uk_netdev_rx_burst(q->dev, q->id, pkts, &cnt);

	*err = rc < 0 ? rc : 0;
	*status = rc < 0 ? 0 : (unsigned)rc;
	if (unlikely(q->rests))
		*status &= ~PORT_RX_UNDERRUN;
	return cnt;
}

#else

unsigned port_tx_one_by_one(struct port_queue *q, struct uk_netbuf **pkts,
			    unsigned n, int *err);
unsigned port_rx_one_by_one(struct port_queue *q, struct uk_netbuf **pkts,
			    unsigned n, unsigned *status, int *err);

static inline unsigned port_tx_burst(struct port_queue *q,
				     struct uk_netbuf **pkts, unsigned n,
				     int *err)
{
	return port_tx_one_by_one(q, pkts, n, err);
}

static inline unsigned port_rx_burst(struct port_queue *q,
				     struct uk_netbuf **pkts, unsigned n,
				     unsigned *status, int *err)
{
	return port_rx_one_by_one(q, pkts, n, status, err);
}

#endif

#ifdef UK_NETDEV_HAVE_KEPT_TX

static inline bool port_tx_keeps(const struct port_queue *q)
{
	return uk_netdev_tx_keeps(q->dev);
}

static inline unsigned port_tx_kept(struct port_queue *q,
				    struct uk_netbuf **pkts, unsigned n,
				    int *err)
{
	uint16_t cnt = (uint16_t)n;
	int rc = uk_netdev_tx_kept(q->dev, q->id, pkts, &cnt);

	*err = rc < 0 ? rc : 0;
	return cnt;
}

#else

static inline bool port_tx_keeps(const struct port_queue *q)
{
	(void)q;
	return false;
}

static inline unsigned port_tx_kept(struct port_queue *q,
				    struct uk_netbuf **pkts, unsigned n,
				    int *err)
{
	return port_tx_burst(q, pkts, n, err);
}

#endif

#endif /* NET_PORT_H */
