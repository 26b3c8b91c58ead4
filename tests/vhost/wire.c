/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/vhost/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static void keep_fds(struct wire *w, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		w->nb_fds = (unsigned int)((c->cmsg_len - CMSG_LEN(0)) /
					   sizeof(int));
		memcpy(w->fd, CMSG_DATA(c), w->nb_fds * sizeof(int));
	}
}

int wire_receive(struct wire *w, int sock, const char **wrong)
{
	union {
		char room[CMSG_SPACE(VU_REGIONS_MAX * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {&w->head, sizeof(w->head)};
	struct msghdr m = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	memset(w, 0, sizeof(*w));
	n = recvmsg(sock, &m, MSG_WAITALL | MSG_CMSG_CLOEXEC);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return 0;
	if (n > 0)
		keep_fds(w, &m);
	*wrong = "it was cut off";
	if (n != sizeof(w->head))
		return -1;
	*wrong = "more descriptors than a message can have";
	if (m.msg_flags & MSG_CTRUNC)
		return -1;
	*wrong = "not version 1 of vhost-user, or a reply";
	if ((w->head.flags & VU_VERSION_MASK) != VU_VERSION ||
	    w->head.flags & VU_REPLY)
		return -1;
	*wrong = "it is longer than any message";
	if (w->head.size > sizeof(w->in))
		return -1;
	*wrong = "it was cut off";
	if (w->head.size && recv(sock, &w->in, w->head.size, MSG_WAITALL) !=
				    (ssize_t)w->head.size)
		return -1;
	*wrong = NULL;
	return 1;
}

void wire_close(struct wire *w)
{
	for (unsigned int i = 0; i < w->nb_fds; i++)
		if (w->fd[i] >= 0)
			close(w->fd[i]);
}

bool wire_queue(struct wire *w, enum wire_queue how)
{
	if (how == WIRE_INDEX)
		w->queue = w->in.state.index;
	if (how == WIRE_FD) {
		w->queue = w->in.u64 & VU_VRING_MASK;
		return w->nb_fds == !(w->in.u64 & VU_VRING_NO_FD);
	}
	return true;
}

int wire_take_fd(struct wire *w)
{
	int fd = w->nb_fds ? w->fd[0] : -1;

	w->nb_fds = 0;
	return fd;
}

bool wire_reply(const struct wire *w, int sock)
{
	struct vu_header head = {
		.request = w->head.request,
		.flags = VU_VERSION | VU_REPLY,
		.size = w->out_size ? w->out_size : 8,
	};
	union vu_payload out = w->out;
	struct iovec iov[2] = {{&head, sizeof(head)}, {&out, head.size}};
	const struct msghdr m = {.msg_iov = iov, .msg_iovlen = 2};

	/* Without one of its own, a number: 0 is success. */
	if (!w->out_size && !(w->head.flags & VU_NEED_REPLY))
		return true;
	return sendmsg(sock, &m, MSG_NOSIGNAL) ==
	       (ssize_t)(sizeof(head) + head.size);
}
