/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The client's one loop and what stands around it. client_pump() is the only
 * place that waits; everything that takes its time calls it: the editor for a
 * key, a request for its reply. What the appliance says is dealt with there.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "client/lines.h"
#include "client/link.h"
#include "client/ui.h"

/* As `ukpktgen exec` documents them. */
enum status {
	STATUS_OK,
	STATUS_FAILED,
	STATUS_UNREACHABLE,
	STATUS_CRASHED,
	STATUS_ENDED, /* unasked, while the launcher asks for --booting */
};

enum request_state { REQUEST_WAITS, REQUEST_OK, REQUEST_ERR, REQUEST_LOST };

struct client;

/* A request under way. Whoever sends one owns it until it waits no more. */
struct request {
	/* Takes each line of the reply, if not NULL. */
	void (*line)(void *arg, char *text, size_t len);
	void *arg;

	/*
	 * A person typed it: replied to as at the prompt. Kept by the sender.
	 */
	bool typed;

	enum request_state state;
	char tag[28];
	char code[16]; /* of REQUEST_ERR, as are the next two */
	unsigned column;
	char message[400];
};

/* More than one only while a file is sent. */
#define REQUESTS_MAX 16

enum conn {
	CONN_DOWN,     /* nothing there; a terminal's client tries again */
	CONN_BOOTING,  /* connected, waits for a first line */
	CONN_GREETING, /* has asked for a sign of life */
	CONN_UP,
};

struct input {
	int fd;
	bool ended;
	int error; /* why it has, if not by its end: an errno */
	size_t len;
	char buf[16384]; /* read and not taken yet */
};

struct client {
	struct link link;
	struct lines lines;
	enum conn conn;
	uint64_t due_ms;     /* of what `conn` waits for */
	uint64_t give_up_ms; /* of greeting */
	struct request greeting;
	struct request marks; /* asks whether it knows typed requests */
	struct request color; /* asks whether colours are to be shown */
	char version[80];     /* of the appliance, as it says */
	bool was_up;
	bool hung_up;  /* its end of the line did */
	bool crashed;  /* the appliance has, since it was connected */
	bool in_crash; /* its report is coming */
	bool went;     /* it was told to end, and may */

	struct request lease; /* asks whether there is one */
	bool lease_unknown;   /* it is still to be asked */
	uint64_t lease_ms;    /* 0: none */
	uint64_t beat_ms;     /* when to renew it */

	struct request *pending[REQUESTS_MAX];
	unsigned nb_pending;
	uint32_t run; /* part of all tags: random */
	unsigned tags;

	struct input in;
	int signal_fd;
	int ended_by;        /* a signal that ends us; 0: none */
	bool interrupted;    /* SIGINT came, nobody has heeded it yet */
	unsigned interrupts; /* Ctrl-C was heeded so often */
	bool stopped;        /* and nothing more is to be run */
	bool resized;
	bool done;     /* the person has had enough */
	bool sourcing; /* lines of a file run in a line of a person */

	struct ui ui;
	struct edit *edit; /* NULL where nobody types */
	struct page *page; /* NULL where the appliance draws none */

	/* The command line. */
	const char *name; /* of the appliance, in messages */
	bool batch, json, booting, events;
	uint64_t timeout_ms; /* of a command; 0: none */
};

uint64_t now_ms(void);

/* loop.c: false when `ended_by` has come. timeout_ms -1: until something is. */
bool client_pump(struct client *c, int timeout_ms, bool keys);
/* Takes a Ctrl-C that was typed while no line was edited. */
bool client_interrupted(struct client *c);
void client_take_keys(struct client *c, size_t n);

/* conn.c */
void conn_start(struct client *c);
void conn_poll(struct client *c);
int conn_wait_ms(const struct client *c); /* until conn_poll() has to be */
void conn_lost(struct client *c);
/* The line stayed, but the appliance has booted anew. */
void conn_restarted(struct client *c);
void conn_heard(struct client *c); /* a line came */
bool conn_wait_up(struct client *c, int ms);

/* lease.c: renews a lease of the appliance, in the background. */
void lease_begin(struct client *c); /* of a connection */
void lease_poll(struct client *c);
int lease_wait_ms(const struct client *c); /* until lease_poll() has to be */
void lease_take_event(struct client *c, const char *text);

/* color.c: the appliance's setting `color` holds for us, too. */
void color_ask(struct client *c);
/* True when a notice was of that: no person needs to be told. */
bool color_take_event(struct client *c, const char *text);

/* request.c */
/* False, and the state is REQUEST_LOST, when there is no connection. */
bool request_send(struct client *c, struct request *r, const char *text);
enum request_state request_wait(struct client *c, struct request *r);
/* Passes over what may still come for it. */
void request_forget(struct client *c, struct request *r);
void request_lose_all(struct client *c);
/* Asks whether the appliance takes a mark, ">COLUMNS ", on typed requests. */
void request_ask_marks(struct client *c);
void request_take_line(void *client, char *line, size_t len, bool cut);
/* Has the appliance cancel what runs for us. */
void request_cancel(struct client *c);

/* run.c: a line of a person or of a file. */
enum status run_line(struct client *c, const char *text, const char *file,
		     unsigned row);
/* batch.c: all lines of our input, of a file, of a string, to the first error.
 * `name` is for messages. */
enum status run_input(struct client *c, const char *name);
enum status run_file(struct client *c, const char *path);
enum status run_text(struct client *c, const char *text, const char *name);

/* local.c: words of our own, which start with a dot. */
enum status local_run(struct client *c, const char *text, const char *file,
		      unsigned row);
struct candidates;
void local_complete(const char *line, struct candidates *list);

/* transfer.c */
enum status transfer_upload(struct client *c, const char *file,
			    const char *name);
enum status transfer_download(struct client *c, const char *name,
			      const char *file);

/* page.c */
/* Plays what a request may not: `text` drawn on the terminal, to its end. */
bool page_wanted(struct client *c, const char *text);
void page_play(struct client *c, const char *text);
/* Has the terminal as it was, whatever the page was at. */
void page_leave(struct page *p);
void page_take(struct page *p, const char *data, size_t len);

#endif /* CLIENT_CLIENT_H */
