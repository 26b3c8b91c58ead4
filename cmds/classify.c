/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

/* By enum kinds_how. */
static const struct arg_word words[] = {
	{"off", "count no kinds of frames"},
	{"on", "count them by kind and by size"},
	{"checksums", "do that, and verify their checksums"},
#ifdef CONFIG_APPUKPKTGEN_TRAILS
	{"payload", "do that, and compare payloads of signed frames"},
#endif
	{NULL},
};

APP_NUMBER(how.kinds, unsigned, "off")

static const struct arg args[] = {
	APP_PORTS_TO_SET,
	{ARG_ENUM, .name = "CLASSIFY", .words = words, .help = "kinds to count",
	 .setting = &setting},
	{ARG_NONE},
};

const struct cmd cmd_classify = {
	.name = "classify",
	.group = GROUP_WATCHING,
	.summary = "Count frames by kind",
	.forms =
		(const struct cmd_form[]){
			{args, app_set, NULL},
			{0},
		},
	.notes = "'stats kinds' shows the counts: of frames that are received, "
		 "and as 'tx' of those that the port makes. Counting takes "
		 "time for each frame. To verify its checksums all of it is "
		 "read; for 'payload' it is made again from its stream, as it "
		 "was sent, whatever tags and tunnels it went through. "
		 "'corrupted' counts those that differ.",
	.examples = (const char *const[]){"classify 1 on", "classify checksums",
					  "classify off", NULL},
	.see = (const char *const[]){"stats", "capture", NULL},
};
