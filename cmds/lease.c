/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

enum { TIME };

static const struct arg set_args[] = {
	[TIME] = {ARG_TIME, .name = "TIME",
		  .help = "longest time without a request", .min = 100000000,
		  .max = 86400ull * 1000000000},
	{ARG_NONE},
};

static const struct arg off_args[] = {
	{ARG_KEYWORD, .name = "off", .help = "end the lease"},
	{ARG_NONE},
};

static enum call_result run_show(struct call *c)
{
	const struct app *app = call_app(c);
	uint64_t end_ns = app_lease_end_ns(app);
	uint64_t left_ns = end_ns > c->now_ns ? end_ns - c->now_ns : 0;

	reply_bool(c->reply, "lease", app->lease_ns);
	reply_milli(c->reply, "time", app->lease_ns / 1000000, "s");
	reply_milli(c->reply, "left", app->lease_ns ? left_ns / 1000000 : 0,
		    "s");
	return CALL_DONE;
}

static enum call_result run_set(struct call *c)
{
	app_set_lease(call_app(c), c->v[TIME].u, c->now_ns);
	return CALL_DONE;
}

static enum call_result run_off(struct call *c)
{
	app_set_lease(call_app(c), 0, c->now_ns);
	return CALL_DONE;
}

const struct cmd cmd_lease = {
	.name = "lease",
	.group = GROUP_SCRIPTS,
	.summary = "Stop all traffic if the controlling program goes silent",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run_show,
			 "show the lease and the time left"},
			{set_args, run_set,
			 "stop all ports when no request has come for TIME"},
			{off_args, run_off, "end the lease; traffic goes on"},
			{0},
		},
	.notes = "Each request of a program renews the lease. What a person "
		 "types does not.",
	.examples =
		(const char *const[]){"lease 5s", "lease", "lease off", NULL},
	.see = (const char *const[]){"stop", "start", NULL},
};
