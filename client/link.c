/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/link.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client/names.h"

/* As much as is dealt with before the keys get a look. */
#define SLICE 16384
/* A pipe that is full is looked at again after. */
#define PIPES_MS 10

static const char unix_prefix[] = "UNIX-CONNECT:", pipes_prefix[] = "PIPES:";

static bool is_device(const char *path)
{
	char file[LINK_TEXT];
	struct stat st;

	snprintf(file, sizeof(file), "%s", path);
	file[strcspn(file, ",")] = '\0';
	return stat(file, &st) == 0 && S_ISCHR(st.st_mode);
}

static bool is_socket(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* By the rules of socat, for which many characters mean something. */
static void quote(char *out, size_t size, const char *name)
{
	size_t n = strlen(out);

	for (; *name && n + 3 < size; name++) {
		if (strchr(",:!\"'\\()[]{}", *name))
			out[n++] = '\\';
		out[n++] = *name;
	}
	out[n] = '\0';
}

/* From its own directory: a unix socket's path has 107 bytes at most. */
static void unix_target(struct link *link, const char *path)
{
	char copy[LINK_TEXT], *name;
	size_t len = strlen(path);

	snprintf(link->path, sizeof(link->path), "%s", path);
	snprintf(copy, sizeof(copy), "%s", path);
	snprintf(link->dir, sizeof(link->dir), "%s", dirname(copy));
	snprintf(copy, sizeof(copy), "%s", path);
	name = basename(copy);
	strcpy(link->address, unix_prefix);
	quote(link->address, sizeof(link->address), name);
	if (len > 5 && !strcmp(path + len - 5, ".sock"))
		len -= 5;
	snprintf(link->hold.file, sizeof(link->hold.file), "%.*s.client",
		 (int)len, path);
}

/* IN,OUT: of a process that is there, in /proc, so without a comma. */
static void pipes_target(struct link *link, const char *paths)
{
	size_t n = strcspn(paths, ",");

	snprintf(link->pipes[0], LINK_TEXT, "%.*s", (int)n, paths);
	snprintf(link->pipes[1], LINK_TEXT, "%s",
		 paths + n + (paths[n] == ','));
}

/* Beside a console's socket is that of those who watch. */
static void watch_target(struct link *link, const char *path)
{
	char other[LINK_TEXT];
	size_t len = strlen(path);

	if (len > 5 && !strcmp(path + len - 5, ".sock"))
		len -= 5;
	snprintf(other, sizeof(other), "%.*s.watch", (int)len, path);
	unix_target(link, len < strlen(path) ? other : path);
	link->hold.file[0] = '\0'; /* as many as like */
}

bool link_target(struct link *link, const char *address)
{
	char path[LINK_TEXT];

	link->fd = link->out_fd = link->err_fd = link->hold.fd = -1;
	if (strlen(address) >= LINK_TEXT - sizeof(".client,rawer")) {
		snprintf(link->why, sizeof(link->why),
			 "the address is longer "
			 "than a path can be");
		return false;
	}
	if (!strncmp(address, pipes_prefix, sizeof(pipes_prefix) - 1)) {
		pipes_target(link, address + sizeof(pipes_prefix) - 1);
		return true;
	}
	/* In its plain form, so that it is locked as a path would be. */
	if (!strncasecmp(address, unix_prefix, sizeof(unix_prefix) - 1) &&
	    !strpbrk(address, ",!\"'\\"))
		address += sizeof(unix_prefix) - 1;
	else if (*address != '/' && *address != '.' && strchr(address, ':')) {
		snprintf(link->address, sizeof(link->address), "%s", address);
		return true;
	}
	if (is_device(address))
		snprintf(link->address, sizeof(link->address), "OPEN:%s,rawer",
			 address);
	else if (!is_socket(address) && !strchr(address, '/') &&
		 names_socket(address, "sock", path, sizeof(path)))
		unix_target(link, path);
	else
		unix_target(link, address);
	link->named = !strpbrk(address, "/:,") && access(link->path, F_OK);
	if (link->watch) {
		snprintf(path, sizeof(path), "%s", link->path);
		watch_target(link, path);
	}
	return true;
}

__attribute__((noreturn)) static void be_socat(struct link *link, int fd,
					       int err_fd)
{
	sigset_t none;

	/* Of its own session, so that no key reaches it. */
	setsid();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(err_fd, STDERR_FILENO);
	if (!*link->dir || chdir(link->dir) == 0)
		execlp("socat", "socat", "-t0.1", "STDIO", link->address,
		       (char *)NULL);
	fprintf(stderr, "%s: %s\n", *link->dir ? link->dir : "socat",
		strerror(errno));
	_exit(127);
}

/* "2026/11/20 15:24:22 socat[1] E connect(...): Why" as "Why". */
static void read_why(struct link *link)
{
	char text[LINK_TEXT * 2], *last, *at;
	ssize_t n = read(link->err_fd, text, sizeof(text) - 1);

	while (n > 0 && text[n - 1] == '\n')
		n--;
	if (n <= 0)
		return;
	text[n] = '\0';
	last = strrchr(text, '\n');
	last = last ? last + 1 : text;
	at = strstr(last, "] E ");
	if (at && strstr(at, "): "))
		at = strstr(at, "): ") - 1;
	if (at || !strstr(last, " socat["))
		snprintf(link->why, sizeof(link->why), "%.*s", LINK_TEXT - 1,
			 at ? at + 4 : last);
}

/* Nothing is under way any more that it would have to pass on. */
static void end_socat(struct link *link)
{
	const struct timespec tick = {.tv_nsec = 2000000};

	for (int i = 0; waitpid(link->pid, NULL, WNOHANG) == 0; i++) {
		if (i == 5)
			kill(link->pid, SIGTERM);
		if (i == 50)
			kill(link->pid, SIGKILL);
		nanosleep(&tick, NULL);
	}
	read_why(link);
	close(link->err_fd);
	link->err_fd = -1;
}

bool link_is_anew(struct link *link)
{
	struct stat st = {0};
	bool other;

	if (!*link->path || stat(link->path, &st) != 0)
		return false;
	other = link->born_ino && (link->born_ino != st.st_ino ||
				   link->born_s != st.st_ctim.tv_sec ||
				   link->born_ns != st.st_ctim.tv_nsec);
	link->born_ino = st.st_ino;
	link->born_s = st.st_ctim.tv_sec;
	link->born_ns = st.st_ctim.tv_nsec;
	return other;
}

void link_close(struct link *link)
{
	if (link->out_fd >= 0 && link->out_fd != link->fd)
		close(link->out_fd);
	if (link->fd >= 0)
		close(link->fd);
	link->fd = link->out_fd = -1;
	if (link->err_fd >= 0)
		end_socat(link);
	hold_release(&link->hold);
}

/* By their paths, so that they can be ours not to block on. */
static bool open_pipes(struct link *link)
{
	const int flags = O_NONBLOCK | O_CLOEXEC;

	link->fd = open(link->pipes[0], O_RDONLY | flags);
	link->out_fd = open(link->pipes[1], O_WRONLY | flags);
	if (link->fd >= 0 && link->out_fd >= 0)
		return true;
	snprintf(link->why, sizeof(link->why), "%s", strerror(errno));
	link_close(link);
	return false;
}

static bool start_socat(struct link *link)
{
	int pair[2], err[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
	    pipe2(err, O_CLOEXEC | O_NONBLOCK) != 0) {
		snprintf(link->why, sizeof(link->why), "%s", strerror(errno));
		return false;
	}
	link->pid = fork();
	if (link->pid < 0)
		abort();
	if (link->pid == 0)
		be_socat(link, pair[1], err[1]);
	close(pair[1]);
	close(err[1]);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	link->fd = link->out_fd = pair[0];
	link->err_fd = err[0];
	return true;
}

bool link_open(struct link *link)
{
	link->why[0] = '\0';
	link->out_len = 0;
	if (*link->pipes[0])
		return open_pipes(link);
	if (!hold_take(&link->hold, link->path, link->why, sizeof(link->why)))
		return false;
	if (start_socat(link))
		return true;
	hold_release(&link->hold);
	return false;
}

void link_free(struct link *link)
{
	link_close(link);
	hold_release(&link->hold);
	free(link->out);
}

/* To a pipe that nobody reads as to such a socket: without a signal. */
static ssize_t send_some(const struct link *link)
{
	const struct timespec now = {0};
	sigset_t pipe_set, before;
	ssize_t n;

	if (link->out_fd == link->fd)
		return send(link->fd, link->out, link->out_len,
			    MSG_NOSIGNAL | MSG_DONTWAIT);
	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &pipe_set, &before);
	n = write(link->out_fd, link->out, link->out_len);
	if (n < 0 && errno == EPIPE)
		sigtimedwait(&pipe_set, NULL, &now);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return n;
}

static void flush_out(struct link *link)
{
	while (link->fd >= 0 && link->out_len) {
		ssize_t n = send_some(link);

		if (n <= 0)
			return; /* an end shows when it is read */
		link->out_len -= (size_t)n;
		memmove(link->out, link->out + n, link->out_len);
	}
}

void link_send(struct link *link, const void *data, size_t len)
{
	if (link->fd < 0)
		return;
	if (link->out_len + len > link->out_size) {
		size_t size = (link->out_len + len) * 2;
		char *out = realloc(link->out, size);

		if (!out)
			abort();
		link->out = out;
		link->out_size = size;
	}
	memcpy(link->out + link->out_len, data, len);
	link->out_len += len;
	flush_out(link);
}

int link_wait(void *link, struct pollfd *fd)
{
	const struct link *l = link;
	bool more = l->out_len != 0, pipes = l->out_fd != l->fd;

	fd->fd = l->fd;
	fd->events = (short)(POLLIN | (more && !pipes ? POLLOUT : 0));
	return more && pipes ? PIPES_MS : -1;
}

/* Bytes read, 0 when there are none now, -1 at the end. */
static ssize_t read_some(const struct link *link, void *buf, size_t size)
{
	ssize_t n = read(link->fd, buf, size);

	if (n > 0)
		return n;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

void link_act(void *link, short revents)
{
	struct link *l = link;
	char buf[SLICE];
	ssize_t n;

	if (revents & POLLOUT || l->out_fd != l->fd)
		flush_out(l);
	if (!(revents & (POLLIN | POLLHUP | POLLERR)))
		return;
	n = read_some(l, buf, sizeof(buf));
	if (n < 0) {
		l->end(l->end_arg);
	} else if (n > 0) {
		if (l->tap)
			l->tap(l->tap_arg, buf, (size_t)n);
		l->take(l->take_arg, buf, (size_t)n);
	}
}
