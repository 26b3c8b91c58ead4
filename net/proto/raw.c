/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes of a header that there is no name for. */
#include "net/proto/impl.h"

static const struct proto_field fields[] = {{0}};

const struct proto proto_raw = {
	.name = "raw",
	.title = "Bytes",
	.source = "What is typed",
	.is = IS_RAW,
	.on = 0xffff,
	.field = fields,
	.tail = {"bytes", "bytes in hex", 1, 0, 255, PROTO_NUMBER},
};
