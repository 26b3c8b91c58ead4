/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/preview.h"

#include <stdio.h>
#include <string.h>

#include "app/traffic.h"
#include "capture/write.h"
#include "files/crc32.h"
#include "stats/wide.h"

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

/* ---- Stored -------------------------------------------------------------- */

/* Frames of a call: some 100 us. */
#define SLICE 64

/* What the call remembers. */
struct stored {
	struct subject of;
	uint64_t changes; /* of the port, that must not change */
	uint64_t at;      /* of the frames, from 0 */
	size_t size;      /* bytes of the file that there are, or will be */
	uint8_t *mem;     /* room for them all, once they are counted */
	uint32_t crc;
	bool begun;
};

_Static_assert(sizeof(struct stored) <= sizeof(((struct call *)0)->state),
	       "a call remembers it");

bool preview_goes_on(const struct call *c, struct subject *of)
{
	const struct stored *st = (const struct stored *)c->state;

	*of = st->of;
	return st->begun;
}

/* When frame `n` would be sent, in a run that begins at 0. */
static uint64_t time_of(const struct gap *gap, uint64_t n)
{
	const wide each = (wide)gap->ns << 32 | gap->frac;

	return (uint64_t)(each * n >> 32);
}

/* A record, or only its length where there is no room yet. */
static void put_record(struct stored *st, const uint8_t *frame, uint32_t len,
		       uint64_t ns)
{
	uint8_t *to = st->mem + st->size;

	st->size += CAPTURE_RECORD_BYTES + len;
	if (!st->mem)
		return;
	capture_write_record(to, ns, len, len);
	memcpy(to + CAPTURE_RECORD_BYTES, frame, len);
	st->crc = crc32_add(st->crc, to, CAPTURE_RECORD_BYTES + len);
}

static void put_records(struct stored *st, const struct pktgen_stream *s,
			uint64_t n, uint64_t count)
{
	const struct program *prog = s->flow->program;
	const uint64_t end = MIN(count, st->at + SLICE);
	struct program_at at = {.frame = n + st->at};
	uint8_t frame[STREAM_SIZE_MAX];
	struct gap gap;
	bool unpaced;

	at.order = (unsigned)(at.frame % prog->nb_order);
	stream_gap(&s->stream, &gap, &unpaced);
	for (; st->at < end; st->at++) {
		const uint64_t ns = time_of(&gap, at.frame);

		put_record(st, frame, program_next(prog, &at, 0, frame), ns);
	}
}

/* All were counted: room for them. */
static enum call_result make_room(struct call *c, struct stored *st, int arg)
{
	struct store *store = &call_app(c)->store;

	if (store->lent)
		return call_fail(c, E_STATE, -1,
				 "a capture is on; 'capture off' ends it");
	st->mem = store_lend(store, c->v[arg].text, st->size);
	if (!st->mem)
		return app_full(c, arg);
	capture_write_header(st->mem, STREAM_SIZE_MAX);
	st->size = CAPTURE_HEADER_BYTES;
	st->crc = crc32_add(0, st->mem, CAPTURE_HEADER_BYTES);
	st->at = 0;
	return CALL_AGAIN;
}

static enum call_result go_on(struct call *c, struct stored *st, uint64_t n,
			      uint64_t count, int arg)
{
	struct app *app = call_app(c);
	const struct pktgen_port *set = &app->pktgen.set[st->of.port];

	if (c->cancelled)
		return CALL_FAIL;
	if (set->changes != st->changes)
		return call_fail(c, E_STATE, -1,
				 "port %u was changed while its frames were "
				 "stored; try again",
				 st->of.port);
	put_records(st, set->stream[st->of.stream], n, count);
	if (st->at < count && st->size < app->store.limit + app->store.lent)
		return CALL_AGAIN;
	if (!st->mem)
		return make_room(c, st, arg);
	if (!store_keep(&app->store, c->v[arg].text, st->size, st->crc))
		return CALL_DONE;
	return app_full(c, arg);
}

enum call_result preview_store(struct call *c, struct subject of, uint64_t n,
			       uint64_t count, int arg)
{
	struct stored *st = (struct stored *)c->state;
	struct app *app = call_app(c);
	enum call_result result;

	if (stream_plays(pktgen_stream(&app->pktgen, of.port, of.stream)))
		return call_fail(c, E_STATE, arg,
				 "'--pcap' stores frames that are made; type "
				 "'capture %u tx FILE' for those of a capture",
				 of.port);
	if (app_check_free(c, arg) == CALL_FAIL)
		return CALL_FAIL;
	if (!st->begun)
		*st = (struct stored){
			.of = of,
			.changes = app->pktgen.set[of.port].changes,
			.size = CAPTURE_HEADER_BYTES,
			.begun = true,
		};
	c->wake_ns = c->now_ns;
	result = go_on(c, st, n, count, arg);
	if (result == CALL_FAIL && st->mem)
		store_return(&app->store);
	return result;
}
