/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Requests (docs/protocol.md): each has a tag of its own, and takes the lines
 * of its reply. Nothing here waits.
 */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/link.h"
#include "client/ui.h"

enum request_state { REQUEST_WAITS, REQUEST_OK, REQUEST_ERR, REQUEST_LOST };

/* A request under way. Whoever sends one owns it until it waits no more. */
struct request {
	/* Takes each line of the reply, if not NULL. */
	void (*line)(void *arg, char *text, size_t len);
	void *arg;

	/*
	 * A person typed it: replied to as at the prompt. Kept by the sender.
	 */
	bool typed;

	/* It is answered while one that was sent before waits. */
	bool beside;

	enum request_state state;
	char tag[28];
	char code[16]; /* of REQUEST_ERR, as are the next two */
	unsigned column;
	char message[400];
};

/* More than one only while a file is sent. */
#define REQUESTS_MAX 16

struct requests {
	struct link *link;
	struct ui *ui;
	bool open;    /* there is somebody to ask */
	bool busy;    /* a page plays: what can wait does */
	uint32_t run; /* part of all tags: random */
	unsigned tags;
	struct request *pending[REQUESTS_MAX];
	unsigned count;
	struct request marks; /* asks whether it knows typed requests */
};

/* Of a new connection: tags are others than those before. */
void requests_begin(struct requests *q);

/* False, and the state is REQUEST_LOST, when there is no connection. */
bool request_send(struct requests *q, struct request *r, const char *text);
/* Passes over what may still come for it. */
void request_forget(struct requests *q, struct request *r);

/* Asks whether the appliance takes a mark, ">COLUMNS ", on typed requests. */
void requests_ask_marks(struct requests *q);
/* There is nobody to answer any more. */
void requests_lose(struct requests *q);
/* Has the appliance cancel what runs for us. */
void requests_cancel(struct requests *q);
/* Takes a line, if it is of a reply to one of ours; `cut`: not all of it. */
bool requests_take(struct requests *q, char *line, size_t len, bool cut);

#endif /* CLIENT_REQUEST_H */
