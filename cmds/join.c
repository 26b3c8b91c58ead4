/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include "app/addresses.h"
#include "app/app.h"
#include "app/labs.h"
#include "shell/arg.h"

enum { PORTS, GROUP, TAG, TAG_ID };

static bool take(const char *word, struct node_ip *ip)
{
	uint8_t addr[IPV4_ALEN];

	if (value_ipv4(word, addr, NULL))
		return !value_ipv6(word, ip->b, NULL) && node_is_group(ip);
	*ip = node_ipv4(addr);
	return node_is_group(ip);
}

/* What begins as an address does; the rest is told better by the command. */
static bool looks_like_address(const char *word)
{
	return strspn(word, "0123456789abcdefABCDEF:.") > 1 &&
	       (strchr(word, '.') || strchr(word, ':'));
}

#define GROUP_ARG                                                      \
	{                                                              \
		ARG_TEXT, .name = "GROUP", .fits = looks_like_address, \
			  .help = "address of a group"                 \
	}

static const struct arg args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[GROUP] = GROUP_ARG,
	ADDRESSES_TAG_ARGS(TAG),
	{ARG_NONE},
};

static const struct arg off_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	{ARG_KEYWORD, .name = "off", .help = "leave all groups"},
	{ARG_NONE},
};

static const struct arg one_off_args[] = {
	[PORTS] = APP_PORTS_TO_SET,
	[GROUP] = GROUP_ARG,
	{ARG_KEYWORD, .name = "off", .help = "leave it"},
	{ARG_NONE},
};

static bool show_one(const struct call *c, unsigned port, const struct node *h,
		     unsigned k)
{
	const struct lab_group *g = &h->lab.group[k];
	struct reply *r = c->reply;
	char text[48];

	if (k >= h->lab.nb_groups || g->leaving)
		return false;
	reply_map(r, NULL, REPLY_TABLE);
	reply_id(r, "port", port);
	addresses_print_ip(&g->ip, text, sizeof(text));
	reply_text(r, "group", text);
	if (g->vlan)
		reply_id(r, "vlan_id", g->vlan);
	else
		reply_none(r, "vlan_id", NULL);
	reply_u64(r, "frames", g->frames, NULL);
	reply_end(r);
	return true;
}

static enum call_result show(struct call *c)
{
	return addresses_rows(c, "groups", LAB_GROUPS_MAX, show_one);
}

static enum call_result join(struct call *c, unsigned port, struct node *h)
{
	struct node_ip ip;
	int rc;

	if (!take(c->v[GROUP].word, &ip))
		return call_fail(c, E_SYNTAX, GROUP,
				 "'%s' is no group to join; type one such as "
				 "239.1.1.1 or ff3e::1",
				 c->v[GROUP].word);
	rc = node_join(h, &ip, c->v[TAG].set ? (uint16_t)c->v[TAG_ID].u : 0,
		       c->now_ns);
	if (rc != -ENOSPC)
		return CALL_DONE;
	return call_fail(c, E_FULL, GROUP,
			 "port %u is in %u groups, and joins no more", port,
			 LAB_GROUPS_MAX);
}

static enum call_result leave(struct call *c, unsigned port, struct node *h)
{
	struct node_ip ip;

	(void)port;
	/* Of ports that are all asked one may be in it. */
	if (take(c->v[GROUP].word, &ip) && node_leave(h, &ip, c->now_ns))
		c->state[0]++;
	return CALL_DONE;
}

static enum call_result leave_all(struct call *c, unsigned port, struct node *h)
{
	(void)port;
	node_leave_all(h, c->now_ns);
	return CALL_DONE;
}

static enum call_result run(struct call *c)
{
	return labs_set(c, join);
}

static enum call_result run_off(struct call *c)
{
	return labs_set(c, leave_all);
}

static enum call_result run_one_off(struct call *c)
{
	if (labs_set(c, leave) != CALL_DONE)
		return CALL_FAIL;
	return c->state[0] ? CALL_DONE
			   : call_fail(c, E_STATE, GROUP,
				       "no port is in %s; 'join' lists groups",
				       c->v[GROUP].word);
}

const struct cmd cmd_join = {
	.name = "join",
	.group = GROUP_HEADERS,
	.summary = "Join or leave multicast groups",
	.forms =
		(const struct cmd_form[]){
			{app_show_ports_args, show,
			 "show groups and their frames"},
			{args, run, "join a group"},
			{off_args, run_off, "leave all groups"},
			{one_off_args, run_one_off, "leave one"},
			{0},
		},
	.notes = "Tells switches and routers by IGMPv3 or MLDv2, or an older "
		 "version where a router speaks that, and answers when they "
		 "ask. Reports come from the port's address of that VLAN, "
		 "from none where it has none. Frames of a group count as "
		 "received like others, and are counted here, too.",
	.examples =
		(const char *const[]){"join 0 239.1.1.1",
				      "join 0 ff3e::1 vlan 5", "join",
				      "join 0 239.1.1.1 off", "join off", NULL},
	.see = (const char *const[]){"address", "stats", NULL},
};
