/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ukpktgen-console: a person, or a program, at an appliance's serial line. What
 * main.c does from its command line to its status; client.h joins the parts.
 */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/batch.h"
#include "client/clock.h"
#include "client/edit.h"
#include "client/feed.h"
#include "client/job.h"
#include "client/line.h"
#include "client/names.h"
#include "client/options.h"
#include "client/ports.h"
#include "client/verdict.h"

/* How long another client may have the console, where nobody waits for us. */
#define HELD_MS 5000
/* One that has just booted may take its time to answer. */
#define ANSWER_MS 60000

static void tell_unreachable(struct client *c)
{
	char names[512];

	if (c->link.named) {
		names_running(names, sizeof(names));
		ui_note(&c->ui, "no '%s' runs; running: %s", c->conn.name,
			names);
	} else {
		ui_note(&c->ui, "'%s' is not reachable: %s", c->conn.name,
			*c->link.why ? c->link.why : "it hung up");
	}
}

/* Until the appliance answers or it is known why not. */
static bool reach(struct client *c)
{
	uint64_t until = now_ms() + (c->ui.batch ? HELD_MS : 0);

	conn_start(&c->conn);
	while (c->conn.state == CONN_DOWN && now_ms() < until &&
	       !c->signals.ended_by && !c->signals.stopped) {
		client_pump(c, 20, false);
		conn_start(&c->conn);
	}
	while (c->conn.state != CONN_UP && c->conn.state != CONN_DOWN &&
	       !c->signals.stopped)
		if (!client_pump(c, -1, false))
			break;
	if (c->conn.state == CONN_UP)
		return true;
	if (!c->signals.ended_by && !c->signals.stopped &&
	    !(c->conn.booting && c->conn.hung_up))
		tell_unreachable(c);
	return false;
}

/* Of the appliance that goes on, and the way back to it. */
static void take_leave(struct client *c, const struct options *o)
{
	if (c->conn.state != CONN_UP || c->conn.went || c->signals.ended_by ||
	    c->link.watch)
		return;
	ui_note(&c->ui,
		"'%s' keeps running, and what it sends goes on; 'quit' in its "
		"console powers it off",
		c->conn.name);
	if (o->back)
		ui_note(&c->ui, "come back: %s", o->back);
	else
		ui_note(&c->ui, "come back: %s %s", o->program, o->address);
}

static enum status be_console(struct client *c, const struct options *o)
{
	const char *line;
	struct edit *edit = edit_open(c);

	while (!c->done && !c->conn.went && !c->signals.ended_by &&
	       (line = edit_line(edit))) {
		ui_typed(&c->ui, line);
		line_run(c, line, NULL, 0);
	}
	edit_close(edit);
	take_leave(c, o);
	return c->conn.crashed && c->conn.state != CONN_UP ? STATUS_CRASHED
							   : STATUS_OK;
}

/* What the launcher wants to know first. */
static enum status look_after(struct client *c, const struct options *o,
			      struct ports *p, struct job *j)
{
	enum status status;

	if (o->job == OPTIONS_FOLLOW)
		return job_follow(j, p);
	status = ports_check(p, c, ANSWER_MS);
	if (status == STATUS_OK && o->job == OPTIONS_CHECK)
		status = job_check(j);
	return status;
}

static enum status run(struct client *c, const struct options *o)
{
	enum status status;
	struct ports p = {0};
	struct job j;

	ports_init(&p, c, o->ports);
	job_init(&j, c, o->sources, o->nb_sources, o->job == OPTIONS_FOLLOW);
	if (!reach(c))
		return c->conn.crashed ? STATUS_CRASHED
		       : c->conn.booting && c->conn.hung_up
			       ? STATUS_ENDED
			       : STATUS_UNREACHABLE;
	status = look_after(c, o, &p, &j);
	if (status != STATUS_OK || o->job)
		return status;
	if (!c->ui.batch)
		return be_console(c, o);
	status = o->commands
			 ? batch_text(c, o->commands, "-c", line_run)
			 : batch_input(c, o->file ? o->file : "-", line_run);
	if (status == STATUS_OK && o->verdict && !c->signals.stopped)
		status = verdict_check(c, ANSWER_MS);
	return status;
}

/* One that is closed would be the next file's: who closes it wants nothing. */
static void hold_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static struct client *make_client(const struct options *o)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->link.hold.program = o->as;
	c->link.hold.pid = o->as_pid;
	c->conn.name = o->name;
	c->conn.booting = o->booting;
	c->conn.silent = o->job == OPTIONS_FOLLOW;
	c->hear.events = o->events;
	c->hear.all = o->attaching;
	c->ui.quiet = o->quiet;
	c->in.fd = o->fd;
	c->json = o->json;
	c->timeout_ms = o->timeout_ms;
	c->link.watch = c->ui.watching = o->watch;
	c->keep.off = o->watch || o->no_keep;
	if (!link_target(&c->link, o->address))
		options_misused("%s", c->link.why);
	if (o->watch && !*c->link.path)
		options_misused("--watch is for an appliance of 'ukpktgen "
				"run', not '%s'",
				o->address);
	client_init(c, o->batch);
	feed_init(c);
	return c;
}

int main(int argc, char **argv)
{
	struct options o = {0};
	struct client *c;
	enum status status;
	int ended_by;

	hold_standard();
	setlocale(LC_CTYPE, "");
	options_take(&o, argc, argv);
	c = make_client(&o);
	status = run(c, &o);
	if (o.attaching)
		hear_rest(&c->hear);
	if (c->ui.unwritten && status == STATUS_OK)
		status = STATUS_UNREACHABLE;
	feed_end(c);
	client_end(c);
	ended_by = c->signals.ended_by  ? c->signals.ended_by
		   : c->signals.stopped ? SIGINT
					: 0;
	free(o.commands);
	free(c);
	return ended_by ? 128 + ended_by : (int)status;
}
