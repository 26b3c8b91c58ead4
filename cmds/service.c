/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/app.h"

#define S 1000000000ull

/* A setting of a service, which has none at first. */
#define SETTING(of, type, first)                                      \
	static void get_##of(const struct config *c, struct value *v) \
	{                                                             \
		v->u = c->use.service.of;                             \
	}                                                             \
	static void set_##of(struct config *c, const struct value *v) \
	{                                                             \
		c->use.service.of = (type)v->u;                       \
	}                                                             \
	static const struct arg_setting setting_##of = {              \
		.get = get_##of,                                      \
		.set = set_##of,                                      \
		.initial = first,                                     \
		.initial_unsaved = true,                              \
	};

SETTING(eir, uint32_t, "0%")
SETTING(cbs, uint32_t, "0")
SETTING(ebs, uint32_t, "0")
SETTING(yellow, uint32_t, "0")
SETTING(loss, uint32_t, "0%")
SETTING(delay_ns, uint64_t, "0s")
SETTING(variation_ns, uint64_t, "0s")
SETTING(avail, uint32_t, "0%")

#define ARGS(list, called, does, ...)                        \
	static const struct arg list[] = {                   \
		APP_STREAMS_TO_SET,                          \
		{ARG_KEYWORD, .name = called, .help = does}, \
		{__VA_ARGS__},                               \
		{ARG_NONE},                                  \
	};

ARGS(eir_args, "eir", "set the excess rate", ARG_SHARE, .name = "EIR",
     .help = "excess rate, as a share of the rate", .max = 10000000,
     .setting = &setting_eir)
ARGS(cbs_args, "cbs", "set the size of a committed burst", ARG_INT,
     .name = "CBS", .unit = "bytes", .help = "size of a committed burst",
     .max = 1000000000, .setting = &setting_cbs)
ARGS(ebs_args, "ebs", "set the size of an excess burst", ARG_INT, .name = "EBS",
     .unit = "bytes", .help = "size of an excess burst", .max = 1000000000,
     .setting = &setting_ebs)
ARGS(yellow_args, "yellow", "name the stream of frames in excess", ARG_INT,
     .name = "STREAM", .help = "its number at the port; 0: there is none",
     .max = SUBJECT_STREAM_MAX, .setting = &setting_yellow)
ARGS(flr_args, "flr", "set the loss that is accepted", ARG_SHARE, .name = "FLR",
     .help = "share of the frames that may be lost", .max = 999999,
     .setting = &setting_loss)
ARGS(ftd_args, "ftd", "set the delay that is accepted", ARG_TIME, .name = "FTD",
     .help = "longest mean delay", .max = 60 * S, .setting = &setting_delay_ns)
ARGS(fdv_args, "fdv", "set the variation that is accepted", ARG_TIME,
     .name = "FDV", .help = "from the least delay to that of 99.9 %",
     .max = 60 * S, .setting = &setting_variation_ns)
ARGS(avail_args, "avail", "set the availability that is accepted", ARG_SHARE,
     .name = "AVAIL", .help = "share of the seconds", .max = 1000000,
     .setting = &setting_avail)

const struct cmd cmd_service = {
	.name = "service",
	.group = GROUP_TRAFFIC,
	.summary = "Set the Y.1564 parameters of a stream",
	.forms =
		(const struct cmd_form[]){
			{eir_args, app_set, "set the excess rate"},
			{cbs_args, app_set,
			 "set the size of a committed burst"},
			{ebs_args, app_set, "set the size of an excess burst"},
			{yellow_args, app_set,
			 "name the stream of frames in excess"},
			{flr_args, app_set, "set the loss that is accepted"},
			{ftd_args, app_set, "set the delay that is accepted"},
			{fdv_args, app_set,
			 "set the variation that is accepted"},
			{avail_args, app_set,
			 "set the availability that is accepted"},
			{0},
		},
	.notes = "'y1564' tests each stream by these; where one is 0, by what "
		 "its own words say. Frames in excess are those of the "
		 "stream that 'yellow' names, with another DSCP or VLAN "
		 "priority, and are counted by themselves; without such a "
		 "stream the service's own.",
	.examples = (const char *const[]){"service 0.1 eir 25%",
					  "service 0.1 yellow 2",
					  "service 0.1 cbs 20000", NULL},
	.see = (const char *const[]){"y1564", "stream", "dscp", "vlan", NULL},
};
