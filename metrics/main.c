/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ukpktgen-metrics: what appliances count, for Prometheus. The launcher starts
 * it, with the directory of their sockets and the names that are meant.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "metrics/file.h"
#include "metrics/find.h"
#include "metrics/keep.h"
#include "metrics/serve.h"
#include "units/value.h"

/* Within the ten seconds that Prometheus waits for a scrape. */
#define ANSWER_NS 2000000000ull
#define NS_PER_S 1000000000ull
#define NS_PER_MS 1000000ull
#define DAY_NS (86400 * NS_PER_S)
#define STREAMS 64
#define LISTEN "127.0.0.1:9910"

struct options {
	const char *listen, *textfile;
	bool print;
	enum render_format format; /* of --print */
	unsigned streams;
	uint64_t every_ns; /* 0: once, or whenever somebody asks */
	uint64_t answer_ns;
};

struct metrics {
	struct options options;
	struct found found;
	struct keep keep; /* where they are not asked when somebody asks */
};

static void ask_found(struct metrics *m, int spread_ms)
{
	const struct ask_how how = {
		.streams = m->options.streams,
		.timeout_ms = (int)(m->options.answer_ns / NS_PER_MS),
		.spread_ms = spread_ms};

	find_new(&m->found);
	ask(m->found.one, m->found.n, &how);
}

static bool get(void *arg, enum render_format format, struct text *out)
{
	struct metrics *m = arg;
	struct found *f = &m->found;
	bool done;

	ask_found(m, 0);
	done = render(f->one, f->n, format, out);
	ask_end(f->one, f->n);
	return done;
}

static bool get_both(void *arg, int spread_ms, struct text out[KEEP_FORMATS])
{
	struct metrics *m = arg;
	struct found *f = &m->found;
	bool done = true;

	ask_found(m, spread_ms);
	for (unsigned i = 0; i < KEEP_FORMATS; i++)
		done &= render(f->one, f->n, (enum render_format)i, &out[i]);
	ask_end(f->one, f->n);
	return done;
}

static bool get_kept(void *arg, enum render_format format, struct text *out)
{
	return keep_get(&((struct metrics *)arg)->keep, format, out);
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "ukpktgen: %s: %s\n", what, why);
	return 2;
}

/* ---- A file -------------------------------------------------------------- */

static int write_files(struct metrics *m, const sigset_t *ends)
{
	const struct timespec every = {
		.tv_sec = (time_t)(m->options.every_ns / NS_PER_S),
		.tv_nsec = (long)(m->options.every_ns % NS_PER_S)};
	int status;

	do {
		struct text t = {.data = NULL};

		status = !get(m, RENDER_TEXT, &t)
				 ? fail("no file", "out of memory")
			 : !file_replace(m->options.textfile, &t)
				 ? fail(m->options.textfile, strerror(errno))
				 : 0;
		text_free(&t);
	} while (!status && m->options.every_ns &&
		 sigtimedwait(ends, NULL, &every) < 0);
	return status;
}

static int print(struct metrics *m)
{
	struct text t = {.data = NULL};
	const bool done =
		get(m, m->options.format, &t) && file_write(STDOUT_FILENO, &t);

	text_free(&t);
	return done ? 0 : fail("standard output", "cannot be written to");
}

static int listen_and_serve(struct metrics *m)
{
	const bool keeps = m->options.every_ns != 0;
	const struct serve s = {keeps ? get_kept : get, m};
	char url[160];
	const int fd = serve_listen(m->options.listen, url, sizeof(url));

	if (fd < 0)
		return fail(m->options.listen, url);
	m->keep = (struct keep){
		.ask = get_both, .arg = m, .every_ns = m->options.every_ns};
	if (keeps && !keep_begin(&m->keep))
		return fail(m->options.listen, "out of memory");
	printf("%s\n", url);
	fflush(stdout);
	if (!serve(&s, fd))
		return fail(m->options.listen, "cannot be served");
	if (strchr(m->options.listen, '/'))
		unlink(m->options.listen);
	/* It may be asking; nobody waits for the answer. */
	if (keeps)
		_exit(0);
	return 0;
}

/* ---- The command line ---------------------------------------------------- */

/* A number of 1 up to `max`; 0: it is none. */
static unsigned take_number(const char *text, unsigned long max)
{
	char *end;
	const unsigned long v = strtoul(text, &end, 10);

	return *text >= '0' && *text <= '9' && !*end && v <= max ? (unsigned)v
								 : 0;
}

static bool take_time(const char *text, uint64_t *ns)
{
	return !value_time(text, ns) && *ns >= NS_PER_MS && *ns <= DAY_NS;
}

static bool take_option(struct options *o, int c, const char *value)
{
	switch (c) {
	case 'l':
	case 'u':
		o->listen = value;
		return (c == 'u') == (strchr(value, '/') != NULL);
	case 't':
		o->textfile = value;
		return true;
	case 'e':
		return take_time(value, &o->every_ns);
	case 'w':
		return take_time(value, &o->answer_ns);
	case 's':
		o->streams = !strcmp(value, "all") ? UINT_MAX
						   : take_number(value, 16384);
		return o->streams || !strcmp(value, "0");
	case 'o':
		o->format = RENDER_OPENMETRICS;
		o->print = true;
		return true;
	case 'p':
		o->print = true;
		return true;
	default:
		return false;
	}
}

static bool take_options(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{"listen", required_argument, NULL, 'l'},
		{"unix", required_argument, NULL, 'u'},
		{"textfile", required_argument, NULL, 't'},
		{"every", required_argument, NULL, 'e'},
		{"timeout", required_argument, NULL, 'w'},
		{"streams", required_argument, NULL, 's'},
		{"print", no_argument, NULL, 'p'},
		{"openmetrics", no_argument, NULL, 'o'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return false;
		if (!take_option(o, c, optarg)) {
			fail(argv[optind - 1], "is not taken here");
			return false;
		}
	}
	if (!!o->listen + !!o->textfile + o->print > 1) {
		fail("--listen, --unix, --textfile, --print", "one of these");
		return false;
	}
	if (o->print && o->every_ns) {
		fail("--every", "goes with --listen, --unix or --textfile");
		return false;
	}
	return optind < argc;
}

/* Names, or none for all. */
static bool take_names(struct found *f, char **words)
{
	f->dir = *words++;
	f->all = !*words;
	for (; *words; words++) {
		if (find_add(f, *words))
			continue;
		fail(*words, "its socket has too long a path");
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct metrics *m = calloc(1, sizeof(*m));
	sigset_t ends;
	int status;

	if (!m)
		return fail("metrics", "out of memory");
	m->options.streams = STREAMS;
	m->options.answer_ns = ANSWER_NS;
	if (!take_options(&m->options, argc, argv) ||
	    !take_names(&m->found, argv + optind))
		return 2;
	/* For good: threads that are made later have it, too. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (m->options.textfile)
		status = write_files(m, &ends);
	else if (m->options.print)
		status = print(m);
	else {
		if (!m->options.listen)
			m->options.listen = LISTEN;
		status = listen_and_serve(m);
	}
	/* Once more, as none of them is up by now. */
	ask_end(m->found.one, m->found.n);
	free(m);
	return status;
}
