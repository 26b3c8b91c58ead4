/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "app/app.h"
#include "shell/script.h"

static const struct arg args[] = {{ARG_NONE}};

/* How long the first answer holds. */
#define AGAIN_NS 10000000000ull

/* "port 0 sends", "2 files are lost with it", both; false: nothing of it. */
static bool would_end(const struct app *app, char *buf, size_t size)
{
	const uint64_t sends = pktgen_active(&app->pktgen);
	unsigned files = 0;
	char ports[96];
	size_t n = 0;

	for (unsigned i = 0; i < app->store.nb_files; i++)
		files += app->store.file[i].serial > app->boot_serial;
	value_set_print(sends, ports, sizeof(ports));
	if (sends)
		n = (size_t)snprintf(buf, size, "port %s still sends", ports);
	if (files && n < size)
		snprintf(buf + n, size - n, "%s%u file%s would be lost",
			 n ? " and " : "", files, files > 1 ? "s" : "");
	return sends || files;
}

static enum call_result run(struct call *c)
{
	struct app *app = call_app(c);
	char what[160];

	/* What would be dropped in silence is told instead. */
	if (call_has_more(c))
		return call_fail(c, E_STATE, -1,
				 "commands after 'quit' would not run; put it "
				 "last");
	/* A person is asked once; what nobody typed is meant. */
	if (c->typed &&
	    (!app->quit_asked_ns ||
	     c->now_ns >= app->quit_asked_ns + AGAIN_NS) &&
	    would_end(app, what, sizeof(what))) {
		app->quit_asked_ns = c->now_ns;
		return call_fail(c, E_STATE, -1,
				 "%s; type 'quit' again to power off", what);
	}
	app->quit = true;
	c->session->ended = true;
	return CALL_DONE;
}

const struct cmd cmd_quit = {
	.name = "quit",
	.group = GROUP_CONSOLE,
	.summary = "Power the appliance off",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes = "Must be the last command of its line or file. Typed while a "
		 "port sends, or with files in the store that came after boot, "
		 "it asks first: type it again within 10 s.",
	.examples = (const char *const[]){"quit", NULL},
	.grave = true,
};
