/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "app/traffic.h"

enum { PORTS, ID, PRIO, PRIO_VALUE };

static const struct arg off_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[ID] = {ARG_KEYWORD, .name = "off", .help = "remove the tag"},
	{ARG_NONE},
};

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[ID] = {ARG_TEXT, .name = "ID", .help = "0..4095 or range",
		.asked = true},
	{ARG_NONE},
};

static const struct arg prio_args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[ID] = {ARG_TEXT, .name = "ID", .help = "0..4095 or range"},
	[PRIO] = {ARG_KEYWORD, .name = "prio", .help = "set the priority, too"},
	[PRIO_VALUE] = {ARG_TEXT, .name = "PRIO", .help = "0..7 or range"},
	{ARG_NONE},
};

/* The headers without their first tag, or with one behind Ethernet's. */
static int retag(struct stream *s, bool tag, struct fields_fault *fault)
{
	const int at = headers_find(&s->headers, "vlan", 1);
	char text[HEADERS_PRINT_MAX];

	if (stream_plays(s)) {
		s->play.tag = tag;
		return tag ? 0 : fields_set_word(s, "vlan.id", "auto", fault);
	}
	if (tag == (at >= 0))
		return 0;
	if (!tag)
		return fields_replace_header(s, (unsigned)at, NULL, fault);
	if (!headers_find(&s->headers, "eth", 1))
		return fields_insert_header(s, 1, "vlan", fault);
	headers_print(&s->headers, text, sizeof(text));
	return fields_refuse(fault, E_STATE, 0,
			     "a tag needs an Ethernet header, not %s", text);
}

struct what {
	const char *id, *prio; /* NULL: none */
};

static int change(struct stream *s, void *arg, struct fields_fault *fault)
{
	const struct what *what = arg;
	int rc = retag(s, what->id, fault);

	if (rc >= 0 && what->id)
		rc = fields_set_word(s, "vlan.id", what->id, fault);
	if (rc >= 0 && what->prio) {
		rc = fields_set_word(s, "vlan.prio", what->prio, fault);
		fault->word += PRIO_VALUE - ID;
	}
	return rc;
}

static enum call_result run(struct call *c)
{
	struct what what = {.id = c->v[ID].word};

	if (c->form->args == args && !c->v[ID].set)
		return app_show_headers(c, &c->v[PORTS].subjects);
	if (c->form->args == args && !c->v[PORTS].set && !strcmp(what.id, "0"))
		return call_fail(c, E_MISSING, ID,
				 "no VLAN has ID 0; type 'vlan 0 ID' to set "
				 "port 0, 'vlan all 0' for a priority tag");
	if (c->form->args == off_args)
		what.id = NULL;
	if (c->form->args == prio_args)
		what.prio = c->v[PRIO_VALUE].word;
	return app_change(c, &c->v[PORTS].subjects, change, &what, ID);
}

const struct cmd cmd_vlan = {
	.name = "vlan",
	.group = GROUP_HEADERS,
	.summary = "Put a VLAN tag into frames",
	.forms =
		(const struct cmd_form[]){
			{off_args, run, "remove the tag"},
			{args, run, "insert the tag, and set its number"},
			{prio_args, run, "set its number and its priority"},
			{0},
		},
	.notes = "A short word for a 'vlan' behind the 'eth' of 'headers', "
		 "with 'set vlan.id' and 'set vlan.prio'. Several tags are "
		 "'headers eth/svlan/vlan/ipv4/udp'. A tag widens the longest "
		 "frame by 4 bytes: to 1522 with an MTU of 1500.",
	.examples = (const char *const[]){"vlan 5 prio 3", "vlan 0 100-199",
					  "vlan off", NULL},
	.see = (const char *const[]){"headers", "set", "size", NULL},
};
