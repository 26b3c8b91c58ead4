/* SPDX-License-Identifier: BSD-3-Clause */
#include "version.h"
#include "app/app.h"
#include "pktgen/pktgen_cores.h"

/* How far their clocks disagree, as a ping-pong found when they began. */
static void show_cores(struct reply *r, const struct pktgen *pg)
{
	const struct core_apart apart = pktgen_core_apart(pg);

	reply_u64(r, "core_count", pktgen_cores(pg), NULL);
	if (pktgen_cores(pg) == 1)
		return;
	reply_i64(r, "clocks_apart", apart.ahead_ns, "ns");
	reply_u64(r, "clocks_within", apart.error_ns, "ns");
}

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
	show_cores(c->reply, &call_app(c)->pktgen);
	return CALL_DONE;
}

const struct cmd cmd_version = {
	.name = "version",
	.group = GROUP_CONSOLE,
	.summary = "Show version, platform and compiler",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run, NULL},
			{0},
		},
	.notes = "Of several cores it says how far the clock of the one that "
		 "is the farthest off is ahead of core 0's, and within which "
		 "bounds that is known: measured at boot.",
	.examples = (const char *const[]){"version", "version --json", NULL},
};
