/* SPDX-License-Identifier: BSD-3-Clause */
#include "version.h"
#include "app/app.h"

enum { JSON };

static const struct arg args[] = {
	[JSON] = ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

static enum call_result run(struct call *c)
{
	reply_text(c->reply, "version", UKPKTGEN_VERSION);
#ifdef UK_PLAT_NAME
	reply_text(c->reply, "platform", UK_PLAT_NAME);
#else
	reply_text(c->reply, "platform", "unikraft");
#endif
	reply_text(c->reply, "netdev_api", PORT_API);
	reply_text(c->reply, "netdev_frames", PORT_TX_FRAMES);
	reply_text(c->reply, "compiler", __VERSION__);
	return CALL_DONE;
}

const struct cmd cmd_version = {
	.name = "version",
	.group = GROUP_CONSOLE,
	.summary = "Show version, platform and compiler",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.examples = (const char *const[]){"version", "version --json", NULL},
};
