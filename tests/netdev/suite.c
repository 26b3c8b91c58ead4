/* SPDX-License-Identifier: BSD-3-Clause */
/* Runs the checks one after the other and keeps what they say. */
#include <stdarg.h>
#include <stdio.h>

#include "tests/netdev/case.h"

const char *const netdev_verdicts[] = {"ok", "FAIL", "skipped"};

static const struct netdev_case *const lists[] = {
	netdev_cases_up, netdev_cases_netbuf, netdev_cases_tx,
	netdev_cases_rx, netdev_cases_burst,  netdev_cases_underrun,
};

enum netdev_verdict netdev_fail(struct netdev_test *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->why, NETDEV_WHY_MAX, fmt, ap);
	va_end(ap);
	return NETDEV_FAIL;
}

enum netdev_verdict netdev_skip(struct netdev_test *t, const char *why)
{
	snprintf(t->why, NETDEV_WHY_MAX, "%s", why);
	return NETDEV_SKIPPED;
}

static struct netdev_result *next_result(struct netdev_report *report,
					 const char *name)
{
	struct netdev_result *res = &report->result[report->nb];

	*res = (struct netdev_result){.name = name};
	report->nb++;
	return res;
}

static void run_case(struct netdev_report *report, struct netdev_test *t,
		     const struct netdev_case *c)
{
	struct netdev_result *res = next_result(report, c->name);

	t->why = res->why;
	t->rig->during = c->name;
	if (c->wants_up && !t->up)
		res->verdict = netdev_skip(t, "the devices do not run");
	else
		res->verdict = c->run(t);
	report->count[res->verdict]++;
}

/* What all checks together have shown of a rule. */
static void tell_rule(struct netdev_report *report, struct netdev_test *t,
		      enum rig_rule rule, const char *name)
{
	struct netdev_result *res = next_result(report, name);

	t->why = res->why;
	if (t->rig->broken[rule])
		res->verdict = netdev_fail(t, "%s", t->rig->why[rule]);
	else if (!t->up)
		res->verdict = netdev_skip(t, "the devices do not run");
	else if (!t->rig->seen[rule])
		res->verdict = netdev_fail(t, "there was nothing to look at");
	report->count[res->verdict]++;
}

int netdev_check(struct netdev_report *report, unsigned id, struct uk_alloc *a)
{
	static const char *const rules[] = {
#define R(id, name) name,
		RIG_RULES(R)
#undef R
	};
	struct uk_netdev *dev[2] = {uk_netdev_get(id), uk_netdev_get(id + 1)};
	struct netdev_test t = {.id = id};

	*report = (struct netdev_report){0};
	for (unsigned i = 0; i < 2; i++)
		if (!dev[i] ||
		    uk_netdev_state_get(dev[i]) > UK_NETDEV_UNCONFIGURED)
			return -ENODEV;
	t.rig = rig_new(a, dev);
	if (!t.rig)
		return -ENOMEM;
	for (unsigned i = 0; i < ARRAY_SIZE(lists); i++)
		for (const struct netdev_case *c = lists[i]; c->name; c++)
			run_case(report, &t, c);
	for (unsigned i = 0; i < RIG_RULES_COUNT; i++)
		tell_rule(report, &t, (enum rig_rule)i, rules[i]);
	return 0;
}
