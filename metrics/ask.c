/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/ask.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "metrics/text.h"

/* More is no answer of an appliance. */
#define ANSWER_MAX (16u << 20)
/* What our requests' tags begin with; the number of one follows. */
#define TAG "metrics"

/* One that is being asked. */
struct asking {
	struct asked *a;
	int fd; /* -1: it is over, or has not begun */
	bool begun;
	long long from_ms;  /* when it begins... */
	long long until_ms; /* ...and ends, at the latest */
	double began;
	struct text in;
	size_t got;
	const char *out; /* the rest of the requests */
	unsigned last;   /* of them */
	double max_streams;
};

#define ASK(n, command) "@" TAG n " " command " --json\n"
static const char requests[] = ASK("0", "stats all") ASK("2", "port");
/* Of one that is not known yet. */
static const char first_requests[] =
	ASK("1", "version") ASK("0", "stats all") ASK("2", "port");
static const char stream_request[] = ASK("3", "stats all.all");

_Static_assert(ASK_STATS == 0 && ASK_VERSION == 1 && ASK_PORTS == 2 &&
		       ASK_STREAMS == 3,
	       "as their tags are numbered");

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ll + t.tv_nsec / 1000000;
}

static double now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double ask_streams(const cJSON *port)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(port, "stream_count");

	return cJSON_IsNumber(n) ? n->valuedouble : 1;
}

/* All ports are told of: they are asked for their streams, if not too many. */
static bool ask_for_streams(struct asking *one)
{
	const cJSON *ports = one->a->lines[ASK_PORTS], *port;
	double n = 0;

	ports = ports ? cJSON_GetObjectItemCaseSensitive(ports->child, "ports")
		      : NULL;
	cJSON_ArrayForEach(port, ports) n += ask_streams(port);
	if (!n || n > one->max_streams)
		return false;
	one->out = stream_request;
	one->last = ASK_STREAMS;
	return true;
}

static void end(struct asking *one)
{
	close(one->fd);
	one->fd = -1;
	one->a->seconds = now_seconds() - one->began;
}

static void forget(struct asked *a, enum ask_for reply)
{
	cJSON_Delete(a->lines[reply]);
	a->lines[reply] = NULL;
}

/* One that was booted anew has a new socket. */
static void know(struct asking *one)
{
	struct stat st = {.st_ino = 0};

	stat(one->a->path, &st);
	if (st.st_ino != one->a->inode)
		forget(one->a, ASK_VERSION);
	one->a->inode = st.st_ino;
	if (!one->a->lines[ASK_VERSION])
		one->out = first_requests;
}

static void begin(struct asking *one)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	_Static_assert(sizeof(to.sun_path) == sizeof(one->a->path), "as long");
	memcpy(to.sun_path, one->a->path, sizeof(to.sun_path));
	know(one);
	one->fd =
		socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (one->fd < 0 || connect(one->fd, (void *)&to, sizeof(to)) == 0)
		return;
	close(one->fd);
	one->fd = -1;
}

/* A line without its end; true with the last one that is waited for. */
static bool take_line(struct asking *one, const char *line)
{
	struct asked *a = one->a;
	cJSON *json;
	unsigned n;
	int from = 0;

	if (sscanf(line, "@" TAG "%1u %n", &n, &from) != 1 || !from ||
	    n >= ASK_REQUESTS)
		return false;
	line += from;
	if (!strcmp(line, "OK") || !strncmp(line, "ERR ", 4)) {
		a->up |= n == ASK_STATS && *line == 'O' && a->lines[n];
		return n == one->last &&
		       (n != ASK_PORTS || !ask_for_streams(one));
	}
	json = cJSON_Parse(line);
	if (!cJSON_IsObject(json)) {
		cJSON_Delete(json);
		return false;
	}
	if (!a->lines[n])
		a->lines[n] = cJSON_CreateArray();
	cJSON_AddItemToArray(a->lines[n], json);
	return false;
}

/* Whole lines of what has come; true when that was all. */
static bool take(struct asking *one)
{
	char *begin_at = one->in.data, *nl;
	bool over = false;

	while (!over &&
	       (nl = memchr(begin_at, '\n',
			    one->in.len - (size_t)(begin_at - one->in.data)))) {
		*nl = '\0';
		if (nl > begin_at && nl[-1] == '\r')
			nl[-1] = '\0';
		over = take_line(one, begin_at);
		begin_at = nl + 1;
	}
	text_drop(&one->in, (size_t)(begin_at - one->in.data));
	return over;
}

/* What it can take, and what has come; true when it is over. */
static bool act(struct asking *one, short events)
{
	char data[65536];
	ssize_t n;

	if (events & POLLOUT) {
		n = send(one->fd, one->out, strlen(one->out), MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return true;
		one->out += n > 0 ? n : 0;
	}
	if (!(events & (POLLIN | POLLHUP | POLLERR)))
		return false;
	n = recv(one->fd, data, sizeof(data), 0);
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0)
		return true;
	one->got += (size_t)n;
	text_bytes(&one->in, data, (size_t)n);
	return one->in.failed || one->got > ANSWER_MAX || take(one);
}

/* When to look at it again; it may begin, or end, now. */
static long long see(struct asking *one, long long now)
{
	if (!one->begun && now >= one->from_ms) {
		one->begun = true;
		one->began = now_seconds();
		begin(one);
	} else if (one->fd >= 0 && now >= one->until_ms) {
		end(one);
	}
	return !one->begun    ? one->from_ms
	       : one->fd >= 0 ? one->until_ms
			      : LLONG_MAX;
}

/* When to look at any of them again; LLONG_MAX: all is over. */
static long long see_all(struct asking *all, struct pollfd *fds, unsigned n,
			 long long now)
{
	long long next = LLONG_MAX, at;

	for (unsigned i = 0; i < n; i++) {
		at = see(&all[i], now);
		next = at < next ? at : next;
		fds[i] = (struct pollfd){
			.fd = all[i].fd,
			.events =
				(short)(POLLIN | (*all[i].out ? POLLOUT : 0))};
	}
	return next;
}

static void ask_all(struct asking *all, struct pollfd *fds, unsigned n)
{
	long long now, next;

	while (now = now_ms(), next = see_all(all, fds, n, now),
	       next < LLONG_MAX) {
		if (poll(fds, n, next > now ? (int)(next - now) : 0) < 0)
			continue;
		for (unsigned i = 0; i < n; i++)
			if (all[i].fd >= 0 && fds[i].revents &&
			    act(&all[i], fds[i].revents))
				end(&all[i]);
	}
}

void ask(struct asked *a, unsigned n, const struct ask_how *how)
{
	struct asking *all = calloc(n + 1, sizeof(*all));
	struct pollfd *fds = calloc(n + 1, sizeof(*fds));
	const long long now = now_ms();

	for (unsigned i = 0; i < n && all && fds; i++) {
		const long long from =
			now + (long long)how->spread_ms * i / (n ? n : 1);

		all[i] = (struct asking){.a = &a[i],
					 .fd = -1,
					 .from_ms = from,
					 .until_ms = from + how->timeout_ms,
					 .out = requests,
					 .last = ASK_PORTS,
					 .max_streams = how->streams};
	}
	if (all && fds)
		ask_all(all, fds, n);
	for (unsigned i = 0; i < n && all; i++)
		text_free(&all[i].in);
	free(all);
	free(fds);
}

void ask_end(struct asked *a, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		for (unsigned k = 0; k < ASK_REQUESTS; k++)
			if (k != ASK_VERSION || !a[i].up)
				forget(&a[i], (enum ask_for)k);
		a[i].up = false;
		a[i].seconds = 0;
	}
}
