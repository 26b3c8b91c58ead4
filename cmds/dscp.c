/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/traffic.h"

enum { PORTS, VALUE };

static const struct arg args[] = {
	[PORTS] = APP_STREAMS_TO_SET,
	[VALUE] = {ARG_TEXT, .name = "VALUE", .help = "0..63, a name, or range",
		   .asked = true, .repeated = true, .fits = traffic_is_value},
	{ARG_NONE},
};

/* "cs" or "af" and digits, `len` characters in all. */
static bool is_class(const char *word, char first, char second, size_t len)
{
	return strlen(word) == len && (word[0] | 0x20) == first &&
	       (word[1] | 0x20) == second;
}

/* The code point of that name (RFC 2474, 2597, 3246, 5865, 8622); -1: none. */
static int code_point(const char *word)
{
	static const struct {
		const char *name;
		int dscp;
	} names[] = {{"be", 0}, {"le", 1}, {"va", 44}, {"ef", 46}};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcasecmp(word, names[i].name))
			return names[i].dscp;
	if (is_class(word, 'c', 's', 3) && word[2] >= '0' && word[2] <= '7')
		return (word[2] - '0') * 8;
	if (is_class(word, 'a', 'f', 4) && word[2] >= '1' && word[2] <= '4' &&
	    word[3] >= '1' && word[3] <= '3')
		return (word[2] - '0') * 8 + (word[3] - '0') * 2;
	return -1;
}

static enum call_result run(struct call *c)
{
	char numbers[CMD_ARGS_MAX][4];

	for (int i = VALUE; i < CMD_ARGS_MAX && c->v[i].set; i++) {
		const int dscp = code_point(c->v[i].word);

		if (dscp < 0)
			continue;
		snprintf(numbers[i], sizeof(numbers[i]), "%d", dscp & 63);
		c->v[i].word = numbers[i];
	}
	return app_set_field(c, &c->v[PORTS].subjects, "ipv4.dscp", "ipv6.dscp",
			     VALUE);
}

const struct cmd cmd_dscp = {
	.name = "dscp",
	.group = GROUP_HEADERS,
	.summary = "Set the DSCP of IPv4 or IPv6",
	.forms =
		(const struct cmd_form[]){
			{args, run, NULL},
			{0},
		},
	.notes =
		"A short word for 'set ipv4.dscp' and 'set ipv6.dscp' (RFC "
		"2474). Names are ef, af11 to af43, cs0 to cs7, va, le and be.",
	.examples = (const char *const[]){"dscp ef", "dscp 0 0-63", NULL},
	.see = (const char *const[]){"set", "ttl", NULL},
};
