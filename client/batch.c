/* SPDX-License-Identifier: BSD-3-Clause */
/* Commands from a file: the first that fails ends it. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/client.h"

/* Longer than any line that the appliance takes: it is to refuse it itself. */
#define LINE_BYTES sizeof(((struct input *)0)->buf)

static enum status run_rest(struct client *c, enum status status)
{
	if (c->stopped && !c->ended_by)
		c->ended_by = SIGINT;
	return status;
}

/* Its first line, if there is one that is whole. */
static bool cut_line(char *line, const struct input *in, size_t *used)
{
	const char *end = memchr(in->buf, '\n', in->len);
	size_t n = end ? (size_t)(end - in->buf) : in->len;

	if (!end && !(in->ended && n) && n < LINE_BYTES)
		return false;
	memcpy(line, in->buf, n);
	*used = n + (end != NULL);
	while (n && line[n - 1] == '\r')
		n--;
	line[n] = '\0';
	return true;
}

enum status run_input(struct client *c, const char *name)
{
	char *line = malloc(LINE_BYTES + 1);
	enum status status = STATUS_OK;
	size_t used = 0;

	if (!line)
		abort();
	for (unsigned row = 1; status == STATUS_OK && !c->stopped; row++) {
		while (!cut_line(line, &c->in, &used))
			if (c->in.ended || c->stopped ||
			    !client_pump(c, -1, true))
				goto out;
		client_take_keys(c, used);
		status = run_line(c, line, name, row);
	}
out:
	free(line);
	return run_rest(c, status);
}

enum status run_file(struct client *c, const char *path)
{
	enum status status = STATUS_OK;
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!f) {
		ui_note(c, "cannot read '%s'", path);
		return STATUS_UNREACHABLE;
	}
	for (unsigned row = 1; status == STATUS_OK && !c->stopped &&
			       (n = getline(&line, &size, f)) > 0;
	     row++) {
		while (n && strchr("\r\n", line[n - 1]))
			line[--n] = '\0';
		status = run_line(c, line, path, row);
	}
	free(line);
	fclose(f);
	return status;
}

enum status run_text(struct client *c, const char *text, const char *name)
{
	enum status status = STATUS_OK;

	for (unsigned row = 1; *text && status == STATUS_OK; row++) {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		if (!line)
			abort();
		status = run_line(c, line, name, row);
		free(line);
		text += n + (text[n] == '\n');
	}
	return run_rest(c, status);
}
