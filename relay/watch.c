/* SPDX-License-Identifier: BSD-3-Clause */
#include "relay/watch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/allowed.h"
#include "relay/heard.h"

/* A request waits for the holder to end a line, and for its reply. */
#define WAIT_MS 2000
#define REPLY_MS 10000

void watch_init(struct watch *w)
{
	for (unsigned i = 0; i < WATCH_MAX; i++)
		w->one[i].fd = -1;
}

unsigned watch_count(const struct watch *w)
{
	unsigned n = 0;

	for (unsigned i = 0; i < WATCH_MAX; i++)
		n += w->one[i].fd >= 0;
	return n;
}

void watch_add(struct watch *w, int fd)
{
	for (unsigned i = 0; i < WATCH_MAX; i++) {
		struct watcher *one = &w->one[i];

		if (one->fd >= 0)
			continue;
		one->fd = fd;
		one->in.len = one->out.len = 0;
		one->ended = false;
		one->tag[0] = '\0';
		one->since_ms = 0;
		return;
	}
	close(fd);
}

static void leave(struct watch *w, struct watcher *one)
{
	close(one->fd);
	one->fd = -1;
	one->in.len = 0;
	w->gone |= w->asks == one;
}

/* One that does not read what it is told is left alone. */
static void tell(struct watch *w, struct watcher *one, const char *text,
		 size_t len)
{
	if (one->fd >= 0 && buf_add(&one->out, text, len) < len)
		leave(w, one);
}

/* Nothing is with the appliance: from now on the others wait for a line. */
static void ask_none(struct watch *w)
{
	w->asks = NULL;
	for (unsigned i = 0; i < WATCH_MAX; i++)
		w->one[i].since_ms = 0;
}

/* ---- Requests ------------------------------------------------------------ */

/* The next line that a watcher has sent, allocated in `line`. */
static bool next_line(struct watcher *one, char *line)
{
	const char *end = memchr(one->in.data, '\n', one->in.len);
	size_t n = end ? (size_t)(end - one->in.data) : 0;

	if (!end) {
		if (one->in.len > WATCH_LINE)
			one->in.len = 0; /* no line that could be one */
		return false;
	}
	if (n < WATCH_LINE) {
		memcpy(line, one->in.data, n);
		while (n && line[n - 1] == '\r')
			n--;
		line[n] = '\0';
	} else {
		line[0] = '\0';
	}
	buf_drop(&one->in, (size_t)(end + 1 - one->in.data));
	return true;
}

static void refuse_at(struct watch *w, struct watcher *one, unsigned column,
		      const char *why)
{
	char text[WATCH_TAG_MAX + sizeof(((struct refusal *)0)->text) + 40];
	int n = snprintf(text, sizeof(text), "@%s ERR E_STATE %u %s\r\n",
			 one->tag, column, why);

	tell(w, one, text, (size_t)n);
	one->tag[0] = '\0';
}

static void refuse(struct watch *w, struct watcher *one, const char *why)
{
	refuse_at(w, one, 0, why);
}

/* Signs of life, and what opens a line, may stand before a request. */
static const char *request_in(struct watcher *one, const char *line)
{
	size_t n = strspn(line, "\x03\x05\x15");

	line += n;
	n = strcspn(line + (*line == '@'), " ");
	if (*line != '@' || !n || n > WATCH_TAG_MAX)
		return NULL;
	snprintf(one->tag, sizeof(one->tag), "%.*s", (int)n, line + 1);
	line += 1 + n;
	return line + (*line == ' ');
}

static size_t ask_for(struct watch *w, struct watcher *one, char *out,
		      size_t size)
{
	char line[WATCH_LINE + 1];
	struct refusal why;

	while (one->fd >= 0 && next_line(one, line)) {
		const char *text = request_in(one, line);
		int n;

		if (!text)
			continue;
		if (!allowed(text, &why)) {
			refuse_at(w, one, why.column, why.text);
			continue;
		}
		n = snprintf(out, size, HEARD_OURS "%lu %s\n", ++w->number,
			     text);
		if (n > 0 && (size_t)n < size)
			return (size_t)n;
		refuse(w, one, "the line is too long");
	}
	return 0;
}

size_t watch_ask(struct watch *w, char *out, size_t size, uint64_t now_ms)
{
	if (w->asks)
		return 0;
	for (unsigned i = 0; i < WATCH_MAX; i++) {
		struct watcher *one = &w->one[w->next++ % WATCH_MAX];
		size_t n = ask_for(w, one, out, size);

		if (!n)
			continue;
		w->asks = one;
		w->gone = false;
		w->asked_ms = now_ms;
		return n;
	}
	return 0;
}

static bool waits(const struct watcher *one)
{
	return one->fd >= 0 && memchr(one->in.data, '\n', one->in.len);
}

bool watch_asks(const struct watch *w)
{
	for (unsigned i = 0; i < WATCH_MAX; i++)
		if (waits(&w->one[i]))
			return true;
	return w->asks != NULL;
}

bool watch_replies(const struct watch *w, uint64_t now_ms)
{
	return w->asks && !w->gone && now_ms - w->asked_ms <= REPLY_MS;
}

/* A line is under way of the reply that is waited for. */
static bool in_reply(const struct watch *w)
{
	return w->asks && w->begun && w->heard == w->number;
}

/* The request that is with the appliance gets no reply, or no more of it. */
static void give_up(struct watch *w, const char *why)
{
	if (!w->gone && in_reply(w))
		tell(w, w->asks, "\r\n", 2);
	if (!w->gone)
		refuse(w, w->asks, why);
	ask_none(w);
}

void watch_wait(struct watch *w, uint64_t now_ms)
{
	char line[WATCH_LINE + 1];

	if (w->asks) {
		/* The others wait for its end, not for a line's. */
		if (now_ms - w->asked_ms > REPLY_MS)
			give_up(w, "the appliance does not answer");
		return;
	}
	for (unsigned i = 0; i < WATCH_MAX; i++) {
		struct watcher *one = &w->one[i];

		if (!waits(one)) {
			one->since_ms = 0;
			continue;
		}
		if (!one->since_ms)
			one->since_ms = now_ms;
		if (now_ms - one->since_ms < WAIT_MS)
			continue;
		one->since_ms = 0;
		while (one->fd >= 0 && next_line(one, line))
			if (request_in(one, line))
				refuse(w, one, "a line is being typed there");
	}
}

void watch_lost(struct watch *w)
{
	if (w->asks)
		give_up(w, "the line was opened anew; ask again");
	w->begun = false;
	w->heard = 0;
	w->head_len = 0;
}

/* ---- Replies ------------------------------------------------------------- */

static bool is_last(const struct watch *w)
{
	return w->head_len == sizeof(w->head) &&
	       (!memcmp(w->head, "OK\r\n", 4) || !memcmp(w->head, "ERR ", 4));
}

/* Of a line: our tag becomes the watcher's. */
static void begin_reply(struct watch *w, struct watcher *one)
{
	w->begun = true;
	w->head_len = 0;
	if (!one)
		return;
	tell(w, one, "@", 1);
	tell(w, one, one->tag, strlen(one->tag));
	tell(w, one, " ", 1);
}

/* "NUMBER TEXT"; that of a request that was given up is nobody's. */
void watch_reply(struct watch *w, const char *data, size_t len, bool end)
{
	bool mine = true;
	struct watcher *one;

	while (!w->begun && len && *data >= '0' && *data <= '9') {
		w->heard = w->heard * 10 + (unsigned long)(*data++ - '0');
		len--;
	}
	mine = w->asks && w->heard == w->number;
	one = mine && !w->gone ? w->asks : NULL;
	if (!w->begun && len) {
		begin_reply(w, one);
		data++;
		len--;
	}
	for (size_t i = 0; i < len && w->head_len < sizeof(w->head); i++)
		w->head[w->head_len++] = data[i];
	if (one)
		tell(w, one, data, len);
	if (!end)
		return;
	if (mine && is_last(w))
		ask_none(w);
	w->begun = false;
	w->heard = 0;
}

/* A notice, or a line of a job. */
void watch_line(struct watch *w, const char *line, size_t len)
{
	if (len < 3 || (memcmp(line, "@! ", 3) != 0 && *line != '['))
		return;
	for (unsigned i = 0; i < WATCH_MAX; i++) {
		struct watcher *one = &w->one[i];

		/* What is under way is a line that this would stand in. */
		if (one->fd < 0 || (one == w->asks && in_reply(w)) ||
		    buf_room(&one->out) < len + 2)
			continue;
		tell(w, one, line, len);
		tell(w, one, "\r\n", 2);
	}
}

/* ---- Connections --------------------------------------------------------- */

void watch_fds(const struct watch *w, struct pollfd *fds)
{
	for (unsigned i = 0; i < WATCH_MAX; i++) {
		const struct watcher *one = &w->one[i];

		fds[i] = (struct pollfd){.fd = one->fd};
		if (buf_room(&one->in) && !one->ended)
			fds[i].events |= POLLIN;
		if (one->out.len)
			fds[i].events |= POLLOUT;
	}
}

/* A NUL says that somebody lives, which is nobody's concern here. */
static void take_in(struct watcher *one, const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i])
			buf_add(&one->in, data + i, 1);
}

static void act(struct watch *w, struct watcher *one, short revents)
{
	char data[4096];
	size_t room = buf_room(&one->in);
	ssize_t n;

	if (revents & POLLOUT) {
		n = send(one->fd, one->out.data, one->out.len,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0)
			buf_drop(&one->out, (size_t)n);
		else if (errno != EAGAIN)
			leave(w, one);
	}
	if (one->fd < 0 || !(revents & (POLLIN | POLLHUP | POLLERR)))
		return;
	n = recv(one->fd, data, room < sizeof(data) ? room : sizeof(data),
		 MSG_DONTWAIT);
	if (n > 0)
		take_in(one, data, (size_t)n);
	else if (n == 0)
		one->ended = true;
	else if (errno != EAGAIN)
		leave(w, one);
	if (one->fd >= 0 && revents & (POLLHUP | POLLERR))
		leave(w, one);
}

/* One that has nothing more to ask, and has its answers. */
static bool is_done(const struct watch *w, const struct watcher *one)
{
	return one->fd >= 0 && one->ended && w->asks != one && !waits(one) &&
	       !one->out.len;
}

void watch_act(struct watch *w, const struct pollfd *fds)
{
	for (unsigned i = 0; i < WATCH_MAX; i++)
		if (w->one[i].fd >= 0 && fds[i].revents)
			act(w, &w->one[i], fds[i].revents);
	for (unsigned i = 0; i < WATCH_MAX; i++)
		if (is_done(w, &w->one[i]))
			leave(w, &w->one[i]);
}
