/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ukpktgen-relay: stands in front of the socket that QEMU has an appliance's
 * serial line on. QEMU takes the end of what a client sends for the end of the
 * connection and drops the answer; here it comes. One client at a time holds
 * the line, as without: each has a connection to QEMU of its own, so that what
 * one left unread is not the next one's. Others may watch (watch.h).
 */
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "relay/heard.h"
#include "relay/queue.h"
#include "relay/sent.h"
#include "relay/socket.h"
#include "relay/watch.h"

/* As much of the holder's waits here: a line, so that more is held back. */
#define TO_LINE 2048
/* A client has gone: what it sent is given up once none is taken for this. */
#define LINGER_MS 100
/* One that sends no more has its answer once nothing came for this. */
#define QUIET_MS 30
#define PROMPT_QUIET_MS 100
#define HALF_QUIET_MS 500
#define SILENT_MS 60000
#define TICK_MS 20

struct relay {
	struct listener consoles, watchers;
	const char *qemu;
	int process; /* QEMU's pidfd */
	bool over;   /* it has ended */

	int line; /* -1: not connected */
	struct buf to_line;
	struct sent sent;
	struct heard heard;
	uint64_t heard_ms, sent_ms; /* of the holder's */

	int holder; /* -1: nobody */
	bool begun; /* there was one, so that the appliance boots */
	bool ended; /* it sends no more */
	struct buf to_holder;
	struct queue queue;
	uint64_t linger_ms; /* of one that has gone; 0: none has */
	size_t untaken;     /* what the appliance had to read still */

	struct watch watch;
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- Connections --------------------------------------------------------- */

static void close_line(struct relay *r)
{
	if (r->line >= 0)
		close(r->line);
	r->line = -1;
	r->to_line.len = 0;
	r->linger_ms = 0;
	watch_lost(&r->watch);
}

static bool open_line(struct relay *r)
{
	struct sockaddr_un addr;
	int why;

	r->line = socket_open(r->qemu, &addr);
	if (r->line >= 0 &&
	    connect(r->line, (struct sockaddr *)&addr, sizeof(addr)) == 0) {
		heard_begin(&r->heard);
		return true;
	}
	why = errno;
	close_line(r);
	errno = why;
	return false;
}

static void close_holder(struct relay *r)
{
	if (r->holder >= 0)
		close(r->holder);
	r->holder = -1;
	r->to_holder.len = 0;
}

/* ---- From the appliance -------------------------------------------------- */

static void pass(void *relay, const char *data, size_t len)
{
	struct relay *r = relay;

	if (r->holder < 0)
		return;
	buf_add(&r->to_holder, data, len);
	r->heard_ms = now_ms();
}

static void reply(void *relay, const char *data, size_t len, bool end)
{
	struct relay *r = relay;

	watch_reply(&r->watch, data, len, end);
}

static void line(void *relay, const char *text, size_t len)
{
	struct relay *r = relay;

	sent_heard(&r->sent, text, len);
	watch_line(&r->watch, text, len);
}

/* Takes no more than the holder has room for; false at the end. */
static bool read_line(struct relay *r)
{
	const struct heard_to to = {pass, reply, line, r};
	char data[16384];
	size_t room = buf_room(&r->to_holder);
	ssize_t n;

	/* A few bytes are held back until it is known whose they are. */
	room = room > sizeof(r->heard.begin) ? room - sizeof(r->heard.begin)
					     : 0;
	if (!room)
		return true;
	n = recv(r->line, data, room < sizeof(data) ? room : sizeof(data),
		 MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0)
		return false;
	heard_take(&r->heard, &to, data, (size_t)n);
	sent_page(&r->sent, r->heard.page);
	return true;
}

/* ---- To the appliance ---------------------------------------------------- */

static void flush_line(struct relay *r)
{
	ssize_t n;

	if (r->line < 0 || !r->to_line.len)
		return;
	n = send(r->line, r->to_line.data, r->to_line.len,
		 MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0)
		buf_drop(&r->to_line, (size_t)n);
}

/* How much the appliance has not read yet of what was sent to it. */
static size_t untaken(const struct relay *r)
{
	int unread = 0;

	if (ioctl(r->line, SIOCOUTQ, &unread) != 0 || unread < 0)
		unread = 0;
	return r->to_line.len + (size_t)unread;
}

static void linger(struct relay *r)
{
	r->linger_ms = now_ms() + LINGER_MS;
	r->untaken = untaken(r);
}

static void read_holder(struct relay *r)
{
	char data[TO_LINE];
	size_t room = TO_LINE - r->to_line.len;
	ssize_t n = recv(r->holder, data, room, MSG_DONTWAIT);

	if (n > 0) {
		sent_take(&r->sent, data, (size_t)n);
		r->sent_ms = now_ms();
		buf_add(&r->to_line, data, (size_t)n);
		flush_line(r);
		if (r->linger_ms)
			linger(r);
	} else if (n == 0) {
		r->ended = true;
		r->heard_ms = now_ms();
	} else if (errno != EAGAIN && errno != EINTR) {
		r->ended = true;
		linger(r);
	}
}

/*
 * The holder is in a line. While a command runs, keys that leave none wait like
 * those of one.
 */
static bool in_line(const struct relay *r)
{
	const uint64_t since =
		r->heard_ms > r->sent_ms ? r->heard_ms : r->sent_ms;

	if (!r->sent.keys.emptied)
		return r->sent.keys.mid_line;
	return r->sent.keys.mid_line || !heard_at_prompt(&r->heard) ||
	       now_ms() - since < PROMPT_QUIET_MS;
}

static void ask(struct relay *r)
{
	char text[WATCH_LINE + 32];
	size_t n;

	if (!watch_asks(&r->watch) || r->linger_ms || r->line < 0)
		return;
	if (in_line(r) || r->to_line.len > TO_LINE) {
		watch_wait(&r->watch, now_ms());
		return;
	}
	n = watch_ask(&r->watch, text, sizeof(text), now_ms());
	buf_add(&r->to_line, text, n);
	flush_line(r);
	if (!n)
		watch_wait(&r->watch, now_ms());
}

/* ---- Who holds the line -------------------------------------------------- */

static void take_holder(struct relay *r, int fd)
{
	r->holder = fd;
	r->ended = false;
	r->begun = true;
	r->to_holder.len = 0;
	sent_begin(&r->sent);
	r->heard.row_len = 0;
}

static void see_consoles(struct relay *r, bool come)
{
	const bool held = r->holder >= 0 || r->linger_ms;
	int fd = held ? -1 : queue_take(&r->queue);

	if (fd < 0 && come) {
		fd = accept4(r->consoles.fd, NULL, NULL,
			     SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0 && held) {
			queue_add(&r->queue, fd, now_ms());
			return;
		}
	}
	if (fd >= 0)
		take_holder(r, fd);
}

/* There is a connection while somebody wants one. */
static void see_line(struct relay *r)
{
	/* The first word of one that boots is for who has booted it. */
	bool wanted = (r->holder >= 0 && !r->ended) ||
		      (r->begun && watch_count(&r->watch));

	if (r->line >= 0) {
		if (!wanted && r->holder < 0 && !r->linger_ms)
			close_line(r);
		return;
	}
	if (!wanted)
		return;
	if (!open_line(r)) {
		/* QEMU may still have to see that the last one has gone. */
		if (errno != EAGAIN)
			close_holder(r);
	} else if (r->holder < 0) {
		/* Whatever somebody has begun to type there. */
		sent_take(&r->sent, "\x05\x15\n", 3);
		buf_add(&r->to_line, "\x05\x15\n", 3);
		flush_line(r);
	}
}

/* One that sends no more has got what it waits for. */
static bool has_answer(const struct relay *r)
{
	uint64_t quiet = now_ms() - r->heard_ms;

	if (r->to_holder.len || untaken(r))
		return false;
	if (quiet >= SILENT_MS)
		return true;
	if (r->sent.keys.mid_line) /* half a line has no answer */
		return quiet >= HALF_QUIET_MS;
	if (r->sent.unanswered)
		return false;
	if (!r->sent.keys.typed)
		return quiet >= QUIET_MS;
	return heard_at_prompt(&r->heard) && quiet >= PROMPT_QUIET_MS;
}

/* The next one has a connection of its own to QEMU. */
static void see_holder(struct relay *r)
{
	if (r->line < 0) {
		r->linger_ms = 0;
		if (r->ended && !r->to_holder.len)
			close_holder(r);
		return;
	}
	if (r->holder >= 0 && r->ended && (r->linger_ms || has_answer(r))) {
		close_holder(r);
		linger(r);
	}
	if (!r->linger_ms)
		return;
	if (untaken(r) < r->untaken)
		linger(r);
	if ((r->holder < 0 && !untaken(r)) || now_ms() >= r->linger_ms) {
		close_holder(r);
		/* A reply that is under way to one who watches still comes. */
		if (!watch_replies(&r->watch, now_ms()))
			close_line(r);
	}
}

static void flush_holder(struct relay *r)
{
	ssize_t n = send(r->holder, r->to_holder.data, r->to_holder.len,
			 MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n > 0) {
		buf_drop(&r->to_holder, (size_t)n);
	} else if (errno != EAGAIN && errno != EINTR) {
		/* It reads no more; what it has sent is still to be read. */
		r->to_holder.len = 0;
	}
}

/* ---- The loop ------------------------------------------------------------ */

enum {
	CONSOLES,
	WATCHERS,
	PROCESS,
	LINE,
	HOLDER,
	WATCH,
	FDS = WATCH + WATCH_MAX
};

static void prepare(struct relay *r, struct pollfd *fds)
{
	/* One whose holder is about to go is not told to wait. */
	fds[CONSOLES] = (struct pollfd){
		r->linger_ms || (r->holder >= 0 && r->ended) ? -1
							     : r->consoles.fd,
		POLLIN, 0};
	fds[WATCHERS] = (struct pollfd){r->watchers.fd, POLLIN, 0};
	fds[PROCESS] = (struct pollfd){r->over ? -1 : r->process, POLLIN, 0};
	fds[LINE] = (struct pollfd){r->line, 0, 0};
	if (buf_room(&r->to_holder) > sizeof(r->heard.begin))
		fds[LINE].events |= POLLIN;
	if (r->to_line.len)
		fds[LINE].events |= POLLOUT;
	fds[HOLDER] = (struct pollfd){r->holder, 0, 0};
	if (!r->ended && r->line >= 0 && r->to_line.len < TO_LINE)
		fds[HOLDER].events |= POLLIN;
	if (r->to_holder.len)
		fds[HOLDER].events |= POLLOUT;
	/* That it has gone is known, or to be known later. */
	if (!fds[HOLDER].events && (r->linger_ms || r->line < 0))
		fds[HOLDER].fd = -1;
	watch_fds(&r->watch, fds + WATCH);
}

static void heed_line(struct relay *r, short revents)
{
	if (revents & POLLOUT)
		flush_line(r);
	if (!(revents & (POLLIN | POLLHUP | POLLERR)) || read_line(r))
		return;
	/* It has hung up: the holder gets what came before. */
	close_line(r);
	r->ended = true;
}

static void heed_holder(struct relay *r, short revents)
{
	if (revents & POLLOUT)
		flush_holder(r);
	if (revents & POLLIN && !r->ended)
		read_holder(r);
	/* It has gone; `ended` once all that it sent is read. */
	if (revents & (POLLHUP | POLLERR) && r->line >= 0 && !r->linger_ms)
		linger(r);
}

static void turn(struct relay *r)
{
	struct pollfd fds[FDS];
	const bool tells = queue_tell(&r->queue, now_ms());
	bool hurry = r->linger_ms || r->over || watch_asks(&r->watch) ||
		     tells || (r->holder < 0 && r->queue.nb) ||
		     (r->holder >= 0 && (r->ended || r->line < 0));

	prepare(r, fds);
	if (poll(fds, FDS, hurry ? TICK_MS : -1) < 0)
		return;
	if (fds[WATCHERS].revents)
		watch_add(&r->watch, accept4(r->watchers.fd, NULL, NULL,
					     SOCK_CLOEXEC | SOCK_NONBLOCK));
	if (fds[LINE].revents && r->line >= 0)
		heed_line(r, fds[LINE].revents);
	if (fds[HOLDER].revents && r->holder >= 0)
		heed_holder(r, fds[HOLDER].revents);
	if (!r->ended || r->holder < 0)
		see_consoles(r, fds[CONSOLES].revents && !r->linger_ms);
	watch_act(&r->watch, fds + WATCH);
	see_holder(r);
	r->over |= fds[PROCESS].revents != 0;
	if (!r->over)
		see_line(r);
	ask(r);
}

/* What QEMU said before its end is still read and passed on. */
static void finish(struct relay *r)
{
	uint64_t until = now_ms() + 2000;

	while ((r->line >= 0 || r->to_holder.len) && r->holder >= 0 &&
	       now_ms() < until)
		turn(r);
	socket_unlisten(&r->consoles);
	socket_unlisten(&r->watchers);
}

int main(int argc, char **argv)
{
	struct relay *r = calloc(1, sizeof(*r));

	if (!r || argc != 5) {
		fprintf(stderr, "usage: ukpktgen-relay PID QEMU CONSOLE WATCH\n"
				"of the launcher: relays the socket QEMU of "
				"process PID\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	r->line = r->holder = -1;
	r->qemu = argv[2];
	watch_init(&r->watch);
	heard_begin(&r->heard);
	r->process = (int)syscall(SYS_pidfd_open, atoi(argv[1]), 0);
	if (r->process < 0) {
		perror("ukpktgen-relay: no such process");
		return 2;
	}
	socket_listen(&r->watchers, argv[4]);
	socket_listen(&r->consoles, argv[3]);
	while (!r->over)
		turn(r);
	finish(r);
	free(r);
	return 0;
}
