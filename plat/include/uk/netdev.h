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
#include <uk/config.h>
#include <uk/netbuf.h>

#ifndef CONFIG_LIBUKNETDEV_MAXNBQUEUES
#define CONFIG_LIBUKNETDEV_MAXNBQUEUES 1
#endif

/* Feature of this platform: uk_netdev_tx_burst() and uk_netdev_rx_burst(). */
#define UK_NETDEV_HAVE_BURST 1

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
 * to the room that follows. The device owns them from then on.
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

struct uk_netdev_txqueue_conf {
	struct uk_alloc *a; /* for the descriptors */
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

/* What sending and receiving return: a negative errno, or a set of these. */
#define UK_NETDEV_STATUS_SUCCESS 0x1  /* the netbuf was taken or delivered */
#define UK_NETDEV_STATUS_MORE 0x2     /* another call would succeed now */
#define UK_NETDEV_STATUS_UNDERRUN 0x4 /* the receive queue lacks buffers */

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
};

struct uk_netdev {
	/* By the driver, before it registers. */
	const struct uk_netdev_ops *ops;
	int (*tx_burst)(struct uk_netdev *dev, struct uk_netdev_tx_queue *queue,
			struct uk_netbuf **pkts, uint16_t *cnt);
	int (*rx_burst)(struct uk_netdev *dev, struct uk_netdev_rx_queue *queue,
			struct uk_netbuf **pkts, uint16_t *cnt);

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
 * Sends up to *cnt frames, in order, and sets *cnt to how many the queue took.
 * The device owns those from now on and gives its reference back once the
 * hardware has used them; the caller keeps the rest, which is where it goes on
 * next time. A short count means that the ring is full, never an error with
 * one frame. The device is told once for the whole burst, where it asks to be
 * told at all.
 *
 * A frame may be shared: the device holds one reference and writes to nothing
 * but the nb_encap_tx bytes before `data`. With *cnt 0 the call only gives
 * back what the hardware has used.
 *
 * Returns the status flags (SUCCESS when at least one was taken, MORE while
 * there is room), or a negative errno: -EINVAL for a frame that can never be
 * sent (a chain, a lack of headroom, longer than the device takes) where
 * *cnt says how many before it were taken; -EIO when the device broke the
 * rules of its ring and has been stopped.
 */
static inline int uk_netdev_tx_burst(struct uk_netdev *dev, uint16_t queue_id,
				     struct uk_netbuf **pkts, uint16_t *cnt)
{
	return dev->tx_burst(dev, dev->_tx_queue[queue_id], pkts, cnt);
}

/*
 * Receives up to *cnt frames and sets *cnt to how many there were. The caller
 * owns them. The queue is refilled from its alloc_rxpkts; UNDERRUN says that
 * this gave too few.
 *
 * Returns the status flags (SUCCESS when at least one was received, MORE while
 * another is waiting), or -EIO as above.
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
