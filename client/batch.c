/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/batch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
/* Longer than any line that the appliance takes: it is to refuse it itself. */
#define LINE_BYTES sizeof(((struct input *)0)->buf)

static enum status batch_end(struct client *c, enum status status)
{
	if (c->signals.stopped && !c->signals.ended_by)
		c->signals.ended_by = SIGINT;
	return status;
}

/* Its first line, if there is one that is whole. */
static bool cut_line(char *line, const struct input *in, size_t *used,
		     size_t *len)
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
	*len = n;
	return true;
}

/*
 * A line of `len` bytes with a NUL behind; more is not run once output is lost.
 */
static enum status run_one(struct client *c, const char *line, size_t len,
			   const char *name, unsigned row, batch_line *run)
{
	/* Some editors begin a text with a mark of UTF-8. */
	const size_t mark =
		row == 1 && !strncmp(line, "\xef\xbb\xbf", 3) ? 3 : 0;
	enum status status;

	line += mark;
	len -= mark;
	if (strlen(line) != len) {
		ui_note(&c->ui,
			"%s:%u:%zu: E_BYTE: a NUL is no part of a command",
			name, row, strlen(line) + 1);
		return STATUS_FAILED;
	}
	status = run(c, line, name, row);
	if (c->ui.batch && c->ui.unwritten && status == STATUS_OK)
		return STATUS_UNREACHABLE;
	return status;
}

static bool goes_on(const struct client *c, enum status status)
{
	return status == STATUS_OK && !c->signals.stopped && !c->done;
}

enum status batch_input(struct client *c, const char *name, batch_line *run)
{
	char *line = malloc(LINE_BYTES + 1);
	enum status status = STATUS_OK;
	size_t used = 0, len = 0;

	if (!line)
		abort();
	for (unsigned row = 1; goes_on(c, status); row++) {
		while (!cut_line(line, &c->in, &used, &len))
			if (c->in.ended || c->signals.stopped ||
			    !client_pump(c, -1, true))
				goto out;
		input_take(&c->in, used);
		status = run_one(c, line, len, name, row, run);
	}
out:
	if (c->in.error && status == STATUS_OK) {
		ui_note(&c->ui, "cannot read '%s': %s", name,
			strerror(c->in.error));
		status = STATUS_UNREACHABLE;
	}
	free(line);
	return batch_end(c, status);
}

enum status batch_file(struct client *c, const char *path, batch_line *run)
{
	enum status status = STATUS_OK;
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	if (!f) {
		ui_note(&c->ui, "cannot read '%s': %s", path, strerror(errno));
		return STATUS_UNREACHABLE;
	}
	for (unsigned row = 1;
	     goes_on(c, status) && (n = getline(&line, &size, f)) > 0; row++) {
		n -= line[n - 1] == '\n';
		while (n && line[n - 1] == '\r')
			n--;
		line[n] = '\0';
		status = run_one(c, line, (size_t)n, path, row, run);
	}
	if (ferror(f)) {
		ui_note(&c->ui, "cannot read '%s': %s", path, strerror(errno));
		status = STATUS_UNREACHABLE;
	}
	free(line);
	fclose(f);
	return status;
}

enum status batch_text(struct client *c, const char *text, const char *name,
		       batch_line *run)
{
	enum status status = STATUS_OK;

	for (unsigned row = 1; *text && goes_on(c, status); row++) {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		if (!line)
			abort();
		status = run_one(c, line, n, name, row, run);
		free(line);
		text += n + (text[n] == '\n');
	}
	return batch_end(c, status);
}
