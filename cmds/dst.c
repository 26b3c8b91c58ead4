/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/endpoint.h"

const struct cmd cmd_dst = {
	.name = "dst",
	.group = GROUP_HEADERS,
	.summary = "Set the destination addresses and UDP port of frames",
	.forms = app_dst_forms,
	.notes = APP_ENDPOINT_NOTES,
	.examples = (const char *const[]){"dst mac 02:00:00:00:00:01",
					  "dst ip 198.18.0.1",
					  "dst 0 ip 198.18.4.0/24",
					  "dst ip6 2001:2::1", "dst udp 5001",
					  NULL},
	.see = (const char *const[]){"src", "proto", NULL},
};
