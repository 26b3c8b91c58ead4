/* SPDX-License-Identifier: BSD-3-Clause */
#include "metrics/serve.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Connections at once, and the seconds that one may do nothing. */
#define CONNECTIONS 32
#define IDLE_SECONDS 30

/* ---- The socket ---------------------------------------------------------- */

/* A socket that nobody serves any more is in the way. */
static void remove_stale(const struct sockaddr_un *at)
{
	struct stat st;
	int fd;

	if (lstat(at->sun_path, &st) != 0 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const void *)at, sizeof(*at)) != 0 &&
	    errno == ECONNREFUSED)
		unlink(at->sun_path);
	if (fd >= 0)
		close(fd);
}

static int listen_at(const struct sockaddr *at, socklen_t len, char *why,
		     size_t size)
{
	const int one = 1;
	int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && at->sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd >= 0 && bind(fd, at, len) == 0 && listen(fd, CONNECTIONS) == 0)
		return fd;
	snprintf(why, size, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int listen_unix(const char *path, char *url, size_t size)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(at.sun_path)) {
		snprintf(url, size, "the path is too long");
		return -1;
	}
	strcpy(at.sun_path, path);
	remove_stale(&at);
	fd = listen_at((void *)&at, sizeof(at), url, size);
	if (fd >= 0)
		snprintf(url, size, "unix:%s", path);
	return fd;
}

/* "127.0.0.1:9910", "[::1]:9910" */
static bool take_address(const char *text, struct addrinfo **at)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(text, ':');
	char host[64];
	size_t n = colon ? (size_t)(colon - text) : 0;

	if (n && *text == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (!n || n >= sizeof(host) || !colon[1])
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	return getaddrinfo(host, colon + 1, &hints, at) == 0;
}

int serve_listen(const char *at, char *url, size_t size)
{
	struct sockaddr_storage is;
	socklen_t len = sizeof(is);
	char host[64], port[16];
	struct addrinfo *to;
	int fd;

	if (strchr(at, '/'))
		return listen_unix(at, url, size);
	if (!take_address(at, &to)) {
		snprintf(url, size,
			 "must be ADDRESS:PORT, such as "
			 "127.0.0.1:9910 or [::1]:9910");
		return -1;
	}
	fd = listen_at(to->ai_addr, to->ai_addrlen, url, size);
	freeaddrinfo(to);
	if (fd < 0)
		return -1;
	getsockname(fd, (void *)&is, &len);
	getnameinfo((void *)&is, len, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(url, size,
		 is.ss_family == AF_INET6 ? "http://[%s]:%s/metrics"
					  : "http://%s:%s/metrics",
		 host, port);
	return fd;
}

/* ---- Requests ------------------------------------------------------------ */

static enum MHD_Result reply(struct MHD_Connection *c, unsigned status,
			     const char *type, const struct text *body)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(
		body->len, body->data, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result;

	if (!r)
		return MHD_NO;
	MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	result = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result reply_words(struct MHD_Connection *c, unsigned status,
				   const char *words)
{
	char copy[80];
	const struct text body = {.data = copy, .len = strlen(words)};

	snprintf(copy, sizeof(copy), "%s", words);
	return reply(c, status, "text/plain; charset=utf-8", &body);
}

static enum MHD_Result reply_metrics(const struct serve *s,
				     struct MHD_Connection *c)
{
	const enum render_format format =
		render_accepted(MHD_lookup_connection_value(
			c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT));
	struct text body = {.data = NULL};
	enum MHD_Result result;

	if (s->get(s->arg, format, &body))
		result = reply(c, MHD_HTTP_OK, render_type(format), &body);
	else
		result = reply_words(c, MHD_HTTP_INTERNAL_SERVER_ERROR,
				     "out of memory\n");
	text_free(&body);
	return result;
}

static enum MHD_Result handle(void *arg, struct MHD_Connection *c,
			      const char *url, const char *method,
			      const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	(void)version;
	(void)upload;
	/* The first call is about the head: the body, if any, is not read. */
	if (!*state) {
		*state = c;
		return MHD_YES;
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return reply_words(c, MHD_HTTP_METHOD_NOT_ALLOWED,
				   "GET /metrics\n");
	if (!strcmp(url, "/metrics"))
		return reply_metrics(arg, c);
	if (!strcmp(url, "/"))
		return reply_words(c, MHD_HTTP_OK, "ukpktgen: see /metrics\n");
	return reply_words(c, MHD_HTTP_NOT_FOUND, "see /metrics\n");
}

bool serve(const struct serve *s, int fd)
{
	struct MHD_Daemon *d = MHD_start_daemon(
		MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0, NULL, NULL,
		handle, (void *)(uintptr_t)s, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
		MHD_OPTION_END);
	sigset_t ends;
	int sig;

	if (!d) {
		close(fd);
		return false;
	}
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigwait(&ends, &sig);
	MHD_stop_daemon(d);
	return true;
}
