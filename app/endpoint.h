/* SPDX-License-Identifier: BSD-3-Clause */
/* The forms of `src` and `dst`, which differ in the end that they set. */
#ifndef APP_ENDPOINT_H
#define APP_ENDPOINT_H

#include "app/app.h"

extern const struct cmd_form app_src_forms[];
extern const struct cmd_form app_dst_forms[];

/* For both. */
#define APP_ENDPOINT_NOTES                                                   \
	"With a prefix, frames step through its addresses, starting at the " \
	"given one."

#endif /* APP_ENDPOINT_H */
