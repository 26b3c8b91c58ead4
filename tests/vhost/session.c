/* SPDX-License-Identifier: BSD-3-Clause */
/* The vhost-user conversation, from a message to what it changes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/vhost/peer.h"
#include "tests/vhost/wire.h"

#define BIT(n) (1ull << (n))
/* vhost-user's own, among virtio's: without it QEMU does not start. */
#define VHOST_USER_F_PROTOCOL_FEATURES 30
#define PROTOCOL_FEATURES                                       \
	(BIT(VU_PROTOCOL_F_MQ) | BIT(VU_PROTOCOL_F_REPLY_ACK) | \
	 BIT(VU_PROTOCOL_F_NET_MTU))

static uint64_t offer(const struct options *o)
{
	uint64_t f = BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_NET_F_MTU) |
		     BIT(VIRTIO_NET_F_MQ) | BIT(VHOST_USER_F_PROTOCOL_FEATURES);

	if (o->packed)
		f |= BIT(VIRTIO_F_RING_PACKED);
	if (o->event_idx)
		f |= BIT(VIRTIO_RING_F_EVENT_IDX);
	if (o->mrg_rxbuf)
		f |= BIT(VIRTIO_NET_F_MRG_RXBUF);
	return f;
}

void session_listen(struct peer *p)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	p->offered = offer(p->opt);
	if (strlen(p->opt->path) >= sizeof(at.sun_path)) {
		peer_fail(p, "the path of the socket is too long");
		return;
	}
	strcpy(at.sun_path, p->opt->path);
	unlink(p->opt->path);
	p->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->listen_fd < 0 ||
	    bind(p->listen_fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(p->listen_fd, 1) < 0)
		peer_fail(p, "%s: %s", p->opt->path, strerror(errno));
}

void session_accept(struct peer *p)
{
	/* A front end that stops half way in a message must not hold us up. */
	const struct timeval limit = {.tv_sec = 5};

	p->conn_fd = accept4(p->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (p->conn_fd < 0) {
		peer_fail(p, "accept: %s", strerror(errno));
		return;
	}
	setsockopt(p->conn_fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	p->connections++;
	p->features = 0;
}

static void stop_queues(struct peer *p)
{
	for (unsigned int i = 0; i < QUEUES_MAX; i++) {
		queue_stop(&p->e->q[i]);
		p->e->q[i].enabled = false;
	}
}

void session_close(struct peer *p)
{
	stop_queues(p);
	mem_unmap(&p->mem);
	if (p->conn_fd >= 0)
		close(p->conn_fd);
	p->conn_fd = -1;
}

/* ---- Messages: each returns what is wrong, or NULL ----------------------- */

static const char *start(struct peer *p, unsigned int i)
{
	struct queue *q = &p->e->q[i];

	q->mem = &p->mem;
	if (p->e->nb_queues <= i)
		p->e->nb_queues = (i | 1) + 1;
	if (!(p->features & BIT(VIRTIO_F_VERSION_1)))
		return "the driver does not speak virtio 1";
	if (!(p->features & BIT(VHOST_USER_F_PROTOCOL_FEATURES)))
		q->enabled = true;
	return queue_start(q, p->opt->kicks);
}

static const char *set_features(struct peer *p, struct wire *w)
{
	if (w->in.u64 & ~p->offered)
		return "features that were not offered";
	p->features = w->in.u64;
	p->e->mrg_rxbuf = p->features & BIT(VIRTIO_NET_F_MRG_RXBUF);
	for (unsigned int i = 0; i < QUEUES_MAX; i++) {
		struct queue *q = &p->e->q[i];

		q->packed = p->features & BIT(VIRTIO_F_RING_PACKED);
		q->event_idx = p->features & BIT(VIRTIO_RING_F_EVENT_IDX);
	}
	return NULL;
}

static const char *set_mem_table(struct peer *p, struct wire *w)
{
	const struct vu_mem_table *t = &w->in.mem;
	const char *wrong = NULL;
	int rc;

	if (w->head.size < 8 || t->nb > VU_REGIONS_MAX ||
	    w->head.size < 8 + t->nb * sizeof(t->region[0]))
		return "more regions than it has room for";
	if (t->nb != w->nb_fds)
		return "not one descriptor for each region";
	rc = mem_map(&p->mem, t->region, w->fd, t->nb);
	if (rc < 0)
		return strerror(-rc);
	for (unsigned int i = 0; i < QUEUES_MAX && !wrong; i++)
		if (p->e->q[i].running)
			wrong = start(p, i);
	return wrong;
}

static const char *set_vring_num(struct peer *p, struct wire *w)
{
	if (w->in.state.num < 1 || w->in.state.num > 32768)
		return "a size out of 1..32768";
	p->e->q[w->queue].size = (uint16_t)w->in.state.num;
	return NULL;
}

static const char *set_vring_addr(struct peer *p, struct wire *w)
{
	p->e->q[w->queue].addr = w->in.addr;
	return p->e->q[w->queue].running ? start(p, w->queue) : NULL;
}

static const char *set_vring_base(struct peer *p, struct wire *w)
{
	queue_set_base(&p->e->q[w->queue], w->in.state.num);
	return NULL;
}

static const char *get_vring_base(struct peer *p, struct wire *w)
{
	struct queue *q = &p->e->q[w->queue];

	w->out.state = (struct vu_vring_state){w->queue, queue_base(q)};
	w->out_size = sizeof(w->out.state);
	queue_stop(q);
	return NULL;
}

static const char *set_vring_kick(struct peer *p, struct wire *w)
{
	struct queue *q = &p->e->q[w->queue];

	if (q->kick_fd >= 0)
		close(q->kick_fd);
	q->kick_fd = wire_take_fd(w);
	if (q->kick_fd >= 0)
		fcntl(q->kick_fd, F_SETFL, O_NONBLOCK);
	return start(p, w->queue);
}

static const char *set_vring_call(struct peer *p, struct wire *w)
{
	struct queue *q = &p->e->q[w->queue];

	if (q->call_fd >= 0)
		close(q->call_fd);
	q->call_fd = wire_take_fd(w);
	/* A full one has been heard of anyhow. */
	if (q->call_fd >= 0)
		fcntl(q->call_fd, F_SETFL, O_NONBLOCK);
	return NULL;
}

static const char *set_vring_enable(struct peer *p, struct wire *w)
{
	p->e->q[w->queue].enabled = w->in.state.num;
	return NULL;
}

static const char *get_u64(struct peer *p, struct wire *w)
{
	w->out_size = sizeof(w->out.u64);
	switch (w->head.request) {
	case VU_GET_FEATURES:
		w->out.u64 = p->offered;
		break;
	case VU_GET_PROTOCOL_FEATURES:
		w->out.u64 = PROTOCOL_FEATURES;
		break;
	default: /* VU_GET_QUEUE_NUM, in pairs */
		w->out.u64 = QUEUES_MAX / 2;
	}
	return NULL;
}

static const char *set_protocol_features(struct peer *p, struct wire *w)
{
	(void)p;
	return w->in.u64 & ~PROTOCOL_FEATURES ? "features that were not offered"
					      : NULL;
}

static const char *reset_owner(struct peer *p, struct wire *w)
{
	(void)w;
	stop_queues(p);
	return NULL;
}

static const char *no_change(struct peer *p, struct wire *w)
{
	(void)p;
	(void)w;
	return NULL;
}

static const struct {
	const char *name;
	uint32_t size; /* least bytes of its payload */
	enum wire_queue queue;
	const char *(*take)(struct peer *p, struct wire *w);
} messages[VU_REQUESTS] = {
	[VU_GET_FEATURES] = {"GET_FEATURES", 0, WIRE_NONE, get_u64},
	[VU_SET_FEATURES] = {"SET_FEATURES", 8, WIRE_NONE, set_features},
	[VU_SET_OWNER] = {"SET_OWNER", 0, WIRE_NONE, no_change},
	[VU_RESET_OWNER] = {"RESET_OWNER", 0, WIRE_NONE, reset_owner},
	[VU_SET_MEM_TABLE] = {"SET_MEM_TABLE", 8, WIRE_NONE, set_mem_table},
	[VU_SET_VRING_NUM] = {"SET_VRING_NUM", 8, WIRE_INDEX, set_vring_num},
	[VU_SET_VRING_ADDR] = {"SET_VRING_ADDR", 40, WIRE_INDEX,
			       set_vring_addr},
	[VU_SET_VRING_BASE] = {"SET_VRING_BASE", 8, WIRE_INDEX, set_vring_base},
	[VU_GET_VRING_BASE] = {"GET_VRING_BASE", 8, WIRE_INDEX, get_vring_base},
	[VU_SET_VRING_KICK] = {"SET_VRING_KICK", 8, WIRE_FD, set_vring_kick},
	[VU_SET_VRING_CALL] = {"SET_VRING_CALL", 8, WIRE_FD, set_vring_call},
	[VU_SET_VRING_ERR] = {"SET_VRING_ERR", 8, WIRE_FD, no_change},
	[VU_GET_PROTOCOL_FEATURES] = {"GET_PROTOCOL_FEATURES", 0, WIRE_NONE,
				      get_u64},
	[VU_SET_PROTOCOL_FEATURES] = {"SET_PROTOCOL_FEATURES", 8, WIRE_NONE,
				      set_protocol_features},
	[VU_GET_QUEUE_NUM] = {"GET_QUEUE_NUM", 0, WIRE_NONE, get_u64},
	[VU_SET_VRING_ENABLE] = {"SET_VRING_ENABLE", 8, WIRE_INDEX,
				 set_vring_enable},
	[VU_SEND_RARP] = {"SEND_RARP", 8, WIRE_NONE, no_change},
	[VU_NET_SET_MTU] = {"NET_SET_MTU", 8, WIRE_NONE, no_change},
};

/* Carries out what *w holds. */
static const char *take(struct peer *p, struct wire *w)
{
	const uint32_t r = w->head.request;

	if (r >= VU_REQUESTS || !messages[r].take)
		return "a request that is unknown here";
	if (w->head.size < messages[r].size)
		return "the message is too short";
	if (!wire_queue(w, messages[r].queue) || w->queue >= QUEUES_MAX)
		return "no such queue";
	return messages[r].take(p, w);
}

void session_message(struct peer *p)
{
	struct wire w;
	const char *wrong = NULL;
	const int rc = wire_receive(&w, p->conn_fd, &wrong);

	if (rc == 0) {
		session_close(p);
		return;
	}
	if (rc > 0)
		wrong = take(p, &w);
	if (wrong) {
		const uint32_t r = w.head.request;

		peer_fail(p, "message %u (%s): %s", r,
			  r < VU_REQUESTS && messages[r].name ? messages[r].name
							      : "?",
			  wrong);
	} else if (!wire_reply(&w, p->conn_fd)) {
		session_close(p);
	}
	wire_close(&w);
}
