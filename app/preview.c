/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/preview.h"

#include <stdio.h>
#include <string.h>

#include "app/traffic.h"

#define ROW_BYTES 16

static void show_fields(struct reply *r, const struct stream *s,
			const struct stack *st, const uint8_t *frame)
{
	char name[FIELDS_NAME_MAX], value[FIELDS_VALUE_MAX];

	for (unsigned l = 0; l < st->nb; l++) {
		const struct proto *p = st->layer[l].proto;
		const unsigned n = proto_fields(p);

		for (unsigned k = 0; k <= n; k++) {
			if (!traffic_has(st, l, k))
				continue;
			headers_field_name(&s->headers, l, k, name,
					   sizeof(name));
			traffic_value(st, l, k, frame, value, sizeof(value));
			if (!value[0])
				continue;
			reply_map(r, NULL, REPLY_TABLE);
			reply_id(r, "byte", stack_field_at(st, l, k) / 8);
			reply_text(r, "field", name);
			reply_text(r, "value", value);
			reply_end(r);
		}
	}
}

static void show_bytes(struct reply *r, const uint8_t *frame, size_t len)
{
	char line[8 + 3 * ROW_BYTES + 1];

	for (size_t at = 0; at < len; at += ROW_BYTES) {
		size_t used =
			(size_t)snprintf(line, sizeof(line), "%04zx ", at);

		for (size_t i = at; i < len && i < at + ROW_BYTES; i++)
			used += (size_t)snprintf(line + used,
						 sizeof(line) - used, " %02x",
						 frame[i]);
		reply_text(r, NULL, line);
	}
}

void preview_show(const struct app *app, struct subject of, uint64_t n,
		  struct reply *r)
{
	const struct pktgen_stream *s =
		app->pktgen.set[of.port].stream[of.stream];
	uint8_t frame[STREAM_SIZE_MAX];
	const uint16_t len = traffic_frame(s, n, frame);
	struct stack st;

	traffic_stack(s, frame, len, &st);

	reply_id(r, "port", of.port);
	reply_id(r, "stream", of.stream);
	reply_u64(r, "frame", n, NULL);
	reply_u64(r, "size", len + ETH_FCS_LEN, "bytes");
	reply_list(r, "fields", REPLY_TABLE);
	show_fields(r, &s->stream, &st, frame);
	reply_end(r);
	reply_list(r, "hex", REPLY_TABLE);
	show_bytes(r, frame, len);
	reply_end(r);
}
