/* SPDX-License-Identifier: BSD-3-Clause */
/* Once for all commands that show: a list of its own costs 200 bytes. */
#include "app/app.h"

const struct arg app_show_args[] = {
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

const struct arg app_show_ports_args[] = {
	{ARG_PORTS, .optional = true, .name = "PORTS", .help = "ports to show"},
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};

const struct arg app_show_streams_args[] = {
	APP_STREAMS_TO_SHOW,
	ARG_JSON("reply as JSON"),
	{ARG_NONE},
};
