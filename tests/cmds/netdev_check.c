/* SPDX-License-Identifier: BSD-3-Clause */
/* In test images, and where APPUKPKTGEN_NETDEV_CHECK asks for it. */
#include "app/app.h"
#include "tests/netdev/suite.h"

static void put_result(struct call *c, const struct netdev_result *res)
{
	const char *verdict = netdev_verdicts[res->verdict];

	if (!c->json) {
		reply_textf(c->reply, NULL, "%s %s%s%s", verdict, res->name,
			    *res->why ? ": " : "", res->why);
		return;
	}
	reply_map(c->reply, NULL, REPLY_TABLE);
	reply_text(c->reply, "check", res->name);
	reply_text(c->reply, "result", verdict);
	reply_text(c->reply, "why", res->why);
	reply_end(c->reply);
}

static void put_report(struct call *c, const struct netdev_report *report)
{
	reply_list(c->reply, "checks", REPLY_TABLE);
	for (unsigned i = 0; i < report->nb; i++)
		put_result(c, &report->result[i]);
	if (!c->json)
		reply_textf(c->reply, NULL, "%u ok, %u failed, %u skipped",
			    report->count[NETDEV_OK],
			    report->count[NETDEV_FAIL],
			    report->count[NETDEV_SKIPPED]);
	reply_end(c->reply);
	if (!c->json)
		return;
	reply_u64(c->reply, "ok", report->count[NETDEV_OK], NULL);
	reply_u64(c->reply, "failed", report->count[NETDEV_FAIL], NULL);
	reply_u64(c->reply, "skipped", report->count[NETDEV_SKIPPED], NULL);
}

/* The ports stand still meanwhile: a run takes well under a second. */
static enum call_result run(struct call *c)
{
	const unsigned id = call_app(c)->pktgen.nb_ports;
	struct uk_alloc *a = uk_alloc_get_default();
	struct netdev_report *report = uk_malloc(a, sizeof(*report));
	int rc = report ? netdev_check(report, id, a) : -ENOMEM;

	if (rc == 0)
		put_report(c, report);
	if (report)
		uk_free(a, report);
	if (rc == -ENODEV)
		return call_fail(c, E_STATE, -1,
				 "devices %u and %u have to be there, fresh",
				 id, id + 1);
	if (rc < 0)
		return call_fail(c, E_NOMEM, -1, "no memory for the checks");
	return CALL_DONE;
}

const struct cmd cmd_netdev_check = {
	.name = "netdev-check",
	.summary = "Check what drivers promise",
	.forms =
		(const struct cmd_form[]){
			{app_show_args, run,
			 "runs tests/netdev on the two devices behind the "
			 "ports, which have to be wired to each other"},
			{0},
		},
	.hidden = true,
};
