/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SUFFIX ".sock"

static const char magic[2] = {'u', 'k'};

/* ---- Its socket ---------------------------------------------------------- */

/* By its directory's descriptor: a unix socket's path has 107 bytes at most. */
static int connect_to(const char *console)
{
	const char *name = strrchr(console, '/');
	const size_t len = strlen(console);
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char dir[1024] = ".";
	int fd = -1, at;

	if (len <= strlen(SUFFIX) || len >= sizeof(dir) ||
	    strcmp(console + len - strlen(SUFFIX), SUFFIX) != 0)
		return -1;
	if (name)
		snprintf(dir, sizeof(dir), "%.*s", (int)(name - console + 1),
			 console);
	name = name ? name + 1 : console;
	at = open(dir, O_PATH | O_CLOEXEC);
	if (at < 0)
		return -1;
	if (snprintf(addr.sun_path, sizeof(addr.sun_path),
		     "/proc/self/fd/%d/%.*s.data", at,
		     (int)(strlen(name) - strlen(SUFFIX)),
		     name) < (int)sizeof(addr.sun_path))
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			    0);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0) {
		close(fd);
		fd = -1;
	}
	close(at);
	return fd;
}

void channel_init(struct channel *c)
{
	c->fd = -1;
}

void channel_close(struct channel *c, const char *why)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->state = CHANNEL_DOWN;
	c->why = why;
	c->nb_in = c->nb_out = c->out_at = 0;
}

bool channel_connect(struct channel *c, const char *console)
{
	/* A new one: nobody has to find its place in what was under way. */
	channel_close(c, NULL);
	c->fd = connect_to(console);
	if (c->fd < 0 ||
	    getrandom(&c->token, sizeof(c->token), 0) != sizeof(c->token)) {
		channel_close(c, NULL);
		return false;
	}
	for (unsigned i = 0; i < CHANNEL_LANES; i++) {
		c->lane[i].limit = 0;
		c->lane[i].told = false;
	}
	c->state = CHANNEL_OPENING;
	return true;
}

/* ---- Blocks -------------------------------------------------------------- */

static void put_head(unsigned char *to, char kind, unsigned lane, size_t len,
		     uint64_t pos)
{
	const uint32_t n = (uint32_t)len;

	memcpy(to, magic, sizeof(magic));
	to[2] = (unsigned char)kind;
	to[3] = (unsigned char)lane;
	memcpy(to + 4, &n, sizeof(n));
	memcpy(to + 8, &pos, sizeof(pos));
}

static void flush(struct channel *c)
{
	ssize_t n;

	while (c->fd >= 0 && c->out_at < c->nb_out) {
		n = send(c->fd, c->out + c->out_at, c->nb_out - c->out_at,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			channel_close(c, "its end has gone");
		if (n <= 0)
			return;
		c->out_at += (size_t)n;
	}
	c->nb_out = c->out_at = 0;
}

/* False while the last one is still to go. */
static bool send_word(struct channel *c, char kind, unsigned lane, uint64_t pos)
{
	if (c->nb_out)
		return false;
	put_head(c->out, kind, lane, 0, pos);
	c->nb_out = CHANNEL_HEAD;
	flush(c);
	return true;
}

/* ---- What comes ---------------------------------------------------------- */

/* Drops what stands before the token; true once that is found. */
static bool find_token(struct channel *c)
{
	unsigned char want[CHANNEL_HEAD], *at;

	put_head(want, 'O', 0, 0, c->token);
	at = memmem(c->in, c->nb_in, want, sizeof(want));
	if (!at) {
		/* Its first part may be there. */
		const size_t keep = c->nb_in < CHANNEL_HEAD - 1
					    ? c->nb_in
					    : CHANNEL_HEAD - 1;

		memmove(c->in, c->in + c->nb_in - keep, keep);
		c->nb_in = keep;
		return false;
	}
	at += sizeof(want);
	c->nb_in -= (size_t)(at - c->in);
	memmove(c->in, at, c->nb_in);
	c->state = CHANNEL_UP;
	return send_word(c, 'O', 0, c->token);
}

static void take_data(struct channel *c, struct channel_lane *l, uint64_t pos,
		      const unsigned char *data, size_t len)
{
	if (!l->take)
		return;
	if (pos != l->at) {
		channel_close(c, "bytes were missing");
		return;
	}
	l->at += len;
	if (!l->take(l->arg, data, len))
		l->take = NULL;
}

/* One block, of `n` bytes at least; how many it has, 0: not all of it. */
static size_t take_block(struct channel *c, const unsigned char *p, size_t n)
{
	struct channel_lane *l;
	uint32_t len;
	uint64_t pos;

	if (n < CHANNEL_HEAD)
		return 0;
	memcpy(&len, p + 4, sizeof(len));
	memcpy(&pos, p + 8, sizeof(pos));
	if (memcmp(p, magic, sizeof(magic)) != 0 || p[3] >= CHANNEL_LANES ||
	    len > CHANNEL_BLOCK || !strchr("OADG", p[2]) || !p[2]) {
		channel_close(c, "what came is no block");
		return 0;
	}
	if (n < CHANNEL_HEAD + len)
		return 0;
	l = &c->lane[p[3]];
	if (p[2] == 'D') {
		take_data(c, l, pos, p + CHANNEL_HEAD, len);
	} else if (p[2] == 'A' && l->give) {
		/* At first, and after a break, it says where to go on. */
		l->at = l->limit = pos;
		l->told = true;
		l->dry = false;
	} else if (p[2] == 'G' && l->give && l->told) {
		l->limit = pos;
	}
	return CHANNEL_HEAD + len;
}

static void receive(struct channel *c)
{
	const ssize_t n =
		read(c->fd, c->in + c->nb_in, sizeof(c->in) - c->nb_in);
	size_t at = 0, some;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		channel_close(c, "its end has gone");
		return;
	}
	c->nb_in += (size_t)n;
	if (c->state == CHANNEL_OPENING && !find_token(c))
		return;
	while (c->fd >= 0 && (some = take_block(c, c->in + at, c->nb_in - at)))
		at += some;
	if (c->fd < 0)
		return;
	c->nb_in -= at;
	memmove(c->in, c->in + at, c->nb_in);
}

/* ---- What goes ----------------------------------------------------------- */

static bool may_send(const struct channel *c, const struct channel_lane *l)
{
	return c->state == CHANNEL_UP && l->give && !l->dry && !l->held &&
	       l->at < l->limit;
}

/* True when a block of it is to go. */
static bool send_data(struct channel *c, unsigned number)
{
	struct channel_lane *l = &c->lane[number];
	const uint64_t may = l->limit - l->at;
	const long n =
		l->give(l->arg, l->at, c->out + CHANNEL_HEAD,
			may < CHANNEL_PIECE ? (size_t)may : CHANNEL_PIECE);

	if (n <= 0) {
		l->dry = true;
		return false;
	}
	put_head(c->out, 'D', number, (size_t)n, l->at);
	c->nb_out = CHANNEL_HEAD + (size_t)n;
	l->at += (uint64_t)n;
	flush(c);
	return true;
}

static void send_all(struct channel *c)
{
	bool more = c->state == CHANNEL_UP;

	while (more && !c->nb_out) {
		more = false;
		for (unsigned i = 0; i < CHANNEL_LANES && !c->nb_out; i++) {
			struct channel_lane *l = &c->lane[i];

			if (l->take && l->at > l->taken) {
				more = send_word(c, 'A', i, l->at);
				l->taken = l->at;
			} else if (may_send(c, l)) {
				more |= send_data(c, i);
			}
		}
	}
}

/* ---- The loop ------------------------------------------------------------ */

int channel_wait(void *channel, struct pollfd *fd)
{
	const struct channel *c = channel;
	bool more = c->nb_out != 0;

	fd->fd = c->fd;
	for (unsigned i = 0; i < CHANNEL_LANES; i++)
		more |= may_send(c, &c->lane[i]);
	fd->events = (short)(POLLIN | (more ? POLLOUT : 0));
	return -1;
}

void channel_act(void *channel, short revents)
{
	struct channel *c = channel;

	if (c->fd < 0)
		return;
	if (revents & POLLOUT)
		flush(c);
	if (c->fd >= 0 && revents & (POLLIN | POLLHUP | POLLERR))
		receive(c);
	if (c->fd >= 0)
		send_all(c);
}

struct channel_lane *channel_begin(struct channel *c,
				   enum channel_lane_number n, uint64_t at,
				   void *arg)
{
	c->lane[n] = (struct channel_lane){
		.arg = arg, .at = at, .taken = at, .limit = 0};
	return &c->lane[n];
}

void channel_end(struct channel *c, enum channel_lane_number n)
{
	c->lane[n] = (struct channel_lane){0};
}
