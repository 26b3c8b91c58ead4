/* SPDX-License-Identifier: BSD-3-Clause */
#include "client/job.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "client/clock.h"
#include "client/json.h"
#include "client/place.h"
#include "client/run.h"
#include "client/wait.h"

/* After this silence a notice may have been dropped. */
#define SILENCE_MS 10000
#define ANSWER_MS 60000
/* What has been sent is at rest within. */
#define REST_MS 5000

#define NAME_CHARS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

/* ---- Where an error is --------------------------------------------------- */

/* "NAME:ROW:COLUMN: REST"; a column may not be there. */
struct place {
	char name[32];
	unsigned row, column;
	const char *rest;
};

static bool take_number(const char **at, unsigned *n)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	*n = (unsigned)strtoul(*at, &end, 10);
	*at = end;
	return *(*at)++ == ':';
}

static bool take_place(const char *text, struct place *p)
{
	size_t n = strspn(text, NAME_CHARS);
	const char *at = text + n + 1;

	p->column = 0;
	if (!n || n >= sizeof(p->name) || text[n] != ':' ||
	    !take_number(&at, &p->row) || !p->row)
		return false;
	snprintf(p->name, sizeof(p->name), "%.*s", (int)n, text);
	if (*at != ' ' && !take_number(&at, &p->column))
		return false;
	p->rest = at + 1;
	return *at == ' ';
}

/* Line `row` of a file, allocated, without its end and NULs; NULL: none. */
static char *read_row(const char *path, unsigned row)
{
	FILE *f = path ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t size = 0, kept = 0;
	ssize_t n = -1;

	while (f && row-- && (n = getline(&line, &size, f)) >= 0)
		;
	for (ssize_t i = 0; i < n; i++)
		if (line[i] && line[i] != '\r' && line[i] != '\n')
			line[kept++] = line[i];
	if (n >= 0)
		line[kept] = '\0';
	if (f)
		fclose(f);
	if (n >= 0)
		return line;
	free(line);
	return NULL;
}

/* A file of the appliance is shown as the one on the host that it was. */
static void complain(struct job *j, const struct place *p, const char *code,
		     const char *message)
{
	const char *path = NULL;
	char *line;

	for (unsigned i = 0; i < j->nb_sources; i++)
		if (!strcmp(j->sources[i].name, p->name))
			path = j->sources[i].path;
	line = read_row(path, p->row);
	place_error(&j->c->ui, path ? path : p->name, p->row, p->column, code,
		    message, line);
	free(line);
}

/* ---- What it says -------------------------------------------------------- */

/* A line that 'run FILE --keep-going' passes over is an error. */
static void say(struct job *j, const char *text)
{
	char code[16];
	struct place p;
	int end = 0;

	if (take_place(text, &p) &&
	    sscanf(p.rest, "%15[E_A-Z]: %n", code, &end) == 1 && end &&
	    !strncmp(code, "E_", 2))
		complain(j, &p, code, p.rest + end);
	else
		ui_reply(&j->c->ui, text, strlen(text));
}

/* "done", "cancelled", "failed CODE MESSAGE" */
static void take_end(struct job *j, const char *how)
{
	int end = 0;

	if (!strncmp(how, "done", 4)) {
		j->state = JOB_DONE;
	} else if (!strncmp(how, "cancelled", 9)) {
		j->state = JOB_CANCELLED;
	} else if (!strncmp(how, "failed", 6)) {
		j->state = JOB_FAILED;
		strcpy(j->code, "E_?");
		sscanf(how + 6, " %15s %n", j->code, &end);
		snprintf(j->message, sizeof(j->message), "%s", how + 6 + end);
	}
}

static bool take_line(void *arg, const char *line, size_t len)
{
	struct job *j = arg;
	const char *text;
	unsigned job = hear_job(line, &text);
	int end = 0;

	(void)len;
	j->heard_ms = now_ms();
	if (job) {
		say(j, job == 1 ? text : line);
		return true;
	}
	sscanf(line, "@! %*[0-9.] job 1 %n", &end);
	if (!end)
		return false;
	take_end(j, line + end);
	return true;
}

void job_init(struct job *j, struct client *c,
	      const struct place_source *sources, unsigned nb_sources,
	      bool follow)
{
	*j = (struct job){.c = c,
			  .sources = sources,
			  .nb_sources = nb_sources,
			  .heard_ms = now_ms()};
	j->watch.take = take_line;
	j->watch.arg = j;
	if (follow)
		hear_add(&c->hear, &j->watch);
}

/* ---- What became of it --------------------------------------------------- */

static void take_jobs(void *arg, char *text, size_t len)
{
	struct job *j = arg;
	cJSON *json = cJSON_ParseWithLength(text, len);
	const cJSON *one = json_items(json, "jobs");

	while (one && json_number(one, "job", 0) != 1)
		one = one->next;
	take_end(j, one ? json_text(one, "state")
			: "failed E_STATE there is no job 1");
	if (one && j->state == JOB_FAILED) {
		snprintf(j->code, sizeof(j->code), "%s",
			 json_text(one, "error"));
		snprintf(j->message, sizeof(j->message), "%s",
			 json_text(one, "message"));
	}
	cJSON_Delete(json);
}

static enum request_state ask(struct job *j, const char *text, unsigned ms)
{
	struct request r = {.line = strcmp(text, "jobs --json") ? NULL
								: take_jobs,
			    .arg = j};

	request_send(&j->c->requests, &r, text);
	return wait_reply_for(j->c, &r, ms);
}

static enum status tell(struct job *j)
{
	struct ui *ui = &j->c->ui;
	struct place p;
	char text[sizeof(j->message) + 32];

	if (j->state == JOB_CANCELLED) {
		ui_note(ui, "what --run began was cancelled");
	} else if (j->state != JOB_FAILED) {
		return STATUS_OK;
	} else if (take_place(j->message, &p)) {
		complain(j, &p, j->code, p.rest);
	} else {
		/* Lines that failed have each told its code. */
		bool several = isdigit((unsigned char)*j->message) &&
			       strstr(j->message, " of ") != NULL;

		snprintf(text, sizeof(text), "--run: %s%s%s",
			 several ? "" : j->code, several ? "" : ": ",
			 j->message);
		ui_error(ui, text);
	}
	return STATUS_FAILED;
}

enum status job_check(struct job *j)
{
	if (ask(j, "jobs --json", ANSWER_MS) == REQUEST_LOST)
		return run_lost(j->c);
	return tell(j);
}

/*
 * What it has sent may still be under way, and so may be the notice of that:
 * 'stop' waits for the one, the next reply comes after the other.
 */
static enum status see_it_rest(struct job *j, struct ports *p)
{
	if (ask(j, "stop", REST_MS) == REQUEST_OK)
		ask(j, "version", REST_MS);
	if (j->c->conn.state != CONN_UP)
		return run_lost(j->c);
	return ports_check(p, j->c, REST_MS);
}

/* False when there is no more to come. */
static bool still_follows(struct job *j, struct ports *p)
{
	struct client *c = j->c;

	return j->state == JOB_RUNS && !*p->fault && !c->ui.unwritten &&
	       c->conn.state == CONN_UP && !c->signals.stopped;
}

enum status job_follow(struct job *j, struct ports *p)
{
	struct client *c = j->c;
	enum status rest;

	while (still_follows(j, p)) {
		if (!client_pump(c, ms_until(j->heard_ms + SILENCE_MS), false))
			return STATUS_UNREACHABLE;
		if (still_follows(j, p) &&
		    !ms_until(j->heard_ms + SILENCE_MS)) {
			j->heard_ms = now_ms();
			ask(j, "jobs --json", ANSWER_MS);
		}
	}
	if (c->signals.stopped || c->ui.unwritten)
		return STATUS_UNREACHABLE;
	if (*p->fault)
		return ports_verdict(p, c);
	if (j->state == JOB_RUNS)
		return run_lost(c);
	rest = see_it_rest(j, p);
	return j->state == JOB_DONE ? rest : tell(j);
}
