/* SPDX-License-Identifier: BSD-3-Clause */
#include "app/capture.h"

#include <string.h>

#include "app/app.h"
#include "files/crc32.h"

/* Of the file's CRC at once while frames move: some 50 us. */
#define PIECE (32u << 10)

static void tap(struct app *app, struct tap *rx, struct tap *tx)
{
	const struct worker_taps taps = {rx, tx};

	pktgen_set_taps(&app->pktgen, app->capture.ask.ports, &taps);
}

enum shell_err capture_start(struct app *app, const struct capture_ask *ask,
			     struct uk_alloc *a, uint64_t now_ns)
{
	struct app_capture *c = &app->capture;
	struct store *s = &app->store;
	struct recorder *r = &c->recorder;
	const size_t upload = s->upload.name[0] ? s->upload.size : 0;
	size_t room = ask->room;
	void *mem;

	if (!room)
		room = (s->limit - s->used - MIN(upload, s->limit - s->used)) /
		       2;
	if (room < CAPTURE_RING_MIN)
		return ask->room ? E_RANGE : E_FULL;
	mem = store_lend(s, ask->name, room);
	if (!mem)
		return E_FULL;
	memset(c, 0, sizeof(*c));
	c->ask = *ask;
	c->room = room;
	c->a = a;
	c->mem = mem;
	c->began_ns = now_ns;
	c->state = CAPTURE_ON;
	r->filter = ask->filter;
	r->snap = ask->snap;
	r->left = ask->count;
	capture_ring_begin(&r->ring, mem, room,
			   capture_is_live(c) ? CAPTURE_KEEP_UNREAD : ask->keep,
			   ask->snap);
	recorder_begin(r);
	tap(app, ask->directions & CAPTURE_RX ? &r->tap : NULL,
	    ask->directions & CAPTURE_TX ? &r->tap : NULL);
	return E_OK;
}

void capture_stop(struct app *app, uint64_t now_ns)
{
	struct app_capture *c = &app->capture;

	if (c->state != CAPTURE_ON)
		return;
	tap(app, NULL, NULL);
	c->ended_ns = now_ns;
	uk_free(c->a, c->ask.filter);
	c->ask.filter = NULL;
	c->recorder.filter = NULL;
	if (capture_is_live(c)) {
		store_return(&app->store);
		c->state = CAPTURE_OVER;
		return;
	}
	c->size = capture_ring_line_up(&c->recorder.ring);
	c->state = CAPTURE_ENDING;
}

static void tell(struct app *app, uint64_t now_ns)
{
	const struct app_capture *c = &app->capture;

	if (c->err)
		session_event(&app->session, now_ns,
			      "capture failed file=%s: %s", c->ask.name,
			      shell_err_text(c->err));
	else if (c->recorder.end != RECORDER_GOES_ON)
		session_event(&app->session, now_ns,
			      "capture done file=%s frames=%llu bytes=%llu%s",
			      c->ask.name,
			      (unsigned long long)c->recorder.frames,
			      (unsigned long long)c->size,
			      c->recorder.end == RECORDER_FULL ? " full" : "");
}

static void make_file(struct app *app, uint64_t now_ns)
{
	struct app_capture *c = &app->capture;
	size_t n = c->size - c->summed;

	if (pktgen_active(&app->pktgen))
		n = MIN(n, PIECE);
	c->crc = crc32_add(c->crc, c->mem + c->summed, n);
	c->summed += n;
	if (c->summed < c->size)
		return;
	c->err = store_keep(&app->store, c->ask.name, c->size, c->crc);
	c->state = CAPTURE_OVER;
	tell(app, now_ns);
}

void capture_poll(struct app *app, uint64_t now_ns)
{
	struct app_capture *c = &app->capture;

	/* A live one is read to its end first. */
	if (c->state == CAPTURE_ON && c->recorder.end != RECORDER_GOES_ON &&
	    !capture_is_live(c))
		capture_stop(app, now_ns);
	if (c->state == CAPTURE_ENDING)
		make_file(app, now_ns);
}

enum call_result capture_check_read(struct call *c, int arg)
{
	struct app_capture *cap = &call_app(c)->capture;
	struct capture_ring *ring = &cap->recorder.ring;
	const uint64_t pos = c->v[arg].u;

	if (cap->state != CAPTURE_ON || !capture_is_live(cap))
		return call_fail(c, E_STATE, -1,
				 "no capture is on that has no file; 'capture "
				 "-' begins one");
	if (c->calls)
		return CALL_DONE;
	if (pos > capture_ring_to(ring) ||
	    (pos < capture_ring_from(ring) && ring->tail.pos))
		return call_fail(c, E_RANGE, arg,
				 "POS is %llu..%llu now, not %llu",
				 (unsigned long long)capture_ring_from(ring),
				 (unsigned long long)capture_ring_to(ring),
				 (unsigned long long)pos);
	capture_ring_done(ring, pos);
	return CALL_DONE;
}

void capture_report_read(struct reply *r, const struct app_capture *c)
{
	reply_u64(r, "to", capture_ring_to(&c->recorder.ring), "bytes");
	reply_u64(r, "frames", c->recorder.frames, NULL);
	reply_u64(r, "no_room", c->recorder.no_room, NULL);
	reply_bool(r, "over", c->recorder.end != RECORDER_GOES_ON);
}
