/* SPDX-License-Identifier: BSD-3-Clause */
/* The program as a whole: the engine behind one vhost-user socket. */
#ifndef VHOST_PEER_H
#define VHOST_PEER_H

#include "tests/vhost/engine.h"

struct options {
	const char *path; /* of the socket */
	const char *also; /* of one more, by which frames are but taken */
	bool control;     /* take commands on stdin */
	bool json;
	bool spin; /* never sleep */
	bool mimic;
	bool numbers; /* each of stream 0 is told */
	bool hold;    /* the source waits for 'go' */
	bool bench_self;
	bool kicks;                        /* ask the driver to notify */
	bool unsign;                       /* made frames carry no signature */
	bool ask;                          /* made frames are requests */
	bool packed, event_idx, mrg_rxbuf; /* offered */
	int cpu;                           /* -1: any */
	enum mode mode;
	uint16_t size[MAKER_SIZES]; /* with FCS */
	unsigned int nb_sizes;
	uint16_t flows;
	uint16_t stream, streams;
	uint64_t rate_pps;
	uint64_t count;
	uint64_t duration_ms; /* 0: until told */
};

struct peer {
	const struct options *opt;
	struct peer *also; /* the other socket's, for the same thread */
	struct engine *e;
	struct mem mem;
	int listen_fd;
	int conn_fd; /* -1: nobody is connected */
	uint64_t offered;
	uint64_t features;    /* negotiated */
	uint64_t accept_at;   /* ns: a disconnect fault ends then */
	uint64_t connections; /* so far */
	bool quit;
	char error[200]; /* what ends the program; empty: nothing */
};

/* Notes the first error; the program ends with it. */
void peer_fail(struct peer *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* session.c: the vhost-user socket. */
void session_listen(struct peer *p);
void session_accept(struct peer *p);
void session_close(struct peer *p);
/* Takes one message, which is there. */
void session_message(struct peer *p);

/* report.c: prints where things stand on stdout. */
void report(const struct peer *p, bool json);

/* control.c: runs one line of stdin and answers it on stdout. */
void control_line(struct peer *p, char *line);

/* options.c: false when the program shall end with *status. */
bool options_parse(struct options *o, int argc, char **argv, int *status);

/* bench.c: drives the engine from a second thread; the exit status. */
int bench_self(const struct options *o);

#endif /* VHOST_PEER_H */
