/* SPDX-License-Identifier: BSD-3-Clause */
/* Between virtio_net.c, which brings a device up, and its two directions. */
#ifndef KVM_VIRTIO_NET_QUEUE_H
#define KVM_VIRTIO_NET_QUEUE_H

#include "plat/kvm/virtio_net.h"
#include "plat/lib/vring.h"
#include <stdbool.h>
#include <string.h>
#include <uk/plat/time.h>

/* 5.1.2: of each pair the receive and the transmit queue. */
#define VIRTIO_NET_RXQ 0
#define VIRTIO_NET_TXQ 1
#define VIRTIO_NET_INDEX(pair, which) ((uint16_t)(2 * (pair) + (which)))

/* 5.1.6: with VERSION_1 the header always has 12 bytes. */
#define VIRTIO_NET_HDR_LEN 12
#define VIRTIO_NET_HDR_NUM_BUFFERS 10

#define VIRTIO_NET_F_STATUS (1ULL << 16)

#define ETH_HDR_LEN 14
#define VLAN_TAG_LEN 4

struct virtio_net_ctrl;

struct virtio_net {
	struct uk_netdev dev;
	struct virtio_dev *vd;
	struct uk_alloc *a;
	struct uk_hwaddr mac;
	uint16_t mtu;
	uint16_t desc_max[2];         /* by VIRTIO_NET_RXQ, VIRTIO_NET_TXQ */
	uint16_t max_pairs;           /* of queues, that the device has... */
	uint16_t nb_pairs;            /* ...and that are in use */
	uint32_t rss_types;           /* of hashes (5.1.6.4.3); 0: no RSS */
	struct virtio_net_ctrl *ctrl; /* NULL: no need of it */
	enum vring_layout layout;
	bool mergeable;      /* frames may be spread over several buffers... */
	bool in_parts;       /* ...and many will be, by the MTU */
	bool live;           /* DRIVER_OK is set: notifications are allowed */
	bool down;           /* the link was, when it was looked at last */
	bool stale;          /* and its rings have to begin anew */
	uint32_t generation; /* of the configuration, then */
	bool broken;         /* by any queue, seen by all */
};

/* What both directions have. */
struct virtio_net_queue {
	struct vring vr;
	struct virtio_notify notify;
	struct virtio_net *vn;
	uint32_t idle_polls;
	__nsec idle_since;
	/* Length and flags of the last buffer that was found fit. */
	uint32_t shape;
	/* So many before the next one had that shape when they came. */
	uint32_t nb_alike;
	/*
	 * uk_netdev_tx_kept(): the last that the device was given, and has,
	 * are the sender's, with no reference of their own; or `lent`,
	 * uk_netdev_tx_lent().
	 */
	uint16_t nb_kept;
	bool lent;
	uint8_t ready_for; /* netbufs that this device has found fit have it */
	bool drained;
	uk_netdev_claim_lent claim_lent;
	void *claim_lent_argp;
};

struct uk_netdev_tx_queue {
	struct virtio_net_queue q; /* first: virtio_net_new_queue() */
	uint32_t max_frame;
	uint32_t same_shape; /* of vr.same's frame, when it was found fit */
	/* While q.shape is none: q.nb_alike frames of this one were lent. */
	uint32_t lent_shape;
};

struct uk_netdev_rx_queue {
	struct virtio_net_queue q; /* first: virtio_net_new_queue() */
	uint16_t refill;
	uint16_t room; /* of every buffer, without the header; 0: not known */
	uint32_t max_frame; /* bytes of one of the MTU, without a tag */
	uint16_t parts_due; /* that the frame under way still lacks */
	struct uk_netbuf *frame, *last_part; /* the frame under way */
	uk_netdev_alloc_rxpkts alloc_rxpkts;
	void *alloc_rxpkts_argp;
};

/* Of a queue, by its index, for messages. */
static inline const char *virtio_net_ring_name(uint16_t index)
{
	return index % 2 == VIRTIO_NET_RXQ ? "receive" : "transmit";
}

static inline struct virtio_net *to_vn(const struct uk_netdev *dev)
{
	return __containerof(dev, struct virtio_net, dev);
}

/*
 * A direction's structure of `bytes`, which starts with a queue, its ring laid
 * out and the device told. 0, or a negative errno with *out as it was.
 */
int virtio_net_new_queue(struct virtio_net *vn, uint16_t index,
			 uint16_t nb_desc, struct uk_alloc *a, size_t bytes,
			 struct virtio_net_queue **out);

/*
 * Lays the queue's ring out, of `nb_desc` in the memory at `mem`, and tells the
 * device. 0, or a negative errno, which vd->why explains.
 */
int virtio_net_lay_out(struct virtio_net_queue *q, uint16_t index, void *mem,
		       uint16_t nb_desc);

/*
 * The device is ready, and may use the buffers that it was given before. 0, or
 * a negative errno.
 */
int virtio_net_live(struct virtio_net *vn);

/* Frees what the queue holds; once. */
void virtio_net_drain(struct virtio_net_queue *q);

/* See uk_netdev_link_get(). */
int virtio_net_link_get(struct uk_netdev *dev);

/*
 * Ends the device, whichever queue it broke, says why, and frees what this one
 * held. Returns -EIO.
 */
int virtio_net_give_up(struct virtio_net_queue *q);

/*
 * Whether the device has given up by itself (2.1.2), which is then why. In
 * virtio_net_link.c, as it may be but for its link.
 */
bool virtio_net_asks_for_reset(struct virtio_net *vn);

/* Each that is kept or lent gets a reference, and is not so any more. */
void virtio_net_claim(struct virtio_net_queue *q);

/* Nothing was used for IDLE_POLLS calls: see virtio_net_idle(). */
void virtio_net_look_after(struct virtio_net_queue *q);
#define VIRTIO_NET_IDLE_POLLS 64

/* Fills the ring up, before the device is started. */
void virtio_net_fill(struct uk_netdev_rx_queue *rxq);

/* Has the device's burst calls be those of its layout, and of in_parts. */
void virtio_net_choose_tx(struct virtio_net *vn);
void virtio_net_choose_rx(struct virtio_net *vn);

/* Of no buffer: its length is more than any device takes. */
#define VIRTIO_NET_NO_SHAPE UINT32_MAX

/*
 * Length, flags and whom it is ready for. A netbuf that is ready and as long as
 * the one before it is as fit as that: one comparison.
 */
VRING_INLINE uint32_t virtio_net_shape(const struct uk_netbuf *nb)
{
	uint32_t shape;

	_Static_assert(offsetof(struct uk_netbuf, flags) ==
				       offsetof(struct uk_netbuf, len) + 2 &&
			       offsetof(struct uk_netbuf, _ready_for) ==
				       offsetof(struct uk_netbuf, len) + 3,
		       "they are read in one piece");
	memcpy(&shape, &nb->len, sizeof(shape));
	return shape;
}

VRING_INLINE uint32_t virtio_net_differs(const void *shape, const void *nb)
{
	return virtio_net_shape(nb) ^ *(const uint32_t *)shape;
}

/* The same but for the length. */
VRING_INLINE uint16_t virtio_net_flags(const struct uk_netbuf *nb)
{
	uint16_t flags;

	memcpy(&flags, &nb->flags, sizeof(flags));
	return flags;
}

VRING_INLINE uint32_t virtio_net_unready(const void *flags, const void *nb)
{
	return virtio_net_flags(nb) ^ *(const uint32_t *)flags;
}

/*
 * Adds netbufs that are those of a lap ago, which were ready then and still
 * are, up to `n`; returns how many. One that was changed in between is not
 * ready and is looked at, wherever it goes: nb_alike is 0 then, so that all
 * places are described anew.
 */
VRING_INLINE unsigned int virtio_net_add_again(struct virtio_net_queue *q,
					       const enum vring_layout layout,
					       const enum vring_dir dir,
					       struct uk_netbuf **pkts,
					       unsigned int n, uint32_t len)
{
	const uint32_t shape = q->shape;
	const uint32_t flags = shape >> 16;

	if (q->nb_alike < q->vr.size || !q->vr.in_order)
		return 0;
	/* A buffer to receive into has its room, whatever its length says. */
	return dir == VRING_FROM_DEVICE
		       ? vring_add_again(&q->vr, layout, dir, n, (void **)pkts,
					 len, virtio_net_unready, true, &flags)
		       : vring_add_again(&q->vr, layout, dir, n, (void **)pkts,
					 len, virtio_net_differs, false,
					 &shape);
}

static inline bool virtio_net_broken(const struct virtio_net_queue *q)
{
	return unlikely(__atomic_load_n(&q->vn->broken, __ATOMIC_RELAXED));
}

VRING_INLINE void virtio_net_publish(struct virtio_net_queue *q,
				     const enum vring_layout layout)
{
	if (vring_publish(&q->vr, layout) && q->vn->live)
		virtio_notify(&q->notify);
}

/* The device has used nothing since the last call. */
static inline void virtio_net_idle(struct virtio_net_queue *q)
{
	if (unlikely(++q->idle_polls % VIRTIO_NET_IDLE_POLLS == 0))
		virtio_net_look_after(q);
}

#endif /* KVM_VIRTIO_NET_QUEUE_H */
