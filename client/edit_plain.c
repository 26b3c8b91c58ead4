/* SPDX-License-Identifier: BSD-3-Clause */
/* Without a library: the terminal's own editing, no history, no completion. */
#include <stdlib.h>
#include <string.h>

#include "client/edit.h"

struct edit {
	struct client *c;
	struct ui_cover cover;
	char *line;
	bool editing, hidden;
};

/* What is typed of the line stays with the terminal, unseen. */
static void hide(void *edit)
{
	struct edit *e = edit;

	if (!e->editing || e->hidden)
		return;
	printf("\r\x1b[K");
	e->hidden = true;
}

struct edit *edit_open(struct client *c)
{
	struct edit *e = calloc(1, sizeof(*e));

	if (!e)
		abort();
	e->c = c;
	e->cover.clear = hide;
	e->cover.arg = e;
	ui_push(&c->ui, &e->cover);
	return e;
}

void edit_close(struct edit *e)
{
	ui_pop(&e->c->ui);
	free(e->line);
	free(e);
}

static void show(struct edit *e)
{
	if (e->hidden)
		printf("%s", e->c->ui.prompt);
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
		if (in->ended || e->c->conn.went ||
		    !client_pump(e->c, -1, true))
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
	input_take(&e->c->in, end ? (size_t)(end - in->buf) + 1 : in->len);
	return e->line;
}
