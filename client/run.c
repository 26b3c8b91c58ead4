/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/run.h"

#include <stdlib.h>
#include <string.h>

#include "client/clock.h"
#include "client/complete.h"
#include "client/page.h"
#include "client/place.h"
#include "client/wait.h"

/* How long the end of an appliance may take that was told to end. */
#define QUIT_MS 5000
#define ERROR_BYTES 800

static void show_line(void *arg, char *text, size_t len)
{
	ui_reply(arg, text, len);
}

/* Length of the command at the start of `text`, up to its ';' or comment. */
static size_t command_len(const char *text)
{
	bool quoted = false;
	size_t n;

	for (n = 0; text[n]; n++) {
		if (quoted && text[n] == '\\' && text[n + 1])
			n++;
		else if (text[n] == '"')
			quoted = !quoted;
		else if (!quoted && (text[n] == ';' || text[n] == '#'))
			break;
	}
	return n;
}

/* What stands behind the first 'quit' of a line; NULL: it has none. */
static const char *behind_quit(const char *text)
{
	while (*text && *text != '#') {
		size_t len = command_len(text);
		size_t blank = strspn(text, " \t");
		size_t word = strcspn(text + blank, " \t;#");

		if (word == 4 && !memcmp(text + blank, "quit", word))
			return text + len;
		text += len + (text[len] == ';');
	}
	return NULL;
}

/* True when the appliance would take a --json behind the command. */
static bool takes_json(struct client *c, const char *command)
{
	struct candidates *list = calloc(1, sizeof(*list));
	char line[1024];
	bool takes = false;
	int n = snprintf(line, sizeof(line), "%s ", command);

	if (list && n > 0 && (size_t)n < sizeof(line) &&
	    complete_ask(c, line, true, list))
		for (unsigned i = 0; i < list->count; i++)
			takes |= strstr(list->list[i].word, "--json") != NULL;
	free(list);
	return takes;
}

static enum request_state ask(struct client *c, struct request *r,
			      const char *text, bool person)
{
	r->line = show_line;
	r->arg = &c->ui;
	r->typed = person;
	request_send(&c->requests, r, text);
	return wait_reply(c, r);
}

/* Each command of a line by itself, with --json where that is possible. */
static enum request_state ask_json(struct client *c, struct request *r,
				   const char *text, bool person)
{
	const char *at = text;

	r->state = REQUEST_OK;
	while (*at && *at != '#') {
		size_t len = command_len(at);
		char *command = malloc(len + sizeof(" --json"));
		bool last;

		if (!command)
			abort();
		memcpy(command, at, len);
		command[len] = '\0';
		if (command[strspn(command, " \t")]) {
			if (takes_json(c, command))
				strcat(command, " --json");
			ask(c, r, command, person);
		}
		last = behind_quit(command) != NULL;
		free(command);
		if (r->state != REQUEST_OK && r->column)
			r->column += (unsigned)(at - text);
		if (r->state != REQUEST_OK || last)
			break;
		at += len + (at[len] == ';');
	}
	return r->state;
}

static enum status failed(struct client *c, const struct request *r,
			  const char *text, const char *file, unsigned row)
{
	char error[ERROR_BYTES];

	if (file) {
		place_error(&c->ui, file, row, r->column, r->code, r->message,
			    text);
	} else {
		place_show(&c->ui, text, r->column, true);
		snprintf(error, sizeof(error), "%s: %s", r->code, r->message);
		ui_error(&c->ui, error);
	}
	return STATUS_FAILED;
}

enum status run_lost(struct client *c)
{
	if (c->signals.stopped || c->signals.ended_by)
		return STATUS_UNREACHABLE;
	if (c->conn.state == CONN_UP) {
		if (c->ui.batch)
			ui_note(&c->ui, "'%s' does not answer", c->conn.name);
		else
			ui_note(&c->ui,
				"gave up the reply; what was asked for may "
				"still run");
	} else if (c->conn.crashed) {
		ui_note(&c->ui, "'%s' crashed", c->conn.name);
		return STATUS_CRASHED;
	} else if (c->conn.booting && !c->conn.went) {
		return STATUS_ENDED;
	} else if (c->ui.batch && c->conn.went) {
		ui_note(&c->ui, "'%s' has powered off; the rest was not run",
			c->conn.name);
	} else if (c->ui.batch) {
		ui_note(&c->ui, "'%s' is gone", c->conn.name);
	} else {
		ui_note(&c->ui,
			"what became of the command is not known; it is not "
			"repeated");
	}
	return STATUS_UNREACHABLE;
}

/* After a 'quit' there is nothing to wait for but the end. */
static void see_it_go(struct client *c)
{
	uint64_t until = now_ms() + QUIT_MS;

	c->conn.went = true;
	while (c->conn.state == CONN_UP && now_ms() < until)
		if (!client_pump(c, (int)(until - now_ms()), false))
			return;
	if (c->conn.state == CONN_UP)
		c->conn.went = false; /* it was another word */
	else if (!c->ui.batch)
		ui_note(&c->ui, "'%s' has powered off", c->conn.name);
}

/* The line held, as far as the appliance had it. */
static enum status held(struct client *c, const char *text)
{
	const char *rest = behind_quit(text);

	if (!rest)
		return STATUS_OK;
	see_it_go(c);
	rest += strspn(rest, "; \t");
	if (!c->conn.went || !*rest || *rest == '#')
		return STATUS_OK;
	return run_lost(c);
}

enum status run_commands(struct client *c, const char *text, const char *file,
			 unsigned row)
{
	/* A line that is sourced waits for what it runs. */
	bool person = !file && !c->ui.batch;
	struct request r = {0};
	const char *word = text + strspn(text, " \t");

	if (!*word || *word == '#')
		return STATUS_OK;
	if (c->conn.state != CONN_UP) {
		if (c->ui.batch)
			return run_lost(c);
		ui_note(&c->ui, "not connected: the line was not sent");
		return STATUS_UNREACHABLE;
	}
	if (!file)
		ui_reply_begin(&c->ui, c->in.len != 0);
	if (c->json)
		ask_json(c, &r, text, person);
	else
		ask(c, &r, text, person);
	if (!file)
		ui_reply_end(&c->ui, c->in.len != 0);
	if (r.state == REQUEST_OK)
		return held(c, text);
	if (r.state == REQUEST_LOST)
		return run_lost(c);
	if (c->ui.batch && c->ui.unwritten)
		return STATUS_UNREACHABLE; /* which cancelled it */
	if (!file && !c->ui.batch && !c->link.watch &&
	    !strcmp(r.code, "E_STATE") && page_wanted(c, text)) {
		page_play(c, text);
		return STATUS_OK;
	}
	return failed(c, &r, text, file, row);
}
