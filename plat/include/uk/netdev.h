/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Unikraft's network device API, as far as the app uses it.
 *
 * Order of calls, each allowed in one state only and moving to the next:
 *
 *   UNPROBED      uk_netdev_probe()
 *   UNCONFIGURED  uk_netdev_info_get(), uk_netdev_configure()
 *   CONFIGURED    uk_netdev_rxq_configure(), uk_netdev_txq_configure() for
 *                 every queue that was asked for, then uk_netdev_start()
 *   RUNNING       send and receive
 *
 * A configuration call in the wrong state, or with an argument out of range,
 * returns -EINVAL and changes nothing. The calls that send and receive check
 * nothing: they are the fast path. A queue has one user at a time; different
 * queues may be used at once. Nothing here may be called from an interrupt.
 */
#ifndef UK_NETDEV_H
#define UK_NETDEV_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <uk/config.h>
#include <uk/netbuf.h>

#ifndef CONFIG_LIBUKNETDEV_MAXNBQUEUES
#define CONFIG_LIBUKNETDEV_MAXNBQUEUES CONFIG_APPUKPKTGEN_QUEUES
#endif

/*
 * Features of this platform, which an app asks for with #ifdef: stock Unikraft
 * has none of them.
 *
 * UK_NETDEV_HAVE_BURST: uk_netdev_tx_burst() and uk_netdev_rx_burst().
 * UK_NETDEV_HAVE_SHARED_TX: a netbuf with several references may be sent, as
 * often at once as there are, and counts are plain numbers.
 * UK_NETDEV_HAVE_ORDER_ERRORS: a call out of order, or for a queue that is not
 * there, and a frame without bytes are errors, as said above and below.
 * UK_NETDEV_F_RX_CHAIN, in uk_netdev_info.features: the device spreads a frame
 * over several receive buffers where one is too small, and delivers a chain of
 * netbufs. Without it a buffer has to hold a frame of the MTU.
 * UK_NETDEV_F_RSS, likewise: with several queues the hash of a frame's
 * addresses and ports says by which of them it comes.
 * UK_NETDEV_HAVE_WHY: uk_netdev_why().
 * UK_NETDEV_HAVE_LINK: uk_netdev_link_get().
 * UK_NETDEV_STATUS_LARGE: a receive says so when frames of it want a look.
 * UK_NETDEV_HAVE_CPUS: each queue may be used by another CPU.
 * UK_NETDEV_HAVE_KEPT_TX: uk_netdev_tx_keeps() and uk_netdev_tx_kept().
 * UK_NETDEV_HAVE_LENT_TX: uk_netdev_tx_lent() and uk_netdev_tx_back(); and a
 * netbuf that was received may be received into again as it is, whatever length
 * it has.
 */
#define UK_NETDEV_HAVE_BURST 1
#define UK_NETDEV_HAVE_SHARED_TX 1
#define UK_NETDEV_HAVE_ORDER_ERRORS 1
#define UK_NETDEV_HAVE_WHY 1
#define UK_NETDEV_HAVE_LINK 1
#define UK_NETDEV_HAVE_CPUS 1
#define UK_NETDEV_HAVE_KEPT_TX 1
#define UK_NETDEV_HAVE_LENT_TX 1
#define UK_NETDEV_F_RX_CHAIN (1U << 31)
#define UK_NETDEV_F_RSS (1U << 30)

/* In uk_netdev_info.features: uk_netdev_rxq_intr_enable() can. */
#define UK_NETDEV_F_RXQ_INTR (1U << 0)

#define UK_NETDEV_HWADDR_LEN 6

struct uk_hwaddr {
	uint8_t addr_bytes[UK_NETDEV_HWADDR_LEN];
} __packed;

enum uk_netdev_state {
	UK_NETDEV_INVALID = 0,
	UK_NETDEV_UNPROBED,
	UK_NETDEV_UNCONFIGURED,
	UK_NETDEV_CONFIGURED,
	UK_NETDEV_RUNNING,
};

struct uk_netdev;

struct uk_netdev_info {
	uint16_t max_rx_queues;
	uint16_t max_tx_queues;
	uint16_t max_mtu;     /* bytes of layer 3 */
	uint16_t nb_encap_tx; /* headroom a sent netbuf must have, bytes */
	uint16_t nb_encap_rx; /* headroom a receive buffer must have, bytes */
	uint16_t ioalign;     /* alignment of buffers, bytes, a power of two */
	uint32_t features;
};

struct uk_netdev_queue_info {
	uint16_t nb_max; /* descriptors */
	uint16_t nb_min;
	uint16_t nb_align;
	int nb_is_power_of_two;
};

struct uk_netdev_conf {
	uint16_t nb_rx_queues;
	uint16_t nb_tx_queues;
};

/*
 * Fills `pkts` with up to `count` netbufs for the device to receive into and
 * returns how many. Each has nb_encap_rx bytes of headroom and its `len` set
 * to the room that follows, which is the same for all buffers of a queue; one
 * with less counts as none and is freed. The device owns them from then on.
 */
typedef uint16_t (*uk_netdev_alloc_rxpkts)(void *argp, struct uk_netbuf *pkts[],
					   uint16_t count);

typedef void (*uk_netdev_queue_event_t)(struct uk_netdev *dev,
					uint16_t queue_id, void *argp);

struct uk_netdev_rxqueue_conf {
	uk_netdev_queue_event_t callback; /* NULL: the queue is polled */
	void *callback_cookie;
	struct uk_alloc *a; /* for the descriptors */
	uk_netdev_alloc_rxpkts alloc_rxpkts;
	void *alloc_rxpkts_argp;
};

/* See uk_netdev_tx_lent(): each of `pkts` is to have a reference more. */
typedef void (*uk_netdev_claim_lent)(void *argp, struct uk_netbuf *const pkts[],
				     unsigned int n);

struct uk_netdev_txqueue_conf {
	struct uk_alloc *a;              /* for the descriptors */
	uk_netdev_claim_lent claim_lent; /* NULL: nothing is lent */
	void *claim_lent_argp;
};

/* Devices are numbered from 0 in the order in which they were found. */
unsigned int uk_netdev_count(void);
/* NULL when there is no such device. */
struct uk_netdev *uk_netdev_get(unsigned int id);
uint16_t uk_netdev_id_get(struct uk_netdev *dev);
const char *uk_netdev_drv_name_get(struct uk_netdev *dev);
enum uk_netdev_state uk_netdev_state_get(struct uk_netdev *dev);

/* Resets the device and negotiates features. 0, or what the driver found. */
int uk_netdev_probe(struct uk_netdev *dev);

void uk_netdev_info_get(struct uk_netdev *dev, struct uk_netdev_info *info);

/* One queue at least in each direction. 0, or a negative errno. */
int uk_netdev_configure(struct uk_netdev *dev,
			const struct uk_netdev_conf *conf);

int uk_netdev_rxq_info_get(struct uk_netdev *dev, uint16_t queue_id,
			   struct uk_netdev_queue_info *info);
int uk_netdev_txq_info_get(struct uk_netdev *dev, uint16_t queue_id,
			   struct uk_netdev_queue_info *info);

/*
 * `nb_desc` descriptors, within what the queue's info says; 0 is the driver's
 * choice. A receive queue is filled by its alloc_rxpkts here and after each
 * receive. 0, or a negative errno.
 */
int uk_netdev_rxq_configure(struct uk_netdev *dev, uint16_t queue_id,
			    uint16_t nb_desc,
			    struct uk_netdev_rxqueue_conf *conf);
int uk_netdev_txq_configure(struct uk_netdev *dev, uint16_t queue_id,
			    uint16_t nb_desc,
			    struct uk_netdev_txqueue_conf *conf);

/* -EINVAL while a queue that was asked for is not configured. */
int uk_netdev_start(struct uk_netdev *dev);

/* NULL when the device has none. Valid from UNCONFIGURED on. */
const struct uk_hwaddr *uk_netdev_hwaddr_get(struct uk_netdev *dev);

/* Bytes of layer 3 that a frame may carry. Valid from UNCONFIGURED on. */
uint16_t uk_netdev_mtu_get(struct uk_netdev *dev);

/*
 * In words and without a full stop, what the device did when one of these calls
 * failed; NULL where there is no more to say than the errno does. It stays as
 * it is until the device is probed again.
 */
const char *uk_netdev_why(struct uk_netdev *dev);

/*
 * Whether frames of a running device go anywhere: 1 while its link is up, 0
 * while it is down; -ENOTSUP where it does not tell. -EIO: it has gone, as its
 * queues say from then on. Asks the device, which takes about a microsecond.
 * Meanwhile no queue is in use: what a device that lost its back end holds may
 * be given back, and its rings begin anew.
 */
int uk_netdev_link_get(struct uk_netdev *dev);

/*
 * Has the next frame that arrives at a queue of a running device interrupt,
 * which ends a halt of the CPU; until it is disabled, which does no harm where
 * it is. 0; 1: a frame waits already, and nothing was changed; -ENOTSUP without
 * UK_NETDEV_F_RXQ_INTR.
 */
int uk_netdev_rxq_intr_enable(struct uk_netdev *dev, uint16_t queue_id);
int uk_netdev_rxq_intr_disable(struct uk_netdev *dev, uint16_t queue_id);

/* What sending and receiving return: a negative errno, or a set of these. */
#define UK_NETDEV_STATUS_SUCCESS 0x1  /* the netbuf was taken or delivered */
#define UK_NETDEV_STATUS_MORE 0x2     /* another call would succeed now */
#define UK_NETDEV_STATUS_UNDERRUN 0x4 /* the receive queue lacks buffers */
/* A frame that was delivered is a chain, or longer than the MTU allows. */
#define UK_NETDEV_STATUS_LARGE 0x8

#define uk_netdev_status_test_set(status, flag) \
	(((int)(status) & ((int)(flag) | INT_MIN)) == (int)(flag))
#define uk_netdev_status_test_unset(status, flag) \
	(((int)(status) & ((int)(flag) | INT_MIN)) == 0)
#define uk_netdev_status_successful(status) \
	uk_netdev_status_test_set((status), UK_NETDEV_STATUS_SUCCESS)
#define uk_netdev_status_notready(status) \
	uk_netdev_status_test_unset((status), UK_NETDEV_STATUS_SUCCESS)
#define uk_netdev_status_more(status) \
	uk_netdev_status_test_set(    \
		(status), (UK_NETDEV_STATUS_SUCCESS | UK_NETDEV_STATUS_MORE))

/* ---- The driver's side ------------------------------------------------ */

struct uk_netdev_tx_queue;
struct uk_netdev_rx_queue;

struct uk_netdev_ops {
	int (*probe)(struct uk_netdev *dev);
	void (*info_get)(struct uk_netdev *dev, struct uk_netdev_info *info);
	int (*configure)(struct uk_netdev *dev,
			 const struct uk_netdev_conf *conf);
	int (*rxq_info_get)(struct uk_netdev *dev, uint16_t queue_id,
			    struct uk_netdev_queue_info *info);
	int (*txq_info_get)(struct uk_netdev *dev, uint16_t queue_id,
			    struct uk_netdev_queue_info *info);
	/* 0 with *queue set, or a negative errno. */
	int (*rxq_configure)(struct uk_netdev *dev, uint16_t queue_id,
			     uint16_t nb_desc,
			     struct uk_netdev_rxqueue_conf *conf,
			     struct uk_netdev_rx_queue **queue);
	int (*txq_configure)(struct uk_netdev *dev, uint16_t queue_id,
			     uint16_t nb_desc,
			     struct uk_netdev_txqueue_conf *conf,
			     struct uk_netdev_tx_queue **queue);
	int (*start)(struct uk_netdev *dev);
	const struct uk_hwaddr *(*hwaddr_get)(struct uk_netdev *dev);
	uint16_t (*mtu_get)(struct uk_netdev *dev);
	const char *(*why)(struct uk_netdev *dev); /* may be NULL */
	int (*link_get)(struct uk_netdev *dev);    /* may be NULL */
	/* May be NULL. */
	int (*rxq_intr_enable)(struct uk_netdev *dev,
			       struct uk_netdev_rx_queue *queue);
	int (*rxq_intr_disable)(struct uk_netdev *dev,
				struct uk_netdev_rx_queue *queue);
};

struct uk_netdev {
	/* By the driver, before it registers. */
	const struct uk_netdev_ops *ops;
	int (*tx_burst)(struct uk_netdev *dev, struct uk_netdev_tx_queue *queue,
			struct uk_netbuf **pkts, uint16_t *cnt);
	int (*rx_burst)(struct uk_netdev *dev, struct uk_netdev_rx_queue *queue,
			struct uk_netbuf **pkts, uint16_t *cnt);
	int (*tx_kept)(struct uk_netdev *dev, struct uk_netdev_tx_queue *queue,
		       struct uk_netbuf **pkts, uint16_t *cnt); /* or NULL */
	/* Both, or both NULL. */
	int (*tx_lent)(struct uk_netdev *dev, struct uk_netdev_tx_queue *queue,
		       struct uk_netbuf **pkts, uint16_t *cnt);
	uint16_t (*tx_back)(struct uk_netdev *dev,
			    struct uk_netdev_tx_queue *queue,
			    struct uk_netbuf **pkts, uint16_t max);

	/* The API's own. */
	enum uk_netdev_state _state;
	uint16_t _id;
	uint16_t _nb_rx_queues;
	uint16_t _nb_tx_queues;
	const char *_drv_name;
	struct uk_netdev_rx_queue *_rx_queue[CONFIG_LIBUKNETDEV_MAXNBQUEUES];
	struct uk_netdev_tx_queue *_tx_queue[CONFIG_LIBUKNETDEV_MAXNBQUEUES];
	struct uk_netdev *_next;
};

/*
 * Adds a device in state UNPROBED. `drv_name` and `dev` must stay. Returns the
 * device's number, or -EINVAL when something that a driver must give is NULL.
 */
int uk_netdev_drv_register(struct uk_netdev *dev, struct uk_alloc *a,
			   const char *drv_name);

/* Forgets all devices, for tests that start over. Theirs to keep or free. */
void uk_netdev_drv_unregister_all(void);

/* ---- The fast path ----------------------------------------------------- */

/*
 * Sends a burst of frames on a queue of a running device.
 *
 * pkts: an array of *cnt netbufs, a frame each, sent in this order. It may be
 * NULL with *cnt 0: then the call only gives back what the hardware has used.
 * cnt: in, how many there are, 0..65,535; out, how many the queue has taken:
 * pkts[0] up to pkts[*cnt - 1].
 *
 * What was taken belongs to the device: one reference of each netbuf, which a
 * later call of this function gives back once the hardware has used the frame,
 * in any order. Until then the caller neither changes nor frees it. The rest,
 * pkts[*cnt] onwards, stays the caller's as it was.
 *
 * A short count without an error means that the ring is full. It is not a
 * failure: the caller offers the rest again later, or drops it. It never means
 * that a frame was skipped or left the order. There is no wait: a full ring
 * returns at once with 0.
 *
 * The call costs the device one look at its ring: the frames of a burst are
 * shown to it together, and it is notified once at most, where it asks for
 * that. Larger bursts therefore cost less for each frame.
 *
 * A frame may be shared: reference it once for each time it is sent, before it
 * is sent; the same netbuf may stand in `pkts`, and be with the device, any
 * number of times. The device writes to nothing but the nb_encap_tx bytes
 * before `data`, and to those only where they do not hold its header yet, that
 * is before the first time; see UK_NETBUF_F_TX_READY.
 *
 * Returns a set of the flags above: SUCCESS when at least one was taken, MORE
 * while there is room for another. Or a negative errno:
 * -EINVAL  pkts[*cnt] can never be sent: it is a chain, empty, longer than the
 *          device takes, or has too little headroom. Those before it are sent.
 *          The caller keeps it, and the ones behind it.
 * -EIO     The device broke the rules of its ring and has been stopped, for
 *          good. Nothing was taken, and all that it held has been given back.
 *
 * Queues do not lock: one caller at a time for each. Sending and receiving are
 * different queues.
 */
static inline int uk_netdev_tx_burst(struct uk_netdev *dev, uint16_t queue_id,
				     struct uk_netbuf **pkts, uint16_t *cnt)
{
	return dev->tx_burst(dev, dev->_tx_queue[queue_id], pkts, cnt);
}

/* Whether the device has uk_netdev_tx_kept(). */
static inline bool uk_netdev_tx_keeps(const struct uk_netdev *dev)
{
	return dev->tx_kept != NULL;
}

/*
 * What uk_netdev_tx_burst() does, of frames that the caller keeps: none takes a
 * reference with it, and none is given back, so that a netbuf need not be
 * touched for each time that it is sent. The next call of uk_netdev_tx_burst()
 * gives each that the device then has a reference, as if it had been sent with
 * one, also where it is to send none: only after that a netbuf may be freed, or
 * its references say whether the device has it.
 */
static inline int uk_netdev_tx_kept(struct uk_netdev *dev, uint16_t queue_id,
				    struct uk_netbuf **pkts, uint16_t *cnt)
{
	return dev->tx_kept(dev, dev->_tx_queue[queue_id], pkts, cnt);
}

/*
 * What uk_netdev_tx_burst() does, of frames that uk_netdev_rx_burst() of the
 * same queue delivered, in one piece each and with the `data` and `flags` that
 * they had: those that were taken stay the caller's, who gets them by
 * uk_netdev_tx_back(), in the order in which they were sent. Any other call for
 * the queue, or frames that come back in another order, end that: before
 * anything else is done, `claim_lent` is told which frames the device then has,
 * and references them once each, which the driver gives back as those of
 * uk_netdev_tx_burst(). -ENOTSUP: not of these frames, or not now; nothing was
 * sent.
 */
static inline int uk_netdev_tx_lent(struct uk_netdev *dev, uint16_t queue_id,
				    struct uk_netbuf **pkts, uint16_t *cnt)
{
	if (!dev->tx_lent)
		return -ENOTSUP;
	return dev->tx_lent(dev, dev->_tx_queue[queue_id], pkts, cnt);
}

/*
 * Up to `max` of those that the hardware has sent; returns how many. Only on a
 * device that took some by uk_netdev_tx_lent().
 */
static inline uint16_t uk_netdev_tx_back(struct uk_netdev *dev,
					 uint16_t queue_id,
					 struct uk_netbuf **pkts, uint16_t max)
{
	return dev->tx_back(dev, dev->_tx_queue[queue_id], pkts, max);
}

/*
 * Receives a burst of frames from a queue of a running device.
 *
 * pkts: room for *cnt netbufs.
 * cnt: in, the most to be delivered, 0..65,535; out, how many there were, in
 * the order in which they arrived: pkts[0] up to pkts[*cnt - 1]. The rest of
 * the array holds anything.
 *
 * What was delivered belongs to the caller, who frees it with uk_netbuf_free().
 * It may be a chain only on a device with UK_NETDEV_F_RX_CHAIN; a frame's
 * length is then the sum of its parts.
 *
 * A short count means that no more has arrived yet, 0 that nothing has; the
 * call does not wait.
 *
 * The queue is refilled from its alloc_rxpkts, several buffers at a time:
 * before frames are taken from it, and again once it has less than half of what
 * it can have. It is fastest where buffers go round in the same order. UNDERRUN
 * says that alloc_rxpkts gave too few: the device drops frames once it has no
 * buffer left. The next call tries again.
 *
 * Returns a set of the flags above: SUCCESS when at least one was delivered,
 * MORE where another is waiting, UNDERRUN, LARGE. A frame that is longer than
 * the MTU allows is delivered as the device gave it; one of the MTU with a VLAN
 * tag counts as LARGE as well. Or -EIO: the device broke the rules
 * of its ring and has been stopped, for good; what it delivered before has
 * been, by a call that returned SUCCESS.
 */
static inline int uk_netdev_rx_burst(struct uk_netdev *dev, uint16_t queue_id,
				     struct uk_netbuf **pkts, uint16_t *cnt)
{
	return dev->rx_burst(dev, dev->_rx_queue[queue_id], pkts, cnt);
}

/* One frame; without SUCCESS in what it returns the caller keeps it. */
static inline int uk_netdev_tx_one(struct uk_netdev *dev, uint16_t queue_id,
				   struct uk_netbuf *pkt)
{
	uint16_t cnt = 1;

	return uk_netdev_tx_burst(dev, queue_id, &pkt, &cnt);
}

/* One frame; without SUCCESS in what it returns *pkt is not set. */
static inline int uk_netdev_rx_one(struct uk_netdev *dev, uint16_t queue_id,
				   struct uk_netbuf **pkt)
{
	uint16_t cnt = 1;

	return uk_netdev_rx_burst(dev, queue_id, pkt, &cnt);
}

#endif /* UK_NETDEV_H */
