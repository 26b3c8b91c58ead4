/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/endpoint.h"

const struct cmd cmd_src = {
	.name = "src",
	.group = GROUP_HEADERS,
	.summary = "Set the source addresses and UDP port of frames",
	.forms = app_src_forms,
	.notes = APP_ENDPOINT_NOTES,
	.examples = (const char *const[]){"src mac 02:00:00:00:00:01",
					  "src mac device", "src ip 198.18.0.1",
					  "src 0 ip 198.18.4.0/24",
					  "src ip6 2001:2::1", "src udp 5001",
					  NULL},
	.see = (const char *const[]){"dst", "proto", NULL},
};
