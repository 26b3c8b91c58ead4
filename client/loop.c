/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "client/client.h"
#include "client/edit.h"

#define CTRL_C 0x03
/* As much as is dealt with before the keys get a look. */
#define SLICE 16384

uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void take_signals(struct client *c)
{
	struct signalfd_siginfo info;

	while (read(c->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			c->resized = true;
		else if (info.ssi_signo == SIGINT && !c->stopped)
			c->interrupted = c->stopped = true;
		else
			c->ended_by = (int)info.ssi_signo;
	}
	if (c->resized && c->edit) {
		c->resized = false;
		edit_resize(c->edit);
	}
}

static void take_link(struct client *c)
{
	char buf[SLICE];
	ssize_t n = link_read(&c->link, buf, sizeof(buf));

	if (n < 0) {
		c->hung_up = true;
		conn_lost(c);
	} else if (n > 0) {
		if (c->page)
			page_take(c->page, buf, (size_t)n);
		lines_feed(&c->lines, buf, (size_t)n, request_take_line, c);
	}
}

static void take_input(struct client *c)
{
	struct input *in = &c->in;
	ssize_t n = read(in->fd, in->buf + in->len, sizeof(in->buf) - in->len);

	if (n > 0)
		in->len += (size_t)n;
	else if (n == 0)
		in->ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		in->error = errno;
	in->ended |= in->error != 0;
}

static int sooner(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

bool client_pump(struct client *c, int timeout_ms, bool keys)
{
	struct input *in = &c->in;
	struct pollfd fds[] = {
		{c->signal_fd, POLLIN, 0},
		{c->link.fd, (short)(POLLIN | (c->link.out_len ? POLLOUT : 0)),
		 0},
		{keys && !in->ended && in->len < sizeof(in->buf) ? in->fd : -1,
		 POLLIN, 0},
	};

	timeout_ms = sooner(timeout_ms, conn_wait_ms(c));
	timeout_ms = sooner(timeout_ms, lease_wait_ms(c));
	timeout_ms = sooner(timeout_ms, ui_wait_ms(c));
	if (poll(fds, 3, timeout_ms) < 0 && errno != EINTR)
		return false;
	if (fds[0].revents)
		take_signals(c);
	if (fds[1].revents & POLLOUT)
		link_flush(&c->link);
	if (fds[1].revents & (POLLIN | POLLHUP | POLLERR))
		take_link(c);
	if (fds[2].revents)
		take_input(c);
	conn_poll(c);
	lease_poll(c);
	ui_poll(c);
	return !c->ended_by;
}

void client_take_keys(struct client *c, size_t n)
{
	struct input *in = &c->in;

	in->len -= n;
	memmove(in->buf, in->buf + n, in->len);
}

bool client_interrupted(struct client *c)
{
	char *at = NULL;

	if (c->interrupted) {
		c->interrupted = false;
		c->interrupts++;
		c->stopped = c->batch; /* a program's is heeded once */
		return true;
	}
	if (!c->batch)
		at = memrchr(c->in.buf, CTRL_C, c->in.len);
	if (!at)
		return false;
	client_take_keys(c, (size_t)(at - c->in.buf) + 1);
	c->interrupts++;
	return true;
}
