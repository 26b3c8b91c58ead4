/* SPDX-License-Identifier: BSD-3-Clause */
/* The forms of `src` and `dst`, short words for fields of the headers. */
#ifndef APP_ENDPOINT_H
#define APP_ENDPOINT_H

#include "app/app.h"

extern const struct cmd_form app_src_forms[];
extern const struct cmd_form app_dst_forms[];

/* For both. */
#define APP_ENDPOINT_NOTES                                                   \
	"These are short words for 'set' with eth.src, ipv4.dst and so on, " \
	"of the outermost header. All that 'set' takes can be a value: "     \
	"10.0.0.0/24 steps through its addresses, starting at the given one."

#endif /* APP_ENDPOINT_H */
