/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vhost-peer: a vhost-user back end that checks frames or makes them. One
 * thread does it all: a batch in each queue, and every so often a look at the
 * socket, stdin and the clock.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/vhost/peer.h"

#define LOOK_NS 100000    /* how often sockets are looked at */
#define YIELD_NS 20000    /* idle for so long, others may go first */
#define IDLE_NS NS_PER_MS /* then it sleeps between two looks */
#define NAP_NS 50000

static volatile sig_atomic_t want_report, want_end;

static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		want_report = 1;
	else
		want_end = 1;
}

void peer_fail(struct peer *p, const char *format, ...)
{
	va_list args;

	p->quit = true;
	if (*p->error)
		return;
	va_start(args, format);
	vsnprintf(p->error, sizeof(p->error), format, args);
	va_end(args);
}

/* What has been read of stdin and is no whole line yet. */
struct input {
	char line[256];
	size_t len;
	bool open;
};

static void read_control(struct peer *p, struct input *in)
{
	char *end;
	ssize_t n = read(STDIN_FILENO, in->line + in->len,
			 sizeof(in->line) - 1 - in->len);

	if (n <= 0) {
		/* Whoever started us has gone. */
		in->open = false;
		p->quit = true;
		return;
	}
	in->len += (size_t)n;
	in->line[in->len] = '\0';
	while ((end = strchr(in->line, '\n'))) {
		*end++ = '\0';
		control_line(p, in->line);
		in->len -= (size_t)(end - in->line);
		memmove(in->line, end, in->len + 1);
	}
	if (in->len == sizeof(in->line) - 1)
		peer_fail(p, "a line on stdin is too long");
}

/* Where the front end is to be heard; -1: nowhere yet. */
static int listen_at(const struct peer *p, uint64_t now)
{
	if (!p)
		return -1;
	if (p->conn_fd < 0 && now >= p->accept_at)
		return p->listen_fd;
	return p->conn_fd;
}

static void hear(struct peer *p)
{
	if (p->conn_fd < 0)
		session_accept(p);
	else
		session_message(p);
}

/* Waits up to `ns` for a message, a connection or a command, and takes it. */
static void look(struct peer *p, struct input *in, uint64_t now, uint64_t ns)
{
	const struct timespec limit = {.tv_nsec = (long)ns};
	sigset_t none;
	struct pollfd fd[3] = {
		{.fd = in->open ? STDIN_FILENO : -1, .events = POLLIN},
		{.fd = listen_at(p, now), .events = POLLIN},
		{.fd = listen_at(p->also, now), .events = POLLIN},
	};

	sigemptyset(&none);
	if (ppoll(fd, 3, &limit, &none) <= 0)
		return;
	if (fd[1].revents)
		hear(p);
	if (fd[2].revents)
		hear(p->also);
	if (fd[0].revents)
		read_control(p, in);
}

static void find_broken(struct peer *p)
{
	for (unsigned int i = 0; i < p->e->nb_queues; i++)
		if (p->e->q[i].broken)
			peer_fail(p, "queue %u: %s", i, p->e->q[i].broken);
	if (!p->also)
		return;
	find_broken(p->also);
	if (p->also->quit)
		peer_fail(p, "%s", p->also->error);
}

static bool any_live(const struct peer *p)
{
	for (unsigned int i = 0; i < p->e->nb_queues; i++)
		if (queue_live(&p->e->q[i]))
			return true;
	return p->also && any_live(p->also);
}

static bool step(struct peer *p, uint64_t now)
{
	bool moved = engine_step(p->e, now);

	return p->also ? engine_step(p->also->e, now) || moved : moved;
}

/* Is the time over that counts from the first frame? */
static bool is_over(const struct peer *p, uint64_t now)
{
	const uint64_t a = p->e->in.first_ns, b = p->e->out.first_ns;
	const uint64_t first = a && b ? MIN(a, b) : a | b;

	return p->opt->duration_ms && first &&
	       now - first >= p->opt->duration_ms * NS_PER_MS;
}

static void serve(struct peer *p)
{
	struct input in = {.open = p->opt->control};
	uint64_t now = clock_ns(), busy = now, looked = 0, wait;

	while (!p->quit && !want_end) {
		now = clock_ns();
		if (step(p, now))
			busy = now;
		else if (now - busy > YIELD_NS && !p->opt->spin)
			sched_yield();
		if (now - looked < LOOK_NS && now - busy < IDLE_NS)
			continue;
		looked = now;
		find_broken(p);
		if (is_over(p, now))
			break;
		if (!any_live(p))
			wait = 10 * NS_PER_MS;
		else
			wait = p->opt->spin || now - busy < IDLE_NS ? 0
								    : NAP_NS;
		look(p, &in, now, wait);
		if (want_report) {
			want_report = 0;
			report(p, p->opt->json);
		}
	}
}

/* Signals come in look() alone, lest one cuts a message off. */
static void catch_signals(void)
{
	const struct sigaction act = {.sa_handler = on_signal};
	static const int caught[] = {SIGUSR1, SIGINT, SIGTERM};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (unsigned int i = 0; i < sizeof(caught) / sizeof(*caught); i++) {
		sigaddset(&blocked, caught[i]);
		sigaction(caught[i], &act, NULL);
	}
	sigprocmask(SIG_BLOCK, &blocked, NULL);
}

static bool pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		return true;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) == 0)
		return true;
	fprintf(stderr, "vhost-peer: --cpu %d: %s\n", cpu, strerror(errno));
	return false;
}

static bool open_peer(struct peer *p, const struct options *o)
{
	*p = (struct peer){.opt = o, .listen_fd = -1, .conn_fd = -1};
	p->e = engine_new();
	if (!p->e || (o->numbers && !seq_all_open(&p->e->all))) {
		fprintf(stderr, "vhost-peer: no memory\n");
		return false;
	}
	p->e->mode = o->mode;
	p->e->rate_pps = o->rate_pps;
	p->e->count = o->count;
	maker_init(&p->e->maker, o->size, o->nb_sizes, o->flows, !o->unsign,
		   o->stream);
	p->e->maker.streams = o->streams;
	p->e->mimic = o->mimic;
	if (o->ask)
		maker_ask(&p->e->maker);
	engine_go(p->e, !o->hold);
	return true;
}

static void close_peer(struct peer *p)
{
	session_close(p);
	if (p->listen_fd >= 0)
		unlink(p->opt->path);
	engine_free(p->e);
}

int main(int argc, char **argv)
{
	struct options o, also;
	struct peer p, other;
	int status;

	if (!options_parse(&o, argc, argv, &status))
		return status;
	if (!pin(o.cpu))
		return 2;
	if (o.bench_self)
		return bench_self(&o);
	also = o;
	also.path = o.also;
	also.mode = o.mode == MODE_NULL ? MODE_NULL : MODE_SINK;
	if (!open_peer(&p, &o) || (o.also && !open_peer(&other, &also)))
		return 1;
	catch_signals();
	session_listen(&p);
	if (o.also) {
		p.also = &other;
		session_listen(&other);
	}
	serve(&p);
	report(&p, o.json);
	if (o.also)
		close_peer(&other);
	close_peer(&p);
	if (*p.error)
		fprintf(stderr, "vhost-peer: %s\n", p.error);
	return *p.error ? 1 : 0;
}
