/* SPDX-License-Identifier: BSD-3-Clause */
/* Without a library: the terminal's own editing, no history, no completion. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "client/edit.h"

struct edit {
	struct client *c;
	char *line;
	bool editing, hidden;
};

const bool edit_has_keys = false;

struct edit *edit_open(struct client *c)
{
	struct edit *e = calloc(1, sizeof(*e));

	if (!e)
		abort();
	e->c = c;
	return e;
}

void edit_close(struct edit *e)
{
	free(e->line);
	free(e);
}

/* What is typed of the line stays with the terminal, unseen. */
void edit_hide(struct edit *e)
{
	if (!e->editing || e->hidden)
		return;
	printf("\r\x1b[K");
	e->hidden = true;
}

void edit_resize(struct edit *e)
{
	(void)e;
}

static void show(struct edit *e)
{
	if (e->hidden)
		printf("%s", EDIT_PROMPT);
	fflush(stdout);
	e->hidden = false;
}

const char *edit_line(struct edit *e)
{
	struct input *in = &e->c->in;
	const char *end;

	e->editing = e->hidden = true;
	while (!(end = memchr(in->buf, '\n', in->len)) &&
	       in->len < sizeof(in->buf)) {
		show(e);
		if (in->ended || e->c->went || !client_pump(e->c, -1, true))
			break;
		if (client_interrupted(e->c)) {
			printf("\n");
			e->hidden = true;
		}
	}
	e->editing = false;
	if (!end && in->len < sizeof(in->buf))
		return NULL;
	free(e->line);
	e->line = strndup(in->buf, end ? (size_t)(end - in->buf) : in->len);
	if (!e->line)
		abort();
	client_take_keys(e->c, end ? (size_t)(end - in->buf) + 1 : in->len);
	return e->line;
}
